import base64 as witness
import itertools
import quopri
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.encodings import (
    base64,
    charset,
    flowed,
    html,
    html_text,
    incremental,
    lines,
    quoted,
    text_html,
    uu,
    yenc,
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *[place % (len(data) + 1) for place in places]})
    return [data[begin:end] for begin, end in itertools.pairwise(marks)]


@given(st.binary(max_size=500), st.lists(st.integers(0, 500)))
def test_base64_streams_like_it_encodes(data: bytes, places: list[int]) -> None:
    encoded = base64.encode(data)
    assert b"".join(base64.encode_chunks(cut(data, places))) == encoded
    assert len(encoded) == base64.encoded_length(len(data))
    assert base64.decode(encoded) == data == witness.b64decode(encoded)


@given(st.binary(max_size=300))
def test_decoders_never_raise(data: bytes) -> None:
    base64.decode(data)
    quoted.decode(data)
    uu.read(data)
    yenc.read(data)
    charset.decode(data, "utf-8")
    charset.decode(data, data.decode("latin-1"))


@given(st.one_of(st.binary(max_size=400), st.text(alphabet=".From =\r\n\té", max_size=400).map(str.encode)))
def test_quoted_printable_reads_back_in_safe_lines(data: bytes) -> None:
    text = lines.canonical(data)
    encoded = quoted.encode(text)
    assert quoted.decode(encoded) == text
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n") == text.replace(b"\r\n", b"\n")
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t", b"\r", b"\n"))


@given(st.text(alphabet="a\r\n", max_size=60).map(str.encode), st.lists(st.integers(0, 60)))
def test_line_ends_stream_like_they_are_made_canonical(data: bytes, places: list[int]) -> None:
    assert b"".join(lines.canonical_chunks(cut(data, places))) == lines.canonical(data)
    assert lines.canonical(lines.canonical(data)) == lines.canonical(data)
    facts = lines.survey(lines.canonical(data))
    assert not facts.bare_cr
    assert not facts.bare_lf


@given(st.binary(max_size=400), st.integers(1, 996))
def test_what_is_uuencoded_or_yencoded_comes_back(data: bytes, columns: int) -> None:
    assert uu.read(uu.encode(data, name="x")).data == data
    assert yenc.read(yenc.encode(data, name="x", columns=columns)).data == data


# --- in pieces --------------------------------------------------------------------------------------------------------

# Of each encoding: how it is decoded whole, and what its mail is made of.
WHOLE: dict[str, tuple[Callable[[bytes], bytes], list[bytes]]] = {
    "base64": (base64.decode, [b"Z", b"g==", b"Zm9v", b"=", b"\r\n", b" ", b"!", b"\xff"]),
    "quoted-printable": (
        quoted.decode,
        [b"=", b"=4", b"1", b"=C3=BC", b" ", b"\t", b"\r", b"\n", b"=\r\n", b"x", b"."],
    ),
    "x-uuencode": (
        uu.decode,
        [b"begin 644 x\n", b"end\n", b"end", b"`\r\n", b"#86%A\n", b"#86%A\r", b" ", b"\n", b"x" * 300, b"M"],
    ),
    "x-yenc": (
        yenc.decode,
        [b"=ybegin size=1 name=x\n", b"=ypart begin=1\r\n", b"=yend", b"=y", b"=", b"\n", b"\r\n", b"a", b" size=1"],
    ),
    "8bit": (bytes, [b"=41", b"\r\n", b"\xff"]),
}


@pytest.mark.parametrize("name", sorted(WHOLE))
@given(st.data(), st.lists(st.integers(0, 2000), max_size=30))
def test_pieces_decode_like_the_whole(name: str, data: st.DataObject, places: list[int]) -> None:
    decode, words = WHOLE[name]
    encoded = data.draw(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(words), max_size=20).map(b"".join)))
    assert b"".join(incremental.decode_chunks(cut(encoded, places), name)) == decode(encoded)
    octets = [bytes([octet]) for octet in encoded]
    assert b"".join(incremental.decode_chunks(octets, name)) == decode(encoded)


# --- flowed text ------------------------------------------------------------------------------------------------------

QUOTE = re.compile(r"(?:>+(?: |\Z))*")
prose = st.lists(
    st.sampled_from(
        [" ", "  ", "> ", ">> ", ">", "word", "From ", "-- ", "--", "\n", "\n-- \n", "é" * 9, "x" * 80, "\t"]
    ),
    max_size=40,
).map("".join)


