"""Writing: opened up piece by piece, counted without reading, in chunks worth a system call."""

from pathlib import Path

import pytest

from mailwright import mime
from mailwright.mime import Message, Part
from mailwright.mime.body import Stream
from mailwright.mime.body import octets_of as blocks
from mailwright.mime.writer import CHUNK, HIDDEN, chunks, header_block, opened, part_bytes, size


def composed(**arguments: str) -> Message:
    return Message(**{"from_": "a@example.com", "text": "x"} | arguments)  # type: ignore[arg-type]  # all are text


def test_hidden_fields_are_never_written() -> None:
    message = composed(bcc="hidden@example.com")
    message.headers.add("Resent-Bcc", "hidden@example.com")
    assert b"hidden" not in message.to_bytes()
    assert b"hidden" not in header_block(message.headers, utf8=False)
    assert "resent-bcc" in HIDDEN
    inner = mime.parse(b"Bcc: hidden@example.com\r\n\r\nx")
    outer = composed()
    outer.attach(inner)
    assert b"hidden" not in outer.to_bytes()
    assert b"hidden" in inner.to_bytes()
    assert b"hidden" not in b"".join(chunks(opened(inner, utf8=False, hide=True)))


def test_a_header_says_how_its_body_goes() -> None:
    block = header_block(composed().headers, utf8=False, encoding="8bit")
    assert block.endswith(b"Content-Transfer-Encoding: 8bit\r\n\r\n")
    assert block.count(b"Content-Transfer-Encoding") == 1


@pytest.mark.parametrize("text", ["", "x", "x\n", "x\r\n\r\n"])
def test_the_last_line_is_ended_once(text: str) -> None:
    written = composed(text=text).to_bytes()
    assert written.endswith(b"\r\n")
    assert mime.parse(written).to_bytes() == written
    assert part_bytes(Part.of_text("x")).endswith(b"\r\n")


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK * 17])
@pytest.mark.parametrize("kind", ["text", "bytes", "disk", "read"])
def test_the_size_is_known_and_chunks_are_worth_it(kind: str, count: int, tmp_path: Path) -> None:
    message = composed()
    if kind == "text":
        message.text = "x\n" * (count // 2)
    elif kind == "bytes":
        message.attach(b"x" * count, name="x")
    elif kind == "disk":
        (tmp_path / "x").write_bytes(b"x" * count)
        message.attach(tmp_path / "x")
    else:
        message = mime.parse(b"A: b\r\n\r\n" + b"x" * count)
    pieces = opened(message, utf8=False)
    given = list(chunks(pieces))
    assert sum(map(len, given)) == size(pieces) == message.size()
    assert all(len(chunk) >= CHUNK for chunk in given[:-1])
    assert b"".join(given) == b"".join([block for piece in pieces for block in blocks(piece)])


def test_everything_is_checked_before_anything_is_written() -> None:
    def fail() -> None:
        raise ValueError("changed")

    with pytest.raises(ValueError, match="changed"):
        chunks([b"first", Stream(1, lambda: iter((b"x",)), fail)])


def test_mail_of_unix_gets_the_line_ends_of_what_is_around_it() -> None:
    outer = composed()
    outer.attach(mime.parse(b"Subject: y\n\nline\nline\n"))
    assert b"\n" not in outer.to_bytes().replace(b"\r\n", b"")
    assert b"Subject: y\r\n\r\nline\r\nline\r\n" in outer.to_bytes()
