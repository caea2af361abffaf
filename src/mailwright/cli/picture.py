"""A small picture made on the spot, so that the demo needs no file: a letter on a sunset."""

from __future__ import annotations

import struct
import zlib
from typing import Final

__all__ = ["png"]

_WIDTH, _HEIGHT = 48, 32
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PAPER, _INK = (250, 248, 240), (90, 70, 110)


def png() -> bytes:
    """The picture as a PNG (ISO/IEC 15948): 8 bits a channel, RGB, no filter."""
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(c for x in range(_WIDTH) for c in _pixel(x, y)) for y in range(_HEIGHT))
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixel(x: int, y: int) -> tuple[int, int, int]:
    left, top, right, bottom = 8, 7, _WIDTH - 9, _HEIGHT - 8
    if not (left <= x <= right and top <= y <= bottom):
        return 250 - 3 * y, 190 - 4 * y, 110 + 3 * y
    flap = top + (right - left - abs(2 * x - left - right)) * (bottom - top) // (2 * (right - left))
    return _INK if x in (left, right) or y in (top, bottom, flap) else _PAPER
