r"""The fields of a report, which look like a header and stand in a body (RFC 3464 2.1, RFC 8098 3.1, RFC 5965 3).

They are read from whatever servers make of them: any line ends, too many empty lines or too few, lines that are no
fields. A value is one line of text here, its folding undone to single spaces; it is folded again when it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeAlias

from mailwright.encodings import base64
from mailwright.grammar import date as dates
from mailwright.grammar.lexer import LINE_LIMIT, replace_controls, strip_comments, text_of
from mailwright.mime.typed_values import (
    TypedAddress,
    TypedText,
    check_text,
    read_address,
    read_typed,
    written_address,
)

__all__ = ["FIELDS_LIMIT", "FieldGroup", "FieldLines", "Pairs", "check_pairs", "groups"]

FIELDS_LIMIT: Final = 100_000
"""Fields of one report that are read: ten for each of ten thousand recipients."""

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values of fields, in order."""

_WIDTH: Final = 78  # RFC 5322 2.1.1

# RFC 5322 2.2; QUIRK: white space before the colon.
_FIELD = re.compile(r"([!-9;-~]{1,100}+)[ \t]*+:(.*+)", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[!-9;-~]{1,76}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


def check_pairs(pairs: Pairs) -> None:
    """Refuse names and values that cannot be written.

    Raises:
        ValueError: names the first.
    """
    for name, value in pairs:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"field name {name!r} is not allowed; printable ASCII without ':' is")
        check_text(value, f"field {name!r}:")


# --- reading --------------------------------------------------------------------------------------------------------


def groups(data: bytes) -> list[list[tuple[str, str]]]:
    """Read the fields of a report.

    Args:
        data: the content of its part, decoded.

    Returns:
        Names and values, in groups as empty lines separate them; no group is empty.
    """
    found: list[list[tuple[str, str]]] = []
    count = 0
    for block in _blocks(_LINE_END.split(text_of(data))):
        pairs = _pairs(block)
        # QUIRK: Office 365 encodes the groups behind the first one in base64, and says so nowhere.
        joined = "".join(block)
        if not pairs and len(joined) % 4 == 0 and _BASE64.fullmatch(joined):
            inner = _LINE_END.split(text_of(base64.decode(joined.encode("ascii"))))
            several = [_pairs(lines) for lines in _blocks(inner)]
        else:
            several = [pairs]
        for group in several:
            kept = group[: FIELDS_LIMIT - count]
            count += len(kept)
            if kept:
                found.append(kept)
    return found


def _blocks(lines: Iterable[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip(" \t"):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return blocks


def _pairs(lines: Iterable[str]) -> list[tuple[str, str]]:
    unfolded: list[tuple[str, list[str]]] = []
    for line in lines:
        if line[:1] in (" ", "\t"):
            if unfolded:
                unfolded[-1][1].append(line)
        elif found := _FIELD.fullmatch(line):
            unfolded.append((found[1], [found[2]]))
    return [(name, _value(pieces)) for name, pieces in unfolded]


def _value(pieces: list[str]) -> str:
    text = " ".join([piece.strip(" \t") for piece in pieces])
    return replace_controls(text.replace("\t", " ")).strip(" ")


class FieldGroup:
    """Fields that are taken out one after the other; what nobody took stays."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = [(name, value) for name, value in pairs if _NAME.fullmatch(name)]

    def text(self, key: str) -> str:
        """The first value of a name in lower case; nothing when there is none."""
        for index, (name, value) in enumerate(self._pairs):
            if name.lower() == key:
                del self._pairs[index]
                return value
        return ""

    def word(self, key: str) -> str:
        """A value without comments, in lower case."""
        return strip_comments(self.text(key)).strip(" ").lower()

    def texts(self, key: str) -> tuple[str, ...]:
        """All values of a name in lower case."""
        found = tuple([value for name, value in self._pairs if name.lower() == key])
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != key]
        return found

    def typed(self, key: str) -> TypedText | None:
        """A value with its type."""
        value = self.text(key)
        return read_typed(value) if value else None

    def address(self, key: str) -> TypedAddress | None:
        """An address with its type."""
        value = self.text(key)
        return read_address(value) if value else None

    def date(self, key: str) -> datetime | None:
        """A date; one that is none stays among the rest."""
        value = next((value for name, value in self._pairs if name.lower() == key), "")
        when = dates.parse(value) if value else None
        if when is None or when.year < 1900:  # which could not be written (RFC 5322 3.3)
            return None
        _ = self.text(key)
        return when

    def rest(self) -> Pairs:
        """What was not taken."""
        return tuple(self._pairs)


# --- writing --------------------------------------------------------------------------------------------------------


class FieldLines:
    """Fields that are written one after the other.

    Args:
        utf8: as for a message/global-... type (RFC 6533): characters as they are.
    """

    __slots__ = ("_lines", "_utf8")

    def __init__(self, *, utf8: bool) -> None:
        self._utf8 = utf8
        self._lines: list[str] = []

    def add(self, name: str, value: str | TypedText | TypedAddress | datetime | None) -> None:
        """Write a field, unless its value is nothing.

        Raises:
            ValueError: it cannot be written; says why.
        """
        if isinstance(value, datetime):
            text = dates.format(value)
        elif isinstance(value, TypedAddress):
            text = written_address(value, utf8=self._utf8)
        else:
            text = "" if value is None else str(value)
        if not text:
            return
        if not (self._utf8 or text.isascii()):
            raise ValueError(f"{name} {text!r} is not ASCII; write with utf8=True, as a message/global-... (RFC 6533)")
        self._lines.append(_folded(name, text))

    def add_all(self, pairs: Pairs) -> None:
        """Write fields; those without a value as well."""
        for name, value in pairs:
            if value:
                self.add(name, value)
            else:
                self._lines.append(f"{name}:\r\n")

    def gap(self) -> None:
        """Begin another group."""
        self._lines.append("\r\n")

    def to_bytes(self) -> bytes:
        """All of it."""
        return "".join(self._lines).encode("utf-8")


def _folded(name: str, text: str) -> str:
    """Fold at single spaces: more of them are not kept by folding."""
    lines = [f"{name}:"]
    before = "x"
    for word in text.split(" "):
        alone = bool(word and before)
        if alone and len(lines[-1]) + len(word) + 1 > _WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
        before = word
    if any(len(line.encode("utf-8")) > LINE_LIMIT for line in lines):
        raise ValueError(f"{name} {text[:60]!r}... has a word too long for a line of {LINE_LIMIT} octets")
    return "\r\n".join(lines) + "\r\n"
