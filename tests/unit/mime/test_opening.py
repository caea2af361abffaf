"""Files, mailboxes, pipes: whatever has a name gives its messages."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from mailwright.mime.opening import opened
from mailwright.mime.spool import HELD

ONE = b"Subject: one\n\nfirst\n"
MBOX = b"From a@example.com Mon Nov  2 08:15:00 2026\n" + ONE + b"\nFrom - \nSubject: two\n\nsecond\n"
NOTHING = io.BytesIO()


class Dripping(io.BytesIO):
    """A stream that gives an octet at a time, as a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1 if size else 0)


def subjects(name: str | Path, stdin: io.BytesIO = NOTHING, *, as_mbox: bool | None = None) -> list[tuple[int, str]]:
    return [(each.number, each.message.subject) for each in opened(str(name), stdin, as_mbox=as_mbox)]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    (tmp_path / "one.eml").write_bytes(ONE)
    return tmp_path / "one.eml"


@pytest.fixture
def several(tmp_path: Path) -> Path:
    (tmp_path / "several.mbox").write_bytes(MBOX)
    return tmp_path / "several.mbox"


def test_a_message_and_a_mailbox_are_told_apart(one: Path, several: Path) -> None:
    assert subjects(one) == [(1, "one")]
    assert subjects(several) == [(1, "one"), (2, "two")]
    assert [each.entry is None for each in opened(str(one), NOTHING)] == [True]


def test_whoever_knows_better_may_say_so(one: Path, several: Path) -> None:
    assert subjects(several, as_mbox=False) == [(1, "one")]
    (found,) = opened(str(one), NOTHING, as_mbox=True)
    assert (found.entry is not None, found.message.subject) == (True, "one")


def test_a_mark_before_the_first_separator(tmp_path: Path) -> None:
    path = tmp_path / "windows.mbox"
    path.write_bytes(b"\xef\xbb\xbf" + MBOX)
    assert subjects(path) == [(1, "one"), (2, "two")]


@pytest.mark.parametrize("raw", [b"", b"F", b"From", b"\xef\xbb\xbf"])
def test_hardly_anything_is_a_message(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tiny"
    path.write_bytes(raw)
    assert [number for number, _ in subjects(path)] == [1]
    assert [number for number, _ in subjects("-", io.BytesIO(raw))] == [1]


@pytest.mark.parametrize(("raw", "expected"), [(ONE, ["one"]), (MBOX, ["one", "two"])])
def test_standard_input_whole_and_octet_by_octet(raw: bytes, expected: list[str]) -> None:
    for stream in (io.BytesIO(raw), Dripping(raw)):
        assert [subject for _, subject in subjects("-", stream)] == expected
    *_, last = opened("-", Dripping(raw))
    assert last.message.to_bytes()[-2:] == raw[-2:]


def test_no_octet_of_a_stream_is_lost() -> None:
    raw = ONE + b"x" * 3_000_000
    (found,) = opened("-", io.BytesIO(raw))
    assert found.message.to_bytes() == raw


def test_a_large_file_is_mapped_and_complete(tmp_path: Path) -> None:
    raw = ONE + b"x" * HELD
    path = tmp_path / "large.eml"
    path.write_bytes(raw)
    (found,) = opened(str(path), NOTHING)
    assert not isinstance(found.message.document and found.message.document.buffer, bytes)
    assert found.message.to_bytes() == raw


@pytest.mark.skipif(sys.platform == "win32", reason="makes a pipe with a name")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(MBOX))
    writer.start()
    assert subjects(pipe) == [(1, "one"), (2, "two")]
    writer.join()


def test_what_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(opened(str(tmp_path / "none"), NOTHING))
    with pytest.raises(OSError, match="directory"):
        list(opened(str(tmp_path), NOTHING))
    with pytest.raises(OSError, match="closed"):
        list(opened("-", None))
