"""Where the octets of a message wait until it is whole."""

import mmap
import tempfile
from pathlib import Path

import pytest

from mailwright.mime.parser import parse
from mailwright.mime.source import LeanMap
from mailwright.mime.spool import HELD, Spool


def test_little_stays_in_memory() -> None:
    with Spool() as spool:
        spool.write(b"Subject: a")
        spool.write(b"\n\nb")
        assert (len(spool), spool.buffer()) == (13, b"Subject: a\n\nb")


def test_much_goes_to_a_file_that_is_mapped() -> None:
    line = b"x" * 99 + b"\n"
    with Spool() as spool:
        spool.write(b"Subject: a\n\n")
        for _ in range(HELD // 100 * 4):
            spool.write(line)
        buffer = spool.buffer()
    assert isinstance(buffer, LeanMap)
    assert len(buffer) == len(spool)
    message = parse(buffer)
    assert message.subject == "a"
    assert b"".join(message.chunks()) == b"Subject: a\n\n" + line * (HELD // 100 * 4)
    assert buffer[0] == ord("S")


def test_pages_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    advice: list[int] = []
    monkeypatch.setattr(LeanMap, "madvise", lambda self, option: advice.append(option), raising=False)
    monkeypatch.setattr(mmap, "MADV_DONTNEED", 4, raising=False)
    with Spool() as spool:
        spool.write(bytes(HELD * 4))
        buffer = spool.buffer()
        for begin in range(0, HELD * 4, HELD):
            _ = buffer[begin : begin + HELD]
    assert advice == [4, 4]


def test_the_directory_for_temporary_files_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with Spool() as spool, pytest.raises(OSError, match="none"):
        spool.write(bytes(HELD + 1))
