"""A window that goes once over an mbox file, and knows where its messages end (RFC 4155).

What may turn out to be an empty line and a separator when more is read is kept back; everything before it is handed on
at once. So the window holds one block of the file, however large a message is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import BinaryIO, Final

from mailwright.mime import from_line
from mailwright.mime.from_line import FromLine

__all__ = ["MboxWindow"]

_BLOCK: Final = 1_048_576
"""Octets read at a time: system calls do not count any more, and memory does not yet."""

_NEEDLE: Final = b"\nFrom "
_HELD: Final = len(b"\r" + _NEEDLE)  # what may turn out to be an empty line and a separator when more is read
_CONTEXT: Final = len(b"\n\r")  # what tells, before a line end, whether its line is empty

_MARK: Final = b"\xef\xbb\xbf"  # QUIRK: editors on Windows put a byte order mark before the first separator
_AHEAD: Final = from_line.LOOK_AHEAD
_PEEK: Final = 1024  # octets at the end of a counted message that are looked at first; most separators fit

_HEADER_END = re.compile(rb"\n\r?\n")  # RFC 5322 2.1
_CONTENT_LENGTH = re.compile(rb"^content-length[ \t]*+:[ \t]*+([0-9]{1,18})[ \t]*+\r?$", re.IGNORECASE | re.MULTILINE)
_LINE_ENDS = re.compile(rb"(?:\r?\n){0,2}")  # QUIRK: some count the empty line behind the message, some do not


class MboxWindow:
    """What of the file is in memory.

    Attributes:
        file: what is read.
        buffer: a part of it.
        base: where the buffer stands in the file, in octets.
        given: up to where in the buffer the octets were handed on.
        offset: where the last separator stands in the file.
        ended: whether all of the file was read.
    """

    __slots__ = ("base", "buffer", "ended", "file", "given", "offset")

    def __init__(self, file: io.RawIOBase | BinaryIO) -> None:
        self.file = file
        self.buffer = b""
        self.base = file.tell() if file.seekable() else 0
        self.given = 0
        self.offset = self.base
        self.ended = False

    def first(self) -> FromLine | None:
        """The separator the file begins with, if it does."""
        while len(self.buffer) < len(_MARK + b"From ") and self.fill():
            pass
        if self.buffer.startswith(_MARK):
            self.given = len(_MARK)
        return self.separator(self.given) if self.buffer.startswith(b"From ", self.given) else None

    def copy(self, take: Callable[[bytes], None]) -> FromLine | None:
        """Hand on everything before the next separator, and give it; None at the end of the file."""
        here = self.given
        while True:
            at = self.buffer.find(_NEEDLE, here)
            if at < 0:
                self.give(max(self.given, len(self.buffer) - _HELD), take)
                if not self.fill():
                    self.give(self.end(), take)
                    return None
                here = self.given
            elif (empty := self.empty_line(at)) < 0:
                here = at + 1
            else:
                self.give(empty, take)
                width = at + 1 - empty
                line = self.separator(self.given + width)
                if line is not None:
                    return line
                here = self.given + width

    def copy_to(self, end: int, take: Callable[[bytes], None]) -> FromLine | None:
        """Hand on everything before a place in the file where ``counted_end`` has seen a separator, and give it."""
        while self.base + len(self.buffer) < end and self.fill():
            self.give(min(len(self.buffer), end - self.base), take)
        self.give(end - self.base, take)
        while len(self.buffer) - self.given < 4 and self.fill():
            pass
        gap = _LINE_ENDS.match(self.buffer, self.given)
        begin = self.given if gap is None else gap.end()
        return None if begin == len(self.buffer) else self.separator(begin)

    def counted_end(self, limit: int) -> int | None:
        """Where in the file the message ends by its Content-Length, if a separator or the end of the file is there."""
        while (found := _HEADER_END.search(self.buffer, max(0, self.given - 1))) is None:
            if len(self.buffer) - self.given > limit or not self.fill():
                return None
        length = _CONTENT_LENGTH.search(self.buffer, self.given, found.end())
        if length is None:
            return None
        end = self.base + found.end() + int(length[1])
        here = self.file.tell()
        _ = self.file.seek(end - 1)
        data = self.file.read(_PEEK) or b""
        if len(data) == _PEEK and b"\n" not in data[5:-_AHEAD]:
            data += self.file.read(from_line.LINE_LIMIT) or b""
        _ = self.file.seek(here)
        return end if _is_border(data) else None

    def separator(self, begin: int) -> FromLine | None:
        """The separator that stands there, if it is one; goes behind it."""
        ahead = begin - self.given
        while True:
            end = self.buffer.find(b"\n", begin, begin + from_line.LINE_LIMIT)
            if end < 0 and len(self.buffer) - begin >= from_line.LINE_LIMIT:
                return None
            if (end >= 0 and len(self.buffer) - end > from_line.LOOK_AHEAD) or not self.fill():
                break
            begin = self.given + ahead
        stop = len(self.buffer) if end < 0 else end + 1
        below = self.buffer[stop : stop + from_line.LOOK_AHEAD]
        line = from_line.read(self.buffer[begin:stop].rstrip(b"\r\n"), below)
        if line is not None:
            self.offset = self.base + begin
            self.given = stop
        return line

    def empty_line(self, at: int) -> int:
        """Where the line begins whose LF stands there, if it is empty; else -1."""
        begin = at - 1 if self.buffer[at - 1 : at] == b"\r" else at
        return begin if begin == 0 or self.buffer[begin - 1 : begin] == b"\n" else -1

    def end(self) -> int:
        """Where the last message ends: before an empty line, if one ends the file."""
        last = len(self.buffer) - 1
        empty = self.empty_line(last) if self.buffer.endswith(b"\n") else -1
        return max(self.given, len(self.buffer) if empty < 0 else empty)

    def give(self, stop: int, take: Callable[[bytes], None]) -> None:
        """Hand on what stands before a place."""
        if stop > self.given:
            take(self.buffer[self.given : stop])
            self.given = stop

    def fill(self) -> bool:
        """Read on, and forget what was handed on; False at the end."""
        block = b"" if self.ended else self.file.read(_BLOCK)
        if not block:
            self.ended = True
            return False
        gone = max(0, self.given - _CONTEXT)
        self.buffer = self.buffer[gone:] + block
        self.base += gone
        self.given -= gone
        return True


def _is_border(data: bytes) -> bool:
    """Whether a message can end behind the first octet: a separator follows, or nothing."""
    gap = _LINE_ENDS.match(data, 1)
    if gap is None or not (data[:1] == b"\n" or gap.end() > 1 or len(data) == 1):
        return False
    if gap.end() == len(data):
        return bool(data)
    line, _, below = data[gap.end() :].partition(b"\n")
    return line.startswith(b"From ") and from_line.read(line.rstrip(b"\r"), below) is not None
