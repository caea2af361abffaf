"""The way in. It imports nothing that might be missing, so that it can say what is missing."""

from __future__ import annotations

import io
import sys
from importlib.util import find_spec

__all__ = ["main"]

_NEEDED = ("click", "rich")


def main() -> None:
    """Run the command line; what ``mailwright`` and ``python -m mailwright`` call.

    Raises:
        SystemExit: always: 0 for success, 1 for refused or failed, 2 for a command that makes no sense.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        sys.exit(_say(f"The command line needs {' and '.join(missing)}: pip install 'mailwright[cli]'"))
    _make_printing_safe()
    from mailwright.cli.program import program

    program(prog_name="mailwright")


def _say(sentence: str) -> int:
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when closed at the start
        sys.stderr.write(f"{sentence}\n")
    return 2


def _make_printing_safe() -> None:
    """Mail holds every character there is, and a terminal may know fewer: show the others as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
