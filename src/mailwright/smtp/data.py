"""The message on the wire: CRLF line ends, dots stuffed, and a lone dot at the end (RFC 5321 4.5.2, 2.3.8).

SMTP smuggling lives on servers and clients that disagree on what ends a line, so there is one answer here: whatever
comes in, only CRLF goes out. A bare CR and a bare LF each become CRLF, and a dot after any of them is stuffed, wherever
the chunks happen to be cut. What goes by BDAT is counted instead of ended, so no dot is touched there; its lines end in
CRLF all the same (RFC 3030 2), and only what is binary goes as it is.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

__all__ = ["DotStuffer", "DotUnstuffer", "Feeder", "LineEnder", "Verbatim"]

_BARE: Final = re.compile(rb"\r\n|\r|\n")
_END: Final = b"\r\n.\r\n"


class Feeder(Protocol):
    """Turns a message, chunk by chunk, into what goes over the wire."""

    def feed(self, chunk: bytes) -> bytes:
        """What to send for this chunk."""
        ...

    def finish(self) -> bytes:
        """What to send when there are no more."""
        ...


class LineEnder:
    """Turns a message, chunk by chunk, into lines that end in CRLF: what follows BDAT."""

    __slots__ = ("_at_line_start", "_held_cr")

    def __init__(self) -> None:
        self._at_line_start = True
        self._held_cr = False  # the last chunk ended in CR: whether LF follows is not known yet

    def feed(self, chunk: bytes) -> bytes:
        """What to send for this chunk."""
        lines = self._lines(chunk)
        if lines:
            self._at_line_start = lines.endswith(b"\r\n")
        return lines

    def finish(self) -> bytes:
        """The last line's end, if it had none."""
        return b"\r\n" if self._held_cr or not self._at_line_start else b""

    def _lines(self, chunk: bytes) -> bytes:
        if self._held_cr:
            chunk = b"\r" + chunk
        self._held_cr = chunk.endswith(b"\r")
        if self._held_cr:
            chunk = chunk[:-1]
        lines = chunk.count(b"\r\n")
        if lines != chunk.count(b"\n") or lines != chunk.count(b"\r"):
            chunk = _BARE.sub(b"\r\n", chunk)
        return chunk


class Verbatim:
    """Leaves a message as it is: BODY=BINARYMIME has no lines (RFC 3030 3)."""

    __slots__ = ()

    def feed(self, chunk: bytes) -> bytes:
        """The chunk."""
        return chunk

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class DotStuffer(LineEnder):
    """Turns a message, chunk by chunk, into what follows DATA."""

    __slots__ = ()

    def feed(self, chunk: bytes) -> bytes:
        """What to send for this chunk."""
        lines = self._lines(chunk)
        if not lines:
            return b""
        stuffed = lines.replace(b"\r\n.", b"\r\n..")
        if self._at_line_start and stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        self._at_line_start = stuffed.endswith(b"\r\n")
        return stuffed

    def finish(self) -> bytes:
        """What ends the message: its last line's end, if it had none, and the lone dot."""
        return super().finish() + b".\r\n"


class DotUnstuffer:
    """Turns what follows DATA back into the message, on the server's side. Only CRLF . CRLF ends it.

    Attributes:
        bare: a bare CR or LF occurred, so the message is not to be trusted to end where it seems to.
    """

    __slots__ = ("_held", "_virtual", "bare")

    def __init__(self) -> None:
        self._held = b"\r\n"  # what may begin an end or a stuffed dot; the message starts at the start of a line
        self._virtual = 2  # ... which is no part of it
        self.bare = False

    def feed(self, received: bytes) -> tuple[bytes, bytes | None]:
        """Take received bytes.

        Returns:
            the next piece of the message, and what follows its end, or ``None`` while it has not ended.
        """
        data = self._held + received
        end = data.find(_END)
        if end >= 0:
            return self._piece(data[: end + 2]), data[end + len(_END) :]
        keep = next(n for n in range(len(_END) - 1, -1, -1) if data.endswith(_END[:n]))
        cut = len(data) - keep
        self._held = data[cut:]
        return self._piece(data[:cut]), None

    def _piece(self, data: bytes) -> bytes:
        lines = data.count(b"\r\n")
        if lines != data.count(b"\n") or lines != data.count(b"\r"):
            self.bare = True
        piece = data.replace(b"\r\n.", b"\r\n")
        if self._virtual and piece:
            piece, self._virtual = piece[self._virtual :], 0
        return piece
