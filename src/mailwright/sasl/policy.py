"""How strong a mechanism is, and which ones somebody is willing to use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["Policy", "Strength"]

# sasl-mech = 1*20mech-char; mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE (RFC 4422 3.1)
_NAME: Final = re.compile(r"[A-Z0-9_-]{1,20}\Z")


class Strength(IntEnum):
    """What a mechanism gives away, and what it proves. More is better."""

    NONE = 0
    """Nobody proves anything (ANONYMOUS)."""
    REVEALED = 1
    """The server is handed the password or token itself (PLAIN, LOGIN, OAUTHBEARER, XOAUTH2)."""
    CHALLENGED = 2
    """The password is not sent, but what is sent lets it be guessed quickly (CRAM-MD5, DIGEST-MD5, NTLM)."""
    PROVEN = 3
    """Guessing is slow, and the server proves that it knows the password, too (SCRAM, GSSAPI)."""
    BOUND = 4
    """And nobody stands between, for the proof holds for this TLS session only (SCRAM-...-PLUS, EXTERNAL)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which mechanisms may be used.

    Args:
        minimum: nothing weaker than this.
        allow: only these; ``None`` for all.
        forbid: none of these.

    Raises:
        ValueError: a name is none (RFC 4422 3.1).
    """

    minimum: Strength = Strength.NONE
    allow: tuple[str, ...] | None = None
    forbid: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.allow is not None:
            object.__setattr__(self, "allow", _names(self.allow))
        object.__setattr__(self, "forbid", _names(self.forbid))

    @classmethod
    def of(cls, mechanisms: Policy | Sequence[str] | None) -> Policy:
        """The policy a caller means by a policy, by names, or by nothing."""
        if isinstance(mechanisms, Policy):
            return mechanisms
        return cls() if mechanisms is None else cls(allow=_names(mechanisms))

    def allows(self, name: str, strength: Strength) -> bool:
        """Whether a mechanism of this name and strength may be used."""
        return strength >= self.minimum and name not in self.forbid and (self.allow is None or name in self.allow)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.upper() for name in ((given,) if isinstance(given, str) else given))
    for name in names:
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is no name of a SASL mechanism")
    return names
