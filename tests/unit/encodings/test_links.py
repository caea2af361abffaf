import pytest

from mailwright.encodings.links import Link, links


def found(text: str) -> dict[str, str]:
    """What is shown as a link, and where it leads to."""
    return {text[link.begin : link.end]: link.target for link in links(text)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see http://example.com/a?b=1&c=2#d, then", "http://example.com/a?b=1&c=2#d"),
        ("(https://example.com/)", "https://example.com/"),
        ("https://en.wikipedia.org/wiki/A_(b).", "https://en.wikipedia.org/wiki/A_(b)"),
        ("[http://[::1]:80/x]", "http://[::1]:80/x"),
        ("<HTTP://EXAMPLE.COM>", "HTTP://EXAMPLE.COM"),
        ("'ftp://example.com/x'", "ftp://example.com/x"),
        ("https://münchen.example/straße!", "https://münchen.example/straße"),
        ("参见http://例子.中国。", "http://例子.中国"),
        ("http://example.com)))))", "http://example.com"),
        ("mailto:a@b.example?subject=x%20y.", "mailto:a@b.example?subject=x%20y"),
    ],
)
def test_urls_end_where_the_sentence_goes_on(text: str, shown: str) -> None:
    assert found(text) == {shown: shown}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www.example.com/x.", {"www.example.com/x": "http://www.example.com/x"}),
        ("joe.o'neil+x@example.com,", {"joe.o'neil+x@example.com": "mailto:joe.o'neil+x@example.com"}),
        ("<mary@exämple.de>", {"mary@exämple.de": "mailto:mary@exämple.de"}),
        ("a?b&c@d.example", {"a?b&c@d.example": "mailto:a%3Fb%26c@d.example"}),
        ("x@y.z;q@w.e", {"x@y.z": "mailto:x@y.z", "q@w.e": "mailto:q@w.e"}),
        ("a@b.c:http://d.e", {"a@b.c": "mailto:a@b.c", "http://d.e": "http://d.e"}),
        ("a@b@c.d", {"b@c.d": "mailto:b@c.d"}),
        ("'a@b.c'", {"a@b.c": "mailto:a@b.c"}),
    ],
)
def test_what_has_no_scheme_gets_one(text: str, expected: dict[str, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JavaScript://example.com/%0aalert(1)",
        "data:text/html,x vbscript:x file:///etc/passwd",
        "xhttp://example.com",
        "http:// www. mailto: @ a@ @a a@b @a.b a@.b",
        "http://.",
        "a.@b.c",
        "plain words. And more: nothing!",
        "",
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize("cut", ['"', "<", ">", "\\", "\u202e", "\u200b", "\ud800", "\x00", "\xa0"])
def test_what_could_deceive_ends_a_link(cut: str) -> None:
    assert list(links(f"http://a.b{cut}@evil.example")) == [Link(0, 10, "http://a.b")]
