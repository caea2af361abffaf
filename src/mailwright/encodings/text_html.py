"""Plain text as HTML that says the same, and nothing else: no character of it can become markup.

Every character is either escaped or replaced; the only tags are those written here, and the only attributes are the
targets of links, see :mod:`mailwright.encodings.links`. So the result can be put into a page as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mailwright.encodings import flowed as flowing
from mailwright.encodings.flowed import DEEPEST_QUOTE, Paragraph
from mailwright.encodings.links import links

__all__ = ["to_html"]

_LINE_END = re.compile(r"\r\n|\r|\n")
# As people and programs quote: ">> text", "> > text", ">text"; RFC 3676 4.5 has the first.
_QUOTE = re.compile(r"(?:>[ ]?)*+")
# Characters that no HTML document may hold (WHATWG 13.2.3.5), and lone surrogates, which cannot be written.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"^ | (?= )")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_NO_BREAK: Final = "&nbsp;"
_BLANK: Final = "<p><br></p>\n"


def to_html(text: str, *, flowed: bool = False, delsp: bool = False) -> str:
    """Give plain text as HTML, safe to embed.

    Args:
        text: the text, with any kind of line ends.
        flowed: it was declared ``format=flowed`` (RFC 3676), so lines are joined first.
        delsp: it was declared ``delsp=yes`` as well.

    Returns:
        A piece of a document: paragraphs and line breaks, quotes as ``blockquote``, spaces kept, links that can be
        followed for ``http``, ``https``, ``ftp``, ``mailto``, names that begin with ``www.``, and e-mail addresses.
    """
    lines = flowing.paragraphs(text, delsp=delsp) if flowed else _lines(text)
    return "".join(_pieces(lines))


def _lines(text: str) -> Iterator[Paragraph]:
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    for line in lines:
        quote = found[0] if (found := _QUOTE.match(line)) else ""
        yield Paragraph(quote.count(">"), line[len(quote) :])


def _pieces(lines: Iterator[Paragraph]) -> Iterator[str]:
    depth, is_open, blanks = 0, False, 0
    for line in lines:
        level = min(line.depth, DEEPEST_QUOTE)
        is_blank = not line.text.strip()
        if is_open and (is_blank or level != depth):
            yield "</p>\n"
            is_open = False
        if level != depth:
            yield "<blockquote>\n" * (level - depth) + "</blockquote>\n" * (depth - level)
            depth, blanks = level, 0
        if is_blank:
            blanks += 1
            if blanks > 1:  # the first is what keeps two paragraphs apart
                yield _BLANK
            continue
        yield "<br>\n" if is_open else "<p>"
        yield _line(line.text)
        is_open, blanks = True, 0
    yield ("</p>\n" if is_open else "") + "</blockquote>\n" * depth


def _line(text: str) -> str:
    text = _FORBIDDEN.sub("\ufffd", text.expandtabs().rstrip(" ") if "\t" in text else text.rstrip(" "))
    out: list[str] = []
    at = 0
    for link in links(text):
        out.append(_escaped(text[at : link.begin]))
        shown = _escaped(text[link.begin : link.end])
        out.append(f'<a href="{_escaped(link.target)}">{shown}</a>')
        at = link.end
    out.append(_escaped(text[at:]))
    return _spaced("".join(out)) if "  " in text or text.startswith(" ") else "".join(out)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _spaced(markup: str) -> str:
    """Spaces that would collapse, as no-break ones. The tag of a link holds one space, before which there is none."""
    return _SPACES.sub(_NO_BREAK, markup)
