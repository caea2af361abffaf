"""What mailing lists put into headers (RFC 2369, RFC 2919, RFC 8058).

``List-Unsubscribe``, ``List-Help`` and their like hold URLs in angle brackets, the one to be preferred first, with
comments for people; ``List-Post`` may say ``NO`` instead; ``List-Id`` names the list. A URL is never broken: RFC 2369 2
lets a reader drop white space in it, and not every reader does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote as percent_encode

from mailwright.grammar import words
from mailwright.grammar.address import display
from mailwright.grammar.lexer import (
    quote_comment,
    refuse_controls,
    replace_controls,
    skip_comment,
    strip_comments,
    text_of,
    unfold,
    unquote,
)

__all__ = [
    "ID_LIMIT",
    "URL_LIMIT",
    "ListCommand",
    "ListCommands",
    "ListId",
    "Unsubscribe",
    "parse_commands",
    "parse_id",
]

URL_LIMIT: Final = 970
"""Octets of a URL that is written: with its brackets and "List-Unsubscribe: " it fits a line of 998 (RFC 5322 2.1.1),
and it is never broken."""

ID_LIMIT: Final = 255
"""Octets of a list's identifier (RFC 2919 3: "MUST NOT be longer than 255 octets in length")."""

# RFC 3986 3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ). Behind it, anything printable but angle brackets,
# which RFC 3986 C calls delimiters: RFC 3986 2 allows less, senders do not.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-;=?-~]+")
# RFC 2369 2: list-header = "<" url ">", separated by commas; what stands outside brackets is ignored.
_BRACKETED = re.compile(r"<([^<>]*)>")
# QUIRK: no brackets at all.
_BARE = re.compile(r"(?i:https?://|mailto:)[^\s,<>()\"]+")
_BLANK = re.compile(r"\s+")
_PRINTABLE: Final = "".join([chr(octet) for octet in range(0x21, 0x7F) if chr(octet) not in "<>"])

# RFC 2919 3: list-id = list-label "." list-id-namespace; both are dot-atom-text.
# QUIRK: anything printable without white space and brackets; identifiers with "@", "/" and without a dot are common.
_ID = re.compile(r"[!-;=?-~]+")


@dataclass(frozen=True, slots=True)
class ListCommand:
    """One URL of a List-* field (RFC 2369 2).

    Attributes:
        url: an absolute URL in ASCII.
        comment: what is said to people beside it; empty for nothing.

    Raises:
        ValueError: it is no absolute URL, or holds what may not stand between angle brackets.
    """

    url: str
    comment: str = ""

    def __post_init__(self) -> None:
        _ = _checked(self.url)
        refuse_controls(self.comment, "comment of a list command")

    def __str__(self) -> str:
        return f"<{self.url}> {_comment(self.comment)}" if self.comment else f"<{self.url}>"


@dataclass(frozen=True, slots=True)
class ListCommands:
    """The value of List-Help, List-Unsubscribe, List-Subscribe, List-Post, List-Owner or List-Archive (RFC 2369 3).

    Attributes:
        commands: its URLs, the one to be preferred first.
        is_closed: whether it says ``NO``: nobody may post to the list (RFC 2369 3.4).
    """

    commands: tuple[ListCommand, ...] = ()
    is_closed: bool = False

    def __init__(self, commands: Iterable[ListCommand] = (), *, is_closed: bool = False) -> None:
        object.__setattr__(self, "commands", tuple(commands))
        object.__setattr__(self, "is_closed", is_closed)
        if self.commands and is_closed:
            raise ValueError("a list command field says NO or holds URLs, not both (RFC 2369 3.4)")

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs alone."""
        return tuple([command.url for command in self.commands])

    def __str__(self) -> str:
        return "NO" if self.is_closed else ", ".join(map(str, self.commands))


@dataclass(frozen=True, slots=True)
class ListId:
    """The value of List-Id (RFC 2919).

    Attributes:
        name: what the list is called, decoded; empty for nothing.
        id: its identifier, without angle brackets: ``announce.lists.example.com``. Its case does not matter.

    Raises:
        ValueError: the identifier is not 1 to 255 printable ASCII characters without brackets, or the name holds a
            control character.
    """

    name: str
    id: str

    def __post_init__(self) -> None:
        if _ID.fullmatch(self.id) is None or len(self.id) > ID_LIMIT:
            raise ValueError(
                f"list identifier {self.id[:80]!r} is not allowed; up to {ID_LIMIT} printable ASCII characters without "
                f"spaces and angle brackets are, such as announce.lists.example.com (RFC 2919 3)"
            )
        refuse_controls(self.name, "name of a list")

    def __str__(self) -> str:
        """The field's value, in ASCII."""
        if not self.name:
            return f"<{self.id}>"
        name = display(self.name) if self.name.isascii() else " ".join(words.encoded_words(self.name))
        return f"{name} <{self.id}>"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """How to leave a list, by mail, on the web, or with one click (RFC 2369 3.2, RFC 8058).

    Attributes:
        mailto: a ``mailto:`` URL.
        url: an ``https:`` or ``http:`` URL.
        one_click: whether a POST to the URL unsubscribes without a question; RFC 8058 3.1 wants ``https:`` for it.

    Raises:
        ValueError: there is neither URL, one is not of its scheme or longer than 970 octets, or one-click has no
            ``https:`` URL.
    """

    mailto: str | None = None
    url: str | None = None
    one_click: bool = False

    def __post_init__(self) -> None:
        if self.mailto is None and self.url is None:
            raise ValueError("unsubscribing needs a mailto: URL, an https: URL, or both")
        if self.mailto is not None and not _short(_checked(self.mailto)).lower().startswith("mailto:"):
            raise ValueError(f"mailto {self.mailto!r} is no mailto: URL; write mailto:leave@example.com")
        if self.url is not None and not _short(_checked(self.url)).lower().startswith(("https://", "http://")):
            raise ValueError(f"url {self.url!r} is no https: or http: URL; a mailto: URL goes into mailto")
        if self.one_click and not (self.url or "").lower().startswith("https://"):
            raise ValueError(f"one-click needs an https: URL (RFC 8058 3.1), not {self.url!r}")

    def fields(self) -> list[tuple[str, str]]:
        """The fields that say so, name and value; the message's DKIM signature must cover both (RFC 8058 4)."""
        urls = [url for url in (self.url, self.mailto) if url is not None]
        found = [("List-Unsubscribe", str(ListCommands(map(ListCommand, urls))))]
        if self.one_click:
            found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        return found


