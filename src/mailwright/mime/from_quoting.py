"""How the lines of a message that begin with "From " are told from separators in an mbox file, in both directions.

Two ways are in use. *mboxo* writes ``>`` before ``From ``, and cannot tell afterwards which ``>From `` it wrote and
which it found. *mboxrd* writes ``>`` before any number of ``>`` that ``From `` follows, and a reader takes one away:
nothing is lost. (RFC 4155 leaves the choice open.)

Messages come in chunks that may end anywhere, so what has not been decided at the end of a chunk is held back. That is
at most six octets: a run of ``>`` before it may go at once, since it makes no difference in which place of the run one
is added or taken away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["FromLines", "Quoting", "quoting", "unquoting"]

Quoting: TypeAlias = Literal["rd", "o", "none"]
"""The ways of quoting: mboxrd, mboxo, and none, as in mboxcl2, whose messages have a Content-Length."""

_STARTS: Final = rb"(?:F(?:r(?:om?)?)?)?"  # how "From " begins, short of being whole


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is written instead of what, and how a line looks that may still become it."""

    pattern: re.Pattern[bytes]
    instead: bytes
    open: re.Pattern[bytes]  # group 1 has to wait for more


# Each pattern takes the line end before its line along: it is what the search is fast by.
_QUOTING: Final = {
    "rd": _Rule(re.compile(rb"\n(>*+From )"), rb"\n>\1", re.compile(rb">*(" + _STARTS + rb")")),
    "o": _Rule(re.compile(rb"\n(From )"), rb"\n>\1", re.compile(rb"(" + _STARTS + rb")")),
}
_UNQUOTING: Final = {
    "rd": _Rule(re.compile(rb"\n>(>*+From )"), rb"\n\1", re.compile(rb">*?((?:>" + _STARTS + rb")?)")),
    "o": _Rule(re.compile(rb"\n>(From )"), rb"\n\1", re.compile(rb"((?:>" + _STARTS + rb")?)")),
}


class FromLines:
    """A filter over the lines of one message.

    Args:
        rule: what to do with them; None to leave them as they are.
    """

    __slots__ = ("_at_start", "_held", "_rule")

    def __init__(self, rule: _Rule | None) -> None:
        self._rule = rule
        self._held = b""
        self._at_start = True  # whether what comes next stands at the beginning of a line

    def feed(self, chunk: bytes) -> bytes:
        """Take the next octets, in pieces of any size; give what is decided."""
        rule = self._rule
        if rule is None:
            return chunk
        data = self._held + chunk if self._held else chunk
        at_start = self._at_start
        line = data.rfind(b"\n") + 1
        found = rule.open.fullmatch(data, line) if line or at_start else None
        self._at_start = found is not None
        self._held = b"" if found is None else found[1]
        ready = data[: len(data) - len(self._held)] if self._held else data
        return _rewritten(rule, ready, at_start=at_start)

    def finish(self) -> bytes:
        """Give what was held back: the message is over."""
        held, self._held = self._held, b""
        return held


def _rewritten(rule: _Rule, data: bytes, *, at_start: bool) -> bytes:
    if b"From " not in data:
        return data
    return rule.pattern.sub(rule.instead, b"\n" + data)[1:] if at_start else rule.pattern.sub(rule.instead, data)


def quoting(kind: Quoting) -> FromLines:
    """Make the filter for writing.

    Raises:
        ValueError: it is none of the kinds.
    """
    return FromLines(None if _checked(kind) == "none" else _QUOTING[kind])


def unquoting(kind: Quoting) -> FromLines:
    """Make the filter for reading.

    Raises:
        ValueError: it is none of the kinds.
    """
    return FromLines(None if _checked(kind) == "none" else _UNQUOTING[kind])


def _checked(kind: str) -> str:
    if kind not in ("rd", "o", "none"):
        raise ValueError(f"quoting {kind!r} is not known; 'rd', 'o' and 'none' are")
    return kind
