"""Writing header fields: folded, and read back before they are handed out (RFC 5322 2.2.3, 2.1.1; RFC 2047; RFC 6532).

Three rules stand above all others here, each the answer to a bug that sent mail to the wrong people elsewhere:

1. A field is folded only at white space it already has, or between tokens of a structured field. Unfolding gives the
   value.
2. An encoded-word is for characters that are not ASCII (or that would be mistaken for an encoded-word). It is never a
   way to break a long ASCII word, unless that word could not be written in a line of 998 octets at all.
3. What was written is parsed again and compared with what was meant. If they differ, a plainer rendering is tried, and
   if that differs as well, nothing is written.

Every function gives the whole field as bytes, its name and its last CRLF included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from mailwright.grammar import lists, words
from mailwright.grammar import params as parameters_
from mailwright.grammar.address import Address, AddressList, Group, display, parse_list
from mailwright.grammar.lexer import LINE_LIMIT, unfold

__all__ = ["LINE_WIDTH", "addresses", "commands", "identifiers", "parameters", "unstructured"]

LINE_WIDTH: Final = 78
"""Characters a line should have without its CRLF (RFC 5322 2.1.1: "SHOULD be no more than 78 characters")."""

WORD_WIDTH: Final = 850
"""Characters a single word may have in a line of 998 beside a field name; a longer one is encoded after all."""

# RFC 2047 2: "each line of a header field that contains [encoded-words] is limited to 76 characters"
_ENCODED_LINE = 76
_LEAST_WORD = 32  # the smallest encoded-word worth starting on a line that has begun

# RFC 5322 2.2.3: WSP = SP / HTAB; each token takes the white space before it along, so joining them gives the text
# back.
_TOKEN = re.compile(r"[ \t]*[^ \t]+|[ \t]+")
# RFC 2369 2: "a list of URLs separated by commas, each enclosed in angle brackets"; white space in them is no part.
_BETWEEN_URLS = re.compile(r">,<")
_IN_URL = re.compile(r"<[^<>]*>")


def unstructured(name: str, text: str, *, utf8: bool = False) -> bytes:
    """Write an unstructured field, such as Subject (RFC 5322 3.2.5, RFC 2047 5 (1)).

    Args:
        name: the field's name.
        text: its value, free of control characters but TAB.
        utf8: write characters as they are (RFC 6532) instead of in encoded-words.

    Returns:
        The field. Reading gives the text back, white space around it aside.

    Raises:
        ValueError: it cannot be written.
    """
    if text.isascii() and len(name) + len(text) + 2 <= LINE_WIDTH and "=?" not in text:
        return f"{name}: {text}\r\n".encode("ascii")
    field = _fold(name, _text_tokens(name, text, utf8=utf8))
    if not (_fits(field) and _text_of(name, field) == text.strip(" \t")):
        field = _fold(name, _spaced(words.encoded_words(text, first=_first_room(name))))
        if not (_fits(field) and _text_of(name, field) == text.strip(" \t")):
            raise ValueError(f"header {name!r} cannot be written so that {text[:80]!r} is read back")
    return field.encode("utf-8")


def addresses(name: str, items: AddressList, *, utf8: bool = False) -> bytes:
    """Write an address field, such as To (RFC 5322 3.4).

    Args:
        name: the field's name.
        items: its mailboxes and groups.
        utf8: write names, local parts and domains as they are (RFC 6532).

    Returns:
        The field. Reading gives equal items back; domains come back as A-labels unless ``utf8``.

    Raises:
        ValueError: a local part is not ASCII and ``utf8`` is not set, or the field cannot be written.
    """
    wanted = items if utf8 else _in_ascii(name, items)
    for cautious in (False, True):
        field = _fold(name, _address_tokens(wanted, utf8=utf8, cautious=cautious))
        if _fits(field) and _read_back(name, field) == wanted:
            return field.encode("utf-8")
    raise ValueError(f"header {name!r} cannot be written so that {str(items)[:80]!r} is read back")


def identifiers(name: str, text: str) -> bytes:
    """Write a field of message identifiers, or another that must never be encoded (RFC 5322 3.6.4).

    Args:
        name: the field's name.
        text: ASCII words, at whose white space it is folded.

    Returns:
        The field.

    Raises:
        ValueError: the text is not ASCII, or one word is too long for a line.
    """
    if not text.isascii():
        raise ValueError(f"header {name!r} may hold ASCII only, not {text[:80]!r}")
    field = _fold(name, _tokens(f" {text}"))
    if not _fits(field):
        raise ValueError(f"header {name!r} has a word too long for a line of {LINE_LIMIT} octets: {text[:80]!r}")
    return field.encode("ascii")


def commands(name: str, text: str) -> bytes:
    """Write a field of list commands, such as List-Unsubscribe (RFC 2369 2).

    Args:
        name: the field's name.
        text: URLs in angle brackets and comments, with or without white space between them.

    Returns:
        The field, folded between URLs and in comments, never in a URL.

    Raises:
        ValueError: the text is not ASCII, or one URL is too long for a line.
    """
    meant = lists.parse_commands(text)
    field = identifiers(name, _BETWEEN_URLS.sub(">, <", _IN_URL.sub(lambda url: url[0].replace(" ", ""), text)))
    if lists.parse_commands(_value(name, field.decode("ascii"))) != meant:
        raise ValueError(f"header {name!r} cannot be written so that {text[:80]!r} is read back")
    return field


def parameters(name: str, value: str, params: Iterable[tuple[str, str]]) -> bytes:
    """Write a field with parameters, such as Content-Type (RFC 2045 5.1, RFC 2231).

    Args:
        name: the field's name.
        value: what stands before the first semicolon.
        params: names and values of any characters but controls.

    Returns:
        The field, folded between parameters.

    Raises:
        ValueError: a name or value cannot be written.
    """
    return _fold(name, _spaced(parameters_.tokens(value, params))).encode("ascii")


# --- lines out of tokens --------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[str]:
    """Cut at white space; what ends the text stays with the last word, so that no line is white space only."""
    found: list[str] = _TOKEN.findall(text)
    if len(found) > 1 and not found[-1].strip(" \t"):
        found[-2:] = ["".join(found[-2:])]
    return found


def _spaced(tokens: Iterable[str]) -> list[str]:
    return [f" {token}" for token in tokens]


def _fold(name: str, tokens: Iterable[str]) -> str:
    """Put tokens into lines. The first stays beside the name: "Name:" alone on a line upsets some servers."""
    pieces = [f"{name}:"]
    column, first = len(name) + 1, True
    for token in tokens:
        width = len(token)
        if not first and column + width > LINE_WIDTH:
            pieces.append("\r\n")
            column = 0
        pieces.append(token)
        column += width
        first = False
    pieces.append("\r\n")
    return "".join(pieces)


def _fits(field: str) -> bool:
    if len(field) * 4 <= LINE_LIMIT:
        return True
    return all(len(line) <= LINE_LIMIT for line in field.encode("utf-8").split(b"\r\n"))


def _value(name: str, field: str) -> str:
    return unfold(field[len(name) + 1 :])


def _first_room(name: str) -> int:
    return _ENCODED_LINE - len(name) - 2


# --- unstructured ---------------------------------------------------------------------------------------------------


def _text_of(name: str, field: str) -> str:
    return words.decode(_value(name, field)).strip(" \t")


def _text_tokens(name: str, text: str, *, utf8: bool) -> list[str]:
    """Plain words, and runs of words that need it as encoded-words, with the white space between the runs as it is."""
    out: list[str] = []
    run: list[str] = []
    column = len(name) + 1
    for token in [*_tokens(f" {text}"), ""]:
        if token and _needs_encoding(token.strip(" \t"), utf8=utf8):
            run.append(token)
            continue
        if run:
            column = _encode_run(out, run, column)
            run = []
        if token:
            out.append(token)
            column = column + len(token) if column + len(token) <= LINE_WIDTH else len(token)
    return out


def _encode_run(out: list[str], run: list[str], column: int) -> int:
    joined = "".join(run)
    body = joined.lstrip(" \t")
    blank = joined[: len(joined) - len(body)]
    room = _ENCODED_LINE - column - len(blank)
    if room < _LEAST_WORD:  # begin a new line; only the first token of a field cannot
        room = _ENCODED_LINE - 1 if out else _LEAST_WORD
    encoded = words.encoded_words(body, first=room)
    out.append(blank + encoded[0])
    out.extend(_spaced(encoded[1:]))
    last = len(out[-1])
    return column + last if len(encoded) == 1 and column + last <= LINE_WIDTH else last


def _needs_encoding(word: str, *, utf8: bool) -> bool:
    return not (word.isascii() or utf8) or "=?" in word or len(word) > WORD_WIDTH


# --- addresses ------------------------------------------------------------------------------------------------------


def _in_ascii(name: str, items: AddressList) -> AddressList:
    """The same items with their domains as A-labels."""
    boxes = items.mailboxes
    for mailbox in boxes:
        if mailbox.is_international:
            raise ValueError(
                f"address {mailbox.addr_spec!r} in header {name!r} has a local part that is not ASCII; it can only be "
                f"written as UTF-8 (RFC 6532), for a server that offers SMTPUTF8"
            )
    if all(mailbox.domain.isascii() for mailbox in boxes):
        return items
    return AddressList(
        Group(item.name, map(_ascii_mailbox, item.members)) if isinstance(item, Group) else _ascii_mailbox(item)
        for item in items
    )


def _ascii_mailbox(mailbox: Address) -> Address:
    return Address(mailbox.name, mailbox.local, mailbox.ascii_domain)


def _read_back(name: str, field: str) -> AddressList | None:
    try:
        return parse_list(_value(name, field), strict=True)
    except ValueError:
        return None


def _address_tokens(items: AddressList, *, utf8: bool, cautious: bool) -> list[str]:
    out: list[str] = []
    for item in items:
        if isinstance(item, Group):
            out.extend(_name_tokens(item.name, utf8=utf8, cautious=cautious))
            out[-1] += ":"
            for member in item.members:
                _mailbox_tokens(out, member, utf8=utf8, cautious=cautious)
            out[-1] = f"{out[-1].removesuffix(',')};,"
        else:
            _mailbox_tokens(out, item, utf8=utf8, cautious=cautious)
    if out:
        out[-1] = out[-1].removesuffix(",")
    return out


def _mailbox_tokens(out: list[str], mailbox: Address, *, utf8: bool, cautious: bool) -> None:
    if mailbox.name:
        out.extend(_name_tokens(mailbox.name, utf8=utf8, cautious=cautious))
        out.append(f" <{mailbox.addr_spec}>,")
    else:
        out.append(f" {mailbox.addr_spec},")


def _name_tokens(name: str, *, utf8: bool, cautious: bool) -> Sequence[str]:
    if cautious or not (utf8 or name.isascii()) or "=?" in name:
        return _spaced(words.encoded_words(name, first=_ENCODED_LINE - len("Disposition-Notification-To: ")))
    shown = display(name)
    if len(shown) < LINE_WIDTH and shown.startswith('"'):
        return [f" {shown}"]
    tokens = _tokens(f" {shown}")
    if any(len(token) > WORD_WIDTH for token in tokens):
        return _name_tokens(name, utf8=utf8, cautious=True)
    return tokens
