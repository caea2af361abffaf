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


def test_a_file_is_read_with_its_name_and_mode() -> None:
    file = uu.read(b"see below\n" + encoded(b"hello").replace(b"644 file.bin", b"0755 my file.bin "))
    assert file == uu.UuFile("my file.bin", 0o755, b"hello")
    assert uu.read(b"%:&5L;&\\\n") == uu.UuFile("", None, b"hello")


@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 3, bytes(100)])
def test_what_is_written_is_read_back(data: bytes) -> None:
    written = uu.encode(data, name="bericht für alle.txt", mode=0o600)
    assert uu.read(written) == uu.UuFile("bericht für alle.txt", 0o600, data)
    assert written.endswith(b"\r\n`\r\nend\r\n")
    assert b" \r\n" not in written
    assert all(len(line) <= 61 for line in written.split(b"\r\n"))


@pytest.mark.parametrize("name", ["", " x", "x ", "a\rb", "a\nb", "a\0b", "a\x7fb", "a\ud800b"])
def test_names_that_cannot_be_written_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="printable text"):
        uu.encode(b"", name=name)


@pytest.mark.parametrize("mode", [-1, 0o10000])
def test_modes_that_are_none_are_refused(mode: int) -> None:
    with pytest.raises(ValueError, match="0o644"):
        uu.encode(b"", name="x", mode=mode)


@pytest.mark.parametrize(
    "data",
    [
        encoded(b"hello" * 30),
        b"text\r\n" + encoded(b"hello" * 30).replace(b"\n", b"\r\n") + b"text",
        encoded(b"hello")[:-8],
        b"#86%A\r#86%A\r\n#86%A",
        b"begin 644 x\n#86%A" + b" " * 300 + b"\r#86%A\r\nend" + b" " * 300 + b"\n#86%A",
        b"end\n#86%A\n`\n#86%A",
        b"begin 644 x",
    ],
)
def test_pieces_decode_like_the_whole(data: bytes) -> None:
    for size in (1, 2, 3, 61, 1000):
        undo = uu.Decoder()
        pieces = [undo.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert b"".join(pieces) + undo.finish() == uu.decode(data)


def test_nothing_comes_after_the_end() -> None:
    undo = uu.Decoder()
    assert undo.feed(b"begin 644 x\n#86%A\nend\n") == b"aaa"
    assert undo.feed(b"#86%A\n") == b""
    assert undo.finish() == b""
