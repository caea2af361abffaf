"""Message identifiers (RFC 5322 3.6.4), with their angle brackets."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from mailwright.grammar.lexer import skip_comment, text_of, unfold

__all__ = ["ID_LIMIT", "check", "make", "parse_list"]

ID_LIMIT: Final = 900
"""Characters of an identifier: it is never folded within, and "References: " must fit before it on a line of 998."""

# RFC 5322 3.6.4: msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]
# QUIRK: anything printable without white space stands on both sides; Exchange writes <[1234abcd]> into domains.
_WRITABLE = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
# QUIRK: the bracket that closes may be missing.
_BRACKETED = re.compile(r"<([^<>]*)(>?)")
# What stands between identifiers: words, and quoted-strings (RFC 5322 4.5.4: obs-in-reply-to = *(phrase / msg-id)).
_BETWEEN = re.compile(r'(?:[^<("]++|"(?:[^"\\]++|\\.)*+")+', re.DOTALL)
_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f]+")
_BARE = re.compile(r"[^\s<>,;()\"]+")


def parse_list(text: str | bytes) -> list[str]:
    """Read the identifiers of Message-ID, In-Reply-To or References (RFC 5322 3.6.4, obsolete forms 4.5.4).

    Args:
        text: the field's value.

    Returns:
        Each identifier with its brackets, white space within removed; phrases between them are passed over. Where
        nothing is bracketed, words with an ``@`` are taken. Never raises.
    """
    source = unfold(text_of(text))
    if "<" not in source:  # QUIRK: some writers forget the brackets
        found = [word.rstrip(">") for word in _BARE.findall(source) if "@" in word.strip("@")]
    elif "(" not in source and '"' not in source:
        found = _bracketed(source)
    else:
        found = _among_phrases(source)
    return [f"<{inner}>" for inner in found if inner]


def _bracketed(source: str) -> list[str]:
    return [_FORBIDDEN.sub("", inner) for inner, end in _BRACKETED.findall(source) if end or "@" in inner]


def _among_phrases(source: str) -> list[str]:
    """Pass over comments and quoted-strings outside brackets, which may hold brackets of their own."""
    found: list[str] = []
    here = 0
    while here < len(source):
        if between := _BETWEEN.match(source, here):
            here = between.end()
        elif source[here] == "<" and (bracketed := _BRACKETED.match(source, here)):
            found.extend(_bracketed(bracketed[0]))
            here = bracketed.end()
        elif source[here] == "(":
            end = skip_comment(source, here)
            if end > len(source):  # never closed, so it is none
                return found + _bracketed(source[here:])
            here = end
        else:  # a quote that is never closed
            return found + _bracketed(source[here:])
    return found


def check(text: str, what: str = "message identifier") -> str:
    """Validate one identifier for writing (RFC 5322 3.6.4).

    Args:
        text: with or without its angle brackets.
        what: what it is, for the error.

    Returns:
        The identifier with its brackets.

    Raises:
        ValueError: it is not ``left@right`` of printable ASCII, or longer than 900 characters.
    """
    bracketed = text if text.startswith("<") else f"<{text}>"
    if _WRITABLE.fullmatch(bracketed) is None:
        raise ValueError(f"{what} {text!r} is not <left@right> of printable ASCII without spaces or angle brackets")
    if len(bracketed) > ID_LIMIT:
        raise ValueError(f"{what} {text[:40]!r}... has {len(bracketed)} characters; {ID_LIMIT} are allowed")
    return bracketed


def make(domain: str, random_bytes: bytes, now: datetime) -> str:
    """Make an identifier nobody else will make (RFC 5322 3.6.4).

    Args:
        domain: the right side, in ASCII: the author's domain; never the host's name, which is nobody's business.
        random_bytes: eight or more random bytes; they alone make it unique.
        now: the time, for people who read logs.

    Returns:
        The identifier with its brackets, lower case.

    Raises:
        ValueError: too few random bytes, or the domain cannot stand in an identifier.
    """
    if len(random_bytes) < 8:
        raise ValueError(
            f"{len(random_bytes)} random bytes are too few for a unique message identifier; give 8 or more"
        )
    stamp = f"{now.year:04d}{now.month:02d}{now.day:02d}{now.hour:02d}{now.minute:02d}{now.second:02d}"
    return check(f"<{stamp}.{random_bytes.hex()}@{domain.lower()}>")
