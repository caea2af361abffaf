"""What elements of HTML mean to a reader: lines of their own, space around them, or nothing to be read at all."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from mailwright.encodings.html import Start

__all__ = [
    "APART",
    "BLOCKS",
    "CELLS",
    "LISTS",
    "PREFORMATTED",
    "TABLE_PARTS",
    "VOID",
    "Unread",
    "Verdict",
    "is_unread",
]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


CELLS: Final = frozenset({"td", "th"})
"""Cells of a table."""

TABLE_PARTS: Final = _names("tr tbody thead tfoot caption") | CELLS
"""What stands in a table, and closes what was left open in a cell."""

LISTS: Final = _names("ul ol menu dir")
"""Lists; their items are ``li``."""

PREFORMATTED: Final = _names("pre listing xmp plaintext textarea")
"""Elements whose white space counts."""

APART: Final = _names("h1 h2 h3 h4 h5 h6 p blockquote pre listing xmp plaintext figure fieldset dl") | LISTS
"""Elements with a blank line before and after (WHATWG HTML 15.3: those with margins)."""

BLOCKS: Final = (
    APART
    | TABLE_PARTS
    | _names("address article aside body center dd details dialog div dt figcaption footer form header hgroup html")
    | _names("legend li main nav option optgroup search section summary table textarea")
)
"""Elements that begin and end a line."""

VOID: Final = _names("area base br col embed hr img input link meta param source track wbr")
"""Elements without content, and without an end tag (WHATWG HTML 13.1.2)."""

# QUIRK: "xml" is Word's, with settings for text. A list of options is not read: nobody has opened it.
_UNREAD: Final = _names(
    "script style title template iframe noembed noframes object svg math audio video select datalist xml"
)
# WHATWG HTML 13.1.2.4: end tags that may be left out, as the next of these ends the element.
_ENDED_BY_SIBLING: Final = CELLS | _names("li tr dt dd option")

# CSS, in an attribute "style". QUIRK: mso-hide hides from Outlook alone; what it hides stands elsewhere in another
# form.
_HIDING = re.compile(r"(?:^|;)\s*+(?:display\s*+:\s*+none|mso-hide\s*+:\s*+all)(?![\w-])", re.IGNORECASE)


def is_unread(tag: Start) -> bool:
    """Tell whether a reader sees nothing of an element: by its kind, ``hidden``, or a style that hides it.

    Args:
        tag: its start tag.

    Returns:
        Whether it is passed over, with everything in it.
    """
    attributes = tag.attributes
    return tag.name in _UNREAD or "hidden" in attributes or _HIDING.search(attributes.get("style", "")) is not None


class Verdict(Enum):
    """What an end tag means for an element that is passed over."""

    GOES_ON = "it stands within"
    ENDED = "it ends the element"
    ENDED_OUTSIDE = "it ends one around it, and with it the element, whose own end tag was left out"


class Unread:
    """An element being passed over: finds its end, by counting, whatever stands within.

    Args:
        name: the element's name.
    """

    __slots__ = ("_frames", "_name", "_open")

    def __init__(self, name: str) -> None:
        self._name = name
        self._open = 1  # of this name
        self._frames = 0  # tables and lists in it, whose cells and items are not its siblings

    def ends_before(self, tag: Start) -> bool:
        """Tell whether a start tag shows that the element has ended, its end tag being left out; else count it."""
        if tag.name in VOID:
            return False
        is_sibling = tag.name == self._name and tag.name in _ENDED_BY_SIBLING and not self._frames
        if is_sibling or (self._name == "p" and tag.name in BLOCKS):  # WHATWG HTML 13.1.2.4 for both
            return True
        self._open += tag.name == self._name
        self._frames += _is_frame(tag.name)
        return False

    def end(self, name: str) -> Verdict:
        """Count an end tag."""
        self._open -= name == self._name
        if not self._open:
            return Verdict.ENDED
        if _is_frame(name) and self._frames:
            self._frames -= 1
        elif self._name in _ENDED_BY_SIBLING and (_is_frame(name) or name == "tr"):
            return Verdict.ENDED_OUTSIDE
        return Verdict.GOES_ON


def _is_frame(name: str) -> bool:
    return name == "table" or name in LISTS
