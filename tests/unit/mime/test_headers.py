from typing import Any

import pytest

from mailwright.grammar.address import Address, AddressList, Group
from mailwright.mime import Field, Headers


def test_fields_are_ordered_and_names_have_no_case() -> None:
    headers = Headers([("X-A", "1"), ("X-B", "2"), ("x-a", "3")])
    assert headers["x-A"] == "1"
    assert headers.get_all("X-A") == ["1", "3"]
    assert headers.get("none") is None
    assert headers.get("none", "d") == "d"
    assert headers.get_all("none") == []
    assert "X-b" in headers
    assert "none" not in headers
    assert [field.name for field in headers] == ["X-A", "X-B", "x-a"]
    assert len(headers) == 3
    with pytest.raises(KeyError):
        headers["none"]


def test_setting_replaces_all_at_the_first_place() -> None:
    headers = Headers([("A", "1"), ("B", "2"), ("a", "3")])
    headers["A"] = "4"
    assert headers.items() == [("A", "4"), ("B", "2")]
    headers.add("B", "5")
    assert headers.get_all("b") == ["2", "5"]
    del headers["b"]
    assert headers.keys() == ["A"]
    with pytest.raises(KeyError):
        del headers["b"]


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "\x7f", "\x1b", "\x85", "\udc80", "\u2028", "\r\nBcc: x@y"])
def test_a_value_that_could_add_a_line_is_refused_when_set(bad: str) -> None:
    headers = Headers()
    with pytest.raises(ValueError, match=rf"'X-Order'.*U\+{ord(bad[0]):04X}"):
        headers["X-Order"] = f"a{bad}b"
    with pytest.raises(ValueError, match=r"U\+"):
        headers["To"] = f"a@b.c{bad}"
    with pytest.raises(ValueError, match=r"U\+"):
        headers["To"] = ["x@y.z", f"a@b.c{bad}"]
    assert len(headers) == 0


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ü", "a\x7f", "x" * 77])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="header name"):
        Headers().add(name, "x")


@pytest.mark.parametrize("value", ["42", "  spaces ", "ü", "=?utf-8?q?x?=", "", "tab\there", "x" * 3000])
def test_values_read_back_as_set(value: str) -> None:
    headers = Headers()
    headers["Subject"] = value
    assert headers["Subject"] == value
    assert all(len(line) <= 998 for line in Field.of("Subject", value).raw.split(b"\r\n"))


def test_address_headers_take_text_and_values() -> None:
    headers = Headers()
    headers["To"] = "Bob <b@c.d>, e@f.g"
    assert headers["To"] == "Bob <b@c.d>, e@f.g"
    headers["To"] = [Address("Bob", "b", "c.d"), "e@f.g", Group("g", [Address("", "h", "i.j")])]
    assert headers["To"] == "Bob <b@c.d>, e@f.g, g: h@i.j;"
    field = headers.field("to")
    assert field is not None
    assert isinstance(field.addresses, AddressList)
    assert field.raw == b"To: Bob <b@c.d>, e@f.g, g: h@i.j;\r\n"


@pytest.mark.parametrize("value", ["nobody", "", ["a@b, c@d"], [""], "a@b\tSIZE=1", [], "a@b>"])
def test_what_is_no_address_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="'To'"):
        Headers().add("To", value)


@pytest.mark.parametrize(
    ("name", "value"), [("To", 1), ("To", [1]), ("To", b"a@b"), ("Subject", 1), ("Subject", ["a"])]
)
def test_wrong_types_are_named(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=name):
        Headers().add(name, value)


def test_a_sender_is_one_mailbox() -> None:
    with pytest.raises(ValueError, match="exactly one mailbox"):
        Headers().add("Sender", "a@b, c@d")


def test_identifiers_are_never_encoded_words() -> None:
    with pytest.raises(ValueError, match="ASCII only"):
        Headers().add("References", "<ü@x>")
    raw = Field.of("References", " ".join(["<" + "x" * 80 + "@y>"] * 20)).raw
    assert b"=?" not in raw


def test_source_is_kept_when_it_is_fit_and_decoded_in_any_case() -> None:
    field = Field.from_source("Subject", b"Subject:  =?utf-8?q?=C3=BC?=\r\n  x\r\n")
    assert field.value == "ü  x"
    assert field.raw == field.render(utf8=False) == b"Subject:  =?utf-8?q?=C3=BC?=\r\n  x\r\n"


@pytest.mark.parametrize(
    "source",
    [
        b"Subject: a\r\nBcc: x@y\r\n",
        b"Subject: a\n\r\n",
        b"Subject: \xfc\r\n",
        b"Subject: a\r\n \r\n b\r\n",
        b"Subject: a\0\r\n",
    ],
)
def test_source_that_is_not_fit_is_written_anew(source: bytes) -> None:
    field = Field.from_source("Subject", source)
    assert field.raw == source
    written = field.render(utf8=False)
    assert written != source
    assert written.isascii()
    assert written.count(b"\n") == 1
    assert b"\0" not in written
