import mmap
from pathlib import Path

import pytest

from mailwright import mime
from mailwright.mime.source import finder, open_source


def test_small_files_are_read_and_large_ones_mapped(tmp_path: Path) -> None:
    small, large, empty = tmp_path / "small", tmp_path / "large", tmp_path / "empty"
    small.write_bytes(b"x")
    large.write_bytes(b"x" * 300_000)
    empty.write_bytes(b"")
    assert open_source(small) == b"x"
    assert open_source(empty) == b""
    assert isinstance(open_source(large), mmap.mmap)


def test_what_cannot_be_parsed_is_refused() -> None:
    with pytest.raises(TypeError, match="not str"):
        mime.parse("Subject: x")  # type: ignore[arg-type]  # what a beginner tries
    with pytest.raises(FileNotFoundError):
        mime.parse(Path("no such file"))


@pytest.mark.parametrize("at", [0, 1, 4000, 4094, 4095, 4096, 9000, 1_100_000])
def test_a_map_is_searched_as_bytes_are(tmp_path: Path, at: int) -> None:
    data = bytearray(b"-" * 1_200_000)
    data[at : at + 4] = b"\n--b"
    path = tmp_path / "file"
    path.write_bytes(data)
    mapped = open_source(path)
    find = finder(mapped)
    for start, end in ((0, len(data)), (at, at + 4), (at + 1, len(data)), (0, at + 3)):
        assert find(b"\n--b", start, end) == bytes(data).find(b"\n--b", start, end)


def test_a_mapped_message_is_as_one_in_memory(tmp_path: Path) -> None:
    message = mime.Message(from_="a@example.com", to="b@example.com", subject="large", text="see file")
    message.attach(bytes(range(256)) * 4000, name="a.bin")
    raw = message.to_bytes()
    path = tmp_path / "large.eml"
    path.write_bytes(raw)
    for parsed in (mime.parse(path), mime.parse(raw)):
        assert parsed.to_bytes() == raw
        assert b"".join(parsed.chunks()) == raw
        assert parsed.size() == len(raw)
        assert parsed.text == "see file"
        assert parsed.attachments[0].content == bytes(range(256)) * 4000
        assert parsed.attachments[0].open().read(4) == b"\0\1\2\3"
        parsed.subject = "small"
        assert len(parsed.to_bytes()) == len(raw)
    assert mime.parse(path).streams_from_disk
    assert not mime.parse(raw).streams_from_disk
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as given:
        assert mime.parse(given).subject == "large"
