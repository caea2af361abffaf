"""yEnc, the transfer encoding of Usenet, which some mail carries as ``x-yenc`` (the yEnc draft 1.3, www.yenc.org).

An octet is written as itself plus 42, modulo 256. What would then be NUL, LF, CR or ``=`` goes as ``=`` and the octet
plus 64 more. A line that begins with ``=y`` is a keyword line: ``=ybegin`` opens a file, ``=ypart`` says which octets
of it follow, ``=yend`` closes it with its size and its CRC-32.
"""

from __future__ import annotations

import re
from binascii import crc32
from dataclasses import dataclass
from typing import Final

from mailwright.encodings.opening import OPENS_WITHIN, Opening

__all__ = ["COLUMNS", "NAMES", "Decoder", "YencFile", "decode", "encode", "read"]

NAMES = frozenset({"x-yenc", "yenc", "yencode", "x-yencode"})
"""What Content-Transfer-Encoding calls it, in lower case."""

COLUMNS: Final = 128
"""Columns of a line: what the draft calls typical."""

_MOST_COLUMNS: Final = 996  # with one for an escape that crosses it and one for a dot's, 998 (RFC 5322 2.1.1)
_OFFSET: Final = 42
_ESCAPED: Final = 64
_ADD = bytes((octet + _OFFSET) & 255 for octet in range(256))
_SUBTRACT = bytes((octet - _OFFSET) & 255 for octet in range(256))
_UNESCAPE = {bytes([octet]): bytes([(octet - _ESCAPED) & 255]) for octet in range(256)} | {b"": b""}

# "=ybegin part=1 line=128 size=123456 name=mybinary.dat": the name is last and may hold spaces.
_BEGIN = re.compile(rb"^=ybegin ([^\n]*)\n", re.MULTILINE)
_KEYWORD = re.compile(rb"^=y([a-z]*+)([^\n]*+)\n?", re.MULTILINE)
_END = re.compile(rb"^=yend(?![a-z])", re.MULTILINE)
_END_LENGTH: Final = len(b"=yend")  # one octet more decides whether it is this keyword
_GUARD = b"."  # keeps a piece that begins within a line from looking like the beginning of one
_LINE_END = b"\r\n"
# QUIRK: "=" as the last octet of a line escapes the first of the next, as line ends are no data.
_ESCAPE = re.compile(rb"=(.?)", re.DOTALL)
# The draft: NUL, LF, CR and "=" are critical; it allows others. Tab, space and "." suffer at the ends of a line.
_CRITICAL = re.compile(rb"[\0\n\r=\t ]")
_NUMBER = re.compile(rb"[0-9]{1,18}\Z")
_CRC = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{1,16})\Z")
_UNNAMEABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class YencFile:
    """A file that was yEncoded, or a part of one.

    Attributes:
        name: what it is called, as it was written: it may hold a path; empty when nothing says so.
        size: octets of the whole file; None when nothing says so.
        part: the number of this part, from 1; None in a file of one part.
        total: how many parts there are, where it is told.
        begin: where this part begins in the file, counted from 1.
        end: the last octet of this part, counted from 1.
        crc: the CRC-32 this part is said to have.
        is_intact: the end is there, and the octets agree with every size and CRC that it tells.
        data: the octets.
    """

    name: str
    size: int | None
    part: int | None
    total: int | None
    begin: int | None
    end: int | None
    crc: int | None
    is_intact: bool
    data: bytes


def decode(data: bytes) -> bytes:
    """Decode tolerantly: never raises; a size or CRC that is wrong and an end that is missing are no errors.

    Args:
        data: yEncoded lines, with or without keyword lines and text around them.

    Returns:
        The bytes of the first file, or part of one, in it.
    """
    begin = _BEGIN.search(data, 0, OPENS_WITHIN)
    return _octets(_text(data[begin.end() if begin else 0 :]))


def read(data: bytes) -> YencFile:
    """Decode a file or a part of one and say what is told of it; never raises.

    Args:
        data: yEncoded lines, as for ``decode``.

    Returns:
        The first file or part.
    """
    begin = _BEGIN.search(data, 0, OPENS_WITHIN)
    lines = data[begin.end() if begin else 0 :]
    content = _octets(_text(lines))
    name, head = _head(begin[1] if begin else b"")
    place, tail = _places(lines)
    part = _number(head, b"part")
    crc = _checksum(tail, b"crc32" if part is None else b"pcrc32")
    return YencFile(
        name=name,
        size=_number(head, b"size"),
        part=part,
        total=_number(head, b"total"),
        begin=_number(place, b"begin"),
        end=_number(place, b"end"),
        crc=crc,
        is_intact=_number(tail, b"size") == len(content) and crc in (None, crc32(content)),
        data=content,
    )


def encode(data: bytes, *, name: str, columns: int = COLUMNS) -> bytes:
    """Encode a file in one part (the yEnc draft 1.3).

    Args:
        data: any bytes.
        name: what the file is called.
        columns: encoded octets in a line; one may have two more.

    Returns:
        Eight-bit lines from ``=ybegin`` to ``=yend``, each ended by CRLF; a name that is not ASCII is in UTF-8.

    Raises:
        ValueError: the name is empty, ends or begins with a space, or holds a control character; the lines are too
            long.
    """
    if not name or name != name.strip() or _UNNAMEABLE.search(name):
        raise ValueError(f"name={name!r} cannot stand in a =ybegin line; give printable text without spaces around it")
    if not 1 <= columns <= _MOST_COLUMNS:
        raise ValueError(f"columns={columns!r} makes no lines of mail; give a number from 1 to {_MOST_COLUMNS}")
    head = b"=ybegin line=%d size=%d name=%s" % (columns, len(data), name.encode())
    tail = b"=yend size=%d crc32=%08x" % (len(data), crc32(data))
    return _LINE_END.join([head, *_lines(data, columns), tail, b""])


