"""A maildir: one file a message, no locks, and names that say what is known of it.

A message is delivered to ``new``; a reader that has noticed it moves it to ``cur`` and appends ``:2,`` and flags to its
name (https://cr.yp.to/proto/maildir.html); see ``maildir_entry``, and ``delivery`` for how one gets there.

Folders are those of Maildir++: directories beside ``cur`` whose names begin with a dot, maildirs themselves, levels
separated by further dots. Their names are taken as they stand; Dovecot and Courier write them in the modified UTF-7 of
IMAP (RFC 3501 5.1.3).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from mailwright.mime import delivery
from mailwright.mime.local_lines import check_line_end, localized
from mailwright.mime.maildir_entry import INFO, PLACES, MaildirEntry, check_flags, check_key, delivered, entry_of, seen
from mailwright.mime.message import Message

__all__ = ["STALE", "Maildir"]

STALE: Final = 36 * 3600
"""Seconds after which a file in ``tmp`` was given up by who wrote it: 36 hours, says the maildir page."""

_MODE: Final = 0o700

_LEVEL = r"[^./\\\x00-\x1f\x7f\ud800-\udfff]+"
_FOLDER = re.compile(rf"{_LEVEL}(?:\.{_LEVEL})*")


class Maildir:
    """A maildir; iterating gives its messages in the order they were delivered.

    Args:
        path: its directory.
        create: make it when it is not there.

    Raises:
        FileNotFoundError: there is no maildir.
        OSError: it cannot be made.
    """

    __slots__ = ("path",)

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        self.path = Path(path)
        if create:
            self.path.mkdir(mode=_MODE, parents=True, exist_ok=True)
            for place in ("tmp", *PLACES):
                (self.path / place).mkdir(mode=_MODE, exist_ok=True)
        elif not all((self.path / place).is_dir() for place in PLACES):
            raise FileNotFoundError(2, "no maildir, which has cur and new; create=True makes one", str(path))

    def __iter__(self) -> Iterator[MaildirEntry]:
        known = seen(self.path)
        for key in sorted(known, key=delivered):
            entry = known.get(key)
            if entry is not None and not entry.path.exists():
                known = seen(self.path)  # moved meanwhile; what was moved with it need not be looked for again
                entry = known.get(key)
            if entry is not None:
                yield entry

    def __len__(self) -> int:
        return len(seen(self.path))

    def __repr__(self) -> str:
        return f"Maildir({str(self.path)!r})"

    def get(self, key: str) -> MaildirEntry | None:
        """Find a message by its key.

        Raises:
            ValueError: it can be no key.
        """
        return seen(self.path).get(check_key(key))

    def add(self, message: Message, *, flags: Iterable[str] = "", line_end: bytes = b"\n") -> MaildirEntry:
        """Deliver a message, in constant memory; it is on the disk when this returns.

        Args:
            message: what to deliver.
            flags: letters; with some it goes to ``cur``, as if it had been noticed.
            line_end: how its lines end: LF as readers of maildirs expect, or CRLF.

        Returns:
            The new entry.

        Raises:
            ValueError: something is no letter, or the message cannot be written.
            OSError: the disk, or a file attached to the message, fails. Nothing of the message stays behind.
        """
        letters = check_flags(flags)
        place, info = ("cur", f"{INFO}{letters}") if letters else ("new", "")
        chunks = message.chunks(utf8=message.is_international)
        name = delivery.deliver(self.path, place, info, localized(chunks, check_line_end(line_end)))
        return entry_of(self.path, name, is_new=not letters)

    def folders(self) -> list[str]:
        """The names of its folders, sorted."""
        with os.scandir(self.path) as found:
            names = [item.name[1:] for item in found if item.name[:1] == "." and item.is_dir(follow_symlinks=False)]
        return sorted(name for name in names if _FOLDER.fullmatch(name) and (self.path / f".{name}" / "cur").is_dir())

    def folder(self, name: str, *, create: bool = False) -> Maildir:
        """Open a folder (Maildir++).

        Args:
            name: without the first dot; dots separate levels.
            create: make it when it is not there.

        Raises:
            ValueError: it could lead elsewhere.
            FileNotFoundError: there is no such folder.
        """
        if _FOLDER.fullmatch(name) is None:
            raise ValueError(f"folder {name!r} is not allowed; levels between dots, without slashes and controls, are")
        folder = Maildir(self.path / f".{name}", create=create)
        if create:
            (folder.path / "maildirfolder").touch(mode=0o600)  # Maildir++: tells a folder from a maildir
        return folder

    def clean(self, *, older_than: float = STALE) -> int:
        """Remove what deliveries that failed have left in ``tmp``.

        Args:
            older_than: seconds since a file was last read or written.

        Returns:
            How many were removed.
        """
        limit = time.time() - older_than
        with os.scandir(self.path / "tmp") as found:
            return sum([_removed(item, limit) for item in found if item.is_file(follow_symlinks=False)])


def _removed(item: os.DirEntry[str], limit: float) -> bool:
    try:
        facts = item.stat(follow_symlinks=False)
        if max(facts.st_atime, facts.st_mtime) >= limit:
            return False
        os.unlink(item.path)
    except FileNotFoundError:  # somebody else cleans as well, or it was delivered
        return False
    return True
