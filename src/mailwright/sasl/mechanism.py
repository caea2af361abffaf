"""What a SASL mechanism is to a conversation: somebody who answers challenges (RFC 4422).

A mechanism is pure: it is made from credentials, says its first word if it has one, answers challenges, and knows when
its part is done. Framing (base64, ``334``, ``+``, ``*``) belongs to the protocol that carries it.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Mechanism"]


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
    def done(self) -> bool:
        """Whether the exchange is complete, the server's own proof included; success before that is no success."""
        ...

    def first(self) -> bytes | None:
        """The initial response, or ``None`` when the server speaks first."""
        ...

    def next(self, challenge: bytes) -> bytes:
        """The answer to a challenge.

        Raises:
            ValueError: the challenge makes no sense; the exchange is to be cancelled.
        """
        ...