def _checked(url: str) -> str:
    if _URL.fullmatch(url) is None:
        raise ValueError(
            f"URL {url[:200]!r} is not allowed; scheme:rest of printable ASCII without spaces and angle brackets is"
        )
    return url


def _short(url: str) -> str:
    if len(url) > URL_LIMIT:
        raise ValueError(f"URL {url[:40]!r}... has {len(url)} octets; {URL_LIMIT} fit a line of a header, unbroken")
    return url


def _comment(text: str) -> str:
    """RFC 2047 5 (2): encoded-words may stand in a comment."""
    if text.isascii() and not words.looks_encoded(text):
        return quote_comment(text)
    return f"({' '.join(words.encoded_words(text))})"


# --- reading --------------------------------------------------------------------------------------------------------


def parse_commands(text: str | bytes) -> ListCommands:
    """Read a field of list commands (RFC 2369 2).

    Args:
        text: the value of List-Unsubscribe, List-Post and the like.

    Returns:
        Its URLs, characters outside ASCII percent-encoded (RFC 3987 3.1), each with the comment that follows it. What
        is no absolute URL is left out. Never raises.
    """
    source = replace_controls(_BLANK.sub(" ", unfold(text_of(text))))
    found: list[tuple[str, list[str]]] = []
    here = 0
    while here < len(source):
        if source[here] == "(":
            end = skip_comment(source, here)
            if found:
                found[-1][1].append(words.decode(unquote(source[here + 1 : end - 1])))
            here = end
        elif source[here] == "<" and (url := _BRACKETED.match(source, here)):
            found.append((_url(url[1]), []))
            here = url.end()
        else:
            here += 1
    plain = strip_comments(source)
    if not found:
        found = [(_url(url), []) for url in _BARE.findall(plain)]
    commands = [ListCommand(url, _joined(comments)) for url, comments in found if _URL.fullmatch(url)]
    return ListCommands(commands, is_closed=not commands and plain.strip().upper() == "NO")


def _joined(comments: list[str]) -> str:
    return replace_controls(" ".join(comments).strip())


def _url(text: str) -> str:
    """QUIRK: an IRI where a URL belongs: percent-encode it. White space within is dropped (RFC 2369 2)."""
    return percent_encode(text.replace(" ", ""), safe=_PRINTABLE, errors="replace")


def parse_id(text: str | bytes) -> ListId | None:
    """Read List-Id (RFC 2919 3).

    Args:
        text: the field's value.

    Returns:
        The list's name and identifier, or None when there is no identifier in it. Never raises.
    """
    source = strip_comments(replace_controls(_BLANK.sub(" ", unfold(text_of(text))))).strip()
    before, bracket, behind = source.rpartition("<")
    if not bracket:  # QUIRK: the identifier alone, without its brackets
        before, behind = "", source
    identifier = behind.partition(">")[0].replace(" ", "") if bracket else behind
    if _ID.fullmatch(identifier) is None or len(identifier) > ID_LIMIT:
        return None
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = unquote(name[1:-1])
    return ListId(replace_controls(words.decode(name)), identifier)
