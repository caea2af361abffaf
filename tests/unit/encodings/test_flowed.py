import pytest

from mailwright.encodings import flowed
from mailwright.encodings.flowed import Paragraph

# The poem of RFC 3676 4.5's kind: what is said, what is quoted, a signature.
WIRE = (
    "> Thou art a villainous ill-breeding spongy \r\n"
    "> dizzy-eyed reeky elf-skinned pigeon-egg!\r\n"
    ">> Thou artless \r\n"
    ">> knave!\r\n"
    "> Reply \r\n"
    "mine\r\n"
    " From here, \r\n"
    " >not a quote\r\n"
    "flows \r\n"
    "-- \r\n"
    "me\r\n"
)
TEXT = (
    "> Thou art a villainous ill-breeding spongy dizzy-eyed reeky elf-skinned pigeon-egg!\n"
    "> > Thou artless knave!\n"
    "> Reply \n"
    "mine\n"
    "From here, >not a quote\n"
    "flows \n"
    "-- \n"
    "me\n"
)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_are_joined_where_they_flow(end: str) -> None:
    assert flowed.decode(WIRE.replace("\r\n", end)) == TEXT
    assert flowed.decode(WIRE.removesuffix("\r\n").replace("\r\n", end)) == TEXT.removesuffix("\n")


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("", ""),
        ("\n", "\n"),
        ("a \n", "a \n"),
        ("a \n\nb", "a \nb"),
        (">\n>\n", "> \n> \n"),
        ("> -- \n> me", "> -- \n> me"),
        (">-- \n>me", "> -- \n> me"),
        ("  a \n  b", " a  b"),
        ("a\u2028b \x0bc\n", "a\u2028b \x0bc\n"),
    ],
)
def test_edges(wire: str, expected: str) -> None:
    assert flowed.decode(wire) == expected


def test_delsp_leaves_out_the_space_of_the_break() -> None:
    assert flowed.decode("日本 \n語 \n", delsp=True) == "日本語\n"
    assert flowed.decode("two  \nwords\n", delsp=True) == "two words\n"
    assert flowed.decode("-- \nme", delsp=True) == "-- \nme"


def test_paragraphs_tell_quotes_from_text_that_looks_like_one() -> None:
    assert list(flowed.paragraphs("> a\n > a\n>> b\n")) == [Paragraph(1, "a"), Paragraph(0, "> a"), Paragraph(2, "b")]
    assert list(flowed.paragraphs("")) == []


def test_long_lines_are_broken_behind_spaces() -> None:
    text = "> > " + "word " * 40 + "end\nshort\n"
    wire = flowed.encode(text)
    assert all(len(line) <= 72 for line in wire.split("\n"))
    assert wire.startswith(">> word word")
    assert wire.count(" \n") == len(wire.split("\n")) - 3
    assert flowed.decode(wire) == text


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        (" indented", "  indented"),
        ("From me", " From me"),
        (">not a quote", " >not a quote"),
        ("> > >=5", ">> >=5"),
        (">> old style", ">> old style"),
        (">", "> "),
        ("trailing   \n", "trailing\n"),
        ("-- \nme", "-- \nme"),
        ("> -- ", "> -- "),
        ("--   ", "--"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_what_would_be_mistaken_is_stuffed(text: str, wire: str) -> None:
    assert flowed.encode(text) == wire


def test_no_break_makes_a_signature() -> None:
    wire = flowed.encode("-- " + "x" * 80 + " end", width=20)
    assert "-- " not in wire.split("\n")
    assert flowed.decode(wire) == "-- " + "x" * 80 + " end"


def test_words_stay_whole_unless_their_space_can_be_left_out() -> None:
    word = "x" * 200
    assert flowed.encode(f"a {word} b", width=20) == f"a \n{word} \nb"
    wire = flowed.encode(f"a {word} b", width=20, delsp=True)
    assert all(len(line) <= 20 for line in wire.split("\n"))
    assert flowed.decode(wire, delsp=True) == f"a {word} b"


@pytest.mark.parametrize(
    "text", ["x" * 5000, "> " * 64 + "-- " + "x" * 5000, ">" * 5000, " " * 5000 + "x", "-- " + "x" * 3000]
)
@pytest.mark.parametrize("width", [10, 72, 998])
def test_no_line_is_longer_than_mail_allows(text: str, width: int) -> None:
    assert all(len(line) <= 998 for line in flowed.encode(text, width=width).split("\n"))


@pytest.mark.parametrize("width", [9, 999, -1])
def test_widths_of_no_use_are_refused(width: int) -> None:
    with pytest.raises(ValueError, match="from 10 to 998"):
        flowed.encode("x", width=width)
