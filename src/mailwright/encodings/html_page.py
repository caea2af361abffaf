"""A page of text while it is being written: lines, what stands before them, and where they break.

White space is collapsed as a browser does (CSS Text 3, 4.1): a run of it is one space, none stands at the beginning or
the end of a line. Two paragraphs are a blank line apart, however many margins and empty ones lie between them.

What a line begins with comes from the containers it stands in: ``> `` for a quote, a bullet or a number and then as
much space for a list. Only so many containers are shown; without that limit the prefixes alone could grow with the
square of the nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["DEEPEST", "Line", "Page", "rendered"]

DEEPEST: Final = 16
"""Containers that show in a prefix: a screen of 80 columns has no room for more."""

_LEAST_ROOM: Final = 10  # columns for text when it is wrapped, however long the prefix is

_WHITE = re.compile(r"[ \t\n\f\r]++")
# Soft hyphen, grapheme joiner, zero-width space, byte order mark: they show nothing, and pad the previews of
# newsletters.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u034f\u200b\ufeff"))
_BLANK = " \u00a0\u200c\u200d\u2007\u202f\u3000"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page, or one paragraph that has not been wrapped yet.

    Attributes:
        prefix: what it begins with.
        continued: what its other lines begin with, when it is wrapped.
        text: the rest.
        is_fixed: it is not wrapped.
    """

    prefix: str
    continued: str
    text: str
    is_fixed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing is to be seen on it but what comes from quotes."""
        return not self.text.strip(_BLANK)


@dataclass(slots=True)
class _Container:
    mark: str
    rest: str


class Page:
    """Collects lines. ``lines`` may be changed from outside, as tables do."""

    __slots__ = ("_containers", "_depth", "_gap", "_is_fixed", "_pieces", "after_space", "lines")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.after_space = True
        self._pieces: list[str] = []
        self._gap = False
        self._is_fixed = False
        self._containers: list[_Container] = []
        self._depth = 0

    def write(self, text: str) -> None:
        """Add text to the line, with its white space collapsed."""
        text = _WHITE.sub(" ", text)
        if self.after_space:
            text = text.lstrip(" ")
        if text:
            self._pieces.append(text)
            self.after_space = text.endswith(" ")

    def write_preformatted(self, text: str) -> None:
        """Add text whose white space counts."""
        *complete, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for piece in complete:
            self._pieces.append(piece)
            self._put("".join(self._pieces).expandtabs(), is_fixed=True)
        if last:
            self._pieces.append(last)
            self._is_fixed = True
            self.after_space = False

    def end_line(self) -> None:
        """End the line if there is one. A line of nothing but no-break spaces is a blank one."""
        if not self._pieces:
            return
        text = "".join(self._pieces).translate(_UNSEEN)
        if text.strip(_BLANK):
            self._put(text.expandtabs() if self._is_fixed else text.strip(" "), is_fixed=self._is_fixed)
        else:
            self._gap = self._gap or bool(text.strip(" "))
            self._begin()

    def break_line(self) -> None:
        """End the line, and leave a blank one if there is none."""
        if not self._pieces:
            self._gap = True
        self.end_line()

    def leave_gap(self) -> None:
        """End the line; a blank one comes before the next."""
        self.end_line()
        self._gap = True

    def rule(self) -> None:
        """Draw a line across, a third of a screen wide."""
        self.leave_gap()
        self._put("-" * 26, is_fixed=True)
        self._gap = True

    def enter(self, mark: str, rest: str) -> None:
        """Begin a container: what its first line begins with, and what the others do."""
        self.end_line()
        self._depth += 1
        if self._depth <= DEEPEST:
            self._containers.append(_Container(mark, rest))

    def leave(self) -> None:
        """End a container; the mark of one that held nothing is never written."""
        self.end_line()
        if self._depth <= DEEPEST:
            del self._containers[-1]
        self._depth -= 1

    @property
    def prefix(self) -> str:
        """What lines begin with here, after the first."""
        return "".join([container.rest for container in self._containers])

    def _put(self, text: str, *, is_fixed: bool) -> None:
        first = "".join([container.mark for container in self._containers])
        continued = self.prefix
        if self._gap and self.lines:
            between = _shared(self.lines[-1].continued, continued)
            self.lines.append(Line(between, between, "", is_fixed=True))
        self.lines.append(Line(first, continued, text, is_fixed))
        for container in self._containers:
            container.mark = container.rest
        self._gap = False
        self._begin()

    def _begin(self) -> None:
        self._pieces.clear()
        self._is_fixed = False
        self.after_space = True


def _shared(one: str, other: str) -> str:
    """What both begin with."""
    length = min(len(one), len(other))
    return one[: next((at for at in range(length) if one[at] != other[at]), length)]


def rendered(lines: list[Line], width: int | None) -> str:
    """Put the lines together.

    Args:
        lines: from top to bottom.
        width: columns to wrap at, or None.

    Returns:
        Text with LF at the end of each line, and ordinary spaces for no-break ones.
    """
    out = [row.replace("\u00a0", " ").rstrip() for line in lines for row in _rows(line, width)]
    return "\n".join([*out, ""]) if out else ""


def _rows(line: Line, width: int | None) -> Iterator[str]:
    if width is None or line.is_fixed or len(line.prefix) + len(line.text) <= width:
        yield line.prefix + line.text
        return
    prefix = line.prefix
    room = max(width - len(prefix), _LEAST_ROOM)
    row: list[str] = []
    length = -1
    for word in line.text.split(" "):
        if row and length + 1 + len(word) > room:
            yield prefix + " ".join(row)
            prefix, row, length = line.continued, [], -1
        row.append(word)
        length += 1 + len(word)
    yield prefix + " ".join(row)
