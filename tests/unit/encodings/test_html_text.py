from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.encodings.html_text import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a <b>b</b>c\n  <i> d</i>", "a bc d\n"),
        ("a<br>b<br><br>c<br></div>d", "a\nb\n\nc\nd\n"),
        ("<div>a</div><div>b</div>c", "a\nb\nc\n"),
        ("<div>a<div><br></div><div>b</div>", "a\n\nb\n"),
        ("<p>a<p>&nbsp;<p>b</p>c", "a\n\nb\n\nc\n"),
        ("<h1>T</h1>x<hr>y", "T\n\nx\n\n" + "-" * 26 + "\n\ny\n"),
        ("a&nbsp;&nbsp;b&shy;c&#8203;d", "a  bcd\n"),
        ("a\0b\x1bc\ud800", "abc\n"),
        ("<q>a</q> x<sup>2</sup>", "“a” x2\n"),
        ("a</br>b", "a\nb\n"),
        ("<pre>\n a\n\n  b</pre>c", " a\n\n  b\n\nc\n"),
        ("<pre>a<br>b</pre>", "a\nb\n"),
        ("<pre>  a  b<div>  c</div>  d</pre>  e", "  a  b\n  c\n  d\n\ne\n"),
        ("<pre>a<b> b</b>\tc<p hidden>x</p></pre>", "a b     c\n"),
        ("<textarea> a\n b</textarea>", " a\n b\n"),
        ("<dl><dt>T<dd>D<p>E<dt>U<dd>F</dl>", "T\n    D\n\n    E\nU\n    F\n"),
        ("</p></div></table></td></li></blockquote>x", "x\n"),
    ],
)
def test_blocks_and_white_space(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a<li>b</ul>c", "* a\n* b\n\nc\n"),
        ("<ol start=9><li>a</li><li>b<br>c</li><li value=20>d<li>e</ol>", "9. a\n10. b\n    c\n20. d\n21. e\n"),
        ("<ol type=a start=26><li>a<li>b</ol><ol type=A><li>c</ol>", "z. a\n27. b\n\nA. c\n"),
        ("<ol start=x><li>a</ol><li>b", "1. a\n\n* b\n"),
        ("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "* a\n  * b\n    1. c\n* d\n"),
        ("<ul><li><ul><li>a</ul></ul>", "* * a\n"),
        ("<ul><li></li><li>a</ul>", "* a\n"),
        ("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e", "a\n\n> b\n>\n> > c\n>\n> d\n\ne\n"),
        ("<blockquote><ul><li>a<p>b</ul></blockquote>", "> * a\n>\n>   b\n"),
    ],
)
def test_lists_and_quotes(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://a.b/c'>see</a>.", "see <https://a.b/c>.\n"),
        ("<a href='https://a.b/c'>see </a>more", "see <https://a.b/c> more\n"),
        ("<a href='https://a.b'>a.b</a> <a href='mailto:x@y.z'>x@y.z</a>", "a.b x@y.z\n"),
        ("<a href='https://a.b'><img src=x></a>", ""),
        ("<a href='https://a.b'><img alt=Logo></a>", "Logo <https://a.b>\n"),
        ("<a href='https://a.b'>x<a href='https://c.d'>y", "x <https://a.b>y <https://c.d>\n"),
        ("<a href='https://a.b'><div>x</div></a>y", "x\n<https://a.b> y\n"),
        ("<a href='javascript:x'>x</a> <a name=y>y</a>", "x y\n"),
        ("<img alt=A><img alt=B><img alt=B>c<img alt=B>", "A BcB\n"),
        ("<img alt='  '><img>x", "x\n"),
    ],
)
def test_links_and_images(html: str, text: str) -> None:
    assert to_text(html) == text


