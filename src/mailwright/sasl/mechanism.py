"""What a SASL mechanism is to a conversation: somebody who answers challenges (RFC 4422).

A mechanism is pure: it is made from credentials and an :class:`Occasion`, says its first word if it has one, answers
challenges, and knows when its part is done. Framing (base64, ``334``, ``+``, ``*``) belongs to the protocol that
carries it. What is random comes in: a nonce is taken from the occasion, once, when the mechanism is made.

A challenge that makes no sense is a ``ValueError``, whatever its bytes: the exchange is to be cancelled. A server that
should have shown that it knows the password, too, and showed something else is a :class:`NotProven`: there is nothing
to cancel, for nobody is there whom we want to talk to.

No text of a ``ValueError`` raised here holds a secret, or anything computed from one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

__all__ = ["Exchange", "Mechanism", "NotProven", "Occasion", "OneMessage", "quoted"]

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_QUOTED: Final = 200  # characters of a server's own words that an error repeats; a sentence, not a page


class NotProven(ValueError):
    """The server's proof that it knows the password is wrong."""


class Mechanism(Protocol):
    """One authentication exchange, from the client's side."""

    @property
    def name(self) -> str:
        """The registered name, such as ``PLAIN``."""
        ...

    @property
    def reveals_secret(self) -> bool:
        """Whether whoever reads the exchange learns the password or token."""
        ...

    @property
    def proves_server(self) -> bool:
        """Whether the server must show, too, that it knows the secret. Success without that comes from an impostor."""
        ...

    @property
    def done(self) -> bool:
        """Whether the exchange is complete, the server's own proof included; success before that is no success."""
        ...

    @property
    def complaint(self) -> Mapping[str, str]:
        """What the server said within the exchange about its failure; empty when it said nothing."""
        ...

    def first(self) -> bytes | None:
        """The initial response, or ``None`` when the server speaks first."""
        ...

    def next(self, challenge: bytes) -> bytes:
        """The answer to a challenge.

        Raises:
            ValueError: the challenge makes no sense; the exchange is to be cancelled.
            NotProven: the server does not know the secret; the connection is to be given up.
        """
        ...


def _no_nonce() -> str:
    raise ValueError("this mechanism needs a nonce, and the occasion has none to give: Occasion(nonce=...)")


@dataclass(frozen=True, slots=True)
class Occasion:
    """With whom a mechanism speaks, over which channel, and what is new each time.

    Attributes:
        service: the registered name of the protocol: ``smtp``, ``imap``, ``pop`` (GSSAPI service names, RFC 4422 4).
        host: the server's name; may be empty where nobody knows it.
        port: the server's port; 0 where nobody knows it.
        bindings: the channel bindings of the TLS session by type, such as ``tls-exporter`` (RFC 5056, 5929, 9266);
            empty where there is no TLS.
        nonce: gives a fresh, unguessable nonce of printable ASCII without a comma.
        offered: the mechanisms the server announced, filled in by :func:`choose`.
        unrecognised: mechanisms that were announced and turned out not to be known to the server after all.
    """

    service: str = "smtp"
    host: str = ""
    port: int = 0
    bindings: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    nonce: Callable[[], str] = field(default=_no_nonce, repr=False)
    offered: frozenset[str] = frozenset()
    unrecognised: frozenset[str] = frozenset()


class Exchange:
    """What most mechanisms have in common: they are not done, reveal nothing, prove nothing and heard no complaint."""

    name: str = ""
    reveals_secret: bool = False
    proves_server: bool = False

    def __init__(self) -> None:
        self.done = False
        self.complaint: Mapping[str, str] = NOTHING

    def __repr__(self) -> str:
        return f"<{self.name}{' done' if self.done else ''}>"


class OneMessage(Exchange):
    """A mechanism that says everything at once: PLAIN, EXTERNAL, ANONYMOUS."""

    def __init__(self, message: bytes) -> None:
        super().__init__()
        self._message = message
        self._repeated = False

    def first(self) -> bytes:
        """The whole message."""
        self.done = True
        return self._message

    def next(self, challenge: bytes) -> bytes:
        """The message again, once, for a server that ignored the initial response and asks with an empty challenge."""
        if challenge or self._repeated:
            raise ValueError(f"{self.name} knows no challenges")
        self._repeated = True
        return self.first()


def quoted(words: str, secret: str = "") -> str:
    """A server's own words, fit to be repeated in an error: one line, no controls, not endless, without the secret."""
    if secret:
        words = words.replace(secret, "********")
    return "".join(c if c.isprintable() else " " for c in words[:_QUOTED]).strip()
