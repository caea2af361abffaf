"""Appending to mbox files: what is read back is what was written, and nothing is left half done."""

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime import Message, parse
from mailwright.mime.mbox_reader import mbox, mbox_entries
from mailwright.mime.mbox_writer import MboxWriter

WHEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
LINE = b"From MAILER-DAEMON Sun Nov  6 08:49:37 1994\n"


def written(
    *raws: bytes, before: bytes = b"", quoting: Literal["rd", "o"] = "rd", line_end: bytes = b"\n", sender: str = ""
) -> bytes:
    file = io.BytesIO(before)
    writer = MboxWriter(file, quoting=quoting, line_end=line_end)
    for raw in raws:
        _ = writer.add(parse(raw), sender=sender, date=WHEN)
    return file.getvalue()


def test_a_message_stands_between_a_separator_and_an_empty_line() -> None:
    assert written(b"A: b\r\n\r\nx\r\n", sender="a@b") == LINE.replace(b"MAILER-DAEMON", b"a@b") + b"A: b\n\nx\n\n"
    assert written(b"A: b\n\nx", line_end=b"\r\n") == (LINE + b"A: b\n\nx\n\n").replace(b"\n", b"\r\n")


def test_lines_are_quoted_in_body_and_header() -> None:
    raw = b"From x\nA: b\n\nFrom y\n>From z\n"
    assert written(raw) == LINE + b">From x\nA: b\n\n>From y\n>>From z\n\n"
    assert written(raw, quoting="o") == LINE + b">From x\nA: b\n\n>From y\n>From z\n\n"


lines = st.lists(st.sampled_from([b"", b"x", b"From y", b">From z", b">>From ", b"A: b", LINE[:-1]]), max_size=9)


@given(st.lists(lines, max_size=4), st.sampled_from([b"\n", b"\r\n"]))
def test_mboxrd_is_read_back_as_it_was(messages: list[list[bytes]], line_end: bytes) -> None:
    raws = [b"".join([line + line_end for line in message]) for message in messages]
    data = written(*raws, line_end=line_end)
    assert [message.to_bytes() for message in mbox(data)] == raws


@pytest.mark.parametrize("before", [b"rest", b"rest\n", b"rest\n\n", b"rest\r\n", b"rest\r\n\r\n", b"\n"])
def test_what_was_left_unfinished_is_ended_first(before: bytes) -> None:
    data = written(b"A: b\n\nx\n", before=LINE + b"A: a\n\n" + before)
    found = [message.to_bytes() for message in mbox(data)]
    assert len(found) == 2
    assert found[1] == b"A: b\n\nx\n"
    ended = data[: data.rindex(LINE)].replace(b"\r\n", b"\n")
    assert ended.endswith(b"\n\n")
    assert not ended.endswith(b"rest\n\n\n")


def test_a_file_is_made_appended_to_and_private(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    offsets: list[int] = []
    for subject in ("a", "b"):
        with MboxWriter(path) as writer:
            message = Message(from_="a@example.com", to="b@example.com", subject=subject, text="From me", date=WHEN)
            offsets.append(writer.add(message))
    entries = list(mbox_entries(path))
    assert [entry.message.subject for entry in entries] == ["a", "b"]
    assert [entry.offset for entry in entries] == offsets
    assert [entry.sender for entry in entries] == ["MAILER-DAEMON"] * 2
    assert all(entry.date and abs((entry.date - datetime.now(UTC)).total_seconds()) < 600 for entry in entries)
    assert entries[0].message.text == "From me\n"
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("field", "sender"),
    [(b"<a@example.com>", b"a@example.com"), (b"<>", b"MAILER-DAEMON"), (b'<"a b"@c.example>', b"MAILER-DAEMON")],
)
def test_the_sender_is_that_of_the_return_path(field: bytes, sender: bytes) -> None:
    file = io.BytesIO()
    _ = MboxWriter(file).add(parse(b"Return-Path: " + field + b"\n\nx\n"), date=WHEN)
    assert file.getvalue().split(b" ")[1] == sender


def test_an_international_message_is_written_in_utf8() -> None:
    file = io.BytesIO()
    _ = MboxWriter(file).add(Message(from_="jörg@example.com", to="a@example.com", text="x"), sender="jörg@example.com")
    (entry,) = mbox_entries(file.getvalue())
    assert entry.sender == "jörg@example.com"
    assert entry.message.from_.mailboxes[0].local == "jörg"


def test_a_message_that_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    attached = tmp_path / "a.bin"
    attached.write_bytes(bytes(3_000_000))
    message = Message(from_="a@example.com", text="x")
    message.attach(attached)
    path = tmp_path / "x.mbox"
    with MboxWriter(path) as writer:
        _ = writer.add(parse(b"A: b\n\nx\n"), date=WHEN)
        size = path.stat().st_size

        class Shrinking(Message):
            def chunks(self, **_: object) -> Iterator[bytes]:
                chunks = message.chunks()
                attached.write_bytes(b"")
                return chunks

        with pytest.raises(ValueError, match="attach it again"):
            _ = writer.add(Shrinking())
        _ = writer.add(parse(b"A: c\n\ny\n"), date=WHEN)
    assert path.read_bytes()[size:] == LINE + b"A: c\n\ny\n\n"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    assert MboxWriter(pipe).add(parse(b"A: b\n\nx\n"), date=WHEN) == 0
    assert pipe.getvalue() == LINE + b"A: b\n\nx\n\n"
    path = tmp_path / "x"
    with path.open("ab") as file:
        _ = MboxWriter(file).add(parse(b"A: b\n\nx\n"), date=WHEN)
        assert file.tell() == len(pipe.getvalue())


@pytest.mark.skipif(sys.platform == "win32", reason="no fcntl")
def test_the_file_is_locked_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    program = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'r+b') as file:\n"
        "    try: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "    except OSError: print('locked')\n"
        "    else: print('free')\n"
    )

    def state() -> str:
        done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    with MboxWriter(path):
        assert state() == "locked"
    assert state() == "free"


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'none' cannot be written"):
        _ = MboxWriter(io.BytesIO(), quoting="none")
    with pytest.raises(ValueError, match="line_end"):
        _ = MboxWriter(io.BytesIO(), line_end=b"\r")
    with pytest.raises(TypeError, match="not int"):
        _ = MboxWriter(cast(io.BytesIO, 7))
    with pytest.raises(ValueError, match="white space"):
        _ = MboxWriter(io.BytesIO()).add(parse(b""), sender="a b")
    with pytest.raises(FileNotFoundError):
        _ = MboxWriter(tmp_path / "none" / "x")
