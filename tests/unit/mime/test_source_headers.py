"""Fields in a source: found by offset, listed when they change, written as they stood."""

import pytest

from mailwright import mime
from mailwright.mime import Message
from mailwright.mime.source_headers import SourceHeaders

RAW = b"B: 1\r\nA: 2\r\n x\r\nB: 3\r\nC: =?utf-8?q?=C3=BC?=\r\n\r\nbody\r\n"


def headers(message: Message) -> SourceHeaders:
    found = message.headers
    assert isinstance(found, SourceHeaders)
    return found


def test_fields_are_found_in_any_case_before_and_after_they_are_listed() -> None:
    for listed in (False, True):
        found = headers(mime.parse(RAW))
        if listed:
            _ = list(found)
        assert (found["b"], found["A"], found["c"], found.get("d")) == ("1", "2 x", "ü", None)
        assert found.get_all("B") == ["1", "3"]
        assert found.raw_value("a") == b" 2\r\n x\r\n"
        assert found.raw_value("d") is None
        assert "a" in found
        assert "d" not in found
        assert len(found) == 4


def test_looking_is_no_change() -> None:
    message = mime.parse(RAW)
    _ = list(message.headers), message.headers.items(), repr(message.headers)
    assert not headers(message).is_touched()
    assert headers(message).edits(utf8=False) == []
    assert message.to_bytes() == RAW


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("set", b"B: new\nA: 2\n x\nC: =?utf-8?q?=C3=BC?=\n\nbody\n"),
        ("add", b"B: 1\nA: 2\n x\nB: 3\nC: =?utf-8?q?=C3=BC?=\nB: new\n\nbody\n"),
        ("delete", b"A: 2\n x\nC: =?utf-8?q?=C3=BC?=\n\nbody\n"),
        ("append", b"B: 1\nA: 2\n x\nB: 3\nC: =?utf-8?q?=C3=BC?=\nD: new\n\nbody\n"),
    ],
)
def test_only_what_changes_is_written_anew(change: str, expected: bytes, end: bytes) -> None:
    message = mime.parse(RAW.replace(b"\r\n", end))
    if change == "set":
        message.headers["b"] = "new"
        expected = expected.replace(b"B: new", b"b: new")
    elif change == "add":
        message.headers.add("B", "new")
    elif change == "delete":
        del message.headers["b"]
    else:
        message.headers["D"] = "new"
    assert message.to_bytes() == expected.replace(b"\n", end)
    assert headers(message).is_touched()


def test_hidden_fields_are_taken_out() -> None:
    found = headers(mime.parse(b"A: b\r\nBcc: c@d\r\nBcc: e@f\r\nG: h\r\n\r\n"))
    assert found.edits(utf8=False, hidden=frozenset({"bcc"})) == [(6, 16, b""), (16, 26, b"")]
    assert found.edits(utf8=False, hidden=frozenset({"x"})) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\nbody",
        b"body with no header",
        b"",
        b"A: b",
        b"A: b\r\nbody at once",
        b"From x\r\nA: b\r\n\r\nbody",
        b"odd\r\nA: b\r\nodd\r\nC: d\r\n\r\nbody",
    ],
)
@pytest.mark.parametrize("name", ["X", "A", "C"])
def test_a_field_that_is_set_is_read_and_gone_when_it_is_deleted(raw: bytes, name: str) -> None:
    message = mime.parse(raw)
    body, others = message.content, [field.value for field in message.headers if field.name != name]
    message.headers[name] = "new"
    again = mime.parse(message.to_bytes())
    assert again.headers[name] == "new"
    assert again.content == body
    assert [field.value for field in again.headers if field.name != name] == others
    del message.headers[name]
    again = mime.parse(message.to_bytes())
    assert name not in again.headers
    assert [field.value for field in again.headers] == others
    assert again.content == body


def test_seven_bit_is_said_of_what_stands_in_the_source() -> None:
    assert headers(mime.parse(RAW)).is_seven_bit
    assert not headers(mime.parse(b"A: \xff\r\n\r\n")).is_seven_bit
    assert headers(mime.parse(b"A: b\r\n\r\n\xff")).is_seven_bit
