"""HTML as mail has it, cut into tags, text and comments (WHATWG HTML 13.2.5, the tokenizer).

This follows what every browser does with wrong markup, in the parts that make a difference for reading: quoted,
unquoted and badly quoted attributes, comments that begin or end wrongly, raw text in ``script`` and ``style``,
character references without their semicolon. Outlook's conditional comments need no care: those it alone shall read are
comments, and ``<![if !mso]>`` is a comment by itself, with what follows it standing in the open.

It differs from the standard, knowingly, where mail is better served: ``<![CDATA[`` reaches to its ``]]>`` if there is
one; a quote that is never closed ends with its tag, and does not swallow the message; the double escape of a script in
a comment in a script is not followed.

Nothing is read twice: whatever is looked for and not found is not there for the rest of the text either, and then the
rest has been used up. So the time is linear, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["RAW", "Comment", "Doctype", "End", "Start", "Text", "Token", "references", "tokens"]

RAW: Final = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext"},
)
"""Elements whose content is text, whatever it looks like (WHATWG 13.2.6.4: raw text, RCDATA, PLAINTEXT)."""

_WITH_REFERENCES: Final = frozenset({"title", "textarea"})  # RCDATA, WHATWG 13.2.5.2

# WHATWG 13.2.5.6, tag open state: what follows "<" decides; anything else is text.
_MARKUP = re.compile(r"<(?=[A-Za-z!?]|/.)", re.DOTALL)
# 13.2.5.8, tag name state: all up to white space, "/" or ">".
_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*+")
# 13.2.5.32 to 38: a name may begin with "="; a value is in double quotes, in single ones, or reaches to white space.
# QUIRK: a quote that is never closed counts as part of an unquoted value.
_ATTRIBUTE = re.compile(
    r"""[\t\n\f\r /]*+
    (?: (?P<close> > )
      | (?P<name> [^\t\n\f\r />] [^\t\n\f\r />=]*+ )
        (?: [\t\n\f\r ]*+ = [\t\n\f\r ]*+ (?: "(?P<double>[^"]*+)" | '(?P<single>[^']*+)'
                                               | (?P<bare>[^\t\n\f\r >]*+) ) )?+
    )""",
    re.VERBOSE,
)
# 13.2.5.43 to 52: "<!-->" and "<!--->" are whole; "--!>" ends a comment as well.
_EMPTY_COMMENT = re.compile(r"<!---?>")
_COMMENT_END = re.compile(r"--!?>")
_DOCTYPE = re.compile(r"<!doctype", re.IGNORECASE)
# 13.2.5.73: in an attribute, a name without semicolon counts only if neither "=" nor a letter or digit follows it.
_REFERENCE = re.compile(r"&(?:#[xX]?[0-9A-Fa-f]++;?|(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<end>;?)(?!=))")
# 13.2.5.80: beyond U+10FFFF is U+FFFD, however many digits say it; int() refuses thousands of them.
_ZEROS = re.compile(r"&#0++(?=[0-9])")
_HUGE = re.compile(r"&#[0-9]{8,}+")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, their references resolved."""

    data: str


@dataclass(frozen=True, slots=True)
class Start:
    """A start tag.

    Attributes:
        name: in lower case.
        attributes: by their names in lower case; of several with one name the first.
    """

    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """An end tag; its name is in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, a processing instruction, or a declaration that is none; without what it begins and ends with."""

    data: str


@dataclass(frozen=True, slots=True)
class Doctype:
    """A document type, without ``<!doctype`` and ``>``."""

    data: str


Token: TypeAlias = Text | Start | End | Comment | Doctype


def tokens(html: str) -> Iterator[Token]:
    """Cut HTML into its tokens (WHATWG HTML 13.2.5); never raises.

    Args:
        html: a document or any piece of one. A tag that is cut off at its end is left out, as in a browser.

    Yields:
        The tokens, as they come; text in as many pieces as it has.
    """
    at = 0
    last_section = html.rfind("]]>")
    while (markup := _MARKUP.search(html, at)) is not None:
        begin = markup.start()
        if begin > at:
            yield Text(references(html[at:begin]))
        token, at = _markup(html, begin, last_section)
        if token is not None:
            yield token
        if isinstance(token, Start) and token.name in RAW:
            end = _raw_end(html, at, token.name)
            if end > at:
                yield Text(references(html[at:end]) if token.name in _WITH_REFERENCES else html[at:end])
            at = end
    if at < len(html):
        yield Text(references(html[at:]))


