import pytest

from mailwright.encodings.html_anchor import Anchor


def shown(target: str, text: str) -> str:
    anchor = Anchor()
    anchor.start(target)
    anchor.add(text)
    return anchor.end()


@pytest.mark.parametrize(
    ("target", "text", "expected"),
    [
        ("https://example.com/x", "here", "https://example.com/x"),
        (" http://example.com/a b\n", "x", "http://example.com/a%20b"),
        ('http://example.com/<">', "x", "http://example.com/%3C%22%3E"),
        ("http://example.com/\u202ex", "x", "http://example.com/x"),
        ("https://www.Example.com/", "example.com", ""),
        ("https://example.com/x", " https://example.com/x ", ""),
        ("http://example.com", "https://evil.example", "http://example.com"),
        ("mailto:a@b.example", "a@b.example", ""),
        ("mailto:a@b.example", "write", "mailto:a@b.example"),
        ("mailto:a%3Fb@c.example", "a?b@c.example", ""),
        ("https://example.com", "  ", ""),
        ("#top", "top", ""),
        ("page.html", "page", ""),
        ("javascript:alert(1)", "x", ""),
        ("java\nscript:alert(1)", "x", ""),
        ("data:text/html,x", "x", ""),
        ("cid:a@b", "x", ""),
        ("", "x", ""),
    ],
)
def test_a_target_is_shown_when_it_leads_out_and_says_more(target: str, text: str, expected: str) -> None:
    assert shown(target, text) == expected


def test_without_a_link_there_is_no_target() -> None:
    anchor = Anchor()
    anchor.add("x")
    assert anchor.end() == ""
    anchor.start("http://a.b")
    anchor.add("x")
    assert anchor.end() == "http://a.b"
    assert anchor.end() == ""
