"""Messages in the files of a system end their lines as its other files do, not as the network does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["check_line_end", "localized"]

_LINE_ENDS: Final = (b"\n", b"\r\n")


def check_line_end(line_end: bytes) -> bytes:
    """Refuse what cannot end a line of a file.

    Raises:
        ValueError: it is neither LF nor CRLF.
    """
    if line_end not in _LINE_ENDS:
        raise ValueError(f"line_end {line_end!r} is not allowed; b'\\n' and b'\\r\\n' are")
    return line_end


def localized(chunks: Iterable[bytes], line_end: bytes = b"\n") -> Iterator[bytes]:
    """Let every line end be the same, also one that two chunks share; a CR alone stays as it is.

    Args:
        chunks: a message in pieces of any size.
        line_end: LF or CRLF.

    Yields:
        The same lines.
    """
    held = b""
    for chunk in chunks:
        data = held + chunk
        held = b"\r" if data.endswith(b"\r") else b""
        lines = data[: len(data) - len(held)].replace(b"\r\n", b"\n")
        yield lines if line_end == b"\n" else lines.replace(b"\n", line_end)
    if held:
        yield held
