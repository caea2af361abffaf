"""What keeps the live tests from running here, if anything does."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path

POSTFIX_MASTER = Path("/usr/lib/postfix/sbin/master")
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str | None:
    """Find a program, also where an ordinary user's PATH does not look for servers."""
    return shutil.which(name) or shutil.which(name, path=SYSTEM_PATH)


@cache
def live_obstacle() -> str | None:
    """Say in half a sentence why no real server can be started; ``None`` when one can."""
    if not sys.platform.startswith("linux"):
        return f"the servers are set up for Linux and this is {sys.platform}"
    missing = _missing()
    root = os.geteuid() == 0
    if missing:
        are = "is" if len(missing) == 1 else "are"
        return f"{' and '.join(missing)} {are} not installed" + ("" if root else " and this is not root")
    return None if root else "this is not root, and Postfix needs two users of its own"


def _missing() -> list[str]:
    """The servers that are not installed. Postfix is its master, not its command, which others provide too."""
    missing = [] if POSTFIX_MASTER.exists() else ["postfix"]
    if program("dovecot") is None:
        missing.append("dovecot")
    return missing
