"""Appending messages to an mbox file (RFC 4155), so that what was there before stays readable whatever happens.

A message that cannot be written to its end, because a file attached to it has gone or the disk is full, is taken back:
the file is cut off where it began. What somebody else left unfinished is ended with an empty line first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import BinaryIO, Final, Self

from mailwright.mime import from_line
from mailwright.mime.from_quoting import Quoting, quoting
from mailwright.mime.local_lines import check_line_end, localized
from mailwright.mime.message import Message

__all__ = ["MboxWriter"]

_MODE: Final = 0o600
"""Permissions of a new file: mail is its owner's."""


class MboxWriter:
    """Appends messages to an mbox file; a context manager.

    Lines that could be taken for separators are quoted, also in the header. Line ends become those of the file, so a
    message with CRLF comes back with LF unless ``line_end`` says otherwise; and one that does not end with a line end
    gets one. Nothing else changes: with ``"rd"`` it is read back as it was.

    Args:
        target: a path, whose file is made when it is not there and locked (``fcntl.lockf``) until the writer is
            closed, waiting for other processes that hold the lock; or an open binary file, which is the caller's to
            lock and to close.
        quoting: ``"rd"``, which can be undone exactly, or ``"o"``.
        line_end: how lines end in the file: LF as everybody expects, or CRLF.

    Raises:
        OSError: the file cannot be opened.
        TypeError: it is neither a path nor a file.
        ValueError: another kind of quoting or line end.
    """

    __slots__ = ("_file", "_is_mine", "_line_end", "_quoting")

    def __init__(
        self, target: str | os.PathLike[str] | BinaryIO, *, quoting: Quoting = "rd", line_end: bytes = b"\n"
    ) -> None:
        if quoting not in ("rd", "o"):
            raise ValueError(f"quoting {quoting!r} cannot be written; 'rd' and 'o' can")
        self._quoting: Quoting = quoting
        self._line_end = check_line_end(line_end)
        self._is_mine = isinstance(target, str | os.PathLike)
        if isinstance(target, str | os.PathLike):
            self._file = _opened(target)
        elif hasattr(target, "write"):
            self._file = target
        else:
            raise TypeError(f"MboxWriter takes a path or a binary file, not {type(target).__name__}")

    def add(self, message: Message, *, sender: str | None = None, date: datetime | None = None) -> int:
        """Append a message in constant memory.

        Args:
            message: what to append.
            sender: the reverse-path without angle brackets; nothing for the null one, which is written
                ``MAILER-DAEMON``. What Return-Path says when it is None.
            date: when it was delivered; now when it is None.

        Returns:
            Where its separator stands in the file, in octets; 0 when it cannot be known, as in a pipe.

        Raises:
            ValueError: the sender holds white space or controls, the date is naive, or the message cannot be written.
            OSError: the file, or a file attached to the message, fails. Nothing of the message stays behind in a
                seekable file.
        """
        line = from_line.write(
            _return_path(message) if sender is None else sender, datetime.now(UTC) if date is None else date
        )
        chunks = message.chunks(utf8=message.is_international)
        file = self._file
        if not file.seekable():
            return self._write(line, chunks)
        begin = file.seek(0, os.SEEK_END)
        try:
            begin += file.write(_missing(file, begin, self._line_end))
            _ = self._write(line, chunks)
            file.flush()
        except BaseException:
            _ = file.seek(begin)
            _ = file.truncate()
            raise
        return begin

    def _write(self, line: bytes, chunks: Iterator[bytes]) -> int:
        """Write a separator, a message and an empty line."""
        file, end = self._file, self._line_end
        _ = file.write(line + end)
        lines = quoting(self._quoting)
        last = b"\n"
        for chunk in localized(chunks):
            last = chunk[-1:] or last
            ready = lines.feed(chunk)
            _ = file.write(ready if end == b"\n" else ready.replace(b"\n", end))
        _ = file.write(lines.finish() + (end if last == b"\n" else end + end))
        return 0

    def close(self) -> None:
        """Close the file and give up the lock, when it was opened here."""
        if self._is_mine:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    """Open for reading and writing, and lock. Behind the lock, since others may write until we have it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), _MODE)
    file = os.fdopen(descriptor, "r+b")
    try:
        import fcntl  # not on Windows, where other programs do not share mbox files

        fcntl.lockf(file, fcntl.LOCK_EX)
    except ImportError:  # pragma: no cover - Windows
        pass
    except BaseException:
        file.close()
        raise
    return file


def _missing(file: BinaryIO, size: int, line_end: bytes) -> bytes:
    """What the last message in the file lacks at its end: nothing when an empty line ends it."""
    if not size or not file.readable():  # opened for appending only: the caller's to know
        return b""
    _ = file.seek(max(0, size - 4))
    tail = file.read(4).replace(b"\r\n", b"\n")
    _ = file.seek(size)
    if tail.endswith(b"\n\n") or tail == b"\n":
        return b""
    return line_end if tail.endswith(b"\n") else line_end + line_end


def _return_path(message: Message) -> str:
    """The reverse-path that the last server wrote (RFC 5321 4.4), if it can stand in a separator."""
    field = message.headers.field("return-path")
    boxes = field.addresses.mailboxes if field is not None else ()
    address = boxes[0].addr_spec if boxes else ""
    return "" if any(character.isspace() or not character.isprintable() for character in address) else address
