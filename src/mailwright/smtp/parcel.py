"""What a client hands to a transaction: messages, each announced before its content."""

from __future__ import annotations

from dataclasses import dataclass

from mailwright.dialogue import Item
from mailwright.mime.envelope import Envelope
from mailwright.smtp.options import DeliveryOptions

__all__ = ["Parcel", "Spoilt"]


@dataclass(slots=True)
class Parcel(Item):
    """A message to hand over: its envelope, and what the envelope must say of the content that follows it.

    Attributes:
        envelope: from whom, to whom.
        size: octets, when known (RFC 1870).
        eight_bit: it has octets above 127 in its body (RFC 6152).
        international: its header is UTF-8 (RFC 6532), so the server must know SMTPUTF8.
        options: what is asked of the server besides.
        is_refused: it was, so its content need not be made.
    """

    envelope: Envelope
    size: int | None = None
    eight_bit: bool = False
    international: bool = False
    options: DeliveryOptions = DeliveryOptions()  # noqa: RUF009  a frozen value, shared by all
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Spoilt(Item):
    """A message that cannot be handed over, and why. The messages before it are finished first."""

    error: Exception
