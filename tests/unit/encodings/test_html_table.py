import pytest

from mailwright.encodings.html_page import Line
from mailwright.encodings.html_table import Table, arranged


def page(*texts: str) -> list[Line]:
    return [Line("", "", text) for text in texts]


def table(spans: list[list[tuple[int, int]]], *, is_data: bool = False, prefix: str = "") -> Table:
    """A table whose cells have so many lines and span so many columns."""
    made, at = Table(0, prefix, is_data), 0
    for row in spans:
        made.rows.append([])
        for lines, span in row:
            made.begin_cell(at, span)
            at += lines
            made.end_cell(at)
    return made


def texts(lines: list[Line] | None) -> list[str] | None:
    return None if lines is None else [line.prefix + line.text for line in lines]


def test_cells_of_one_line_stand_side_by_side() -> None:
    made = arranged(
        table([[(1, 1), (1, 1)], [(1, 1), (0, 1)], [(0, 1), (1, 1)]]), page("Tea", "2.00", "Coffee", "3"), None
    )
    assert texts(made) == ["Tea     2.00", "Coffee", "        3"]


@pytest.mark.parametrize("spans", [[[(1, 1)], [(1, 1)]], [[(1, 1), (0, 1)]], [[]], []])
def test_one_column_stays_as_it_is(spans: list[list[tuple[int, int]]]) -> None:
    assert arranged(table(spans, is_data=True), page("a", "b"), None) is None


def test_cells_of_several_lines_stand_side_by_side_only_in_data() -> None:
    lines = page("a", "aa", "b", "c", "d")
    spans = [[(2, 1), (1, 1)], [(1, 1), (1, 1)]]
    assert arranged(table(spans), lines, None) is None
    assert texts(arranged(table(spans, is_data=True), lines, None)) == ["a   b", "aa", "c   d"]


def test_what_is_too_wide_is_layout_or_has_bars() -> None:
    lines = page("a" * 30, "b" * 30)
    spans = [[(1, 1), (1, 1)]]
    assert arranged(table(spans), lines, 60) is None
    assert texts(arranged(table(spans), lines, 62)) == ["a" * 30 + "  " + "b" * 30]
    assert texts(arranged(table(spans, is_data=True), lines, 60)) == ["a" * 30 + " | " + "b" * 30]


def test_empty_columns_take_no_room_and_spans_take_several() -> None:
    spans = [[(1, 1), (0, 1), (1, 1)], [(1, 3)], [(1, 2), (1, 1)]]
    made = arranged(table(spans), page("a", "b", "all of them", "c", "d"), None)
    assert texts(made) == ["a  b", "all of them", "c  d"]


@pytest.mark.parametrize("span", [0, -5, 10**9])
def test_spans_that_are_absurd_cost_nothing(span: int) -> None:
    made = arranged(table([[(1, span), (1, span)]] * 2, is_data=True), page("a", "b", "c", "d"), None)
    assert made is not None
    assert len(made) == 2


def test_rows_that_were_apart_stay_apart_and_prefixes_stay() -> None:
    lines = [Line("> ", "> ", text) for text in ("a", "b", "", "c", "d")]
    made = arranged(table([[(1, 1), (1, 1)], [(2, 1), (1, 1)]], prefix="> "), lines, None)
    assert texts(made) == ["> a  b", "> ", "> c  d"]


def test_what_stands_outside_of_cells_is_kept() -> None:
    made = Table(0, "", is_data=False)
    for begin, end in ((1, 2), (2, 3)):
        made.begin_cell(begin, 1)
        made.end_cell(end)
    assert texts(arranged(made, page("caption", "a", "b", "stray"), None)) == ["caption", "a  b", "stray"]


def test_the_mark_of_an_item_stays_on_the_first_line() -> None:
    lines = [Line("* ", "  ", "a"), Line("  ", "  ", "b")]
    assert texts(arranged(table([[(1, 1), (1, 1)]], prefix="  "), lines, None)) == ["* a  b"]