def _lines(data: bytes, columns: int) -> list[bytes]:
    text = _CRITICAL.sub(_escape, data.translate(_ADD))
    lines: list[bytes] = []
    at = 0
    while at < len(text):
        end = at + columns
        if _ends_open(text[at:end]):  # an escape is not divided
            end += 1
        line, at = text[at:end], end
        if line[:1] == b".":  # a transport that forgets to stuff dots
            line = _escape(line) + line[1:]
        lines.append(line)
    return lines


def _escape(match: re.Match[bytes] | bytes) -> bytes:
    return b"=%c" % ((match[0][0] if isinstance(match, re.Match) else match[0]) + _ESCAPED)


def _ends_open(text: bytes) -> bool:
    """Whether the last octet is an ``=`` that escapes what follows, and is not escaped itself."""
    return (len(text) - len(text.rstrip(b"="))) % 2 == 1


def _text(lines: bytes) -> bytes:
    """The lines up to the end, without keyword lines."""
    end = _END.search(lines)
    return _KEYWORD.sub(b"", lines[: end.start()] if end else lines)


def _octets(text: bytes) -> bytes:
    text = text.translate(None, _LINE_END)
    if b"=" in text:
        text = _ESCAPE.sub(_unescape, text)
    return text.translate(_SUBTRACT)


def _unescape(match: re.Match[bytes]) -> bytes:
    return _UNESCAPE[match[1]]


# --- keyword lines ----------------------------------------------------------------------------------------------------


def _head(line: bytes) -> tuple[str, dict[bytes, bytes]]:
    """What ``=ybegin`` says: the name is everything behind ``name=``."""
    words, _, name = line.partition(b"name=")
    return name.decode("utf-8", "replace").strip().strip('"'), _words(words)


def _places(lines: bytes) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """What ``=ypart`` and ``=yend`` say."""
    place: dict[bytes, bytes] = {}
    for keyword in _KEYWORD.finditer(lines):
        if keyword[1] == b"end":
            return place, _words(keyword[2])
        if keyword[1] == b"part":
            place = _words(keyword[2])
    return place, {}


def _words(line: bytes) -> dict[bytes, bytes]:
    return {key: value for key, _, value in (word.partition(b"=") for word in line.split())}


def _number(words: dict[bytes, bytes], key: bytes) -> int | None:
    found = _NUMBER.match(words.get(key, b""))
    return int(found[0]) if found else None


def _checksum(words: dict[bytes, bytes], key: bytes) -> int | None:
    """QUIRK: some programs wrote 64 bits of sign before the 32 that count (ffffffffded29f4f)."""
    found = _CRC.match(words.get(key, b""))
    return int(found[1], 16) & 0xFFFFFFFF if found else None


# --- in pieces --------------------------------------------------------------------------------------------------------


class Decoder:
    """Decodes in pieces, as tolerantly as ``decode``; holds back what may come before ``=ybegin``, then some octets."""

    __slots__ = ("_has_ended", "_held", "_in_keyword", "_line_begins", "_open", "_opening")

    def __init__(self) -> None:
        self._opening: Opening | None = Opening(_BEGIN)
        self._held = b""
        self._open = b""
        self._in_keyword = False
        self._line_begins = True
        self._has_ended = False

    def feed(self, data: bytes) -> bytes:
        """Take the next octets and decode all but a keyword line that has just begun."""
        if self._has_ended:
            return b""
        if self._opening is not None:
            begun = self._opening.feed(data)
            if begun is None:
                return b""
            self._opening, data = None, begun
        return self._decoded(self._held + data)

    def _decoded(self, block: bytes) -> bytes:
        if self._in_keyword:
            end = block.find(b"\n")
            if end < 0:
                return b""
            self._in_keyword, self._line_begins, block = False, True, block[end + 1 :]
        guard = b"" if self._line_begins else _GUARD
        text = self._lines(guard + block)[len(guard) :]
        text = self._open + text.translate(None, _LINE_END)
        self._open = b"=" if _ends_open(text) else b""
        return _octets(text[: len(text) - len(self._open)])

    def _lines(self, block: bytes) -> bytes:
        """What of some lines is text; notes where the last of them leaves off."""
        begin = block.rfind(b"\n") + 1
        last = block[begin:]
        self._line_begins = (begin > 0 or self._line_begins) and last[:2] in (b"", b"=", b"=y")
        self._has_ended = _END.search(block, 0, len(block) if len(last) > _END_LENGTH else begin) is not None
        is_held = self._line_begins and len(last) <= _END_LENGTH
        self._held = last if is_held else b""
        self._in_keyword = self._line_begins and not is_held
        return _text(block[:begin] if is_held else block)

    def finish(self) -> bytes:
        """Decode what was held back, and everything when no ``=ybegin`` came."""
        content = b"" if self._opening is None else self._decoded(self._opening.finish())
        if not self._has_ended:
            content += _octets(self._open + _text(self._held))
            self._has_ended = True
        return content
