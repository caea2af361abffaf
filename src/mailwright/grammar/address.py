"""Addresses: mailboxes, groups and lists of them, as values (RFC 5322 3.4, RFC 6531 3.3, RFC 6532 3.2).

A value that exists is a value that can be written: ``Address`` refuses what cannot be a mailbox, keeps the local part
without its quotes and puts them back where the grammar wants them. So ``"a@b> ORCPT=x"@c.d`` is one odd mailbox
everywhere, in a header and in an SMTP command, and never a mailbox with something behind it.

Reading text is the business of :mod:`mailwright.grammar.mailboxes`; ``Address.parse`` and ``parse_list`` here are
its doors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mailwright.grammar import domains, words
from mailwright.grammar.lexer import ATEXT, quote, refuse_controls

__all__ = ["ADDRESS_LIMIT", "LIST_LIMIT", "Address", "AddressList", "Group", "parse_list"]

ADDRESS_LIMIT: Final = 900
"""Octets of an addr-spec. RFC 5321 4.5.3.1 wants 64 + 255, receivers take more; what must hold is that it fits into a
line of 998 octets, in a header as in a command, because it cannot be folded within."""

LIST_LIMIT: Final = 100_000
"""Mailboxes and groups read of one field, altogether. Postfix reads 10,240 tokens (header_address_token_limit), which
is some 2,000 mailboxes; no list that people wrote comes near either."""

# RFC 5322 3.2.3: dot-atom-text = 1*atext *("." 1*atext)
_DOT_ATOM = re.compile(rf"[{ATEXT}]+(?:\.[{ATEXT}]+)*")
# RFC 5322 3.2.5: phrase = 1*word, where we write word = atom and one space between two of them
_PLAIN_PHRASE = re.compile(rf"[{ATEXT}]+(?: [{ATEXT}]+)*")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox (RFC 5322 3.4).

    Attributes:
        name: the display name, decoded; empty when there is none.
        local: the local part, without quotes.
        domain: the domain, as Unicode or A-labels, whichever it was given in; or an address literal in brackets.

    Raises:
        ValueError: it cannot be a mailbox: an empty part, a control character or lone surrogate anywhere, a domain
            that is none, or more than 900 octets.
    """

    name: str
    local: str
    domain: str

    def __post_init__(self) -> None:
        if self.name:
            refuse_controls(self.name, "display name")
        if not self.local:
            raise ValueError(f"the local part of an address is empty; write local@domain, got domain {self.domain!r}")
        refuse_controls(self.local, "local part")
        domains.check(self.domain)
        if len(self.local) + len(self.domain) > ADDRESS_LIMIT // 8:  # 4 octets a character, twice when quoted
            octets = len(self.addr_spec.encode("utf-8"))
            if octets > ADDRESS_LIMIT:
                raise ValueError(f"address {self.local[:40]!r}... has {octets} octets; {ADDRESS_LIMIT} are allowed")

    @staticmethod
    def parse(text: str) -> Address:
        """Read exactly one mailbox, strictly (RFC 5322 3.4).

        Args:
            text: ``local@domain`` or ``Name <local@domain>``.

        Returns:
            The mailbox.

        Raises:
            ValueError: it is not exactly one mailbox, or holds a control character.
        """
        from mailwright.grammar import mailboxes

        return mailboxes.read_one(text)

    @property
    def addr_spec(self) -> str:
        """``local@domain``, the local part quoted when it is no dot-atom (RFC 5322 3.4.1)."""
        return f"{_local(self.local)}@{self.domain}"

    @property
    def ascii_domain(self) -> str:
        """The domain for machines: A-labels of IDNA 2008 (RFC 5891), or as it is when it is ASCII already."""
        return domains.to_ascii(self.domain)

    @property
    def ascii_addr_spec(self) -> str:
        """``local@domain`` with the domain in A-labels; the local part stays, so it is ASCII only if that is."""
        return f"{_local(self.local)}@{domains.to_ascii(self.domain)}"

    @property
    def is_international(self) -> bool:
        """Whether the local part needs SMTPUTF8 (RFC 6531 3.3); a domain never does."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{display(self.name)} <{self.addr_spec}>" if self.name else self.addr_spec


@dataclass(frozen=True, slots=True)
class Group:
    """A named group of mailboxes (RFC 5322 3.4).

    Attributes:
        name: the display name, decoded; never empty.
        members: its mailboxes; none is the common case, ``undisclosed-recipients:;``.
    """

    name: str
    members: tuple[Address, ...] = ()

    def __init__(self, name: str, members: Iterable[Address] = ()) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "members", tuple(members))
        if not name:
            raise ValueError("a group of addresses needs a name")
        refuse_controls(name, "group name")
        for member in self.members:
            if not isinstance(member, Address):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
                raise TypeError(f"a member of group {name!r} is an Address, not {type(member).__name__}")

    def __str__(self) -> str:
        members = ", ".join(map(str, self.members))
        return f"{display(self.name)}: {members};" if members else f"{display(self.name)}:;"


class AddressList(tuple[Address | Group, ...]):
    """An immutable sequence of mailboxes and groups (RFC 5322 3.4: address-list)."""

    __slots__ = ()

    @property
    def mailboxes(self) -> tuple[Address, ...]:
        """Every mailbox in order, those in groups among them."""
        flat: list[Address] = []
        for item in self:
            if isinstance(item, Group):
                flat.extend(item.members)
            else:
                flat.append(item)
        return tuple(flat)

    def __str__(self) -> str:
        return ", ".join(map(str, self))

    def __repr__(self) -> str:
        return f"AddressList({list(self)!r})"


def parse_list(text: str | bytes, strict: bool = False, *, limit: int = LIST_LIMIT) -> AddressList:
    """Read an address list (RFC 5322 3.4, obsolete forms 4.4).

    Args:
        text: the value of From, To and the like.
        strict: refuse what the grammar does not allow instead of making the best of it.
        limit: how many mailboxes and groups are read, altogether; what is beyond is left out, or refused when strict.

    Returns:
        The mailboxes and groups that can be made out. Control characters in decoded names are U+FFFD.

    Raises:
        ValueError: only when strict: the first thing that is wrong.
    """
    from mailwright.grammar import mailboxes

    return mailboxes.read_list(text, strict=strict, limit=limit)


def display(name: str) -> str:
    """Write a display name so that reading gives it back: plain, quoted, or encoded when it looks encoded already."""
    if words.looks_encoded(name):
        return " ".join(words.encoded_words(name))
    return name if _PLAIN_PHRASE.fullmatch(name) else quote(name)


def _local(local: str) -> str:
    return local if _DOT_ATOM.fullmatch(local) else quote(local)