def references(text: str) -> str:
    """Resolve character references, with or without their semicolons (WHATWG HTML 13.2.5.72).

    Args:
        text: characters of a document, outside of tags.

    Returns:
        What they stand for; what is no reference stays as it is.
    """
    if "&" not in text:
        return text
    from html import unescape

    return unescape(_sane(text))


def _sane(text: str) -> str:
    return _HUGE.sub("&#1114112", _ZEROS.sub("&#", text)) if "&#" in text else text


# --- markup -----------------------------------------------------------------------------------------------------------


def _markup(html: str, begin: int, last_section: int) -> tuple[Token | None, int]:
    """The token that begins here, if it is one, and where it ends."""
    following = html[begin + 1]
    if following.isalpha():
        return _start(html, begin)
    if following == "/" and html[begin + 2].isascii() and html[begin + 2].isalpha():
        return _end(html, begin)
    if html.startswith("</>", begin):  # 13.2.5.7: missing-end-tag-name, nothing at all
        return None, begin + 3
    if html.startswith("<!--", begin):
        return _comment(html, begin)
    if begin < last_section and html.startswith("<![CDATA[", begin):
        end = html.find("]]>", begin)
        return Comment(html[begin + 2 : end + 2]), end + 3
    end, after = _closed(html, begin)
    if doctype := _DOCTYPE.match(html, begin):
        return Doctype(html[doctype.end() : end].strip()), after
    return Comment(html[begin + (1 if following == "?" else 2) : end]), after


def _closed(html: str, begin: int) -> tuple[int, int]:
    """Where the next ``>`` stands and what follows it; the end of the text for want of one."""
    end = html.find(">", begin)
    return (end, end + 1) if end >= 0 else (len(html), len(html))


def _comment(html: str, begin: int) -> tuple[Token, int]:
    if empty := _EMPTY_COMMENT.match(html, begin):
        return Comment(""), empty.end()
    end = _COMMENT_END.search(html, begin + 4)
    if end is None:
        return Comment(html[begin + 4 :]), len(html)
    return Comment(html[begin + 4 : end.start()]), end.end()


def _end(html: str, begin: int) -> tuple[Token | None, int]:
    name = _NAME.match(html, begin + 2)
    assert name is not None
    _, at = _attributes(html, name.end())
    return (End(name[0].lower()), at) if at >= 0 else (None, len(html))


def _start(html: str, begin: int) -> tuple[Token | None, int]:
    name = _NAME.match(html, begin + 1)
    assert name is not None
    attributes, at = _attributes(html, name.end())
    return (Start(name[0].lower(), attributes), at) if at >= 0 else (None, len(html))


def _attributes(html: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes up to ``>`` and what follows it, or -1 when the text ends within the tag."""
    attributes: dict[str, str] = {}
    while (found := _ATTRIBUTE.match(html, at)) is not None:
        at = found.end()
        if found["close"]:
            return attributes, at
        name = found["name"].lower()
        if name not in attributes:
            attributes[name] = _value(found)
    return attributes, -1


def _value(attribute: re.Match[str]) -> str:
    value = attribute["double"] or attribute["single"] or (attribute["bare"] or "").lstrip("\"'")
    return _REFERENCE.sub(_referred, _sane(value)) if "&" in value else value


def _referred(reference: re.Match[str]) -> str:
    from html import unescape
    from html.entities import html5

    name = reference["name"]
    return unescape(reference[0]) if name is None else html5.get(name + reference["end"], reference[0])


# --- raw text ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=len(RAW))
def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)


def _raw_end(html: str, begin: int, name: str) -> int:
    """Where the end tag of raw text begins (WHATWG 13.2.5.12 to 14); plain text has none."""
    end = None if name == "plaintext" else _closing(name).search(html, begin)
    return end.start() if end else len(html)
