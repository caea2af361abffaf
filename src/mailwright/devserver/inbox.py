"""Where caught mail waits to be looked at: in memory, and in a folder as ``.eml`` files when asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from mailwright.smtp.policy import Caught

__all__ = ["Inbox"]


class Inbox(Sequence[Caught]):
    """Caught mail in the order it came; safe to look at from any thread.

    Args:
        save: a folder to write every message to, as ``00001.eml`` and so on; made when it is missing.

    Raises:
        OSError: the folder cannot be made or written to.
    """

    def __init__(self, save: str | os.PathLike[str] | None = None) -> None:
        self._caught: list[Caught] = []
        self._changed = threading.Condition()
        self._folder = None if save is None else Path(save)
        self._number = 0
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self._folder, os.W_OK):
                raise PermissionError(f"the folder {os.fspath(self._folder)!r} cannot be written to")
            self._number = max((int(p.stem) for p in self._folder.glob("*.eml") if p.stem.isdigit()), default=0)

    def add(self, caught: Caught) -> Path | None:
        """Keep a message; when it has returned, the message is safe.

        Returns:
            the file it was written to, if any.
        """
        with self._changed:
            path = None if self._folder is None else self._written(self._folder, caught)
            self._caught.append(caught)
            self._changed.notify_all()
        return path

    def wait(self, count: int = 1, seconds: float = 10.0) -> list[Caught]:
        """Wait until there are at least ``count`` messages.

        Raises:
            TimeoutError: there are still fewer after that many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._caught) >= count, seconds):
                raise TimeoutError(f"{len(self._caught)} of {count} messages came within {seconds:g} seconds")
            return list(self._caught)

    def clear(self) -> None:
        """Forget what has come so far; files stay."""
        with self._changed:
            self._caught.clear()

    def __len__(self) -> int:
        return len(self._caught)

    def __iter__(self) -> Iterator[Caught]:
        return iter(list(self._caught))

    @overload
    def __getitem__(self, index: int) -> Caught: ...
    @overload
    def __getitem__(self, index: slice) -> list[Caught]: ...
    def __getitem__(self, index: int | slice) -> Caught | list[Caught]:
        return self._caught[index]

    def _written(self, folder: Path, caught: Caught) -> Path:
        self._number += 1
        path = folder / f"{self._number:05}.eml"
        unfinished = path.with_suffix(".tmp")
        unfinished.write_bytes(caught.content)
        unfinished.replace(path)  # whoever watches the folder never sees half a message
        return path
