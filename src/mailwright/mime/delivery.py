"""Delivering into a maildir: a message is there whole or not at all, and never in the place of another.

It is written to ``tmp`` under a name nobody else makes, forced to the disk, linked to where readers look, and only then
unlinked from ``tmp``. A name is made of the time, of what tells this process from others, and of the host, since
several may deliver over a network file system (https://cr.yp.to/proto/maildir.html).
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["deliver", "unique_name"]

_MODE: Final = 0o600
"""Permissions of a message: mail is its owner's."""

_TRIES: Final = 16
"""How often another name is drawn when one is taken, which a clock and four random octets make unlikely even once."""

_count = itertools.count(1)
_HOST = re.compile(r"[!-.0-9;-~]+")  # printable ASCII without "/", which no name may have, and ":", before the flags
# A file system without hard links: FAT, some network shares, Android.
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES}


def unique_name() -> str:
    """Make a name for a message, unlike any other on any host."""
    now = time.time_ns()
    seconds, micros = now // 10**9, now % 10**9 // 1000
    token = os.urandom(4).hex()  # process numbers repeat in containers that share a name
    return f"{seconds}.M{micros:06d}P{os.getpid()}Q{next(_count)}R{token}.{_host()}"


def _host() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    escaped = name.replace("/", "\\057").replace(":", "\\072")
    return escaped if _HOST.fullmatch(escaped) else "localhost"


def deliver(root: Path, place: str, info: str, chunks: Iterable[bytes]) -> str:
    """Write a message into a maildir.

    Args:
        root: the maildir.
        place: ``new`` or ``cur``.
        info: what stands behind the unique name, such as ``:2,S``.
        chunks: the message.

    Returns:
        The name of its file.

    Raises:
        OSError: it cannot be written; nothing of it stays behind.
    """
    descriptor, temporary = _opened(root / "tmp")
    name = f"{temporary.name}{info}"
    try:
        with open(descriptor, "wb") as file:
            for chunk in chunks:
                _ = file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        _move(temporary, root / place / name)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(root / place)
    return name


def _opened(directory: Path) -> tuple[int, Path]:
    """A new file under a new name."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for _ in range(_TRIES):
        path = directory / unique_name()
        try:
            return os.open(path, flags, _MODE), path
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, f"{_TRIES} unique names are taken", str(directory))


def _move(source: Path, target: Path) -> None:
    """Let it appear under its last name. A link fails when there is one already; renaming would replace it."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(target):
            raise
        os.rename(source, target)
    else:
        source.unlink()


def _sync_directory(directory: Path) -> None:
    """Force the name to the disk as well, where a directory can be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
