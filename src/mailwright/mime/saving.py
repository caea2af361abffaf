"""The decoded content of a part as a file to read from, and as a file on disk; in constant memory either way."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from mailwright.mime import filenames
from mailwright.mime.body import SMALL

if TYPE_CHECKING:
    from mailwright.mime.part import Part

__all__ = ["ContentFile", "open_content", "save"]

TRIES: Final = 10_000
"""Files of one name in a directory before saving another is a mistake: ``a.pdf``, ``a (1).pdf``, and so on."""


class ContentFile(io.RawIOBase):
    """A stream of octets as a file for reading; whoever seeks back begins anew.

    Args:
        octets: begins from the start each time.
    """

    def __init__(self, octets: Callable[[], Iterator[bytes]]) -> None:
        super().__init__()
        self._octets = octets
        self._rest = octets()
        self._held = memoryview(b"")
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is; forwards by reading, backwards by reading anew."""
        return True

    def tell(self) -> int:
        """How many octets were read."""
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Read what is next."""
        wanted = memoryview(buffer).cast("B")
        while not self._held:
            block = next(self._rest, None)
            if block is None:
                return 0
            self._held = memoryview(block)
        count = min(len(wanted), len(self._held))
        wanted[:count] = self._held[:count]
        self._held = self._held[count:]
        self._at += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go somewhere; from the end means to read to it first."""
        if whence == os.SEEK_CUR:
            offset += self._at
        elif whence == os.SEEK_END:
            while self._skip(SMALL):
                pass
            offset += self._at
        if offset < 0:
            raise ValueError(f"offset {offset} is before the beginning of the content")
        if offset < self._at:
            self._rest, self._held, self._at = self._octets(), memoryview(b""), 0
        while self._at < offset and self._skip(offset - self._at):
            pass
        return self._at

    def _skip(self, count: int) -> int:
        return self.readinto(bytearray(min(count, SMALL)))


def open_content(part: Part) -> BinaryIO:
    """Open the decoded content; see ``Part.open``."""
    return cast("BinaryIO", io.BufferedReader(ContentFile(part.body.octets), SMALL))


def save(part: Part, directory: str | os.PathLike[str], name: str | None) -> Path:
    """Write the decoded content into a directory; see ``Part.save``."""
    wanted = name if name is not None else part.filename
    shown = filenames.safe(wanted) if wanted else ""
    if name is not None and not shown:
        raise ValueError(f"name {name!r} names no file in a directory; give one with a last component")
    path, file = _create(Path(directory), shown or f"part.{part.content_type.partition('/')[2].partition('+')[0]}")
    try:
        with file:
            for block in part.body.octets():
                _ = file.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _create(directory: Path, name: str) -> tuple[Path, BinaryIO]:
    """Make a file that was not there, so that nothing is overwritten and no link is followed."""
    safe = filenames.safe(name) or "part"
    stem, dot, suffix = safe.rpartition(".")
    for number in range(TRIES):
        count = f" ({number})" if number else ""
        tried = f"{stem}{count}.{suffix}" if dot and stem else f"{safe}{count}"
        try:
            return directory / tried, (directory / tried).open("xb")
        except FileExistsError:
            continue
    raise FileExistsError(f"{directory} holds {TRIES} files named like {safe!r}; give another directory or name=")
