import pytest

from mailwright.grammar import folding, words
from mailwright.grammar.address import Address, AddressList, Group, parse_list
from mailwright.grammar.lexer import unfold


def value(field: bytes) -> str:
    return unfold(field.decode().partition(":")[2]).strip()


def widths(field: bytes) -> list[int]:
    assert field.endswith(b"\r\n")
    return [len(line) for line in field[:-2].split(b"\r\n")]


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "",
        "word " * 60 + "end",
        "two  spaces   and\ttab " * 10 + "end",
        "Grüße " * 40 + "end",
        "plain then ünïcode then plain " * 8 + "end",
        "=?utf-8?q?not_a_word?=",
        "ü " + "x" * 100,
        "你好" * 100,
    ],
)
def test_unstructured_text_reads_back_in_lines_of_78(text: str) -> None:
    field = folding.unstructured("Subject", text)
    assert field.isascii()
    assert words.decode(value(field)) == text
    longest_word = max([len(word) for word in text.split() if word.isascii()], default=0)
    assert max(widths(field)) <= max(78, longest_word + 1)
    assert all(line.strip() for line in field[:-2].split(b"\r\n")[1:])


def test_a_long_ascii_word_is_never_encoded() -> None:
    assert folding.unstructured("Subject", "a" * 100) == b"Subject: " + b"a" * 100 + b"\r\n"
    assert folding.unstructured("Subject", "see https://x.y/" + "a" * 800).count(b"=?") == 0


def test_unless_no_line_could_hold_it() -> None:
    field = folding.unstructured("Subject", "a" * 2000)
    assert max(widths(field)) <= 998
    assert words.decode(value(field)) == "a" * 2000
    field = folding.unstructured("Subject", "a" + " " * 2000 + "b")
    assert max(widths(field)) <= 998
    assert words.decode(value(field)) == "a" + " " * 2000 + "b"


def test_utf8_headers_are_raw() -> None:
    assert folding.unstructured("Subject", "Grüße", utf8=True) == "Subject: Grüße\r\n".encode()
    items = AddressList([Address("Jörg", "jörg", "bücher.example")])
    assert folding.addresses("To", items, utf8=True) == "To: Jörg <jörg@bücher.example>\r\n".encode()
    long = folding.unstructured("Subject", "你" * 600, utf8=True)
    assert max(widths(long)) <= 998
    assert words.decode(value(long)) == "你" * 600


@pytest.mark.parametrize(
    "items",
    [
        [Address("Last, First evil@bad.com, x " * 8, "a", "b.c")],
        [Address("x@y.z, " * 30, "a", "b.c"), Address("", "d", "e.f")],
        [Address("Jörg, evil@bad.com " * 6, "a", "b.c")],
        [Address("n" * 2000, "a", "b.c")],
        [Address("=?utf-8?q?=41=2C?=", "a", "b.c")],
        [Address("", "a@b> ORCPT=x", "c.d")],
        [Address("", "x" * 800, "c.d")],
        [Group("Grüppe, one", [Address("a", "b", "c.d")] * 9), Group("empty"), Address("", "x", "y.z")],
        [Address(f"Person {n}", f"p{n}", "example.com") for n in range(300)],
    ],
)
def test_address_fields_read_back_equal(items: list[Address | Group]) -> None:
    for utf8 in (False, True):
        field = folding.addresses("To", AddressList(items), utf8=utf8)
        assert list(parse_list(value(field), strict=True)) == items
        assert max(widths(field)) <= 998


def test_a_long_name_with_comma_and_at_stays_one_mailbox() -> None:
    field = folding.addresses("From", AddressList([Address("x" * 70 + " evil@bad.com, x", "good", "ok.com")]))
    assert len(parse_list(value(field), strict=True)) == 1


def test_domains_are_written_as_a_labels() -> None:
    field = folding.addresses("To", AddressList([Address("", "a", "bücher.example")]))
    assert field == b"To: a@xn--bcher-kva.example\r\n"


def test_an_international_local_part_needs_utf8() -> None:
    with pytest.raises(ValueError, match=r"'jörg@x\.y' in header 'To'.*SMTPUTF8"):
        folding.addresses("To", AddressList([Address("", "jörg", "x.y")]))


def test_identifiers_are_never_encoded() -> None:
    text = " ".join([f"<{n:060d}@example.com>" for n in range(30)])
    field = folding.identifiers("References", text)
    assert value(field) == text
    assert b"=?" not in field
    assert max(widths(field)) < 90
    with pytest.raises(ValueError, match="ASCII only"):
        folding.identifiers("References", "<ü@x>")
    with pytest.raises(ValueError, match="too long"):
        folding.identifiers("References", "x" * 1000)


def test_parameters_fold_between_parameters() -> None:
    field = folding.parameters("Content-Disposition", "attachment", [("filename", "f" * 60), ("size", "1")])
    assert max(widths(field)) <= 78


def test_list_commands_are_folded_between_urls_and_in_comments() -> None:
    text = "<mailto:leave@lists.example.com?subject=leave>,<https://lists.example.com/leave?list=announce> (no sign-in)"
    assert folding.commands("List-Unsubscribe", text) == (
        b"List-Unsubscribe: <mailto:leave@lists.example.com?subject=leave>,\r\n"
        b" <https://lists.example.com/leave?list=announce> (no sign-in)\r\n"
    )
    assert folding.commands("List-Post", "NO") == b"List-Post: NO\r\n"
