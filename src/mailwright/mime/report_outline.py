"""What a report about another message says, in a few lines for people (RFC 3464, RFC 8098, RFC 5965)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailwright.mime.delivery_status import DeliveryStatus, RecipientStatus
from mailwright.mime.disposition import DispositionNotification

if TYPE_CHECKING:
    from datetime import datetime

    from mailwright.mime.feedback import FeedbackReport
    from mailwright.mime.reports import Report
    from mailwright.mime.typed_values import TypedAddress, TypedText

__all__ = ["report_rows", "status_text"]

_Row = tuple[str, str]


def report_rows(report: Report) -> list[_Row]:
    """Say what a report says.

    Returns:
        Pairs of a label of one word and a text; what is not told is left out. Not fit to be printed before it has gone
        through ``harmless``.
    """
    status = report.status
    if isinstance(status, DeliveryStatus):
        own = _delivery(status)
    elif isinstance(status, DispositionNotification):
        own = _disposition(status)
    else:
        own = _feedback(status)
    about = "" if report.original is None else report.original.message_id or report.original.subject
    return [("report", report.kind), *_told(own), *_told([("about", about)])]


def status_text(recipient: RecipientStatus) -> str:
    """A status as it is written: ``5.1.1`` (RFC 3463 2); empty when there is none."""
    status = recipient.status
    return ".".join(map(str, status)) if isinstance(status, tuple) else status or ""


def _told(rows: Iterable[_Row]) -> list[_Row]:
    return [row for row in rows if row[1]]


def _delivery(status: DeliveryStatus) -> list[_Row]:
    rows = [("by", _text(status.reporting_mta))]
    for recipient in status.recipients:
        rows += _recipient(recipient)
    return rows


def _recipient(recipient: RecipientStatus) -> list[_Row]:
    final, original = _address(recipient.final_recipient), _address(recipient.original_recipient)
    meant = f"(sent to {original})" if original and final and original != final else ""
    said = f"{final or original or '(nobody is named)'} {status_text(recipient)} {meant}"
    return [
        (recipient.action or "recipient", said.rstrip(" ")),
        ("because", _text(recipient.diagnostic_code)),
        ("said by", _text(recipient.remote_mta)),
        ("until", _time(recipient.will_retry_until)),
    ]


def _disposition(status: DispositionNotification) -> list[_Row]:
    return [
        ("by", status.reporting_ua),
        ("recipient", _address(status.final_recipient) or _address(status.original_recipient)),
        ("done", "" if status.disposition is None else str(status.disposition)),
        *[("because", error) for error in status.errors],
        ("original", status.original_message_id),
    ]


def _feedback(status: FeedbackReport) -> list[_Row]:
    return [
        ("by", status.user_agent),
        ("complaint", status.feedback_type),
        ("from", status.original_mail_from or ""),
        ("to", ", ".join(status.original_rcpt_to)),
        ("source", status.source_ip),
        ("arrived", _time(status.arrival_date)),
        ("domains", ", ".join(status.reported_domain)),
        ("failed", status.auth_failure),
    ]


def _address(value: TypedAddress | None) -> str:
    return "" if value is None else value.address


def _text(value: TypedText | None) -> str:
    return "" if value is None else value.text


def _time(value: datetime | None) -> str:
    return "" if value is None else value.isoformat(sep=" ")
