"""Paths with their parameters, as a server reads them (RFC 5321 4.1.2).

::

    mail = "MAIL FROM:" Reverse-path [SP Mail-parameters]
    Path = "<" [ A-d-l ":" ] Mailbox ">"       A-d-l is a source route: accepted and ignored
    esmtp-param = esmtp-keyword ["=" esmtp-value]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mailwright.grammar.address import Address

__all__ = ["Path", "parse_path"]

# A quoted local part may hold "<", ">" and spaces; nothing else may. U+00A0 is
# atext, not space (RFC 6531 3.3): hence ASCII.
_PATH: Final = re.compile(r'<(?:@[^\s:<>"]+:)?((?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>', re.ASCII)
_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Path:
    """An envelope address with its parameters; no address is the empty reverse-path ``<>``."""

    address: Address | None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


def parse_path(prefix: str, argument: str) -> Path:
    """Read the argument of MAIL or RCPT.

    Args:
        prefix: ``FROM:`` or ``TO:``.
        argument: what follows the verb.

    Raises:
        ValueError: in words that can be sent back.
    """
    if argument[: len(prefix)].upper() != prefix:
        raise ValueError(f"{prefix}<address> is wanted")
    # QUIRK: a space after the colon is common (RFC 5321 3.3 forbids it) and unambiguous.
    rest = argument[len(prefix) :].lstrip(" ")
    found = _PATH.match(rest)
    if found is None:
        raise ValueError("An address in angle brackets is wanted")
    after = rest[found.end() :]
    if after and not after.startswith(" "):
        raise ValueError("A space is wanted behind the address")
    return Path(_mailbox(found[1]), dict(_parameter(word) for word in after.split(" ") if word))


def _mailbox(text: str) -> Address | None:
    if not text:
        return None
    if text.lower() == "postmaster":  # the one name without a domain (RFC 5321 4.1.1.3)
        return Address("", "postmaster", "localhost")
    try:
        return Address.parse(text)
    except ValueError:
        raise ValueError("That is not an address") from None


def _parameter(word: str) -> tuple[str, str]:
    found = _PARAMETER.match(word)
    if found is None:
        raise ValueError("That is not a parameter")
    return found[1].upper(), found[2] or ""
