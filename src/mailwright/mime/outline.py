r"""A message in outline, for people: its parts as a tree, with their numbers.

The numbers are those by which IMAP asks for parts (RFC 9051 6.4.5): the children of a multipart are 1, 2, 3, theirs 1.1
and 1.2; a message that is no multipart has one part, 1; and what is in an enclosed message is numbered below the part
that holds it. A multipart that is the whole of a message has no number::

    multipart/mixed
    ├── 1  multipart/alternative
    │   ├── 1.1  text/plain
    │   └── 1.2  text/html
    └── 2  message/rfc822
        └── multipart/mixed
            ├── 2.1  text/plain
            └── 2.2  application/pdf

Everything here comes from mail, so it is not fit to be printed before it has gone through :func:`harmless`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = ["DEPTH_LIMIT", "GUIDE_LIMIT", "WORD_LIMIT", "Place", "find", "guide", "harmless", "places", "shortened"]

GUIDE_LIMIT: Final = 24
"""Levels that are indented: a part at depth 1000 would be four thousand columns to the right, and there may be a
hundred thousand of them (``Limits``). People nest five."""

DEPTH_LIMIT: Final = 100
"""Levels that are shown, unless somebody asks for more. Postfix passes on no more (mime_nesting_limit); and a hundred
thousand parts at depth 1000 would have numbers of two hundred megabytes, out of a message of one."""

WORD_LIMIT: Final = 80
"""Characters that are shown of a type, a charset or an identifier: a line of a terminal."""


def harmless(text: str) -> str:
    """The text with control characters and other invisible ones made visible."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def shortened(text: str) -> str:
    """The text, or its beginning when it is longer than ``WORD_LIMIT``."""
    return text if len(text) <= WORD_LIMIT else f"{text[: WORD_LIMIT - 1]}…"


# --- the tree -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A part and where it stands in the tree.

    Attributes:
        path: its number (RFC 9051 6.4.5), such as ``1.2``; nothing for a multipart that is the whole of a message.
        part: the part, or the message.
        depth: how many parts are around it; an enclosed message is one deeper than the part that holds it.
        is_last: for it and those around it, the outermost first and ``GUIDE_LIMIT`` at most, whether it is the last of
            its siblings.
        stem: what stands before the numbers of its children.
        is_cut: whether it holds parts that are deeper than was asked for.
    """

    path: str
    part: Part
    depth: int = 0
    is_last: tuple[bool, ...] = ()
    stem: str = ""
    is_cut: bool = False


def places(message: Message, *, depth: int = DEPTH_LIMIT) -> Iterator[Place]:
    """Go through all parts, each before those in it; enclosed messages are entered.

    Args:
        message: the message.
        depth: how deep to go.

    Yields:
        Each part with its number and depth.
    """
    waiting = [iter([_message(message, "", 0, ())])]
    while waiting:
        place = next(waiting[-1], None)
        if place is None:
            _ = waiting.pop()
        elif place.depth < depth:
            yield place
            waiting.append(_below(place))
        else:
            yield replace(place, is_cut=next(_below(place), None) is not None)


def _message(message: Message, stem: str, depth: int, is_last: tuple[bool, ...]) -> Place:
    """RFC 9051 6.4.5: every message has at least one part number."""
    if message.parts:
        return Place("", message, depth, is_last, stem)
    return Place(f"{stem}1", message, depth, is_last, f"{stem}1.")


def _below(place: Place) -> Iterator[Place]:
    part, depth, stem = place.part, place.depth + 1, place.stem
    around = place.is_last[: GUIDE_LIMIT - 1]
    middle, last = (*around, False), (*around, True)
    enclosed = part.message
    if enclosed is not None:
        yield _message(enclosed, stem, depth, last)
    children = part.parts
    for number, child in enumerate(children, 1):
        path = f"{stem}{number}"
        yield Place(path, child, depth, last if number == len(children) else middle, f"{path}.")


def find(message: Message, path: str) -> Part:
    """Get the part with a number, however deep it is (RFC 9051 6.4.5).

    Raises:
        ValueError: there is none; says which there are nearby.
    """
    place = _message(message, "", 0, ())
    while place.path != path:
        step = next((each for each in _below(place) if f"{path}.".startswith(each.stem)), None)
        if step is None:
            raise ValueError(f"there is no part {shortened(path)!r}; {_nearby(place)}")
        place = step
    return place.part


def _nearby(place: Place) -> str:
    while (first := next(_below(place), None)) is not None and not first.path:
        place = first  # a message that is a multipart has no number, but its parts have
    where = place.path or place.stem.removesuffix(".") or "the message"
    if first is None:
        return f"{where} is {shortened(place.part.content_type)} and holds no parts"
    count = len(place.part.parts)
    return f"{where} holds {first.path}" + (f" to {place.stem}{count}" if count > 1 else "")


def guide(place: Place, *, drawn: bool) -> str:
    """What stands before a part in the picture of a tree.

    Args:
        place: the part's.
        drawn: with box-drawing characters instead of ASCII.
    """
    if not place.is_last:
        return ""
    branch, corner, stem = ("├── ", "└── ", "│   ") if drawn else ("+-- ", "`-- ", "|   ")
    around = "".join(["    " if last else stem for last in place.is_last[:-1]])
    return around + (corner if place.is_last[-1] else branch)
