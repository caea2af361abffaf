r"""A message that was read as JSON: the keys of ``mailwright parse --json``, which stay as they are.

===============  ===================================================================================================
``headers``      pairs of name and decoded value, in order
``raw_headers``  the same fields undecoded and folded; octets that are no UTF-8 as ``\xNN``
addresses        ``{"name", "address"}``, or ``{"group", "members"}``; under ``from``, ``to`` and so on
``date``         ISO 8601, or null
``parts``        flat, each before those in it: nesting has no limit that JSON readers share. ``path`` as IMAP numbers
                 them, ``octets`` as it stands, ``size`` decoded, ``offsets`` in the source; ``is_cut`` when it holds
                 parts that are left out, for they are deeper than 100
``attachments``  the paths of those that a person would save
``defects``      with ``offset`` and what they mean
``report``       what a report says to programs, or null
``text``         and ``html``, only when asked for
===============  ===================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mailwright.mime import (
    KINDS,
    Address,
    Defect,
    DeliveryStatus,
    DispositionNotification,
    FeedbackReport,
    Group,
    Message,
    Part,
    RecipientStatus,
    Report,
    report,
)
from mailwright.mime.outline import places
from mailwright.mime.report_outline import status_text
from mailwright.mime.summary import measures

if TYPE_CHECKING:
    from mailwright.cli.console import Json
    from mailwright.mime import TypedAddress, TypedText
    from mailwright.mime.outline import Place

__all__ = ["Facts", "message_facts", "undecoded"]

Facts = dict[str, "Json"]


def message_facts(message: Message, *, bodies: bool) -> Facts:
    """Everything about a message but where it came from.

    Args:
        message: one that was read.
        bodies: with its text and its HTML.
    """
    found = report(message)
    texts: Facts = {"text": message.text, "html": message.html} if bodies else {}
    return {
        **_fields(message),
        **_structure(message),
        "defects": [_defect(defect) for defect in message.defects],
        "report": None if found is None else _report(found),
        **texts,
    }


def undecoded(raw: bytes) -> str:
    """A field as it stands, without its last line end."""
    return raw.decode("utf-8", "backslashreplace").removesuffix("\n").removesuffix("\r")


# --- the header -----------------------------------------------------------------------------------------------------


def _fields(message: Message) -> Facts:
    return {
        "subject": message.subject,
        "from": _addresses(message.from_),
        "sender": _addresses(message.sender),
        "reply_to": _addresses(message.reply_to),
        "to": _addresses(message.to),
        "cc": _addresses(message.cc),
        "bcc": _addresses(message.bcc),
        "date": _time(message.date),
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": message.references,
        "headers": [[field.name, field.value] for field in message.headers],
        "raw_headers": [undecoded(field.raw) for field in message.headers],
    }


def _addresses(items: Iterable[Address | Group]) -> list[Json]:
    return [_group(item) if isinstance(item, Group) else _mailbox(item) for item in items]


def _group(group: Group) -> Facts:
    return {"group": group.name, "members": [_mailbox(member) for member in group.members]}


def _mailbox(address: Address) -> Facts:
    return {"name": address.name, "address": address.addr_spec}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


# --- the parts ------------------------------------------------------------------------------------------------------


def _structure(message: Message) -> Facts:
    saved = {id(part) for part in message.attachments}
    parts: list[Json] = []
    attachments: list[Json] = []
    for place in places(message):
        parts.append(_part(place))
        if id(place.part) in saved:
            attachments.append(place.path)
    return {"parts": parts, "attachments": attachments}


def _part(place: Place) -> Facts:
    part, measured = place.part, measures(place.part)
    return {
        "path": place.path,
        "depth": place.depth,
        "type": part.content_type,
        "charset": part.charset,
        "encoding": part.headers.get("content-transfer-encoding", ""),
        "disposition": part.disposition,
        "filename": part.filename,
        "cid": part.cid,
        "octets": measured.octets,
        "size": measured.size,
        "lines": measured.lines,
        "offsets": _offsets(part),
        "is_cut": place.is_cut,
    }


def _offsets(part: Part) -> Json:
    found = part.offsets
    return None if found is None else {"begin": found.begin, "header_end": found.header_end, "end": found.end}


def _defect(defect: Defect) -> Facts:
    return {
        "kind": defect.kind,
        "offset": defect.offset,
        "detail": defect.detail,
        "explanation": KINDS[defect.kind],
    }


# --- a report -------------------------------------------------------------------------------------------------------


def _report(found: Report) -> Facts:
    status = found.status
    original = None if found.original is None else found.original.message_id
    about: Facts = {"kind": found.kind, "original_message_id": original, "is_whole": found.is_whole}
    if isinstance(status, DeliveryStatus):
        return {**about, **_delivery(status)}
    return {**about, **(_disposition(status) if isinstance(status, DispositionNotification) else _feedback(status))}


def _delivery(status: DeliveryStatus) -> Facts:
    return {
        "reporting_mta": _text(status.reporting_mta),
        "arrival_date": _time(status.arrival_date),
        "original_envelope_id": status.original_envelope_id,
        "recipients": [_recipient(recipient) for recipient in status.recipients],
    }


def _recipient(recipient: RecipientStatus) -> Facts:
    return {
        "final_recipient": _address(recipient.final_recipient),
        "original_recipient": _address(recipient.original_recipient),
        "action": recipient.action,
        "status": status_text(recipient),
        "remote_mta": _text(recipient.remote_mta),
        "diagnostic_code": _text(recipient.diagnostic_code),
        "last_attempt_date": _time(recipient.last_attempt_date),
        "will_retry_until": _time(recipient.will_retry_until),
    }


def _disposition(status: DispositionNotification) -> Facts:
    return {
        "reporting_ua": status.reporting_ua,
        "final_recipient": _address(status.final_recipient),
        "original_recipient": _address(status.original_recipient),
        "disposition": None if status.disposition is None else str(status.disposition),
        "errors": status.errors,
    }


def _feedback(status: FeedbackReport) -> Facts:
    return {
        "feedback_type": status.feedback_type,
        "user_agent": status.user_agent,
        "source_ip": status.source_ip,
        "arrival_date": _time(status.arrival_date),
        "original_mail_from": status.original_mail_from,
        "original_rcpt_to": status.original_rcpt_to,
        "reported_domain": status.reported_domain,
        "incidents": status.incidents,
        "auth_failure": status.auth_failure,
    }


def _address(value: TypedAddress | None) -> str | None:
    return None if value is None else value.address


def _text(value: TypedText | None) -> str | None:
    return None if value is None else value.text