def settled(text: str) -> str:
    """A text as it comes back: quotes marked with a space each, no spaces at the ends of lines but a signature's."""
    out: list[str] = []
    for line in text.split("\n"):
        found = QUOTE.match(line)
        marks = found[0] if found else ""
        rest = line[len(marks) :]
        out.append("> " * marks.count(">") + (rest if rest == "-- " else rest.rstrip(" ")))
    return "\n".join(out)


@given(prose, st.integers(10, 998), st.booleans())
def test_flowed_text_comes_back(text: str, width: int, delsp: bool) -> None:
    wire = flowed.encode(text, width=width, delsp=delsp)
    assert flowed.decode(wire, delsp=delsp) == settled(text)
    assert flowed.decode(wire.replace("\n", "\r\n"), delsp=delsp) == settled(text)
    assert flowed.encode(settled(text), width=width, delsp=delsp) == wire
    assert all(len(line) <= 998 for line in wire.split("\n"))


@given(st.text(max_size=200), st.booleans())
def test_any_text_can_flow(text: str, delsp: bool) -> None:
    flowed.decode(text, delsp=delsp)
    once = flowed.decode(flowed.encode(text, delsp=delsp), delsp=delsp)
    assert flowed.decode(flowed.encode(once, delsp=delsp), delsp=delsp) == once


# --- HTML and text ----------------------------------------------------------------------------------------------------

MARKUP = [
    *[
        "<",
        ">",
        "&",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!",
        "<?",
        "'",
        '"',
        "=",
        " ",
        "\n",
        "x",
        "&lt;",
        "&#1",
    ],
    *[
        "<p>",
        "</p>",
        "<div hidden>",
        "</div>",
        "<ul>",
        "</ul>",
        "<ol>",
        "<li>",
        "</li>",
        "<blockquote>",
        "</blockquote>",
    ],
    *["<table>", "</table>", "<tr>", "<td>", "</td>", "<th colspan=3>", "<pre>", "</pre>", "<br>", "<a href=http://x>"],
    *["</a>", "<script>", "</script>", "<title>", "<img alt=x>", "<dd>", "<caption>", "word ", "&nbsp;", "<li hidden>"],
]
markup = st.one_of(st.text(max_size=100), st.lists(st.sampled_from(MARKUP), max_size=40).map("".join))


@given(markup, st.sampled_from([None, 20, 72]), st.booleans())
def test_any_html_can_be_read(document: str, width: int | None, links: bool) -> None:
    assert all(str(token) for token in html.tokens(document))
    text = html_text.to_text(document, width=width, links=links)
    assert text == "" or text.endswith("\n")
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(
    st.lists(st.sampled_from([item for item in MARKUP if item[0] == "<" and "hidden" not in item and item[-1] == ">"]))
)
def test_no_word_is_lost_in_markup(tags: list[str]) -> None:
    visible = [tag for tag in tags if tag not in ("<script>", "<title>", "</script>")]
    document = "".join([f"{tag}word{number} " for number, tag in enumerate(visible)])
    words = re.findall(r"word\d+", html_text.to_text(document))
    if "<th colspan=3>" in visible:  # cells of several lines stand side by side, which is another order
        words.sort(key=lambda word: int(word[4:]))
    assert words == [f"word{number}" for number in range(len(visible))]


words = st.lists(
    st.sampled_from(
        [
            "<b>",
            "&amp;",
            "a\n",
            "\n\n",
            "> ",
            " ",
            "  ",
            "word",
            "http://a.b/?c=d&e",
            "me@a.example",
            '"',
            "'",
            "ü",
            "www.a.b)",
        ]
    ),
    max_size=30,
).map("".join)


@given(words)
def test_words_survive_as_html(text: str) -> None:
    back = html_text.to_text(text_html.to_html(text))
    assert re.findall(r"[^\s>]+", back) == re.findall(r"[^\s>]+", text)


OURS = re.compile(r'</?(?:p|blockquote|br)>|<a href="(?:https?|ftp|mailto):[^"<>\']*">|</a>', re.IGNORECASE)


@given(st.one_of(words, markup, st.text()), st.booleans())
def test_text_as_html_holds_our_markup_only(text: str, flowing: bool) -> None:
    rest = OURS.sub("", text_html.to_html(text, flowed=flowing))
    assert not re.search(r"[<>\"']|&(?!amp;|lt;|gt;|quot;|#39;|nbsp;)", rest)
    rest.encode()


