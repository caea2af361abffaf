from __future__ import annotations

from binascii import crc32
from pathlib import Path

import pytest

from mailwright.encodings import yenc
from mailwright.encodings.yenc import YencFile

DATA = bytes(range(256)) * 3
TESTS = "mimekit/UnitTests/TestData/yenc"


@pytest.mark.parametrize("data", [b"", b"a", DATA, bytes([214, 224, 227, 19, 4, 223, 246]) * 200])
@pytest.mark.parametrize("columns", [1, 2, 64, 128, 996])
def test_what_is_written_is_read_back(data: bytes, columns: int) -> None:
    written = yenc.encode(data, name="für alle.bin", columns=columns)
    file = yenc.read(written)
    assert file == YencFile("für alle.bin", len(data), None, None, None, None, crc32(data), True, data)
    assert yenc.decode(written) == data
    for line in written.split(b"\r\n")[1:-2]:
        assert len(line) <= columns + 2
        assert not line.startswith((b".", b" ", b"\t", b"=y"))
        assert not line.endswith((b" ", b"\t"))
        assert b"\0" not in line
        assert b"\n" not in line
        assert b"\r" not in line


@pytest.mark.parametrize("name", ["", " x", "x\t", "a\r\nb", "a\0b", "a\x7fb", "a\udfffb"])
def test_names_that_cannot_be_written_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="printable text"):
        yenc.encode(b"", name=name)


@pytest.mark.parametrize("columns", [0, 997])
def test_lines_of_no_use_are_refused(columns: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 996"):
        yenc.encode(b"", name="x", columns=columns)


def test_a_part_says_where_it_belongs() -> None:
    content = b"abc".translate(bytes((octet + 42) & 255 for octet in range(256)))
    head = b'=ybegin part=2 total=3 line=128 size=9 name="x y.bin" \r\n=ypart begin=4 end=6\r\n'
    file = yenc.read(
        b"text\r\n" + head + content + b"\r\n=yend size=3 part=2 pcrc32=352441c2 crc32=00000000\r\nmore\r\n"
    )
    assert file == YencFile("x y.bin", 9, 2, 3, 4, 6, 0x352441C2, True, b"abc")


@pytest.mark.parametrize(
    ("end", "is_intact"),
    [
        (b"=yend size=3 crc32=352441C2", True),
        (b"=yend size=3 crc32=ffffffff352441c2", True),
        (b"=yend size=3", True),
        (b"=yend size=3 crc32=nonsense", True),
        (b"=yend size=3 crc32=352441c3", False),
        (b"=yend size=4 crc32=352441c2", False),
        (b"=yend", False),
        (b"", False),
        (b"=yend size=" + b"9" * 5000, False),
    ],
)
def test_damage_is_told_and_is_no_error(end: bytes, is_intact: bool) -> None:
    file = yenc.read(b"=ybegin line=128 size=3 name=x\n\x8b\x8c\x8d\n" + end)
    assert file.data == b"abc"
    assert file.is_intact is is_intact


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x8b\x8c\r\n\x8d", b"abc"),
        (b"=ybegin size=1 name=x\n\x8b=\r\n\xcc", b"ab"),
        (b"=ybegin size=1 name=x\n\x8b=", b"a"),
        (b"=ybegin size=1 name=x\n\x8b==\r\n\x8c", bytes([97, 0xD3, 98])),
        (b"=ybegin size=1 name=x\n=ypart begin=1 end=2\n\x8b\n=ynew keyword\n\x8c\n=yend size=2\n\x8d", b"ab"),
        (b"=ybegin size=1 name=x\n=yendless\n\x8b", b"a"),
        (b"=ybegin size=1 name=x\n=yend", b""),
        (b"=ybegin size=1 name=x\n=ye", b""),
        (b"=ybegin size=1 name=x", b""),
        (b"", b""),
        (b"\x8b\n=\n=", b"a\xd3"),
        (b"\x8b\n=\n", b"a"),
    ],
)
def test_pieces_decode_like_the_whole(data: bytes, expected: bytes) -> None:
    assert yenc.decode(data) == expected
    for size in (1, 2, 3, 5, 1000):
        undo = yenc.Decoder()
        pieces = [undo.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert b"".join(pieces) + undo.finish() == expected


def test_nothing_comes_after_the_end() -> None:
    undo = yenc.Decoder()
    assert undo.feed(b"=ybegin size=1 name=x\n\x8b\n=yend size=1\n") == b"a"
    assert undo.feed(b"\x8b\n") == undo.finish() == b""


def test_files_of_others_are_read(corpora: Path) -> None:
    simple = yenc.read((corpora / TESTS / "simple.msg").read_bytes())
    assert (simple.name, simple.size, simple.crc, simple.is_intact) == ("testfile.txt", 584, 0xDED29F4F, True)
    parts = [yenc.read((corpora / TESTS / name).read_bytes()) for name in ("00000020.ntx", "00000021.ntx")]
    assert [(part.part, part.begin, part.end, part.is_intact) for part in parts] == [
        (1, 1, 11250, True),
        (2, 11251, 19338, True),
    ]
    assert b"".join([part.data for part in parts]) == (corpora / TESTS / "joystick.jpg").read_bytes()
