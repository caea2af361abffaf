"""Uuencode, as mail used it before base64 (POSIX ``uuencode``): read wherever it stands, written only when asked for.

A line begins with a character that says how many octets it holds; three octets are four characters from 32 on. No
RFC defines it; ``x-uuencode``, ``uuencode``, ``x-uue`` and ``uue`` are the names it goes by as a transfer encoding.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Final

from mailwright.encodings.opening import OPENS_WITHIN, Opening

__all__ = ["NAMES", "Decoder", "UuFile", "decode", "encode", "read"]

NAMES = frozenset({"uuencode", "x-uuencode", "uue", "x-uue"})
"""What Content-Transfer-Encoding calls it, in lower case."""

_LINE_READ: Final = 256
"""Octets of a line that are looked at: its 85 at most, and white space that grew on the way."""
_BYTES_PER_LINE: Final = 45  # POSIX uuencode: a full line begins with "M", 77, which is 32 + 45
_HIGHEST_MODE: Final = 0o7777  # POSIX: the permission bits of a file

# POSIX uuencode: "begin" mode name. QUIRK: it may be missing, when the field says it all.
_BEGIN = re.compile(rb"^begin ([0-7]{3,4}) ([^\n]*)\n", re.MULTILINE)
_END = re.compile(rb"^(?:`|end)[ \t\r]*$")
_UNNAMEABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class UuFile:
    """A file that was uuencoded.

    Attributes:
        name: what it is called, as it was written: it may hold a path; empty when nothing says so.
        mode: its permissions, or None when nothing says so.
        data: its octets.
    """

    name: str
    mode: int | None
    data: bytes


def decode(data: bytes) -> bytes:
    """Decode tolerantly: never raises, skips lines that are none.

    Args:
        data: uuencoded lines, with or without the lines ``begin`` and ``end`` and text around them.

    Returns:
        The bytes of the first file in it.
    """
    return read(data).data


def read(data: bytes) -> UuFile:
    """Decode a file and say what it is called; never raises.

    Args:
        data: uuencoded lines, as for ``decode``.

    Returns:
        The first file in it.
    """
    begin = _BEGIN.search(data, 0, OPENS_WITHIN)
    lines = data[begin.end() if begin else 0 :].splitlines()
    content, _ = _content(lines, has_begin=begin is not None)
    if begin is None:
        return UuFile("", None, content)
    return UuFile(begin[2].decode("utf-8", "replace").strip(), int(begin[1], 8), content)


def encode(data: bytes, *, name: str, mode: int = 0o644) -> bytes:
    """Encode a file (POSIX ``uuencode``), with grave accents for zero bits, as spaces get lost at the end of a line.

    Args:
        data: any bytes.
        name: what the file is called.
        mode: its permissions.

    Returns:
        ASCII lines from ``begin`` to ``end``, each ended by CRLF; a name that is not ASCII is in UTF-8.

    Raises:
        ValueError: the name is empty, ends or begins with a space, or holds a control character; the mode is none.
    """
    if not name or name != name.strip() or _UNNAMEABLE.search(name):
        raise ValueError(f"name={name!r} cannot stand in a begin line; give printable text without spaces around it")
    if not 0 <= mode <= _HIGHEST_MODE:
        raise ValueError(f"mode={mode!r} is no file mode; give one from 0 to 0o7777, such as 0o644")
    starts = range(0, len(data), _BYTES_PER_LINE)
    lines = [binascii.b2a_uu(data[at : at + _BYTES_PER_LINE], backtick=True)[:-1] for at in starts]
    return b"\r\n".join([b"begin %03o %s" % (mode, name.encode()), *lines, b"`", b"end", b""])


def _content(lines: list[bytes], *, has_begin: bool) -> tuple[bytes, bool]:
    """What some lines hold, and whether the file ends with them."""
    out: list[bytes] = []
    for whole in lines:
        line = whole[:_LINE_READ]
        if has_begin and line.rstrip() == b"end":
            return b"".join(out), True
        if line and _END.match(line) is None:
            out.append(_line(line))
    return b"".join(out), False


def _line(line: bytes) -> bytes:
    """One line. QUIRK: trailing spaces, which mean zero bits, get lost on the way or grow; the count decides."""
    count = (line[0] - 32) & 63
    width = (count + 2) // 3 * 4
    try:
        return binascii.a2b_uu(line[:1] + line[1 : 1 + width].ljust(width))
    except binascii.Error:
        return b""


class Decoder:
    """Decodes in pieces, as tolerantly as ``decode``; holds back a line, and what may come before ``begin``."""

    __slots__ = ("_has_begin", "_has_ended", "_opening", "_rest")

    def __init__(self) -> None:
        self._opening: Opening | None = Opening(_BEGIN)
        self._has_begin = False
        self._has_ended = False
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next octets and decode the lines that are complete."""
        if self._has_ended:
            return b""
        if self._opening is not None:
            begun = self._opening.feed(data)
            if begun is None:
                return b""
            self._has_begin, self._opening, data = self._opening.match is not None, None, begun
        return self._complete(self._rest + data)

    def _complete(self, block: bytes) -> bytes:
        lines = block.splitlines(keepends=True)
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        # The CR of a line that is cut short stays: it ends the line, whether an LF follows or not.
        self._rest = rest[:_LINE_READ] + (b"\r" if rest[_LINE_READ:].endswith(b"\r") else b"")
        content, self._has_ended = _content([line.rstrip(b"\r\n") for line in lines], has_begin=self._has_begin)
        return content

    def finish(self) -> bytes:
        """Decode the last line, and everything when no ``begin`` came."""
        begun = b"" if self._opening is None else self._opening.finish()
        self._opening = None
        return b"" if self._has_ended else self._complete(self._rest + begun + b"\n")
