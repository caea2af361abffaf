"""``python -m mailwright.mime FILE``: what is in a message, where the command line is not installed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from mailwright.mime.opening import Opened, opened
from mailwright.mime.outline import guide, harmless, places
from mailwright.mime.report_outline import report_rows
from mailwright.mime.reports import report
from mailwright.mime.summary import headline, traits

if TYPE_CHECKING:
    from mailwright.mime.message import Message

__all__ = ["main"]

_USAGE = """\
usage: python -m mailwright.mime FILE...

Show header, parts and defects of messages and mailboxes; - is standard input.
"""


def main(names: list[str]) -> int:
    """Show the messages of files on standard output.

    Args:
        names: of the files; ``-`` for standard input.

    Returns:
        The exit code: 0, 1 when a file cannot be read, 2 when none is named.
    """
    if not names or any(name.startswith("-") and name != "-" for name in names):
        _say(sys.stderr, _USAGE)
        return 2
    codes = [_show(name) for name in names]
    return max(codes)


def _show(name: str) -> int:
    stdin = None if sys.stdin is None else sys.stdin.buffer  # pyright: ignore[reportUnnecessaryComparison] - closed
    try:
        for found in opened(name, stdin):
            for line in _lines(name, found):
                _say(sys.stdout, f"{harmless(line)}\n")
    except BrokenPipeError:
        raise  # nobody reads any more, so nothing more is said
    except OSError as error:
        _say(sys.stderr, f"{harmless(name)}: {error.strerror or error}\n")
        return 1
    return 0


def _lines(name: str, found: Opened) -> Iterator[str]:
    message = found.message
    yield name if found.entry is None else f"{name}, message {found.number}"
    for label, value in headline(message):
        yield f"  {label}: {value}"
    yield from _tree(message)
    told = report(message)
    for label, value in [] if told is None else report_rows(told):
        yield f"  {label}: {value}"
    for defect in message.defects:
        yield f"  {defect}"
    yield ""


def _tree(message: Message) -> Iterator[str]:
    drawn = str(getattr(sys.stdout, "encoding", "")).lower().startswith("utf")
    for place in places(message):
        words = (place.path, place.part.content_type, traits(place))
        yield f"  {guide(place, drawn=drawn)}{'  '.join([word for word in words if word])}"


def _say(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # as it is when it was closed at the start
        _ = stream.write(text)


def _finish(stream: TextIO | None) -> None:
    if stream is not None:
        stream.flush()


def _run() -> int:
    """Run as a program: whatever the terminal knows, and as long as somebody reads."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # mail holds every character there is, a terminal may know fewer
            stream.reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:])
        _finish(sys.stdout)
    except BrokenPipeError:  # whatever is left goes nowhere, or Python complains when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(_run())
