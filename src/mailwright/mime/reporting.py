"""Writing reports about other messages: multipart/report (RFC 6522)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailwright.mime import composer, writer
from mailwright.mime.body import Enclosed, Several, Wire
from mailwright.mime.delivery_status import DeliveryStatus
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.headers import Headers
from mailwright.mime.message import Message
from mailwright.mime.part import CONTENT_FIELDS, Part
from mailwright.mime.reports import Status, kind_of

__all__ = ["compose_report"]


def compose_report(
    status: Status,
    *,
    text: str,
    original: Message | None = None,
    headers_only: bool = False,
    from_: AddressLike,
    to: AddressLike,
    subject: str,
    date: datetime | None = None,
    message_id: str | None = None,
    headers: Mapping[str, AddressLike] | Iterable[tuple[str, AddressLike]] = (),
) -> Message:
    """Compose a report about a message (RFC 6522, RFC 3464, RFC 8098, RFC 5965).

    Whoever sends it sends it with the null reverse-path, ``Envelope("", [...])``: a report about a report would never
    end (RFC 3464 2, RFC 8098 3). For the same reason it says ``Auto-Submitted: auto-replied`` (RFC 3834 5) unless it is
    a feedback report, which people and their programs write.

    Args:
        status: what it says to programs; what is not ASCII makes it one of the message/global types (RFC 6533).
        text: what it says to people.
        original: the message it is about.
        headers_only: return its header instead of all of it.
        from_: who reports.
        to: who is told.
        subject: what people see first.
        date: an aware datetime; now when it is None.
        message_id: made from the author's domain when it is None.
        headers: more fields.

    Returns:
        The report.

    Raises:
        ValueError: something cannot be written; says what.
    """
    parts = [composer.text_part(text, "plain"), _status_part(status)]
    if original is not None:
        parts.append(_headers_part(original) if headers_only else _message_part(original))
    message = Message(from_=from_, to=to, subject=subject, date=date, message_id=message_id, headers=headers)
    if kind_of(status) != "feedback-report" and message.headers.field("auto-submitted") is None:
        message.headers.append(Field("Auto-Submitted", "auto-replied"))
    message.headers.append(Field("MIME-Version", "1.0"))
    message.adopt(_root(parts, kind_of(status)))
    return message


def _root(parts: list[Part], kind: str) -> Part:
    boundary = f"=_{composer.new_token(parts)}"
    fields = Headers(written=CONTENT_FIELDS)
    fields.append(
        composer.parameter_field("Content-Type", "multipart/report", [("report-type", kind), ("boundary", boundary)])
    )
    if any(part.body.encoding == "8bit" for part in parts):  # RFC 2045 6.4: around 8bit stands 8bit
        fields.append(Field("Content-Transfer-Encoding", "8bit"))
    return Part(fields, Several(tuple(parts), boundary))


def _status_part(status: Status) -> Part:
    kind = kind_of(status)
    try:
        data, type_ = status.to_bytes(), f"message/{kind}"
    except ValueError:
        data = status.to_bytes(utf8=True)
        if data.isascii() or (not isinstance(status, DeliveryStatus) and kind == "feedback-report"):
            raise  # it was something else, or there is no international form of it
        type_ = f"message/global-{kind}"
    return _leaf(type_, data)


def _headers_part(original: Message) -> Part:
    """The header of a message; Bcc would tell what was meant for few."""
    original.complete()
    data = writer.header_block(original.headers, utf8=original.is_international)
    return _leaf("text/rfc822-headers" if data.isascii() else "message/global-headers", data)


def _leaf(type_: str, data: bytes) -> Part:
    encoding, wire = composer.encode_text(data)
    fields = Headers(written=CONTENT_FIELDS)
    fields.append(Field("Content-Type", type_))
    if encoding != "7bit":
        fields.append(Field("Content-Transfer-Encoding", encoding))
    return Part(fields, Wire(wire, encoding))


def _message_part(original: Message) -> Part:
    """The message itself (RFC 2046 5.2.1), or in base64 when its header is UTF-8 (RFC 6532 3.7)."""
    body = Enclosed(original)
    fields = Headers(written=CONTENT_FIELDS)
    fields.append(Field("Content-Type", "message/global" if original.is_international else "message/rfc822"))
    if body.encoding:
        fields.append(Field("Content-Transfer-Encoding", body.encoding))
    return Part(fields, body)
