"""The message: written and handed over; see :class:`Message`. Loads no network, no TLS, no event loop."""

from __future__ import annotations

from mailwright.grammar.address import Address, AddressList, Group
from mailwright.mime.envelope import Envelope
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.headers import Headers
from mailwright.mime.message import AttachmentSource, Message
from mailwright.mime.outgoing import Outgoing, Sendable
from mailwright.mime.part import Part

__all__ = [
    "Address",
    "AddressLike",
    "AddressList",
    "AttachmentSource",
    "Envelope",
    "Field",
    "Group",
    "Headers",
    "Message",
    "Outgoing",
    "Part",
    "Sendable",
]
