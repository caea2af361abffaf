"""The message: written, read and handed over; see :class:`Message` and :func:`parse`.

Loads no network, no TLS, no event loop. Mailboxes on disk, reports and what else few messages need are loaded when they
are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mailwright.grammar.address import Address, AddressList, Group
from mailwright.mime.defects import KINDS, Defect
from mailwright.mime.envelope import Envelope
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.headers import Headers
from mailwright.mime.limits import Limits
from mailwright.mime.message import AttachmentSource, Message
from mailwright.mime.outgoing import Outgoing, Sendable
from mailwright.mime.parser import parse
from mailwright.mime.part import Offsets, Part

if TYPE_CHECKING:
    from mailwright.mime import partial
    from mailwright.mime.delivery_status import DeliveryStatus, RecipientStatus
    from mailwright.mime.disposition import Disposition, DispositionNotification
    from mailwright.mime.external_body import ExternalBody, external, external_part
    from mailwright.mime.feedback import FeedbackReport
    from mailwright.mime.fitting import Transport
    from mailwright.mime.invitations import Invitation
    from mailwright.mime.inviting import CalendarLike
    from mailwright.mime.maildir import Maildir
    from mailwright.mime.maildir_entry import MaildirEntry
    from mailwright.mime.mbox_reader import MboxEntry, mbox, mbox_entries
    from mailwright.mime.mbox_writer import MboxWriter
    from mailwright.mime.reporting import compose_report
    from mailwright.mime.reports import Report, report
    from mailwright.mime.typed_values import TypedAddress, TypedText

__all__ = [
    "KINDS",
    "Address",
    "AddressLike",
    "AddressList",
    "AttachmentSource",
    "CalendarLike",
    "Defect",
    "DeliveryStatus",
    "Disposition",
    "DispositionNotification",
    "Envelope",
    "ExternalBody",
    "FeedbackReport",
    "Field",
    "Group",
    "Headers",
    "Invitation",
    "Limits",
    "Maildir",
    "MaildirEntry",
    "MboxEntry",
    "MboxWriter",
    "Message",
    "Offsets",
    "Outgoing",
    "Part",
    "RecipientStatus",
    "Report",
    "Sendable",
    "Transport",
    "TypedAddress",
    "TypedText",
    "compose_report",
    "external",
    "external_part",
    "mbox",
    "mbox_entries",
    "parse",
    "partial",
    "report",
]

_LATE = {
    "delivery_status": "DeliveryStatus RecipientStatus",
    "disposition": "Disposition DispositionNotification",
    "external_body": "ExternalBody external external_part",
    "feedback": "FeedbackReport",
    "fitting": "Transport",
    "invitations": "Invitation",
    "inviting": "CalendarLike",
    "maildir": "Maildir",
    "maildir_entry": "MaildirEntry",
    "mbox_reader": "MboxEntry mbox mbox_entries",
    "mbox_writer": "MboxWriter",
    "reporting": "compose_report",
    "reports": "Report report",
    "typed_values": "TypedAddress TypedText",
}
_WHERE = {name: file for file, names in _LATE.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name == "partial":
        return import_module(f"{__name__}.partial")
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
