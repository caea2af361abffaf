"""Uuencode, as mail used it before base64 (POSIX ``uuencode``): read, never written.

A line begins with a character that says how many octets it holds; three octets are four characters from 32 on. No
RFC defines it; ``x-uuencode``, ``uuencode``, ``x-uue`` and ``uue`` are the names it goes by as a transfer encoding.
"""

from __future__ import annotations

import binascii
import re

__all__ = ["NAMES", "decode"]

NAMES = frozenset({"uuencode", "x-uuencode", "uue", "x-uue"})
"""What Content-Transfer-Encoding calls it, in lower case."""

# POSIX uuencode: "begin" mode name. QUIRK: it may be missing, when the field says it all.
_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)
_END = re.compile(rb"^(?:`|end|)[ \t\r]*$")


def decode(data: bytes) -> bytes:
    """Decode tolerantly: never raises, skips lines that are none.

    Args:
        data: uuencoded lines, with or without the lines ``begin`` and ``end`` and text around them.

    Returns:
        The bytes of the first file in it.
    """
    begin = _BEGIN.search(data)
    out: list[bytes] = []
    for line in data[begin.end() if begin else 0 :].splitlines():
        if begin and line.rstrip() == b"end":
            break
        if _END.match(line) is None:
            out.append(_line(line))
    return b"".join(out)


def _line(line: bytes) -> bytes:
    """One line. QUIRK: trailing spaces, which mean zero bits, get lost on the way or grow; the count decides."""
    count = (line[0] - 32) & 63
    width = (count + 2) // 3 * 4
    try:
        return binascii.a2b_uu(line[:1] + line[1 : 1 + width].ljust(width))
    except binascii.Error:
        return b""
