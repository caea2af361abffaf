"""Tables as text: which of them are data, and how their cells come to stand side by side.

Mail uses tables for layout, nested ten deep, and for data. A table that holds another is layout, and its cells are
lines one below the other; so only the innermost has to be remembered, and the cost is linear in any nesting. Whether
that one is set in columns is decided by what it holds: it must have cells side by side, and fit on a screen; and
without a heading or a border, which say that it is data, every cell must be a single line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from mailwright.encodings.html_page import Line

__all__ = ["SCREEN", "Cell", "Table", "arranged"]

SCREEN: Final = 78
"""Columns a table may have when no width is given (RFC 5322 2.1.1 recommends it for lines)."""

_MOST_COLUMNS: Final = 100  # of a table that is set; a colspan can say anything (WHATWG 4.9.11 stops at 1000)
_BETWEEN: Final = "  "


@dataclass(slots=True)
class Cell:
    """A cell: the numbers of its first line on the page and of the line after its last, and the columns it spans."""

    begin: int
    end: int
    span: int = 1


@dataclass(slots=True)
class Table:
    """What is remembered of a table.

    Attributes:
        begin: the number of its first line on the page.
        prefix: what its lines begin with, from quotes and lists around it.
        is_data: a heading or a border says so.
        rows: its cells.
        is_in_cell: the last of them has not ended.
    """

    begin: int
    prefix: str
    is_data: bool
    rows: list[list[Cell]] = field(default_factory=list[list[Cell]])
    is_in_cell: bool = False

    def begin_cell(self, at: int, span: int) -> None:
        """A cell begins with the page's line of this number."""
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append(Cell(at, at, min(max(span, 1), _MOST_COLUMNS)))
        self.is_in_cell = True

    def end_cell(self, at: int) -> None:
        """The cell that is open, if one is, ends before the page's line of this number."""
        if self.is_in_cell:
            self.rows[-1][-1].end = at
        self.is_in_cell = False


def arranged(table: Table, lines: list[Line], width: int | None) -> list[Line] | None:
    """Set the cells side by side.

    Args:
        table: what is remembered.
        lines: the page so far; the table reaches to its end.
        width: columns of the page, or None.

    Returns:
        The lines that take the place of the table's, or None when they had better stay as they are.
    """
    cells = [[_texts(table, lines, cell) for cell in row] for row in table.rows]
    if not any(sum(map(bool, row)) > 1 for row in cells):
        return None
    if not table.is_data and any(len(cell) > 1 for row in cells for cell in row):
        return None
    widths = _widths(table, cells)
    room = (width or SCREEN) - len(table.prefix)
    fits = len(widths) <= _MOST_COLUMNS and sum(widths) + len(_BETWEEN) * (len(widths) - 1) <= room
    if not fits and not table.is_data:
        return None
    out: list[Line] = []
    at = table.begin
    for row, texts in zip(table.rows, cells, strict=True):
        for cell in row:
            out += lines[at : cell.begin]  # a caption, or text out of place
            at = cell.end
        if _has_gap(lines, row) and (not out or not table.is_data):
            out.append(Line(table.prefix, table.prefix, "", is_fixed=True))
        set_row = _columns(row, texts, widths) if fits else _joined(texts)
        out += [Line(table.prefix, table.prefix, text, is_fixed=fits) for text in set_row]
    return _marked(table, lines, out + lines[at:])


def _marked(table: Table, lines: list[Line], out: list[Line]) -> list[Line]:
    """The first line bears the mark of a list's item, if the table is the first thing in it."""
    mark = next(line.prefix[: len(table.prefix)] for line in lines[table.begin :] if not line.is_blank)
    first = next(number for number, line in enumerate(out) if not line.is_blank)
    if mark != table.prefix and out[first].prefix == table.prefix:
        out[first] = replace(out[first], prefix=mark)
    return out


def _texts(table: Table, lines: list[Line], cell: Cell) -> list[str]:
    return [line.prefix[len(table.prefix) :] + line.text for line in lines[cell.begin : cell.end] if not line.is_blank]


def _has_gap(lines: list[Line], row: list[Cell]) -> bool:
    return any(lines[cell.begin].is_blank for cell in row if cell.begin < cell.end)


def _widths(table: Table, cells: list[list[list[str]]]) -> list[int]:
    """The width of each column in which something stands; a cell that spans several counts for none, if it can."""
    widths: dict[int, int] = {}
    for row, texts in zip(table.rows, cells, strict=True):
        column = 0
        for cell, text in zip(row, texts, strict=True):
            longest = max(map(len, text), default=0)
            if cell.span == 1 or cell is row[-1]:
                widths[column] = max(widths.get(column, 0), longest if cell.span == 1 else 0)
            column += cell.span
    count = min(max(widths, default=-1), _MOST_COLUMNS) + 1
    return [widths.get(column, 0) for column in range(count)]


def _columns(row: list[Cell], texts: list[list[str]], widths: list[int]) -> list[str]:
    """The lines of a row, as many as its highest cell has."""
    out: list[str] = []
    for level in range(max(map(len, texts), default=0)):
        line, column = "", 0
        for cell, text in zip(row, texts, strict=True):
            part = text[level] if level < len(text) else ""
            spanned = [width for width in widths[column : column + cell.span] if width]
            if part or spanned:
                room = sum(spanned) + len(_BETWEEN) * (len(spanned) - 1)
                line += part.ljust(room) + _BETWEEN
            column += cell.span
        out.append(line.rstrip())
    return [line for line in out if line]


def _joined(texts: list[list[str]]) -> list[str]:
    """A row that is too wide for columns."""
    line = " | ".join([" ".join(text) for text in texts if text])
    return [line] if line else []
