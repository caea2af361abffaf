import pytest

from mailwright.grammar import lexer


@pytest.mark.parametrize("bad", ["\0", "\r", "\n", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "\t"])
def test_controls_are_refused_by_name_and_place(bad: str) -> None:
    with pytest.raises(ValueError, match=rf"thing .* holds U\+{ord(bad):04X} .* at index 2"):
        lexer.refuse_controls("ab" + bad, "thing")


def test_tab_may_be_allowed() -> None:
    lexer.refuse_controls("a\tb ü", "thing", allow_tab=True)
    assert lexer.first_control("a\tb", allow_tab=True) is None


def test_unfolding_removes_line_ends_only() -> None:
    assert lexer.unfold("a\r\n b\n\tc\r\n") == "a b\tc"


def test_comments_nest_and_quotes_hide_them() -> None:
    assert lexer.strip_comments(r'a(b(c)\)d)e "(f)" (g') == 'a e "(f)"  '
    assert lexer.skip_comment("(" * 100_000, 0) == 100_001


def test_quoting_reads_back() -> None:
    assert lexer.unquote(lexer.quote('a"b\\c')[1:-1]) == 'a"b\\c'


def test_a_comment_is_written_so_that_it_ends_where_it_should() -> None:
    written = lexer.quote_comment("a (b) \\")
    assert written == "(a \\(b\\) \\\\)"
    assert lexer.skip_comment(written, 0) == len(written)
    assert lexer.unquote(written[1:-1]) == "a (b) \\"
    assert lexer.skip_comment("(a\\)", 0) == 5  # never closed


def test_an_end_of_line_folds_only_before_white_space() -> None:
    assert lexer.unfold("a\r\n b\r\n\tc\n d\r\n") == "a b\tc d"
    assert lexer.unfold("a\r\n\r\n b") == "a\r\n b"
    assert lexer.unfold("a\r\nb") == "a\r\nb"
