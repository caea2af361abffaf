import pytest

from mailwright.encodings.html import Start
from mailwright.encodings.html_elements import APART, BLOCKS, PREFORMATTED, VOID, Unread, Verdict, is_unread


@pytest.mark.parametrize(
    ("name", "attributes", "expected"),
    [
        ("style", {}, True),
        ("p", {"hidden": ""}, True),
        ("p", {"style": "display:none"}, True),
        ("p", {"style": "color: red; DISPLAY : NONE !important"}, True),
        ("p", {"style": "mso-hide:all"}, True),
        ("p", {"style": "display:none-such"}, False),
        ("p", {"style": "x-display:none"}, False),
        ("p", {"style": "display:block"}, False),
        ("p", {}, False),
    ],
)
def test_what_is_not_read(name: str, attributes: dict[str, str], expected: bool) -> None:
    assert is_unread(Start(name, attributes)) is expected


def test_the_sets_fit() -> None:
    assert APART <= BLOCKS
    assert PREFORMATTED <= BLOCKS
    assert not VOID & BLOCKS


def test_an_element_ends_with_its_own_end_tag() -> None:
    unread = Unread("div")
    assert not unread.ends_before(Start("div", {}))
    assert unread.end("p") is Verdict.GOES_ON
    assert unread.end("div") is Verdict.GOES_ON
    assert unread.end("div") is Verdict.ENDED


@pytest.mark.parametrize(
    ("name", "next_name"), [("li", "li"), ("td", "td"), ("p", "div"), ("p", "p"), ("option", "option")]
)
def test_an_element_ends_where_its_end_tag_may_be_left_out(name: str, next_name: str) -> None:
    assert Unread(name).ends_before(Start(next_name, {}))


def test_items_of_lists_within_are_no_siblings() -> None:
    unread = Unread("li")
    assert not unread.ends_before(Start("br", {}))
    assert not unread.ends_before(Start("ul", {}))
    assert not unread.ends_before(Start("li", {}))
    assert unread.end("ul") is Verdict.GOES_ON
    assert unread.end("ul") is Verdict.ENDED_OUTSIDE
    assert Unread("td").end("tr") is Verdict.ENDED_OUTSIDE
    assert Unread("div").end("table") is Verdict.GOES_ON
