"""Received fields: the way a message came, one line by each server (RFC 5321 4.4, RFC 5322 3.6.7).

The grammar is clauses, a keyword and a word each, then ``;`` and a date; every server bends it. The part worth most is
the comment behind ``from``: what the receiving server saw of the TCP connection, when what stands before it is only
what the client said of itself. It is understood as these servers write it:

=====================  =========================================================================
Postfix, Sendmail      ``from said.example (seen.example [192.0.2.1])``, ``(unknown [192.0.2.1])``
Exim                   ``from seen.example ([192.0.2.1]:4711 helo=said.example)``,
                       ``from [192.0.2.1] (helo=said.example)``
Exchange               ``from said.example (2001:db8::1) by here.example (2001:db8::2)``
Gmail                  ``from said.example (seen.example. [192.0.2.1])``
qmail                  ``from seen.example (HELO said.example) (192.0.2.1)``
Dovecot (LMTP)         ``from said.example ([192.0.2.1])``
fetchmail              ``from said.example [192.0.2.1]``
=====================  =========================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from mailwright.grammar import date as dates
from mailwright.grammar.lexer import (
    quote_comment,
    refuse_controls,
    replace_controls,
    skip_comment,
    text_of,
    unfold,
    unquote,
)

__all__ = ["Received", "TcpInfo", "parse_received"]

# RFC 5321 4.4: Stamp = From-domain By-domain Opt-info [CFWS] ";" FWS date-time
#               Opt-info = [Via] [With] [ID] [For] [Additional-Registered-Clauses]; RFC 8314 7.4 registers "tls".
_CLAUSES = ("from", "by", "via", "with", "tls", "id", "for")
# QUIRK: several words where the grammar has one: "with Microsoft SMTP Server", "from mail pickup service".
_WORDY = frozenset({"from", "via", "with"})
_SPACE = re.compile(r"[ \t\r\n]+")
# RFC 5321 4.1.2: Atom, Quoted-string, and what servers put into words all the same: <"a b"@example.com>.
_WORD = re.compile(r'(?:[^ ();"]++|"(?:[^"\\]++|\\.)*+"?)++')

# RFC 5321 4.4: TCP-info = address-literal / ( Domain FWS address-literal ); RFC 5321 4.1.3: IPv6-addr after "IPv6:".
# QUIRK: "ident@" before the host (Sendmail), "." behind it (Gmail), a port or "helo=" behind the literal (Exim).
_BRACKETED = re.compile(r"(?:(?P<ident>[^\s@\[]*@)?(?P<host>[^\s@\[]+) )?\[(?i:IPv6:)?(?P<ip>[0-9A-Fa-f:.]{3,45})\]")
# QUIRK: the address alone (Exchange, qmail), with "ident@" before it (qmail), "with login" behind it (Yahoo).
_BARE = re.compile(r"(?P<ident>\S*@)?(?P<ip>[0-9A-Fa-f:.]{3,45})(?= |\Z)")
_HELO = re.compile(r"\b(?i:helo|ehlo)[ =]")


@dataclass(frozen=True, slots=True)
class TcpInfo:
    """What a server saw of a connection (RFC 5321 4.4: TCP-info).

    Attributes:
        host: the name that belongs to the address, as the server looked it up; None when it found none.
        address: the IP address, without brackets and ``IPv6:``.
    """

    host: str | None
    address: str

    def __str__(self) -> str:
        literal = f"[IPv6:{self.address}]" if ":" in self.address else f"[{self.address}]"
        return f"{self.host} {literal}" if self.host else literal


@dataclass(frozen=True, slots=True)
class Received:
    """One line of a message's trace (RFC 5321 4.4, RFC 5322 3.6.7).

    Attributes:
        from_: what stands behind ``from``: the name the client gave itself, with most servers.
        by: the server that wrote the line.
        via: the link below the protocol; rare.
        with_: the protocol: ``ESMTPS`` and so on (RFC 3848).
        id: what the server calls the message.
        for_: the recipient, without angle brackets.
        from_tcp: what the server saw of the client.
        by_tcp: what it says of its own end.
        comments: the comments that hold more than the two before, in order, without those beside the date.
        date: when, with its zone; None when that cannot be read.
        other: further clauses, such as ``tls``, and second ones of a name: name and value, in order.

    Raises:
        ValueError: a value holds a control character or lone surrogate.
    """

    from_: str | None = None
    by: str | None = None
    via: str | None = None
    with_: str | None = None
    id: str | None = None
    for_: str | None = None
    from_tcp: TcpInfo | None = None
    by_tcp: TcpInfo | None = None
    comments: tuple[str, ...] = ()
    date: datetime | None = None
    other: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name, value in self._clauses():
            refuse_controls(f"{name} {value}", "clause of a Received field")
        for comment in self.comments:
            refuse_controls(comment, "comment of a Received field")
        if self.date is not None and self.date.utcoffset() is None:
            raise ValueError(f"date {self.date!r} is naive; give it a zone, as in datetime.now(UTC)")

    def __str__(self) -> str:
        """The field's value, unfolded.

        Raises:
            ValueError: it has no date, or a value cannot be written so that it is read back.
        """
        if self.date is None:
            raise ValueError("a Received field needs a date (RFC 5322 3.6.7); this one has none")
        clauses = [f"{name} {value}" for name, value in self._clauses()]
        comments = [quote_comment(comment) for comment in self.comments]
        # Behind "from" and "by" a comment may be taken for what TCP said; elsewhere it never is.
        late = any((self.via, self.with_, self.id, self.for_, self.other))
        written = " ".join([*clauses, *comments] if late else [*comments, *clauses])
        stamp = dates.format(self.date)
        written = f"{written}; {stamp}"
        if parse_received(written) != replace(self, date=dates.parse(stamp)):  # whole seconds are written
            raise ValueError(f"Received field {written[:120]!r} would not be read as it is meant; a clause is one word")
        return written

    def _clauses(self) -> list[tuple[str, str]]:
        found = [
            ("from", f"{self.from_ or ''} ({self.from_tcp})" if self.from_tcp else self.from_),
            ("by", f"{self.by or ''} ({self.by_tcp})" if self.by_tcp else self.by),
            ("via", self.via),
            ("with", self.with_),
            ("id", self.id),
            ("for", f"<{self.for_}>" if self.for_ else None),
        ]
        return [(name, value) for name, value in found if value] + list(self.other)


def parse_received(text: str | bytes) -> Received:
    """Read a Received field (RFC 5321 4.4, RFC 5322 3.6.7).

    Args:
        text: the field's value.

    Returns:
        What can be made out; what is not there is None. Control characters are U+FFFD. Never raises.
    """
    source = replace_controls(_SPACE.sub(" ", unfold(text_of(text))))
    tokens, stamp = _tokens(source)
    reader = _Reader()
    for kind, value in tokens:
        if kind == "(":
            reader.comment(value)
        else:
            reader.word(value)
    return reader.result(dates.parse(source[stamp:]) if stamp else None)


def _tokens(source: str) -> tuple[list[tuple[str, str]], int]:
    """Words and comments before the last semicolon outside comments, and where the date behind it begins."""
    tokens: list[tuple[str, str]] = []
    here = count = stamp = 0
    while here < len(source):
        character = source[here]
        if character == "(":
            end = skip_comment(source, here)
            tokens.append(("(", unquote(source[here + 1 : end - 1]).strip()))
            here = end
        elif found := _WORD.match(source, here):
            tokens.append(("", found[0]))
            here = found.end()
        else:
            here += 1
            if character == ";":
                count, stamp = len(tokens), here
    return (tokens[:count] if stamp else tokens), stamp


class _Reader:
    """Clauses out of tokens."""

    __slots__ = ("clause", "comments", "found", "said_elsewhere", "strays", "tcp", "words")

    def __init__(self) -> None:
        self.clause = ""
        self.words: list[str] = []
        self.found: dict[str, str] = {}
        self.strays: list[tuple[str, str]] = []
        self.tcp: dict[str, TcpInfo] = {}
        self.comments: list[str] = []
        self.said_elsewhere = False  # whether "helo" stands in a comment, so that "from" is what was seen

    def comment(self, text: str) -> None:
        found = _tcp(text) if self.clause in ("from", "by") and self.clause not in self.tcp else None
        if found is not None:
            self.tcp[self.clause] = found[0]
        if self.clause == "from" and _HELO.search(text):
            self.said_elsewhere = True
        if text and (found is None or not found[1]):
            self.comments.append(text)

    def word(self, text: str) -> None:
        name = text.lower()
        if name not in _CLAUSES:
            self.words.append(text)
            return
        self._end()
        self.clause = name

    def _end(self) -> None:
        name, words, self.words = self.clause, self.words, []
        if name == "from" and len(words) > 1 and (found := _BRACKETED.fullmatch(words[-1])) and _is_ip(found["ip"]):
            _ = self.tcp.setdefault(name, TcpInfo(None, found["ip"]))  # QUIRK: fetchmail's literal has no comment
            _ = words.pop()
        if name:
            rest = len(words) if name in _WORDY else 1
            self._clause(name, " ".join(words[:rest]))
            words = words[rest:]
        for first in range(
            0, len(words), 2
        ):  # RFC 5321 4.4: Additional-Registered-Clauses = 1*( CFWS Atom FWS String )
            self.strays.append((words[first], " ".join(words[first + 1 : first + 2])))

    def _clause(self, name: str, value: str) -> None:
        if name == "for" and value.startswith("<"):
            value = value.rstrip(",").removeprefix("<").removesuffix(">")
        if name == "tls" or name in self.found:
            self.strays.append((name, value))
        else:
            self.found[name] = value

    def result(self, date: datetime | None) -> Received:
        self._end()
        get = self.found.get
        return Received(
            from_=get("from") or None,
            by=get("by") or None,
            via=get("via") or None,
            with_=get("with") or None,
            id=get("id") or None,
            for_=get("for") or None,
            from_tcp=self._seen(),
            by_tcp=self.tcp.get("by"),
            comments=tuple(self.comments),
            date=date,
            other=tuple(self.strays),
        )

    def _seen(self) -> TcpInfo | None:
        """What was seen of the client; where a comment gives its HELO, the name behind ``from`` was looked up."""
        info = self.tcp.get("from")
        if not self.said_elsewhere:
            return info
        name = self.found.get("from", "")
        literal = _BRACKETED.fullmatch(name)
        if literal is not None and info is None:
            return TcpInfo(None, literal["ip"]) if _is_ip(literal["ip"]) else None
        if info is None or info.host or literal or not name:
            return info
        return TcpInfo(_host(name), info.address)


def _tcp(comment: str) -> tuple[TcpInfo, bool] | None:
    """What a comment says of a connection, and whether that is all it says."""
    found = _BRACKETED.match(comment) or _BARE.match(comment)
    if found is None or not _is_ip(found["ip"]):
        return None
    host = _host(found["host"]) if found.re is _BRACKETED and found["host"] else None
    return TcpInfo(host, found["ip"]), found.end() == len(comment) and not found["ident"]


def _host(name: str) -> str | None:
    return None if name.lower() == "unknown" else name.removesuffix(".") or None


def _is_ip(text: str) -> bool:
    import ipaddress  # little mail is asked where it came from

    try:
        _ = ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
