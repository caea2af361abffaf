"""Files of mail as people name them: one message, a mailbox, or standard input; in constant memory."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from mailwright.mime.mbox_reader import MboxEntry, mbox_entries
from mailwright.mime.parser import parse
from mailwright.mime.spool import Spool

if TYPE_CHECKING:
    from mailwright.mime.message import Message

__all__ = ["STDIN", "Opened", "opened"]

STDIN: Final = "-"
"""What stands for standard input among file names (POSIX 12.2, guideline 13)."""

_SEPARATOR: Final = b"From "  # RFC 4155, Appendix A
_MARK: Final = b"\xef\xbb\xbf"  # QUIRK: editors on Windows put a byte order mark before it; see mbox_window
_HEAD: Final = len(_MARK + _SEPARATOR)
_BLOCK: Final = 1_048_576
"""Octets read at a time; as in ``mbox_window``."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message out of a file.

    Attributes:
        number: which of the file's it is, from 1.
        message: the message.
        entry: the separator before it, when the file was read as a mailbox.
    """

    number: int
    message: Message
    entry: MboxEntry | None = None


def opened(name: str, stdin: BinaryIO | None, *, as_mbox: bool | None = None) -> Iterator[Opened]:
    """Read the messages of a file.

    Args:
        name: of the file; ``-`` for standard input. What is no regular file is read as a stream.
        stdin: standard input; None when it is closed.
        as_mbox: whether it is a mailbox (RFC 4155); when None, it is one if it begins with a line ``From ...``.

    Yields:
        The messages. A large one is mapped, so its file must stay as it is as long as it is used.

    Raises:
        OSError: the file cannot be read.
    """
    if name == STDIN:
        if stdin is None:
            raise OSError("standard input is closed; name a file instead of -")
        yield from _streamed(stdin, as_mbox)
        return
    with open(name, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            yield from _streamed(file, as_mbox)
        elif _is_mbox(file.read(_HEAD), as_mbox):
            _ = file.seek(0)
            yield from _numbered(mbox_entries(file))
        else:
            yield Opened(1, parse(Path(name)))


def _is_mbox(head: bytes, told: bool | None) -> bool:
    return head.removeprefix(_MARK).startswith(_SEPARATOR) if told is None else told


def _numbered(entries: Iterator[MboxEntry]) -> Iterator[Opened]:
    for number, entry in enumerate(entries, 1):
        yield Opened(number, entry.message, entry)


# --- what can be read only once -------------------------------------------------------------------------------------


class _Joined(io.RawIOBase):
    """What was read of a stream to look at it, and the rest of the stream."""

    def __init__(self, head: bytes, rest: BinaryIO | io.RawIOBase) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        room = memoryview(buffer).cast("B")
        data = self._head or self._rest.read(len(room)) or b""
        taken = data[: len(room)]
        self._head = data[len(room) :]
        room[: len(taken)] = taken
        return len(taken)


def _streamed(stream: BinaryIO | io.RawIOBase, as_mbox: bool | None) -> Iterator[Opened]:
    head = b""
    while len(head) < _HEAD and (more := stream.read(_HEAD - len(head))):
        head += more
    whole = _Joined(head, stream)
    if _is_mbox(head, as_mbox):
        yield from _numbered(mbox_entries(io.BufferedReader(whole, _BLOCK)))
        return
    with Spool() as spool:
        while block := whole.read(_BLOCK):
            spool.write(block)
        message = parse(spool.buffer())
    yield Opened(1, message)
