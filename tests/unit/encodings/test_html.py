from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailwright.encodings import html
from mailwright.encodings.html import Comment, Doctype, End, Start, Text, Token, tokens


def text_of(markup: str) -> str:
    return "".join([token.data for token in tokens(markup) if isinstance(token, Text)])


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", []),
        ("a<B>b</B >c", [Text("a"), Start("b", {}), Text("b"), End("b"), Text("c")]),
        ("<br/>", [Start("br", {})]),
        ("<o:p></o:p>", [Start("o:p", {}), End("o:p")]),
        ("a < b <3 <", [Text("a < b <3 <")]),
        ("</>x", [Text("x")]),
        ("</ x>y", [Comment(" x"), Text("y")]),
        ("</p class=x>", [End("p")]),
        ("<p>cut <a href='x", [Start("p", {}), Text("cut ")]),
        ("cut </a", [Text("cut ")]),
        ("cut </", [Text("cut </")]),
        ("<?xml version='1.0'?>x", [Comment("?xml version='1.0'?"), Text("x")]),
        ("<?cut", [Comment("?cut")]),
        ("<!DocType HTML public 'x'>", [Doctype("HTML public 'x'")]),
        ("<!doctype", [Doctype("")]),
        ("<!odd>x", [Comment("odd"), Text("x")]),
        ("<![CDATA[a > b]]>x", [Comment("[CDATA[a > b]]"), Text("x")]),
        ("<![CDATA[a > b", [Comment("[CDATA[a "), Text(" b")]),
    ],
)
def test_markup_is_cut_into_tokens(markup: str, expected: list[Token]) -> None:
    assert list(tokens(markup)) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<!-- a -- b -->x", [Comment(" a -- b "), Text("x")]),
        ("<!-->x", [Comment(""), Text("x")]),
        ("<!--->x", [Comment(""), Text("x")]),
        ("<!---->x", [Comment(""), Text("x")]),
        ("<!--a--!>x", [Comment("a"), Text("x")]),
        ("<!--a<!--b-->x", [Comment("a<!--b"), Text("x")]),
        ("<!--a>x", [Comment("a>x")]),
        ("<!--[if mso]><p>no</p><![endif]-->x", [Comment("[if mso]><p>no</p><![endif]"), Text("x")]),
        ("<!--[if !mso]><!-->x<!--<![endif]-->", [Comment("[if !mso]><!"), Text("x"), Comment("<![endif]")]),
        ("<![if !mso]>x<![endif]>", [Comment("[if !mso]"), Text("x"), Comment("[endif]")]),
    ],
)
def test_comments_end_as_in_a_browser(markup: str, expected: list[Token]) -> None:
    assert list(tokens(markup)) == expected


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("<a href=x>", {"href": "x"}),
        ("<a HREF = 'x' checked>", {"href": "x", "checked": ""}),
        ('<a a="1 > 0" b=\'"\'/>', {"a": "1 > 0", "b": '"'}),
        ("<a a='1'b=\"2\"c=3/d>", {"a": "1", "b": "2", "c": "3/d"}),
        ("<a a=1 A=2 a>", {"a": "1"}),
        ("<a a= >", {"a": ""}),
        ("<a =a=b>", {"=a": "b"}),
        ("<a / / b / >", {"b": ""}),
        ("<a\n\thref\n=\nx\n>", {"href": "x"}),
        ("<a href='x>y", {"href": "x"}),
        ("<a style=font:&quot;A&quot;>", {"style": 'font:"A"'}),
        ("<a href='?a=1&copy=2&lt;&amp;amp;&copy&unknown;&copyx;'>", {"href": "?a=1&copy=2<&amp;©&unknown;&copyx;"}),
        ("<a b='&#65;&#x42&#0000000067;'>", {"b": "ABC"}),
    ],
)
def test_attributes_are_read_however_they_are_quoted(tag: str, attributes: dict[str, str]) -> None:
    assert next(tokens(tag)) == Start("a", attributes)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<style>a>b{}<!--</style>x", [Start("style", {}), Text("a>b{}<!--"), End("style"), Text("x")]),
        ("<script>if(a<b)'</p>'</SCRIPT\n>x", [Start("script", {}), Text("if(a<b)'</p>'"), End("script"), Text("x")]),
        ("<script></scripts>", [Start("script", {}), Text("</scripts>")]),
        ("<script>&lt;", [Start("script", {}), Text("&lt;")]),
        ("<title>&lt;b></title>", [Start("title", {}), Text("<b>"), End("title")]),
        ("<textarea></textarea>", [Start("textarea", {}), End("textarea")]),
        ("<plaintext><b></plaintext>&lt;", [Start("plaintext", {}), Text("<b></plaintext>&lt;")]),
    ],
)
def test_raw_text_is_not_markup(markup: str, expected: list[Token]) -> None:
    assert list(tokens(markup)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&amp;&lt;&#65;&#x42;&nbsp;", "&<AB\xa0"),
        ("&ampx &ltx &nosuch; &", "&x <x &nosuch; &"),
        ("&#128;&#0;&#xD800;", "€\ufffd\ufffd"),
        ("&#" + "9" * 6000 + ";", "\ufffd"),
        ("&#" + "0" * 6000 + "65;", "A"),
        ("&#x" + "F" * 6000 + ";", "\ufffd"),
        ("&#;&#x;", "&#;&#x;"),
    ],
)
def test_references_are_resolved_however_long_they_are(text: str, expected: str) -> None:
    assert html.references(text) == expected
    assert text_of(f"<p>{text}") == expected


# --- the tokens that MimeKit finds ------------------------------------------------------------------------------------


def expected_tokens(listing: str) -> tuple[list[str], str]:
    """The names of the tags and the text of a listing: one token to a line, tags over several."""
    tags, text = list[str](), list[str]()
    for line in listing.splitlines():
        kind, _, value = line.partition(": ")
        if kind == "Tag":
            name = re.match(r"</?[^\s/>]+", value)
            tags.append(name[0].lower() if name else "")
        elif kind in ("Data", "ScriptData"):
            value = value.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
            text.append(value.replace('\\"', '"').replace("\\'", "'"))
    return tags, "".join(text)


def found_tokens(markup: str) -> tuple[list[str], str]:
    tags = [
        ("</" if isinstance(token, End) else "<") + token.name
        for token in tokens(markup)
        if isinstance(token, Start | End)
    ]
    return tags, text_of(markup)


# Where the two differ. script-data: MimeKit follows scripts that escape scripts, we end at the first end tag.
# Gimhae: MimeKit takes what is in <noscript> for text, as a browser that runs scripts; a reader of mail does not.
DIFFERENT = {"script-data", "Gimhae_Kim_clan"}


def test_tokens_are_those_of_others(corpora: Path) -> None:
    folder = corpora / "mimekit/UnitTests/TestData/html"
    same = set[str]()
    for path in sorted(folder.glob("*.tokens")):
        source = path.with_suffix(".html")
        source = source if source.exists() else path.with_suffix(".utf-8.html")
        raw = source.read_bytes()
        try:
            markup = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            markup = raw.decode("cp1252")
        listing = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        found, expected = found_tokens(markup.replace("\r\n", "\n")), expected_tokens(listing)
        assert abs(len(found[0]) - len(expected[0])) <= 3, path
        if found == expected:
            same.add(path.stem)
    assert same == {path.stem for path in folder.glob("*.tokens")} - DIFFERENT
