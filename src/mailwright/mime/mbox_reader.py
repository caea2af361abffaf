"""A file of messages one behind the other: mbox (RFC 4155), read as a stream in constant memory.

What is common to all of its variants: before each message stands a line ``From sender date``, behind it an empty line.
They differ in how a line of a message is told from a separator (see ``from_line`` and ``from_quoting``):

=======  ==========================================================================================
mboxo    ``>`` before ``From ``
mboxrd   ``>`` before ``>>From `` as well, so that it can be undone
mboxcl   as mboxo, and a Content-Length field counts the octets of the body
mboxcl2  nothing is quoted, only counted
=======  ==========================================================================================

A Content-Length is believed when the caller says so, and when a separator or the end of the file stands where it
points: many were copied from elsewhere with a field that counts something else.

Line ends are those of the file. The line end of the empty line before a separator belongs to the separator. What stands
before the first separator belongs to no message, and is passed over; a file without any separator is one message.

The file is read in blocks, once. A message is copied out of it, since its quoting is undone; a large one into a
temporary file, which is mapped (see ``spool``). So neither a large mbox nor a large message in it costs memory, pipes
and compressed files can be read like others, and a message stays as it is when the file changes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, TypeAlias

from mailwright.mime.from_line import FromLine
from mailwright.mime.from_quoting import FromLines, Quoting, unquoting
from mailwright.mime.limits import DEFAULT, Limits
from mailwright.mime.mbox_window import MboxWindow
from mailwright.mime.message import Message
from mailwright.mime.parser import parse
from mailwright.mime.spool import Spool

__all__ = ["MboxEntry", "MboxSource", "mbox", "mbox_entries"]

MboxSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"
"""What can be read: a path, the octets, or an open binary file, from where it stands."""


@dataclass(frozen=True, slots=True)
class MboxEntry:
    """A message and the separator before it.

    Attributes:
        message: what was delivered.
        sender: the reverse-path as the separator has it; nothing when it has none.
        date: when it was delivered; None when the separator does not tell.
        offset: where the separator stands in the file, in octets.
        raw_from: the separator without its line end; nothing when the file has none.
    """

    message: Message
    sender: str
    date: datetime | None
    offset: int
    raw_from: bytes


def mbox(
    source: MboxSource, *, quoting: Quoting = "rd", content_length: bool = False, limits: Limits = DEFAULT
) -> Iterator[Message]:
    """Read the messages of an mbox file one after the other (RFC 4155).

    Args:
        source: a path; or an open binary file, which is read from where it stands and not closed; or octets.
        quoting: what is undone in lines of a message: ``"rd"`` takes one ``>`` from any number of them before
            ``From ``, ``"o"`` only from a single one, ``"none"`` leaves everything as it is.
        content_length: believe Content-Length where it leads to the next message (mboxcl, mboxcl2); the file has to be
            seekable.
        limits: how deep and how far to look into each message.

    Yields:
        The messages, as they were delivered.

    Raises:
        OSError: the file cannot be read.
        TypeError: it is neither a path, octets nor a file.
        ValueError: a kind of quoting that is not known.
    """
    found = mbox_entries(source, quoting=quoting, content_length=content_length, limits=limits)
    return (entry.message for entry in found)


def mbox_entries(
    source: MboxSource, *, quoting: Quoting = "rd", content_length: bool = False, limits: Limits = DEFAULT
) -> Iterator[MboxEntry]:
    """Read the messages of an mbox file with their separators; see ``mbox``.

    Yields:
        The messages with sender, date and place.
    """
    if not isinstance(source, str | os.PathLike | bytes | bytearray | memoryview) and not hasattr(source, "read"):
        raise TypeError(f"mbox takes a path, octets or a binary file, not {type(source).__name__}")
    _ = unquoting(quoting)  # a wrong one is refused here, not when the first message is wanted
    return _entries(source, quoting, limits, counted=content_length)


def _entries(source: MboxSource, quoting: Quoting, limits: Limits, *, counted: bool) -> Iterator[MboxEntry]:
    if isinstance(source, str | os.PathLike):
        with open(source, "rb", buffering=0) as file:
            yield from _read(file, quoting, limits, counted=counted)
    elif isinstance(source, bytes | bytearray | memoryview):
        yield from _read(io.BytesIO(source), quoting, limits, counted=counted)
    else:
        yield from _read(source, quoting, limits, counted=counted)


def _read(file: io.RawIOBase | BinaryIO, quoting: Quoting, limits: Limits, *, counted: bool) -> Iterator[MboxEntry]:
    window = MboxWindow(file)
    line, offset = window.first(), window.offset
    if line is None:  # what stands before the first separator; and if there is none, it is the message
        with Spool() as spool:
            line, following = window.copy(spool.write), window.offset
            if line is None and len(spool):
                yield MboxEntry(parse(spool.buffer(), limits=limits), "", None, offset, b"")
        offset = following
    while line is not None:
        with Spool() as spool:
            lines = unquoting(quoting)
            end = window.counted_end(limits.header_octets) if counted else None
            following_line = _copied(window, lines, spool, end)
            message = parse(spool.buffer(), limits=limits)
        yield MboxEntry(message, line.sender, line.date, offset, line.raw)
        line, offset = following_line, window.offset


def _copied(window: MboxWindow, lines: FromLines, spool: Spool, end: int | None) -> FromLine | None:
    """Copy a message into a spool, and give the separator behind it."""

    def take(data: bytes) -> None:
        spool.write(lines.feed(data))

    following = window.copy(take) if end is None else window.copy_to(end, take)
    spool.write(lines.finish())
    return following
