"""A message in a maildir: what its file name says, and how the name changes.

Other readers may move, flag or remove a message at any time, so where it was last seen is a guess. What stands in its
name before ``:2,`` is its *key*, which stays the same; when it is not where it was, the key is looked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mailwright.mime.limits import DEFAULT, Limits
from mailwright.mime.message import Message
from mailwright.mime.parser import parse

__all__ = ["INFO", "PLACES", "MaildirEntry", "check_flags", "check_key", "delivered", "entry_of", "seen"]

PLACES: Final = ("new", "cur")
"""Where messages are; what moves while they are read moves from the first to the second."""

_COLON: Final = ":" if os.name != "nt" else "!"  # Windows has other uses for a colon

INFO: Final = f"{_COLON}2,"
"""What stands between a key and the flags."""

# Each character behind "2," is a flag, in ASCII order. Capitals have meanings: P(assed), R(eplied), S(een), T(rashed),
# D(raft), F(lagged). QUIRK: small letters are keywords of Dovecot.
_FLAGS = re.compile(r"[A-Za-z]*")
_KEY = re.compile(rf"[^./{re.escape(_COLON)}\x00-\x1f\x7f][^/{re.escape(_COLON)}\x00-\x1f\x7f]*")
_DELIVERED = re.compile(r"(\d{1,15})(?:\.(?:M(\d{1,9}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirEntry:
    """A message in a maildir, where it was last seen.

    Attributes:
        root: the maildir.
        key: what names it as long as it exists.
        flags: single letters.
        is_new: whether it is in ``new``, where nobody has noticed it.
        name: the name of its file.
    """

    root: Path
    key: str
    flags: frozenset[str]
    is_new: bool
    name: str

    @property
    def path(self) -> Path:
        """Its file."""
        return self.root / ("new" if self.is_new else "cur") / self.name

    @property
    def message(self) -> Message:
        """The message, read now.

        Raises:
            FileNotFoundError: it was removed.
        """
        return self.read()

    def read(self, *, limits: Limits = DEFAULT) -> Message:
        """Read the message; see ``message`` and ``parse``."""
        try:
            return parse(self.path, limits=limits)
        except FileNotFoundError:
            return parse(self.found_again().path, limits=limits)

    def found_again(self) -> MaildirEntry:
        """Look where it is now.

        Raises:
            FileNotFoundError: it was removed.
        """
        entry = seen(self.root).get(self.key)
        if entry is None:
            raise FileNotFoundError(2, "the message is no longer in the maildir", str(self.path))
        return entry

    def with_flags(self, flags: Iterable[str]) -> MaildirEntry:
        """Give it exactly these flags; it is moved to ``cur``, since flags say that it was noticed.

        Args:
            flags: letters, such as ``"FS"``; none to move it only.

        Returns:
            The entry as it is now.

        Raises:
            ValueError: something is no letter.
            FileNotFoundError: it was removed.
        """
        letters = check_flags(flags)
        name = f"{self.key}{INFO}{letters}"
        moved = replace(self, flags=frozenset(letters), is_new=False, name=name)
        if moved.path != self.path:
            try:
                os.rename(self.path, moved.path)
            except FileNotFoundError:
                os.rename(self.found_again().path, moved.path)
        return moved

    def mark(self, flags: Iterable[str]) -> MaildirEntry:
        """Add flags; see ``with_flags``."""
        return self.with_flags(self.flags.union(check_flags(flags)))

    def unmark(self, flags: Iterable[str]) -> MaildirEntry:
        """Take flags away; see ``with_flags``."""
        return self.with_flags(self.flags.difference(check_flags(flags)))

    def remove(self) -> None:
        """Remove it from the disk.

        Raises:
            FileNotFoundError: somebody else has.
        """
        try:
            self.path.unlink()
        except FileNotFoundError:
            self.found_again().path.unlink()


def seen(root: Path) -> dict[str, MaildirEntry]:
    """What is there now, by key. ``cur`` is read last: what moves there meanwhile is seen twice, not missed."""
    return {
        entry.key: entry
        for place in PLACES
        for name in _names(root / place)
        if _KEY.fullmatch((entry := entry_of(root, name, is_new=place == "new")).key)
    }


def _names(directory: Path) -> list[str]:
    with os.scandir(directory) as found:
        return [item.name for item in found if item.is_file(follow_symlinks=False)]


def entry_of(root: Path, name: str, *, is_new: bool) -> MaildirEntry:
    """Read the name of a file."""
    key, _, info = name.partition(_COLON)
    letters = info[2:] if info.startswith("2,") else ""
    flags = frozenset(letter for letter in letters if letter.isascii() and letter.isalpha())
    return MaildirEntry(root=root, key=key, flags=flags, is_new=is_new, name=name)


def delivered(key: str) -> tuple[int, int, str]:
    """By the time in the name, which is the time of delivery."""
    found = _DELIVERED.match(key)
    return (int(found[1]), int(found[2] or 0), key) if found else (0, 0, key)


def check_flags(flags: Iterable[str]) -> str:
    """Give the letters in the order they are written in.

    Raises:
        ValueError: something is no letter.
    """
    letters = sorted(set(flags))
    if not all(len(letter) == 1 and _FLAGS.fullmatch(letter) for letter in letters):
        raise ValueError(f"flags {''.join(letters)!r} are not allowed; letters are, such as 'FRS'")
    return "".join(letters)


def check_key(key: str) -> str:
    """Refuse what can be no key, as what leads out of the directory.

    Raises:
        ValueError: names it.
    """
    if _KEY.fullmatch(key) is None:
        raise ValueError(f"key {key!r} is not allowed; a file name without {_COLON!r} and controls is")
    return key
