"""Addresses and texts that say of what kind they are (RFC 3464 2.1.2, RFC 6533 3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime.typed_values import TypedAddress, TypedText, read_address, read_typed, written_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dns; mx.example.com", TypedText("dns", "mx.example.com")),
        ("DNS (comment) ;mx", TypedText("dns", "mx")),
        ("smtp; 550 a; b", TypedText("smtp", "550 a; b")),
        ("mx.example.com", TypedText("", "mx.example.com")),
        ("no type; here", TypedText("unknown", "no type; here")),
        ("; x", TypedText("unknown", "; x")),
        ("smtp;", TypedText("smtp", "")),
    ],
)
def test_texts(text: str, expected: TypedText) -> None:
    assert read_typed(text) == expected
    assert read_typed(str(expected)).text == expected.text


@pytest.mark.parametrize(
    ("text", "type_", "address"),
    [
        ("rfc822; a@example.com", "rfc822", "a@example.com"),
        ("RFC822;<a@example.com>", "rfc822", "a@example.com"),
        ("rfc822; a@example.com (Alice)", "rfc822", "a@example.com"),
        ('rfc822; "a (b)"@example.com', "rfc822", '"a (b)"@example.com'),
        ("rfc822; a+40example.com", "rfc822", "a@example.com"),
        ("rfc822; a+40b@example.com", "rfc822", "a+40b@example.com"),
        ("rfc822; a+40b+00", "rfc822", "a@b�"),
        ("a@example.com", "", "a@example.com"),
        (r"utf-8; j\x{F6}rg@example.com", "utf-8", "jörg@example.com"),
        (r"UTF-8; \x{1F600}\x{5C}\x{2B}@example.com", "utf-8", "😀\\+@example.com"),
        (r"utf-8; \x{0A}\x{D800}\x{110000}@a", "utf-8", r"\x{0A}\x{D800}\x{110000}@a"),
        ("utf-8; jörg@example.com", "utf-8", "jörg@example.com"),
        (r"rfc822; \x{F6}@a", "rfc822", r"\x{F6}@a"),
    ],
)
def test_addresses(text: str, type_: str, address: str) -> None:
    assert read_address(text) == TypedAddress(type_, address)


@given(st.text(st.characters(exclude_categories=("C", "Zs", "Zl", "Zp"))), st.booleans())
def test_what_is_written_is_read(local: str, utf8: bool) -> None:
    address = TypedAddress("utf-8", f"x{local.replace('(', '').replace('<', '')}@example.com")
    text = written_address(address, utf8=utf8)
    assert read_address(text) == address
    assert utf8 or text.isascii()


def test_only_utf_8_addresses_are_embedded() -> None:
    assert written_address(TypedAddress("rfc822", "a+b@c"), utf8=False) == "rfc822; a+b@c"
    address = TypedAddress("utf-8", "ä b+=\\@c")
    assert written_address(address, utf8=False) == r"utf-8; \x{E4}\x{20}b\x{2B}\x{3D}\x{5C}@c"
    assert written_address(TypedAddress("utf-8", "ä\\@c"), utf8=True) == r"utf-8; ä\x{5C}@c"


@given(st.text(max_size=40))
def test_whatever_one_line_is_it_is_read(text: str) -> None:
    line = "".join([character for character in text if character.isprintable()]).strip()
    _ = read_typed(line), read_address(line)


@pytest.mark.parametrize("kind", [TypedText, TypedAddress])
@pytest.mark.parametrize(
    ("type_", "value", "why"),
    [
        ("DNS", "x", "type 'DNS'"),
        ("a b", "x", "type 'a b'"),
        ("a\r\n", "x", "type"),
        ("", "a; b", "semicolon"),
        ("dns", "a\nb", "LF"),
        ("dns", "a\0", "NUL"),
        ("dns", "\ud800", "surrogate"),
        ("dns", " a", "spaces around"),
    ],
)
def test_what_cannot_be_written_is_refused(kind: type[TypedText], type_: str, value: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _ = kind(type_, value)
