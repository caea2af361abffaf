"""Where a message's octets are: in memory, or in a mapped file that the system reads page by page.

Pages of a map that were looked at count as memory of the process until the system takes them back, which it does only
when it is pressed. So they are given back as we go: they stay in the file, and come again when they are asked for.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Final, Protocol, SupportsIndex, TypeAlias, overload

__all__ = ["Buffer", "Finder", "LeanMap", "Readable", "finder", "open_source"]

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


_LOOKED_AT: Final = 4_194_304
"""Octets of a map that may be resident before they are given back."""
_AROUND: Final = 65_536
"""Octets the system maps around one that is looked at (Linux: fault_around_bytes)."""


class LeanMap(mmap.mmap):
    """A map whose pages do not stay."""

    looked_at: int = 0

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, key: slice[SupportsIndex | None, SupportsIndex | None, SupportsIndex | None], /) -> bytes: ...
    def __getitem__(
        self, key: SupportsIndex | slice[SupportsIndex | None, SupportsIndex | None, SupportsIndex | None], /
    ) -> int | bytes:
        found = super().__getitem__(key)
        self.looked_at += _AROUND + (len(found) if isinstance(found, bytes) else 1)
        if self.looked_at > _LOOKED_AT:
            self.looked_at = 0
            if hasattr(mmap, "MADV_DONTNEED"):
                self.madvise(mmap.MADV_DONTNEED)
        return found


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
    if isinstance(raw, bytes) or isinstance(raw, mmap.mmap):  # noqa: SIM101 - half the time of asking for both
        return raw
    if isinstance(raw, bytearray | memoryview):
        return bytes(raw)
    if not isinstance(raw, Path):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"parse takes bytes, bytearray, memoryview, mmap or a pathlib.Path, not {type(raw).__name__}")
    with raw.open("rb") as file:
        head = file.read(_MAPPED_FROM)
        if len(head) < _MAPPED_FROM:
            return head
        return LeanMap(file.fileno(), 0, access=mmap.ACCESS_READ)


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
