"""Reading address lists (RFC 5322 3.4, with the obsolete forms of 4.4 and what the world sends).

One pass cuts the text into tokens, one pass over the tokens makes elements between commas; both only go forward, so
time is linear and nothing recurses. Whatever the grammar does not allow is noted as a *fault*: a strict reader
raises the first one, a tolerant reader goes on. There is one reader, so the header a person sees and the recipient a
server is given come from the same understanding.

What a tolerant reader makes of trouble:

* ``Doe, John <j@x>``: a comma in an unquoted name; the pieces without ``@`` belong to the name that follows.
* ``<@relay,@other:j@x>``: the route is dropped (RFC 5321 F.2). ``<j@x`` and ``<<j@x>>``: as if written right.
* ``j@x (John)``: the comment is the name, as it was before RFC 822.
* ``j@x.``, ``'j@x'``, ``mailto:j@x``: the dot, the quotes and the scheme are no part of it.
* ``root``, ``root (Charlie)``: nothing. A mailbox has a domain, and nobody here knows which; strict reading says so.
* ``a@b@c``, ``a@b c@d``: nothing. Guessing which ``@`` counts has sent mail to the wrong people (CVE-2019-16056).
* ``a@b (<c@d>``: an unfinished comment hides the rest, so its address is not taken (CVE-2023-27043).

What made reading fast: nearly every list is plain mailboxes, and each of them is one match of one pattern, which is
half the time of two passes; a list that holds anything else is left to the two passes from its beginning.
"""

from __future__ import annotations

import re
from typing import Final

from mailwright.grammar import words
from mailwright.grammar.address import LIST_LIMIT, Address, AddressList, Group
from mailwright.grammar.lexer import first_control, replace_controls, text_of, unfold
from mailwright.grammar.tokens import Token, tokens_of

__all__ = ["NAME_LIMIT", "read_list", "read_one"]

NAME_LIMIT: Final = 4096
"""Characters, and pieces, kept of a display name that was put together over commas; no person's name is longer."""

_SHORT: Final = 100  # characters that are within every limit of a mailbox and its domain
_put = object.__setattr__

# The common case in one match: ASCII, one mailbox, no quotes. RFC 5322 3.2.3 atext without "=?", LDH host (RFC 5321
# 4.1.2).
_HOST = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*"
_ATOM = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LOCAL = rf"{_ATOM}(?:\.{_ATOM})*"
_NAME = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+)*"
_BARE = re.compile(rf" *({_LOCAL})@({_HOST}) *")
_NAMED = re.compile(rf" *((?:{_ATOM} )*{_ATOM}) *<({_LOCAL})@({_HOST})> *")
# One mailbox of a list and the comma behind it; its name in quotes, as encoded-words, or plain. Possessive throughout,
# so that what is something else is refused in one pass.
_ITEM = re.compile(
    rf"[ \t]*+(?:(?:\"([^\"\\\x00-\x1f\x7f]*+)\"|({_NAME}))?[ \t]*+<({_LOCAL})@({_HOST})>|({_LOCAL})@({_HOST}))"
    r"[ \t]*+(,|\Z)"
)


