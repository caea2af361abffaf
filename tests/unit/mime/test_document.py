"""A source, its tree, and the parts that are made of it when they are asked for."""

import copy
import pickle

import pytest

from mailwright import mime
from mailwright.mime import Limits, Message, Part
from mailwright.mime.document import Document, depth_of, encoding_of

RAW = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    b"--a\r\n\r\ntext\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\ninner\r\n--a--\r\n"
)


def document(part: Part) -> Document:
    assert part.document is not None
    return part.document


def test_parts_are_made_once() -> None:
    message = mime.parse(RAW)
    assert message.parts[0] is message.parts[0]
    assert message.parts[1].message is message.parts[1].message
    assert document(message).root is message
    assert document(message.parts[0]) is document(message)


def test_an_encoded_message_stands_in_a_source_of_its_own() -> None:
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeQ0KDQp4\r\n"
    outer = mime.parse(raw)
    inner = outer.message
    assert inner is not None
    assert document(inner) is not document(outer)
    assert (inner.subject, document(inner).depth, inner.text) == ("y", 1, "x")


def test_the_depth_is_counted_from_the_root() -> None:
    message = mime.parse(RAW)
    leaf = message.parts[1].message
    assert leaf is not None
    assert leaf.node is not None
    assert message.node is not None
    assert depth_of(message.node) == 1
    assert depth_of(leaf.node) == 3


@pytest.mark.parametrize(
    ("raw", "end"),
    [
        (b"A: b\r\n\r\nx", b"\r\n"),
        (b"A: b\n\nx", b"\n"),
        (b"A: b\r\rx", b"\r"),
        (b"A: b", b"\r\n"),
        (b"", b"\r\n"),
        (b"\n", b"\n"),
        (b"A: b\r\n\nx\n", b"\r\n"),
    ],
)
def test_the_line_end_is_that_of_the_place(raw: bytes, end: bytes) -> None:
    assert document(mime.parse(raw)).line_end(0) == end


def test_behind_the_last_line_end_the_first_one_counts() -> None:
    assert document(mime.parse(b"A: b\n\nx")).line_end(6) == b"\n"


def test_a_boundary_that_follows_at_once_needs_a_line_end() -> None:
    found = document(mime.parse(b"--a\r\nx"))
    assert (found.rim(0, b"\r\n"), found.rim(3, b"\r\n"), found.rim(6, b"\n")) == (b"\r\n", b"", b"")


@pytest.mark.parametrize(
    ("value", "encoding"),
    [
        (b"base64", "base64"),
        (b" BASE64 ", "base64"),
        (b"base64;", "base64"),
        (b'"base64"', "base64"),
        (b"(c) base64 (d)", "base64"),
        (b"quoted-\r\n printable", "quoted- printable"),
        (b"", ""),
        (b"x", "x"),
    ],
)
def test_the_encoding_is_what_was_meant(value: bytes, encoding: str) -> None:
    message = mime.parse(b"Content-Transfer-Encoding:" + value + b"\r\n\r\nx")
    assert encoding_of(message.headers) == encoding
    assert encoding_of(Message().headers) == ""


def ways(message: Message) -> list[Part]:
    inner = message.parts[1].message
    assert inner is not None
    return [message, *message.parts, inner]


@pytest.mark.parametrize("number", range(4))
def test_a_part_is_copied_and_pickled_with_what_is_around_it(number: int) -> None:
    message = mime.parse(RAW, limits=Limits(depth=7))
    part = ways(message)[number]
    for other in (copy.copy(part), copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert type(other) is type(part)
        assert other is not part
        assert other.raw == part.raw
        assert document(other).limits == Limits(depth=7)
        assert document(other).root.to_bytes() == RAW


def test_a_copy_has_what_was_changed_and_is_independent() -> None:
    message = mime.parse(RAW)
    message.subject = "changed"
    other = copy.deepcopy(message)
    other.subject = "again"
    assert (message.subject, other.subject) == ("changed", "again")
    assert mime.parse(message.to_bytes()).subject == "changed"


def test_a_part_that_was_taken_out_is_copied_alone() -> None:
    message = mime.parse(RAW)
    part = message.parts[0]
    raw = part.raw
    message.remove(part)
    assert copy.deepcopy(part).raw == pickle.loads(pickle.dumps(part)).raw == raw
