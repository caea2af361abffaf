"""Text whose lines flow: ``text/plain; format=flowed`` (RFC 3676).

A line that ends with a space goes on in the next: a soft line break. Lines that would be mistaken for something else
begin with a space that does not count (space-stuffing). Quote marks stand without spaces between them, ``>> text``.
With ``DelSp=yes`` the space of a soft break is not part of the text, so that words of languages without spaces, and
very long ones, can be broken.

Outside of the wire, this module's text has a paragraph to a line, and quotes are marked ``> > text``, each mark with a
space. That form is what ``decode`` makes and ``encode`` takes; it also takes ``>> text``, as people write it. A ``>``
that is followed by neither a space, nor another mark of a quote, nor the end of the line is a character like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["DEEPEST_QUOTE", "LONGEST_LINE", "SIGNATURE", "WIDTH", "Paragraph", "decode", "encode", "paragraphs"]

WIDTH: Final = 72
"""Columns of a line on the wire: RFC 3676 4.2 wants 78 or fewer, and quoting adds to it."""

LONGEST_LINE: Final = 998
"""Characters of a line that are never exceeded (RFC 5322 2.1.1)."""

DEEPEST_QUOTE: Final = 64
"""Levels of quotes that are written; deeper marks are text. Nobody follows so many, and each line repeats them."""

SIGNATURE: Final = "-- "
"""The line before a signature, which ends with a space and does not flow (RFC 3676 4.3)."""

_NARROWEST: Final = 10  # columns; less would spread a word's letters over the lines
_LONGEST_WORD: Final = LONGEST_LINE - DEEPEST_QUOTE - len(" -- ") - 1  # behind all that may stand before it
_LINE_END = re.compile(r"\r\n|\r|\n")
# RFC 3676 4.5: quote marks come first, and nothing stands between them; then 4.4, one stuffed space.
_WIRE_QUOTE = re.compile(r"(>*+) ?")
_TEXT_QUOTE = re.compile(r"(?:>++(?: |\Z))*+")
# RFC 3676 4.4: what is stuffed. "From " is for an mbox that writes ">From".
_STUFFED = re.compile(r" |>|From ")
_WORD = re.compile(r"[^ ]*+ *+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one line is outside of the wire.

    Attributes:
        depth: how many quotes it stands in.
        text: its characters, without quote marks.
    """

    depth: int
    text: str


def decode(text: str, *, delsp: bool = False) -> str:
    """Join the lines that belong together (RFC 3676 4).

    Args:
        text: the decoded body, with any kind of line ends.
        delsp: the parameter DelSp was ``yes``.

    Returns:
        A paragraph to a line, ended by LF as far as the body's lines were ended; quotes are marked ``> `` for each
        level.
    """
    joined = "\n".join(["> " * each.depth + each.text for each in paragraphs(text, delsp=delsp)])
    return joined + "\n" if text.endswith(("\r", "\n")) else joined


def paragraphs(text: str, *, delsp: bool = False) -> Iterator[Paragraph]:
    """Join the lines that belong together, one paragraph at a time (RFC 3676 4).

    Args:
        text: the decoded body, with any kind of line ends.
        delsp: the parameter DelSp was ``yes``.

    Yields:
        The paragraphs. One that flows into a line of another depth, or into a signature, ends there (RFC 3676 4.5).
    """
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    depth, pieces = 0, list[str]()
    for line in lines:
        quote = _WIRE_QUOTE.match(line)
        level, content = (len(quote[1]), line[quote.end() :]) if quote else (0, line)
        if pieces and (level != depth or content == SIGNATURE):
            yield Paragraph(depth, "".join(pieces))
            pieces = []
        flows = content.endswith(" ") and content != SIGNATURE
        depth = level
        pieces.append(content[:-1] if flows and delsp else content)
        if not flows:
            yield Paragraph(depth, "".join(pieces))
            pieces = []
    if pieces:
        yield Paragraph(depth, "".join(pieces))


def encode(text: str, *, width: int = WIDTH, delsp: bool = False) -> str:
    """Break long lines so that they can be joined again (RFC 3676 4.2).

    Reading it back gives the same text but for: spaces at the ends of lines, which would say that the line goes on (a
    signature's line keeps its one); quote marks, which come back as ``> `` each; line ends, which come back as LF; and,
    without ``delsp``, a space within a word of nearly 998 characters.

    Args:
        text: a paragraph to a line; lines that begin with ``> ``, ``>> `` and so on are quotes.
        width: columns of a line, quote marks and the space of a soft break included; longer words stand alone.
        delsp: the body will be declared DelSp=yes; words that are longer than a line are broken.

    Returns:
        Lines ended by LF, of at most 998 characters.

    Raises:
        ValueError: the width is less than 10 or more than 998.
    """
    if not _NARROWEST <= width <= LONGEST_LINE:
        raise ValueError(f"width={width!r} makes no lines of mail; give columns from {_NARROWEST} to {LONGEST_LINE}")
    return "\n".join([_lines(line, width, delsp=delsp) for line in _LINE_END.split(text)])


def _lines(line: str, width: int, *, delsp: bool) -> str:
    quote = found[0] if (found := _TEXT_QUOTE.match(line)) else ""
    prefix, content = quote.replace(" ", ""), line[len(quote) :]
    if len(prefix) > DEEPEST_QUOTE:
        prefix, content = "", line
    content = content if content == SIGNATURE else content.rstrip(" ")
    return "\n".join([_stuffed(prefix, piece) for piece in _broken(content, width - len(prefix) - 1, delsp=delsp)])


def _stuffed(prefix: str, content: str) -> str:
    """A quote gets a space behind its marks (RFC 3676 4.5); what would be mistaken for something else, before it."""
    return f"{prefix} {content}" if prefix or _STUFFED.match(content) else content


def _broken(content: str, room: int, *, delsp: bool) -> Iterator[str]:
    """The pieces of a paragraph; all but the last end with the space of their soft break."""
    room = max(room, _NARROWEST)
    if len(content) <= room:
        yield content
        return
    line = ""
    for word in _words(content, room - 1 if delsp else _LONGEST_WORD):
        if line and len(line) + len(word) + delsp > room and not _is_mistaken(line):
            yield line + " " if delsp or not line.endswith(" ") else line
            line = word
        else:
            line += word
    yield line


def _is_mistaken(line: str) -> bool:
    """Whether a line that ends here would be read as that before a signature."""
    return line in ("--", SIGNATURE)


def _words(content: str, most: int) -> Iterator[str]:
    """Words with the spaces behind them, in pieces of so many characters."""
    for found in _WORD.finditer(content):
        word = found[0]
        for at in range(0, len(word), most):
            yield word[at : at + most]
