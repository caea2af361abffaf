"""The message: written, read and handed over; see :class:`Message` and :func:`parse`.

Loads no network, no TLS, no event loop.
"""

from __future__ import annotations

from mailwright.grammar.address import Address, AddressList, Group
from mailwright.mime.defects import KINDS, Defect
from mailwright.mime.envelope import Envelope
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.fitting import Transport
from mailwright.mime.headers import Headers
from mailwright.mime.limits import Limits
from mailwright.mime.message import AttachmentSource, Message
from mailwright.mime.outgoing import Outgoing, Sendable
from mailwright.mime.parser import parse
from mailwright.mime.part import Offsets, Part

__all__ = [
    "KINDS",
    "Address",
    "AddressLike",
    "AddressList",
    "AttachmentSource",
    "Defect",
    "Envelope",
    "Field",
    "Group",
    "Headers",
    "Limits",
    "Message",
    "Offsets",
    "Outgoing",
    "Part",
    "Sendable",
    "Transport",
    "parse",
]
