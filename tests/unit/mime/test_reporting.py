"""Reports that are composed are read back as they were meant."""

from datetime import UTC, datetime

import pytest

from mailwright.mime import Message, Part, parse
from mailwright.mime.delivery_status import DeliveryStatus, RecipientStatus
from mailwright.mime.disposition import Disposition, DispositionNotification
from mailwright.mime.feedback import FeedbackReport
from mailwright.mime.reporting import compose_report
from mailwright.mime.reports import Report, Status, report
from mailwright.mime.typed_values import TypedAddress, TypedText

WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
RECIPIENT = TypedAddress("rfc822", "b@example.com")
DELIVERY = DeliveryStatus(
    reporting_mta=TypedText("dns", "mx.example.com"),
    recipients=(RecipientStatus(final_recipient=RECIPIENT, action="failed", status=(5, 1, 1)),),
)
DISPOSITION = DispositionNotification(
    final_recipient=RECIPIENT, disposition=Disposition("manual-action", "mdn-sent-manually", "displayed")
)
FEEDBACK = FeedbackReport(feedback_type="abuse", user_agent="x/1", version="1")
PLAIN = Message(
    from_="a@example.com", to="b@example.com", bcc="secret@example.com", subject="original", text="x", date=WHEN
)


def composed(status: Status, original: Message | None = PLAIN, *, headers_only: bool = False) -> Message:
    return compose_report(
        status,
        text="Es tut uns leid — it failed.",
        original=original,
        headers_only=headers_only,
        from_="mailer-daemon@example.com",
        to="a@example.com",
        subject="Failed",
        headers={"X-Mine": "1"},
    )


def read(message: Message) -> tuple[Message, Report]:
    again = parse(message.to_bytes())
    found = report(again)
    assert found is not None
    assert again.defects == ()
    return again, found


@pytest.mark.parametrize("status", [DELIVERY, DISPOSITION, FEEDBACK])
def test_what_is_composed_is_read(status: Status) -> None:
    message, found = read(composed(status))
    assert found.status == status
    assert found.text == "Es tut uns leid — it failed."
    assert found.is_whole
    assert found.original is not None
    assert found.original.to_bytes() == PLAIN.to_bytes().removesuffix(b"\r\n")
    field = message.headers.field("content-type")
    assert field is not None
    assert field.parameters.value == "multipart/report"
    assert field.parameters.params["report-type"] == found.kind
    assert message.headers["mime-version"] == "1.0"
    assert message.headers["x-mine"] == "1"
    assert message.headers.get("auto-submitted") == (None if status is FEEDBACK else "auto-replied")
    assert message.to_bytes().isascii()
    assert message.date is not None
    assert message.message_id is not None


def test_writing_twice_gives_the_same() -> None:
    message = composed(DELIVERY)
    assert message.to_bytes() == message.to_bytes()


def test_only_the_header_goes_back_without_what_is_hidden() -> None:
    message, found = read(composed(DELIVERY, headers_only=True))
    assert found.original is not None
    assert (found.original.subject, found.is_whole) == ("original", False)
    assert b"secret@example.com" not in message.to_bytes()


def test_nothing_need_go_back() -> None:
    message, found = read(composed(DELIVERY, None))
    assert found.original is None
    assert [part.content_type for part in message.parts] == ["text/plain", "message/delivery-status"]


def types(message: Message) -> list[str]:
    return [part.content_type for part in message.parts]


def encodings(parts: tuple[Part, ...]) -> list[str | None]:
    return [part.headers.get("content-transfer-encoding") for part in parts]


def test_what_is_international_has_types_of_its_own() -> None:
    status = DeliveryStatus(
        recipients=(
            RecipientStatus(
                final_recipient=TypedAddress("utf-8", "jörg@example.com"), diagnostic_code=TypedText("smtp", "550 näh")
            ),
        )
    )
    original = Message(from_="jörg@example.com", to="b@example.com", subject="ä", text="x")
    message, found = read(composed(status, original))
    assert found.status == status
    assert found.original is not None
    assert found.original.from_ == original.from_
    assert types(message)[1:] == ["message/global-delivery-status", "message/global"]
    message, found = read(composed(status, original, headers_only=True))
    assert types(message)[1:] == ["message/global-delivery-status", "message/global-headers"]
    assert found.original is not None
    assert found.original.from_ == original.from_
    receipt = DispositionNotification(final_recipient=RECIPIENT, errors=("näh",))
    message, found = read(composed(receipt))
    assert (found.status, types(message)[1]) == (receipt, "message/global-disposition-notification")


def test_an_eight_bit_original_makes_an_eight_bit_report() -> None:
    original = parse(b"Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa4\r\n")
    report_ = composed(DELIVERY, original)
    assert report_.is_eight_bit
    message, _ = read(report_)
    assert message.headers["content-transfer-encoding"] == "8bit"
    assert encodings(message.parts)[2] == "8bit"
    assert not composed(DELIVERY, original, headers_only=True).is_eight_bit


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="utf8=True"):  # there is no international form of it
        _ = composed(FeedbackReport(feedback_type="abuse", user_agent="ä"))
    with pytest.raises(ValueError, match="too long"):
        _ = composed(DeliveryStatus(original_envelope_id="x" * 999))
    with pytest.raises(ValueError, match="surrogate"):
        _ = compose_report(DELIVERY, text="\ud800", from_="a@example.com", to="b@example.com", subject="s")
    with pytest.raises(ValueError, match="LF"):
        _ = compose_report(DELIVERY, text="x", from_="a@example.com", to="b@example.com", subject="s\nX: y")