def read_one(text: str) -> Address:
    """Read exactly one mailbox, strictly; see ``Address.parse``."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"an address is a str such as 'Name <local@domain>', not {type(text).__name__}")
    simple = _simple(text)
    if simple is not None:
        return simple
    found = first_control(text)
    if found is not None:
        raise ValueError(f"address {text!r} holds {found}; control characters and lone surrogates are not allowed")
    items = _Reader(text, strict=True, limit=LIST_LIMIT).read()
    if len(items) != 1 or not isinstance(items[0], Address):
        what = "a group" if len(items) == 1 else f"{len(items)} addresses"
        raise ValueError(f"{text!r} is {what}; exactly one mailbox is allowed, local@domain or Name <local@domain>")
    return items[0]


def read_list(text: str | bytes, *, strict: bool, limit: int) -> AddressList:
    """Read an address list; see ``parse_list``."""
    source = text_of(text)
    if "\n" in source or "\r" in source:
        source = _unfold_strictly(source) if strict else unfold(source)
    if source.isascii():
        known = _simple_list(source, limit)
        if known is not None:
            return AddressList(known)
    return AddressList(_Reader(source, strict=strict, limit=limit).read())


def _unfold_strictly(text: str) -> str:
    """Unfold, and refuse an end of line that neither folds nor ends the field (RFC 5322 2.2.3)."""
    value = text.removesuffix("\n").removesuffix("\r")
    unfolded = unfold(f"{value}.")[:-1]
    if "\n" in unfolded or "\r" in unfolded:
        raise ValueError(f"address list {text[:200]!r} holds an end of line where no white space follows")
    return unfolded


def _simple_list(text: str, limit: int) -> list[Address] | None:
    """Read a list of plain mailboxes; None when it is anything else, or longer than the limit."""
    out: list[Address] = []
    here = 0
    while found := _ITEM.match(text, here):
        quoted, plain, local, host, bare, bare_host, behind = found.groups()
        name = quoted or plain or ""
        if "=?" in name:
            name = replace_controls(words.decode(name))
        item = _sound(name, local or bare, host or bare_host)
        if item is None or len(name) > NAME_LIMIT or "=?" in item.local or len(out) >= limit:
            return None
        out.append(item)
        if not behind:
            return out
        here = found.end()
    return None


def _simple(text: str) -> Address | None:
    if found := _BARE.fullmatch(text):
        return _address("", found[1], found[2])
    if (found := _NAMED.fullmatch(text)) and "=?" not in found[1]:
        return _address(found[1], found[2], found[3])
    return None


def _sound(name: str, local: str, domain: str) -> Address | None:
    """Make a mailbox of what ``_ITEM`` has matched: all ``Address`` would find besides are lengths and a last dash."""
    if len(local) + len(domain) > _SHORT or domain[-1] == "-":
        return _address(name, local, domain)
    made = object.__new__(Address)
    _put(made, "name", name)
    _put(made, "local", local)
    _put(made, "domain", domain)
    return made


def _address(name: str, local: str, domain: str) -> Address | None:
    try:
        return Address(name, local, domain)
    except ValueError:
        return None


class _Reader:
    """The second pass: elements out of tokens."""

    __slots__ = ("comment", "group", "here", "items", "members", "pending", "room", "strict", "text", "tokens")

    def __init__(self, text: str, *, strict: bool, limit: int) -> None:
        self.text = text
        self.strict = strict
        self.room = limit  # mailboxes and groups that may still be taken
        self.tokens: list[Token] = []
        self.here = 0
        self.items: list[Address | Group] = []
        self.group: str | None = None
        self.members: list[Address] = []
        self.pending: list[Token] = []  # words before a comma that turned out to be no address
        self.comment = ""

    def fault(self, what: str) -> None:
        if self.strict:
            raise ValueError(f"address list {self.text[:200]!r}: {what}")

    def read(self) -> list[Address | Group]:
        self.tokens = tokens_of(self.text, self.fault)
        if not self.tokens or self.tokens[-1][0] == ",":
            self.fault("there is no address at its end")
        while self.here < len(self.tokens) and self.room >= 0:
            self._element()
        self._end_group(closed=False)
        return self.items

    def _has_room(self) -> bool:
        self.room -= 1
        if self.room < 0:
            self.fault("it holds more mailboxes and groups than are read")
        return self.room >= 0

    def _element(self) -> None:
        """Read up to a comma, the end of a group, or the end."""
        before: list[Token] = []
        self.comment = ""
        while self.here < len(self.tokens):
            token = self.tokens[self.here]
            kind = token[0]
            self.here += 1
            if kind == "<":
                self._mailbox(before, self._angle())
                return
            if kind == ",":
                if not before:
                    self.fault("there is nothing before a ','")  # RFC 5322 4.4: obs-addr-list
                break
            if kind == ";":
                self._plain(before)
                self.pending.clear()  # no name goes on behind it
                self._end_group(closed=True)
                if self.here < len(self.tokens) and self.tokens[self.here][0] == ",":
                    self.here += 1
                return
            if kind == ":":
                self._begin_group(before)
                return
            if kind == "comment":
                self.comment = token[1] if before else ""  # only behind an address is it a name
            elif kind == ">":
                self.fault("'>' without '<'")
            else:
                before.append(token)
        self._plain(before)

    # --- groups -----------------------------------------------------------------------------------------------------

    def _begin_group(self, before: list[Token]) -> None:
        name = _phrase(before)
        scheme = name.lower() == "mailto" and not self.strict  # QUIRK: mailto:joe@example.com, copied from a web page
        if self.group is not None or not name or scheme or any(token[0] == "@" for token in before):
            self.fault("':' where no group begins")
            return
        self.pending.clear()
        if self._has_room():
            self.group = name

    def _end_group(self, *, closed: bool) -> None:
        if self.group is None:
            if closed:
                self.fault("';' where no group ends")  # QUIRK: Outlook separates mailboxes by it
            return
        if not closed:
            self.fault("a group is not closed by ';'")
        self.items.append(Group(self.group, self.members))
        self.group = None
        self.members = []

    # --- mailboxes --------------------------------------------------------------------------------------------------

    def _angle(self) -> list[Token]:
        """Collect what stands between angle brackets, and pass over what follows up to the next separator."""
        inside: list[Token] = []
        open_, route = True, False
        while self.here < len(self.tokens):
            token = self.tokens[self.here]
            kind = token[0]
            if kind == "@" and not inside and open_:
                route = True  # RFC 5322 4.4: obs-route = obs-domain-list ":"
            if kind in ",;" and not (route and open_):
                if open_:
                    self.fault("'<' without '>'")
                self._separator(kind)
                return inside
            self.here += 1
            if not open_:
                if kind != "comment":
                    self.fault("something stands between '>' and ','")
            elif kind == ">":
                open_ = False
            elif route and kind == ":":
                self.fault("a route is not allowed any more")
                route = False
                inside.clear()
            elif kind == "<":
                self.fault("'<' within '<'")
            elif kind != "comment":
                inside.append(token)
        if open_:
            self.fault("'<' without '>'")
        return inside

    def _separator(self, kind: str) -> None:
        if kind == "," or self.group is None:
            self.here += 1
            if kind == ";":
                self.fault("';' where no group ends")

    def _mailbox(self, before: list[Token], inside: list[Token]) -> None:
        """An element with angle brackets: what stands before them is the name."""
        if self.pending:
            before = [*self.pending, *before]
            self.pending = []
        name = _phrase(before)
        if self.strict and any(token[0] not in ("word", "quoted") for token in before):
            self.fault(f"the display name {name!r} needs quotes")
        self._add(inside, name or "")

    def _plain(self, before: list[Token]) -> None:
        """An element without angle brackets: an address, or part of a name with a comma in it."""
        if not before:
            return
        if any(token[0] == "@" for token in before):
            self.pending.clear()
            self._add(before, replace_controls(words.decode(self.comment)).strip())
            return
        self.fault(f"{_phrase(before)!r} is no address; local@domain is allowed")
        if len(self.pending) < NAME_LIMIT:
            self.pending.extend([*before, (",", ",", False)])

    def _add(self, spec: list[Token], name: str) -> None:
        try:
            local, domain, extra = _addr_spec(spec, strict=self.strict)
            mailbox = Address(name[:NAME_LIMIT] if not self.strict else name, local, domain)
        except ValueError as error:
            self.fault(str(error))
            return
        if extra:
            self.fault(f"{extra!r} stands beside {mailbox.addr_spec}; a comma goes between addresses")
        if self._has_room():
            (self.items if self.group is None else self.members).append(mailbox)


def _addr_spec(tokens: list[Token], *, strict: bool) -> tuple[str, str, str]:
    """Split local@domain; the third value is what stands beside it.

    Raises:
        ValueError: there is no address in it, or no single one.
    """
    ats = [index for index, token in enumerate(tokens) if token[0] == "@"]
    shown = _phrase(tokens)[:200]
    if len(ats) != 1:
        raise ValueError(f"{shown!r} has {len(ats)} '@' outside quotes; local@domain is allowed")
    at = ats[0]
    begin = at
    while begin > 0 and (begin == at or _continues(tokens[begin - 1], tokens[begin])):
        begin -= 1
    end = at + 1
    while end < len(tokens) and (end == at + 1 or _continues(tokens[end - 1], tokens[end])):
        end += 1
    left, right = tokens[begin:at], tokens[at + 1 : end]
    if any(kind not in ("word", "quoted") for kind, _, _ in left):
        raise ValueError(f"{shown!r} is no address; local@domain is allowed")
    if any(kind not in ("word", "literal") for kind, _, _ in right):
        raise ValueError(f"{shown!r} is no address; local@domain is allowed")
    local = "".join([text for _, text, _ in left])
    # QUIRK: a..b@x and a.@x exist (NTT DoCoMo gave them out); they are read, and written with quotes.
    if strict and all(kind == "word" for kind, _, _ in left) and "" in local.split("."):
        raise ValueError(f"{shown!r} has a dot too many before the '@'; quote the local part")
    domain = "".join([text for _, text, _ in right])
    if not strict:
        local, domain = _trimmed(local, domain)
    return local, domain, _phrase([*tokens[:begin], *tokens[end:]])


def _trimmed(local: str, domain: str) -> tuple[str, str]:
    """Leave out what no domain ends with. QUIRK: 'a@b.c' from Outlook's list of recipients, and a root's dot."""
    if local[:1] == "'" and domain[-1:] == "'" and len(local) > 1:
        local, domain = local[1:], domain[:-1]
    return local, domain.removesuffix(".")


def _continues(before: Token, after: Token) -> bool:
    """Whether two tokens belong to one dotted word (RFC 5322 4.4 allows spaces around the dots)."""
    return (before[0] == "word" and before[1][-1] == ".") or (after[0] == "word" and after[1][0] == ".")


def _phrase(tokens: list[Token]) -> str:
    """Put a display name together: encoded-words decoded, quotes undone, single spaces (RFC 5322 3.2.5)."""
    pieces: list[str] = []
    plain: list[str] = []
    for kind, text, space in tokens:
        if kind != "quoted":
            plain.append(f" {text}" if space and (plain or pieces) else text)
            continue
        if plain:
            pieces.append(words.decode("".join(plain)))
            plain = []
        if space and pieces:
            pieces.append(" ")
        # QUIRK: encoded-words within quotes are none (RFC 2047 5 (3)), but many programs write them so.
        pieces.append(words.decode(text))
    if plain:
        pieces.append(words.decode("".join(plain)))
    return replace_controls("".join(pieces))
