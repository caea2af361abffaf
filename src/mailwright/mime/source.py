"""Where a message's octets are: in memory, or in a mapped file that the system reads page by page."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Final, Protocol, TypeAlias

__all__ = ["Buffer", "Finder", "Readable", "finder", "open_source"]

Buffer: TypeAlias = "bytes | mmap.mmap"
"""What is kept: both can be sliced into bytes and looked at by ``re``."""

Readable: TypeAlias = "bytes | bytearray | memoryview | mmap.mmap | Path"
"""What can be parsed."""

_MAPPED_FROM: Final = 262_144
"""Octets from which a file is mapped and not read: below, mapping costs more than copying, and holds a descriptor."""
_WINDOW: Final = 4096
"""Octets of a map that are searched first; most of what is sought is near."""
_WINDOW_LIMIT: Final = 1_048_576
"""Octets of a map that are copied at a time to be searched."""


class Finder(Protocol):
    """``bytes.find``, or what does the same."""

    def __call__(self, needle: bytes, start: int, end: int, /) -> int:
        """Where the needle stands first, or -1."""
        ...


def open_source(raw: Readable) -> Buffer:
    """Take what is to be parsed: a path is read or mapped, memory that may change is copied.

    Raises:
        OSError: the file cannot be read.
        TypeError: it is nothing that can be parsed.
    """
    if isinstance(raw, bytes | mmap.mmap):
        return raw
    if isinstance(raw, bytearray | memoryview):
        return bytes(raw)
    if not isinstance(raw, Path):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"parse takes bytes, bytearray, memoryview, mmap or a pathlib.Path, not {type(raw).__name__}")
    with raw.open("rb") as file:
        head = file.read(_MAPPED_FROM)
        if len(head) < _MAPPED_FROM:
            return head
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def finder(buffer: Buffer) -> Finder:
    """Get the fastest way to search.

    ``mmap.find`` compares octet by octet before Python 3.12, so a map is copied into windows, which are searched at the
    speed of memory; a window begins small and doubles.
    """
    if isinstance(buffer, bytes):
        return buffer.find
    mapped = buffer

    def find(needle: bytes, start: int, end: int, /) -> int:
        window = _WINDOW
        while start < end:
            stop = min(start + window, end)
            at = mapped[start:stop].find(needle)
            if at >= 0:
                return start + at
            if stop == end:
                return -1
            start = max(start + 1, stop - len(needle) + 1)
            window = min(window * 2, max(_WINDOW_LIMIT, 2 * len(needle)))
        return -1

    return find
