"""The line that opens an encoded file, ``begin 644 name`` or ``=ybegin ... name=name``, with any text before it.

A transfer encoding that names itself in its body can be preceded by text, which is not part of the file. Nothing says
how much; nor that the line is there at all, since the field Content-Transfer-Encoding has said already what follows.
So it is looked for up to a limit, and where it is missing everything is taken for content. The limit holds for content
that is decoded whole as well, so that both ways of decoding agree.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["OPENS_WITHIN", "Opening"]

OPENS_WITHIN: Final = 65_536
"""Octets in which an opening line is looked for: some 900 lines of covering text, and what a stream may hold back."""


class Opening:
    """Looks for an opening line in a stream.

    Args:
        line: the pattern of the line, which must begin at the beginning of a line and end with its LF.
    """

    __slots__ = ("_held", "_line", "_unread", "match")

    def __init__(self, line: re.Pattern[bytes]) -> None:
        self._line = line
        self._held = bytearray()
        self._unread = 0  # where the line begins that is not complete; all lines before it have been looked at
        self.match: re.Match[bytes] | None = None

    def feed(self, data: bytes) -> bytes | None:
        """Take a piece.

        Args:
            data: the next octets.

        Returns:
            The content so far once it is known where it begins; None as long as it is not.
        """
        self._held += data
        is_full = len(self._held) >= OPENS_WITHIN
        if b"\n" in data or is_full:
            self.match = self._line.search(bytes(self._held), self._unread, OPENS_WITHIN)
            self._unread = self._held.rfind(b"\n") + 1
        return self.finish() if self.match or is_full else None

    def finish(self) -> bytes:
        """Give up looking.

        Returns:
            The content so far: what follows the opening line, or everything.
        """
        content = bytes(self._held[self.match.end() :] if self.match else self._held)
        self._held.clear()
        return content
