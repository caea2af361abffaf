import re

import pytest

from mailwright.encodings.html_text import to_text
from mailwright.encodings.text_html import to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("a\r\nb\rc\nd\n", "<p>a<br>\nb<br>\nc<br>\nd</p>\n"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>\n"),
        ("a\n\n\n\nb", "<p>a</p>\n<p><br></p>\n<p><br></p>\n<p>b</p>\n"),
        ("<b>&\"'", "<p>&lt;b&gt;&amp;&quot;&#39;</p>\n"),
        (" a  b", "<p>&nbsp;a&nbsp; b</p>\n"),
        ("a\tb", "<p>a&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; b</p>\n"),
        ("a\0\x1b\ud800b", "<p>a\ufffd\ufffd\ufffdb</p>\n"),
        ("> a\n>> b\nc", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n<p>c</p>\n"),
        (">> a\n> b", "<blockquote>\n<blockquote>\n<p>a</p>\n</blockquote>\n<p>b</p>\n</blockquote>\n"),
        ("> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n"),
    ],
)
def test_text_is_marked_up(text: str, html: str) -> None:
    assert to_html(text) == html


def test_links_are_escaped_twice_where_they_stand() -> None:
    assert to_html("http://a.b/?c&d='e'x") == (
        '<p><a href="http://a.b/?c&amp;d=&#39;e&#39;x">http://a.b/?c&amp;d=&#39;e&#39;x</a></p>\n'
    )
    assert "href" not in to_html("javascript:alert(1)")


def test_flowed_text_is_joined_first() -> None:
    assert to_html("> a \r\n> b\r\n > c\r\n", flowed=True) == (
        "<blockquote>\n<p>a b</p>\n</blockquote>\n<p>&gt; c</p>\n"
    )
    assert to_html("日 \n本", flowed=True, delsp=True) == "<p>日本</p>\n"


def test_quotes_go_no_deeper_than_browsers_like() -> None:
    html = to_html(">" * 10_000 + " x")
    assert html.count("<blockquote>") == html.count("</blockquote>") == 64


ATTACKS = [
    "<script>alert(1)</script>",
    'http://a.b/"onmouseover="alert(1)',
    "http://a.b/<script>",
    '"><img src=x onerror=alert(1)>@a.b',
    "mailto:a@b.c'onclick='x",
    "&lt;script&gt;",
    "> <!-- ",
    "a@b.c\n\x00<x",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("flowed", [False, True])
def test_no_character_becomes_markup(attack: str, flowed: bool) -> None:
    html = to_html(attack, flowed=flowed)
    ours = re.compile(r'</?(?:p|blockquote|br)>|<a href="(?:https?://|ftp://|mailto:)[^"<>\']*">|</a>')
    rest = ours.sub("", html)
    assert not re.search(r"[<>\"']", rest)
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#39;|nbsp;)", rest)


def test_words_come_back_as_text() -> None:
    text = "Hi  there,\n\n  see http://a.b/c?d=e&f or write to me@example.com.\n\n> quoted\n>\n> > deeper <x> &amp;\n"
    assert to_text(to_html(text)) == text
