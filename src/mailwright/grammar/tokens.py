"""Address lists as tokens: the first pass of reading them (RFC 5322 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from mailwright.grammar.lexer import skip_comment, unquote

__all__ = ["Token", "tokens_of"]

Token: TypeAlias = tuple[str, str, bool]
"""Kind: ``word``, ``quoted``, ``literal``, ``comment`` or a special; text; whether space stands before it."""

# RFC 5322 3.2.3: specials = "(" ")" "<" ">" "[" "]" ":" ";" "@" "\" "," "." DQUOTE. "." stays within a word here.
_WORD = re.compile(r'[^\x00-\x20\x7f()<>\[\]:;@\\,"]+')
# RFC 2047 2. QUIRK: RFC 2047 5 (3) forbids specials in the text of one that stands in a phrase; they occur, and they
# must neither begin a group nor a mailbox: =?utf-8?q?hi,_evil@x:?= is one word.
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
# QUIRK: RFC 821 4.1.2 let a backslash stand before any character, RFC 822 did not: webmaster\@old.example@gate.example.
_ESCAPED = re.compile(r'(?:[^\x00-\x20\x7f()<>\[\]:;@\\,"]|\\@)+')
_SPACE = re.compile(r"[ \t\r\n]+")
# RFC 5322 3.2.4: quoted-string. Possessive: an unfinished one is read once and then never tried again.
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
# RFC 5322 3.4.1: domain-literal = "[" *([FWS] dtext) [FWS] "]". Stops at the next bracket, so each try is short.
_LITERAL = re.compile(r"\[[^\[\]\\]*\]")


def tokens_of(text: str, fault: Callable[[str], None]) -> list[Token]:
    """Cut an address list into tokens.

    Args:
        text: the list, unfolded.
        fault: is told of what the grammar does not allow.

    Returns:
        The tokens in order; what is allowed nowhere is passed over.
    """
    tokens: list[Token] = []
    here, space, quotes = 0, False, True
    while here < len(text):
        character = text[here]
        found = _ENCODED.match(text, here) if character == "=" else None
        if found or (found := _WORD.match(text, here)):
            if text.startswith("\\@", found.end()) and (longer := _ESCAPED.match(text, here)):
                fault("'\\\\' is not allowed here")
                found = longer
                tokens.append(("word", unquote(found[0]), space))
            else:
                tokens.append(("word", found[0], space))
        elif found := _SPACE.match(text, here):
            here, space = found.end(), True
            continue
        elif character == "(":
            end = skip_comment(text, here)
            if end > len(text):
                fault("a comment is not closed")
            tokens.append(("comment", unquote(text[here + 1 : end - 1]).strip(), space))
            here, space = end, True
            continue
        elif character == '"' and quotes and (found := _QUOTED.match(text, here)):
            tokens.append(("quoted", unquote(found[1]), space))
        elif found := _LITERAL.match(text, here):
            tokens.append(("literal", _SPACE.sub("", found[0]), space))
        elif character in "<>,;:@":
            tokens.append((character, character, space))
        else:
            if character == '"':
                quotes = False
            fault(f"{character!r} is not allowed here")
            here += 1
            continue
        here = found.end() if found else here + 1
        space = False
    return tokens
