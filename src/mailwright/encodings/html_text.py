"""What a person would read in a message's HTML, as plain text.

A document goes by once, tag by tag. Only what shapes the text is remembered until its end tag comes: quotes, lists,
preformatted text and tables, with a scope for each table, as an end tag in a cell closes nothing outside of it (WHATWG
HTML 13.2.4.2). End tags that close nothing are passed over, and what is never closed ends with the document. Nothing is
recursive, and every element is opened once and closed once, so the time is linear in any nesting.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from mailwright.encodings import html as markup
from mailwright.encodings.html_anchor import Anchor
from mailwright.encodings.html_elements import (
    APART,
    BLOCKS,
    CELLS,
    LISTS,
    PREFORMATTED,
    TABLE_PARTS,
    VOID,
    Unread,
    Verdict,
    is_unread,
)
from mailwright.encodings.html_page import Page, rendered
from mailwright.encodings.html_table import SCREEN, Table, arranged

__all__ = ["NARROWEST", "to_text"]

NARROWEST: Final = 20
"""Columns that text can be wrapped at, at least: less breaks nearly every sentence at every word."""

_NUMBER = re.compile(r"\s*+(-?[0-9]{1,9})")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def to_text(html: str, *, width: int | None = None, links: bool = True) -> str:
    """Give HTML as the text a person would read; never raises on mail, takes linear time.

    Args:
        html: a document, or a piece of one.
        width: columns to wrap at; None leaves every paragraph on one line. Preformatted text and tables stay as they
            are.
        links: whether the target of a link follows its text, ``text <https://...>``, where it says something new.

    Returns:
        Lines ended by LF: quotes marked ``> ``, lists with ``* `` and numbers, images by their alternative text.

    Raises:
        ValueError: the width is less than 20 (``NARROWEST``).
    """
    if width is not None and width < NARROWEST:
        raise ValueError(f"width={width!r} is too narrow to read; give {NARROWEST} columns or more, or None")
    reader = _Reader(width=width, links=links)
    for token in markup.tokens(html):
        if isinstance(token, markup.Text):
            reader.text(token.data)
        elif isinstance(token, markup.Start):
            reader.start(token)
        elif isinstance(token, markup.End):
            reader.end(token.name)
    return reader.finish()


@dataclass(slots=True)
class _Element:
    name: str
    number: int = 0  # of the next item, in a list
    style: str = ""


@dataclass(slots=True)
class _Scope:
    """The elements open since a table began; the counts say, without looking, whether one is open."""

    elements: list[_Element] = field(default_factory=list[_Element])
    counts: Counter[str] = field(default_factory=Counter[str])


class _Reader:
    def __init__(self, *, width: int | None, links: bool) -> None:
        self._page = Page()
        self._width = width
        self._links = links
        self._scopes = [_Scope()]
        self._table: Table | None = None
        self._unread: Unread | None = None
        self._preformatted = 0
        self._at_pre = False
        self._anchor = Anchor()
        self._after_image = False
        self._last_image = ""

    # --- tokens ---

    def text(self, data: str) -> None:
        if self._unread:
            return
        data = _CONTROLS.sub("", data)
        self._anchor.add(data)
        self._after_image = False
        if data.strip():
            self._last_image = ""
        if not self._preformatted:
            self._page.write(data)
            return
        if self._at_pre:  # WHATWG 13.1.2.5: a newline right after <pre> is ignored
            data = data.removeprefix("\r").removeprefix("\n")
        self._at_pre = False
        self._page.write_preformatted(data)

    def start(self, tag: markup.Start) -> None:
        if self._unread:
            if not self._unread.ends_before(tag):
                return
            self._unread = None
        if is_unread(tag):
            if tag.name not in VOID:
                self._unread = Unread(tag.name)
            if tag.name in BLOCKS:
                self._page.end_line()
        elif tag.name in BLOCKS:
            self._start_block(tag)
        else:
            self._start_inline(tag)

    def end(self, name: str) -> None:
        if self._unread:
            verdict = self._unread.end(name)
            self._unread = None if verdict is not Verdict.GOES_ON else self._unread
            if verdict is not Verdict.ENDED_OUTSIDE:
                return
        if name == "a":
            self._end_link()
        elif name == "q":
            self._page.write("”")
        elif name == "br":  # WHATWG 13.2.6.4.7: </br> is <br>
            self._page.break_line()
        elif name == "table":
            self._end_table()
        elif name in TABLE_PARTS:
            self._end_table_part()
        elif name in BLOCKS:
            self._end_block(name)

    def finish(self) -> str:
        self._end_link()
        while len(self._scopes) > 1:
            self._end_table()
        self._unwind()
        return rendered(self._page.lines, self._width)

    # --- inline ---

    def _start_inline(self, tag: markup.Start) -> None:
        if tag.name == "a":
            self._end_link()
            if self._links:
                self._anchor.start(tag.attributes.get("href", ""))
        elif tag.name == "img":
            self._image(tag)
        elif tag.name == "br":
            self._break()
        elif tag.name == "hr":
            self._page.rule()
        elif tag.name == "q":
            self._page.write("“")

    def _end_link(self) -> None:
        if target := self._anchor.end():
            self._page.write(f"<{target}> " if self._page.after_space else f" <{target}>")

    def _image(self, tag: markup.Start) -> None:
        alternative = _CONTROLS.sub("", tag.attributes.get("alt", "")).strip()
        if not alternative or alternative == self._last_image:  # QUIRK: an image cut into pieces says the same in each
            return
        self._page.write(f" {alternative}" if self._after_image else alternative)
        self._anchor.add(alternative)
        self._after_image, self._last_image = True, alternative

    def _break(self) -> None:
        if self._preformatted:
            self._page.write_preformatted("\n")
        else:
            self._page.break_line()

    # --- blocks ---

    def _start_block(self, tag: markup.Start) -> None:
        name = tag.name
        self._after_image = False
        if name == "table":
            self._start_table(tag)
            return
        if name in TABLE_PARTS:
            self._start_table_part(tag)
            return
        if name in APART and not (name in LISTS and self._top() == "li"):
            self._page.leave_gap()
        else:
            self._page.end_line()
        self._open(tag)

    def _open(self, tag: markup.Start) -> None:
        name = tag.name
        if name == "blockquote":
            self._push(_Element(name), "> ", "> ")
        elif name in LISTS:
            start = _NUMBER.match(tag.attributes.get("start", ""))
            self._push(_Element(name, int(start[1]) if start else 1, tag.attributes.get("type", "")), "", "")
        elif name == "li":
            self._start_item(tag)
        elif name in ("dt", "dd"):
            self._close_if_top("dd")
            if name == "dd":
                self._push(_Element(name), "    ", "    ")
        elif name in PREFORMATTED:
            self._preformatted += 1
            self._at_pre = True
            self._push(_Element(name), "", "")

    def _start_item(self, tag: markup.Start) -> None:
        self._close_if_top("li")
        elements = self._scopes[-1].elements
        mark = "* "
        if elements and elements[-1].name == "ol":
            around = elements[-1]
            value = _NUMBER.match(tag.attributes.get("value", ""))
            number = int(value[1]) if value else around.number
            around.number = number + 1
            mark = f"{_numeral(number, around.style)}. "
        self._push(_Element("li"), mark, " " * len(mark))

    def _end_block(self, name: str) -> None:
        self._page.end_line()
        scope = self._scopes[-1]
        if scope.counts[name]:
            while scope.elements[-1].name != name:
                self._pop(scope)
            self._pop(scope)
        if name in APART and not (name in LISTS and self._top() == "li"):
            self._page.leave_gap()

    def _push(self, element: _Element, mark: str, rest: str) -> None:
        scope = self._scopes[-1]
        scope.elements.append(element)
        scope.counts[element.name] += 1
        self._page.enter(mark, rest)

    def _pop(self, scope: _Scope) -> None:
        element = scope.elements.pop()
        scope.counts[element.name] -= 1
        self._page.end_line()
        self._preformatted -= element.name in PREFORMATTED
        self._page.leave()

    def _top(self) -> str:
        elements = self._scopes[-1].elements
        return elements[-1].name if elements else ""

    def _close_if_top(self, name: str) -> None:
        if self._top() == name:
            self._pop(self._scopes[-1])

    def _unwind(self) -> None:
        """Close everything that was opened in this table's cell."""
        scope = self._scopes[-1]
        while scope.elements:
            self._pop(scope)
        self._page.end_line()

    # --- tables ---

    def _start_table(self, tag: markup.Start) -> None:
        self._page.end_line()
        self._scopes.append(_Scope())
        is_bordered = tag.attributes.get("border", "0").strip() not in ("0", "0px")
        self._table = Table(len(self._page.lines), self._page.prefix, is_bordered)  # one around it is layout

    def _start_table_part(self, tag: markup.Start) -> None:
        if len(self._scopes) > 1:
            self._unwind()
        self._page.end_line()
        self._end_cell()
        if self._table is None:
            return
        if tag.name == "tr":
            self._table.rows.append([])
        elif tag.name in CELLS:
            span = _NUMBER.match(tag.attributes.get("colspan", ""))
            self._table.begin_cell(len(self._page.lines), int(span[1]) if span else 1)
            self._table.is_data = self._table.is_data or tag.name == "th"

    def _end_table_part(self) -> None:
        if len(self._scopes) > 1:
            self._unwind()
            self._end_cell()

    def _end_cell(self) -> None:
        lines = self._page.lines
        if self._table is not None:
            self._table.end_cell(len(lines))
        if lines and len(lines[-1].text) > SCREEN:  # what is read as a paragraph stands apart like one
            self._page.leave_gap()

    def _end_table(self) -> None:
        self._page.end_line()
        if len(self._scopes) == 1:
            return
        self._unwind()
        self._end_cell()
        del self._scopes[-1]
        table, self._table = self._table, None
        if table is not None and (better := arranged(table, self._page.lines, self._width)) is not None:
            self._page.lines[table.begin :] = better


def _numeral(number: int, style: str) -> str:
    """A list's number; letters up to the last of the alphabet."""
    if style in ("a", "A") and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    return str(number)
