"""How much of a message is looked at: generous for people, finite for attackers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mailwright.grammar.address import LIST_LIMIT
from mailwright.grammar.params import PARAMETER_LIMIT

__all__ = ["DEFAULT", "Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where reading stops to look closer. Nothing is lost beyond a limit: its bytes stay, and a defect says so.

    Attributes:
        depth: multiparts and messages within each other. MimeKit reads 1024, Postfix 100; nothing here recurses, so
            the larger is free. What is deeper is one part.
        parts: parts of a message altogether. A digest of a busy list has a thousand; each costs some hundred octets
            of memory. What follows belongs to the last one.
        fields: fields of one header. Long forwarded mail has two hundred. What follows is taken for the body.
        header_octets: octets of one header. Exchange takes 256 KiB, Postfix 100 KiB. What follows is taken for the
            body.
        parameters: parameters, and sections of them, of one field. A file name of 60 kB in sections of 60 characters
            has a thousand. What follows is left out.
        addresses: mailboxes and groups of one field. Postfix reads 10,240 tokens; the largest lists that people write
            have some thousand. What follows is left out.
        defects: how many defects are told, so that a message made of mistakes does not grow in memory.
    """

    depth: int = 1024
    parts: int = 100_000
    fields: int = 10_000
    header_octets: int = 1_048_576
    parameters: int = PARAMETER_LIMIT
    addresses: int = LIST_LIMIT
    defects: int = 1_000


DEFAULT: Final = Limits()