def test_links_can_be_left_out() -> None:
    assert to_text("<a href='https://a.b/c'>see</a>", links=False) == "see\n"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>no</script>",
        "<style>no</style>",
        "<head><title>no</title></head>",
        "<p hidden>no<p>",
        "<div style='display:none'>no<div>no</div>no</div>",
        "<span style='mso-hide:all'>no<br>no</span>",
        "<img hidden alt=no>",
        "<!--[if mso]>no<![endif]-->",
        "<xml><o:x>no</o:x></xml>",
        "<table><tr><td hidden>no<table><tr><td>no</table>no<td></table>",
        "<table><tr><td hidden>no</table>",
        "<ul><li hidden>no<ul><li>no</ul>no</ul>",
        "<select><option>no</select>",
    ],
)
def test_what_a_browser_hides_is_not_read(hidden: str) -> None:
    assert to_text(f"a{hidden}b").replace("\n", "") == "ab"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><th>Item<th>Price<tr><td>Tea<td>2</table>", "Item  Price\nTea   2\n"),
        ("<table><td>a<td>b</table>c", "a  b\nc\n"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\n\nc\n"),
        ("<table border=1><tr><td>a<br>b<td>c</table>", "a  c\nb\n"),
        ("<table border=0><tr><td>a<br>b<td>c</table>", "a\nb\nc\n"),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a  b\nc\n"),
        ("<table><tr><td><ul><li>a<tr><td>b</table>c", "* a\nb\nc\n"),
        ("<blockquote><table><tr><td>a<td>b</table></blockquote>", "> a  b\n"),
        ("<table><caption>T</caption><tr><td>a<td>b", "T\na  b\n"),
        ("x<p><table><caption>T</caption><tr><td>a<td>b", "x\n\nT\na  b\n"),
        ("<blockquote>a</td>b</tr></table>c", "> ab\n> c\n"),
        ("<table>x<tr><td>a<td>b</tr>y</table>z", "x\na  b\ny\nz\n"),
        ("x<p><table><tr><td>a<td>b<tr><td><p>c<td>d</table>", "x\n\na  b\n\nc  d\n"),
        ("<ul><li><table><tr><td>a</li><td>b</table>c</ul>", "* a  b\n  c\n"),
    ],
)
def test_tables(html: str, text: str) -> None:
    assert to_text(html) == text


def test_a_cell_with_a_paragraph_stands_apart() -> None:
    prose = "word " * 20
    assert to_text(f"<table><tr><td>{prose}<tr><td>b</table>") == prose.strip() + "\n\nb\n"


def test_wrapping() -> None:
    html = "<blockquote>" + "word " * 8 + "</blockquote><pre>" + "x" * 50 + "</pre>"
    assert to_text(html, width=20) == "> word word word\n" * 2 + "> word word\n\n" + "x" * 50 + "\n"
    with pytest.raises(ValueError, match="20 columns or more"):
        to_text("", width=19)


@pytest.mark.parametrize(
    "tag", ["<blockquote>", "<ul><li>", "<table><tr><td>", "<div>", "<b>", "<pre>", "<div hidden>", "<a href=http://x>"]
)
def test_depth_is_no_danger(tag: str) -> None:
    text = to_text(tag * 20_000 + "x")
    assert text.endswith("x\n") or "hidden" in tag
    assert len(text) < 100_000


@pytest.mark.parametrize(
    ("name", "passages"),
    [
        (
            "planet-fitness.html",
            [
                "\nDid it! Week 1 of Home Work-Ins was",
                "\nFacebook  Twitter  Instagram  YouTube\n",
                "©2020 Planet Fitness",
            ],
        ),
        (
            "homedepot-check-inside-now.html",
            [
                "\nAppliances  Bath  Flooring  Lighting & Fans  Tools  Holiday Decor\n",
                "\n†Subject to credit approval. ",
            ],
        ),
        ("mimekit.net.html", ["MimeKit"]),
    ],
)
def test_mail_of_others_can_be_read(corpora: Path, name: str, passages: list[str]) -> None:
    html = (corpora / "mimekit/UnitTests/TestData/text" / name).read_text("utf-8")
    text = to_text(html, links=False)
    for passage in passages:
        assert passage in text
    assert "<" not in text
    assert "{" not in text
    assert "\n\n\n" not in text
    assert all(len(line) <= 78 or " " not in line[78:] for line in to_text(html, width=78, links=False).splitlines())