# --- linear time ------------------------------------------------------------------------------------------------------


def everything(data: str) -> None:
    """All readers of text."""
    for _ in html.tokens(data):
        pass
    html_text.to_text(data, width=72)
    flowed.decode(data)
    flowed.encode(data, delsp=True)
    text_html.to_html(data)


def decoded_in_pieces(name: str) -> Callable[[str], None]:
    def decode(data: str) -> None:
        octets = data.encode("latin-1")
        WHOLE[name][0](octets)
        for _ in incremental.decode_chunks([octets[at : at + 100] for at in range(0, len(octets), 100)], name):
            pass

    return decode


TEXTS = [
    *[
        "<",
        "<!--",
        "<a ",
        "&",
        "<script>",
        "<![CDATA[x>",
        "<?",
        "<a b='",
        '<a b="',
        "<a b=",
        "&#9",
        "&amp",
        "</script",
        "<x>",
    ],
    *[
        "<blockquote>x",
        "<ul><li>x",
        "<table><tr><td>x",
        "<table><tr><td>x<td>y<td>",
        "<td colspan=99999>x",
        "<div hidden>",
    ],
    *[
        "<pre>\n",
        "<a href=http://x>y",
        "x</table>",
        "<ul><table></li>",
        "<p hidden>",
        "<img alt=x>",
        "<br>",
        "&nbsp;",
        "<th>x",
    ],
    *[
        "<p style=';",
        "display ",
        " ",
        "> ",
        ">",
        ">\n",
        "-- ",
        "word ",
        "x\n",
        "http://",
        "http://x)",
        "@",
        "a@b.",
        "www.",
        "(",
    ],
]
READERS: dict[str, tuple[Callable[[str], None], str]] = {f"text {text!r}": (everything, text) for text in TEXTS} | {
    f"{name} {piece!r}": (decoded_in_pieces(name), piece)
    for name in ("base64", "quoted-printable", "x-uuencode", "x-yenc")
    for piece in ("=", " ", "A!=", "\n", "\r", "=4=\n", "begin 644 x\n", "=ybegin x\n", "=y", "=yen", "x")
}


@pytest.mark.parametrize("attack", sorted(READERS))
def test_readers_take_linear_time(attack: str) -> None:
    read, piece = READERS[attack]
    assert_linear(read, lambda size: piece * size, largest=50_000)


OCTETS = [b"\r", b"\n", b"\r\n", b" ", b"=", b"\0", b"\xff", b"\xc3\xbc", b"\x1b$B", b"+A-", b"~{", b"\x8e", b"From "]
CHARSETS = [
    *("", "utf-8", "us-ascii", "latin-1", "windows-1252", "koi8-r", "iso-2022-jp", "euc-jp", "shift_jis", "gb18030"),
    *("utf-7", "utf-16", "utf-16-le", "utf-32", "hz", "big5", "iso-2022-kr", "x" * 2000, "punycode", "rot13", "idna"),
]


@pytest.mark.parametrize("unit", OCTETS, ids=ascii)
@pytest.mark.parametrize("name", CHARSETS, ids=lambda name: name[:20])
def test_charsets_are_decoded_in_linear_time(name: str, unit: bytes) -> None:
    assert_linear(lambda data: charset.decode(data, name), lambda size: unit * size, largest=20_000)


@pytest.mark.parametrize("letter", ["-", " ", "x", "1", "_", "\n", "cp"])
def test_names_of_charsets_are_looked_up_in_linear_time(letter: str) -> None:
    assert_linear(lambda name: charset.decode(b"\xff", name), lambda size: letter * size)


WRITERS: dict[str, Callable[[bytes], object]] = {
    "base64": base64.encode,
    "quoted-printable": quoted.encode,
    "uuencode": lambda data: uu.encode(data, name="x"),
    "yEnc": lambda data: yenc.encode(data, name="x"),
    "canonical": lines.canonical,
    "survey": lines.survey,
    "canonical in pieces": lambda data: list(
        lines.canonical_chunks(data[at : at + 99] for at in range(0, len(data), 99))
    ),
}


@pytest.mark.parametrize("unit", OCTETS, ids=ascii)
@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_encoding_takes_linear_time(writer: str, unit: bytes) -> None:
    assert_linear(WRITERS[writer], lambda size: unit * size, largest=50_000)
