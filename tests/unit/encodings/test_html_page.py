import pytest

from mailwright.encodings.html_page import DEEPEST, Line, Page, rendered


def test_white_space_is_collapsed_across_pieces() -> None:
    page = Page()
    for piece in ("  a ", " b", "", "\n\tc", "d  "):
        page.write(piece)
    page.end_line()
    assert page.lines == [Line("", "", "a b cd")]


def test_blank_lines_are_one_whatever_asks_for_them() -> None:
    page = Page()
    page.leave_gap()
    page.break_line()
    page.write("a")
    page.break_line()
    page.break_line()
    page.write("\u00a0")
    page.leave_gap()
    page.write("b")
    page.end_line()
    page.leave_gap()
    assert rendered(page.lines, None) == "a\n\nb\n"


def test_containers_mark_their_lines_and_share_blank_ones() -> None:
    page = Page()
    page.enter("> ", "> ")
    page.enter("1. ", "   ")
    page.write("a")
    page.leave_gap()
    page.write("b")
    page.leave()
    page.leave_gap()
    page.write("c")
    page.leave()
    page.leave_gap()
    page.write("d")
    page.end_line()
    assert rendered(page.lines, None) == "> 1. a\n>\n>    b\n>\n> c\n\nd\n"


def test_only_so_many_containers_show() -> None:
    page = Page()
    for _ in range(1000):
        page.enter("> ", "> ")
    page.write("a")
    for _ in range(1000):
        page.leave()
    page.write("b")
    page.end_line()
    assert [line.prefix for line in page.lines] == ["> " * DEEPEST, ""]


def test_preformatted_text_stays() -> None:
    page = Page()
    page.write_preformatted("  a\r\n\r\n\tb\rc")
    page.end_line()
    assert rendered(page.lines, 20) == "  a\n\n        b\nc\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line("* ", "  ", "word " * 5 + "end"), "* word word word\n  word word end\n"),
        (Line("", "", "x" * 50 + " y"), "x" * 50 + "\ny\n"),
        (Line("> " * 16, "> " * 16, "word " * 5), ("> " * 16 + "word word\n") * 2 + "> " * 16 + "word\n"),
        (Line("", "", "a\u00a0b " * 6), "a b a b a b a b a b\na b\n"),
        (Line("", "", "x " * 20, is_fixed=True), "x " * 19 + "x\n"),
    ],
)
def test_paragraphs_are_wrapped_and_fixed_lines_are_not(line: Line, expected: str) -> None:
    assert rendered([line], 20) == expected


def test_a_page_without_lines_is_nothing() -> None:
    assert rendered([], None) == ""
