"""Reports about other messages: multipart/report (RFC 6522), read from what servers send.

A report has a text for people, a part for programs, and often the message it is about or its header. The part for
programs is what makes it a report here, wherever it stands and whatever the multipart around it calls itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from mailwright.mime.delivery_status import DeliveryStatus, parse_delivery_status
from mailwright.mime.disposition import DispositionNotification, parse_disposition_notification
from mailwright.mime.feedback import FeedbackReport, parse_feedback_report
from mailwright.mime.parser import parse

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = ["KINDS", "Report", "Status", "kind_of", "report"]

Status: TypeAlias = DeliveryStatus | DispositionNotification | FeedbackReport
"""What a report says to programs."""

KINDS: Final[dict[type[Status], str]] = {
    DeliveryStatus: "delivery-status",
    DispositionNotification: "disposition-notification",
    FeedbackReport: "feedback-report",
}
"""What reports are called, in report-type (RFC 6522 3) and in the types of their parts."""

_READERS: Final[dict[str, Callable[[bytes], Status]]] = {
    "message/delivery-status": parse_delivery_status,
    "message/global-delivery-status": parse_delivery_status,
    "message/disposition-notification": parse_disposition_notification,
    "message/global-disposition-notification": parse_disposition_notification,
    "message/feedback-report": parse_feedback_report,
}
_NOTHING: Final = (DeliveryStatus(), DispositionNotification(), FeedbackReport())

# RFC 6522 4, RFC 6533 6; QUIRK: message/rfc822-headers was never registered, and is sent.
_HEADERS: Final = frozenset({"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that was read.

    Attributes:
        status: what it says to programs.
        text: what it says to people; None when it says nothing.
        original: the message it is about; with a header only, when only that came back; or None.
        is_whole: whether the original has come back with its content.
    """

    status: Status
    text: str | None
    original: Message | None
    is_whole: bool

    @property
    def kind(self) -> str:
        """``delivery-status``, ``disposition-notification`` or ``feedback-report``."""
        return kind_of(self.status)


def kind_of(status: Status) -> str:
    """Say what a report with this status is called."""
    return KINDS[type(status)]


def report(message: Message) -> Report | None:
    """Read the report a message is, if it is one (RFC 6522, RFC 3464, RFC 8098, RFC 5965).

    Args:
        message: any message.

    Returns:
        The report, or None. Never raises.
    """
    parts = list(message.walk())
    for place, part in enumerate(parts):
        reader = _READERS.get(part.content_type)
        status = reader(part.content) if reader is not None else None
        # QUIRK: some send prose under the type of a report, and the report behind it.
        if status is not None and status not in _NOTHING:
            original, is_whole = _original(parts[place + 1 :] + parts[:place])
            text = _text(parts[:place] + parts[place + 1 :])
            return Report(status=status, text=text, original=original, is_whole=is_whole)
    return None


def _text(parts: list[Part]) -> str | None:
    """The first text for people; plain if there is one."""
    texts = [part for part in parts if part.content_type.startswith("text/") and part.content_type not in _HEADERS]
    plain = [part for part in texts if part.content_type == "text/plain"]
    return next((part.text for part in plain or texts if not part.parts), None)


def _original(parts: list[Part]) -> tuple[Message | None, bool]:
    """The message that came back: whole if it did, else its header."""
    whole = next((part.message for part in parts if part.message is not None), None)
    if whole is not None:
        return whole, True
    headers = next((part for part in parts if part.content_type in _HEADERS), None)
    return (None if headers is None else parse(headers.content)), False
