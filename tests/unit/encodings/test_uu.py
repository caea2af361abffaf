import binascii

import pytest

from mailwright.encodings import uu


def encoded(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[start : start + 45]) for start in range(0, len(data), 45)]
    return b"begin 644 file.bin\n" + b"".join(lines) + b"`\nend\n"


@pytest.mark.parametrize("data", [b"", b"a", b"hello\n", bytes(range(256)) * 3])
def test_what_was_encoded_comes_back(data: bytes) -> None:
    assert uu.decode(encoded(data)) == data
    assert uu.decode(b"A text before.\n" + encoded(data) + b"and behind\n") == data
    assert uu.decode(encoded(data).replace(b"\n", b"\r\n")) == data


def test_lines_without_begin_are_read() -> None:
    assert uu.decode(b"%:&5L;&\\ \n") == b"hello"


def test_trailing_spaces_may_be_lost() -> None:
    assert uu.decode(b"begin 644 x\n#86$\nend\n") == b"aa\0"


@pytest.mark.parametrize("data", [b"\xff\xfe\n\x80", b"begin 644 x\n\x01\x02\n", b"begin 644 x", b"M", b"\n\n\n"])
def test_rubbish_never_raises(data: bytes) -> None:
    assert isinstance(uu.decode(data), bytes)
