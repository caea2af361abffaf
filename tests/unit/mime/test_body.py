"""Every kind of body tells its octets, whole and in blocks, and how many it will write."""

from pathlib import Path

import pytest

from mailwright.mime import Message, Part
from mailwright.mime.body import (
    BLOCK,
    SMALL,
    Body,
    Disk,
    Enclosed,
    Held,
    Ranged,
    Several,
    Stream,
    Wire,
    canonical_text,
    decoded,
    windows,
)

DATA = bytes(range(256)) * 3


def written(body: Body) -> bytes:
    pieces = [piece for piece in body.pieces(utf8=False) if isinstance(piece, bytes | Stream)]
    for piece in pieces:
        if isinstance(piece, Stream):
            assert sum(map(len, piece.open())) == piece.length
    return b"".join([piece if isinstance(piece, bytes) else b"".join(piece.open()) for piece in pieces])


@pytest.mark.parametrize("size", [0, 1, 57, 58, SMALL, SMALL + 1, BLOCK, BLOCK + 1])
def test_what_is_held_or_on_disk_is_the_same(size: int, tmp_path: Path) -> None:
    data = (DATA * (size // len(DATA) + 1))[:size]
    path = tmp_path / "file"
    path.write_bytes(data)
    held, disk = Held(data), Disk.at(str(path))
    assert held.content() == disk.content() == b"".join(held.octets()) == b"".join(disk.octets()) == data
    assert written(held) == written(disk)
    assert decoded(written(held), "base64") == data
    assert disk.head(5) == data[:5]


def test_a_file_that_has_changed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"four")
    disk = Disk.at(str(path))
    for data in (b"three", b"one"):
        path.write_bytes(data)
        with pytest.raises(ValueError, match="had 4 octets"):
            disk.check()
        with pytest.raises(ValueError, match="had 4 octets"):
            written(disk)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        disk.check()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no regular file"):
        Disk.at(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        Disk.at(str(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("encoding", "wire", "content"),
    [
        ("base64", b"eHk=", b"xy"),
        ("quoted-printable", b"=78y", b"xy"),
        ("x-uuencode", b"begin 644 n\n\">'D\n`\nend\n", b"xy"),
        ("7bit", b"xy", b"xy"),
        ("", b"xy", b"xy"),
        ("rot13", b"xy", b"xy"),
    ],
)
def test_what_is_encoded_is_decoded_in_one_go_and_in_blocks(encoding: str, wire: bytes, content: bytes) -> None:
    whole = Wire(wire, encoding)
    within = Ranged(b"--" + wire + b"--", 2, 2 + len(wire), encoding)
    for body in (whole, within):
        assert body.content() == b"".join(body.octets()) == content
        assert written(body) == wire
        assert body.encoding == encoding


def test_parts_stand_between_delimiters() -> None:
    first, second = Part.of_text("x"), Part.of_text("y")
    body = Several((first, second), "b")
    assert body.content() == b"".join(body.octets()) == b""
    assert body.pieces(utf8=False) == [b"--b\r\n", first, b"\r\n--b\r\n", second, b"\r\n--b--\r\n"]
    assert Several((), "b").pieces(utf8=False) == [b"--b--\r\n"]


@pytest.mark.parametrize(("author", "encoding"), [("a@example.com", ""), ("ü@example.com", "base64")])
def test_a_message_is_written_where_it_stands(author: str, encoding: str) -> None:
    message = Message(from_=author, text="x")
    body = Enclosed(message)
    assert body.encoding == encoding
    assert body.content() == b"".join(body.octets()) == message.to_bytes()
    if encoding:
        assert decoded(written(body), encoding) == message.to_bytes(utf8=True)
    else:
        assert body.pieces(utf8=False) == [message]


def test_windows_cover_everything_once() -> None:
    data = b"x" * (2 * BLOCK + 5)
    blocks = list(windows(data, 1, len(data)))
    assert [len(block) for block in blocks] == [BLOCK, BLOCK, 4]
    assert list(windows(data, 3, 3)) == []


def test_text_becomes_octets_with_the_line_ends_of_mail() -> None:
    assert canonical_text("ü\n\r\rx\r\n", "text") == "ü\r\n\r\n\r\nx\r\n".encode()
    with pytest.raises(ValueError, match=r"text holds a lone surrogate, '\\ud800' at index 1"):
        canonical_text("a\ud800", "text")
