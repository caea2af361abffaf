"""One field: made from values or from octets, decoded late, rendered once."""

from typing import Any

import pytest

from mailwright.mime import Address, Field, Group, Limits
from mailwright.mime.field import NAME_LIMIT, check_name, to_address_list, to_identifiers


def test_a_field_of_text_reads_back() -> None:
    field = Field.of("Subject", "Grüße")
    assert (field.name, field.key, field.value, field.is_read) == ("Subject", "subject", "Grüße", False)
    assert field.raw == b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
    assert field.render(utf8=True) == "Subject: Grüße\r\n".encode()
    assert repr(field) == "Field('Subject', 'Grüße')"


def test_a_field_of_addresses_reads_back() -> None:
    box = Address("A, B", "a", "example.com")
    field = Field.of("to", [box, "c@example.com", Group("g")])
    assert list(field.addresses) == [box, Address("", "c", "example.com"), Group("g")]
    assert field.value == '"A, B" <a@example.com>, c@example.com, g:;'
    assert Field.of("To", "a@b (c)").value == "a@b (c)"
    assert not field.is_international
    assert Field.of("To", "ü@example.com").is_international


@pytest.mark.parametrize("name", ["", "a b", "a:", "ü", "a\r", "x" * (NAME_LIMIT + 1), "a\x7f", "\ud800"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="header name"):
        check_name(name)
    with pytest.raises(ValueError, match="header name"):
        Field.of(name, "x")


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "a\x7fb", "a\x1bb", "a\ud800b"])
@pytest.mark.parametrize("name", ["Subject", "To", "Message-ID", "List-Post", "Content-Type", "X-Y"])
def test_values_with_controls_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        Field.of(name, value)


@pytest.mark.parametrize(("name", "value"), [("Subject", 3), ("Subject", b"x"), ("To", 3), ("To", b"a@b"), ("To", [3])])
def test_other_types_are_refused(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=name):
        Field.of(name, value)


def test_octets_stay_as_they_are_while_they_are_fit() -> None:
    raw = b"sUBJECT :  =?utf-8?q?=C3=BC?=\r\n\tx\r\n"
    field = Field.from_source("sUBJECT", raw)
    assert (field.is_read, field.raw, field.render(utf8=False), field.value) == (True, raw, raw, "ü\tx")


@pytest.mark.parametrize(
    "raw",
    [
        b"A: b\n",
        b"A: b\rc\r\n",
        b"A: \0\r\n",
        b"A: b\r\nc\r\n",
        b"A: \xff\r\n",
        b"A: b\r\n \r\n",
        b"A: " + b"x" * 999 + b"\r\n",
    ],
)
def test_octets_that_are_not_fit_are_written_anew(raw: bytes) -> None:
    field = Field.from_source("A", raw)
    assert field.raw == raw
    rendered = field.render(utf8=False)
    assert rendered.isascii()
    assert rendered.endswith(b"\r\n")
    lines = rendered[:-2].split(b"\r\n")
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line and b"\0" not in line for line in lines)
    assert all(line[:1] in b" \t" for line in lines[1:])


def test_limits_hold_for_what_is_read() -> None:
    limits = Limits(addresses=2, parameters=2)
    assert len(Field.from_source("To", b"To: a@b, c@d, e@f\r\n", limits).addresses) == 2
    assert len(Field.from_source("X", b"X: a; b=c; d=e; f=g\r\n", limits).parameters.params) == 2


def test_addresses_are_read_strictly() -> None:
    assert [str(item) for item in to_address_list("a@b, C <c@d>", "To")] == ["a@b", "C <c@d>"]
    for bad in ("", "a", "a@b c@d", [], ["a@b, c@d"], [""]):
        with pytest.raises(ValueError, match="'To'"):
            to_address_list(bad, "To")
    for bad in ("a@b, c@d", "g: a@b;"):
        with pytest.raises(ValueError, match="exactly one mailbox"):
            to_address_list(bad, "Sender")


def test_identifiers_are_put_together() -> None:
    assert to_identifiers("<a@b>  <c@d>", "References") == "<a@b> <c@d>"
    assert to_identifiers(["<a@b>"], "References") == "<a@b>"
    with pytest.raises(ValueError, match="References"):
        to_identifiers("<a b@c>", "References")
