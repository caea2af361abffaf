"""Octets of a message that arrive in pieces: held in memory when they are few, in a temporary file when they are many.

A file is mapped afterwards, so that a message of a gigabyte costs no memory to read.
"""

from __future__ import annotations

import io
import mmap
import os
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from mailwright.mime.source import Buffer, LeanMap

__all__ = ["HELD", "Spool"]

HELD: Final = 2_097_152
"""Octets of a message that are held in memory. Most mail is smaller; a few times this is what a mailbox costs."""

_LARGE: Final = "/var/tmp"  # noqa: S108  no name is made up in it; file-hierarchy(7): large files, /tmp may be memory


class Spool:
    """Takes a message in pieces and gives it whole; a context manager."""

    __slots__ = ("_file", "_memory", "_size")

    def __init__(self) -> None:
        self._memory = io.BytesIO()
        self._file: BinaryIO | None = None
        self._size = 0

    def write(self, data: bytes) -> None:
        """Take the next piece.

        Raises:
            OSError: there is no room for a temporary file.
        """
        self._size += len(data)
        if self._file is None and self._size > HELD:
            self._file = _temporary()
            _ = self._file.write(self._memory.getbuffer())
            self._memory = io.BytesIO()
        _ = (self._memory if self._file is None else self._file).write(data)

    def buffer(self) -> Buffer:
        """Give what was taken; nothing can be taken after it."""
        if self._file is None:
            return self._memory.getvalue()
        self._file.flush()
        return LeanMap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return self._size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:  # a map keeps what it needs of it
            self._file.close()


def _temporary() -> BinaryIO:
    """A file without a name, where large ones belong."""
    import tempfile

    chosen = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    directory = _LARGE if not chosen and os.access(_LARGE, os.W_OK | os.X_OK) else None
    return cast(BinaryIO, tempfile.TemporaryFile(prefix="mailwright-", dir=directory))
