"""Reports as they come, told by the part that programs read."""

from pathlib import Path

import pytest

from mailwright.encodings import base64, quoted
from mailwright.mime import Message, parse
from mailwright.mime.delivery_status import DeliveryStatus
from mailwright.mime.disposition import Disposition, DispositionNotification
from mailwright.mime.feedback import FeedbackReport
from mailwright.mime.reports import Report, report
from mailwright.mime.typed_values import TypedAddress, TypedText

STATUS = b"Reporting-MTA: dns; m\r\n\r\nFinal-Recipient: rfc822; a@x\r\nAction: failed\r\nStatus: 5.1.1\r\n"


def made(*parts: bytes, kind: bytes = b"report; report-type=delivery-status") -> Message:
    head = b"Content-Type: multipart/" + kind + b"; boundary=b\r\n\r\n"
    return parse(head + b"".join([b"--b\r\n" + part + b"\r\n" for part in parts]) + b"--b--\r\n")


def read(message: Message) -> Report:
    found = report(message)
    assert found is not None
    return found


def finals(found: Report) -> list[str]:
    assert isinstance(found.status, DeliveryStatus)
    return [item.final_recipient.address for item in found.status.recipients if item.final_recipient is not None]


TEXT = b"Content-Type: text/plain\r\n\r\nIt failed."
PART = b"Content-Type: message/delivery-status\r\n\r\n" + STATUS
ORIGINAL = b"Content-Type: message/rfc822\r\n\r\nSubject: original\r\n\r\nx"
HEADERS = b"Content-Type: text/rfc822-headers\r\n\r\nSubject: original\r\n"


def test_a_report_has_a_text_a_status_and_a_message() -> None:
    found = read(made(TEXT, PART, ORIGINAL))
    assert (found.kind, found.text, found.is_whole, finals(found)) == ("delivery-status", "It failed.", True, ["a@x"])
    assert found.original is not None
    assert found.original.subject == "original"


@pytest.mark.parametrize("type_", [b"text/rfc822-headers", b"message/global-headers", b"message/rfc822-headers"])
def test_only_a_header_may_have_come_back(type_: bytes) -> None:
    found = read(made(TEXT, PART, HEADERS.replace(b"text/rfc822-headers", type_)))
    assert found.original is not None
    assert (found.original.subject, found.is_whole) == ("original", False)


def test_a_whole_message_is_better_than_a_header() -> None:
    assert read(made(HEADERS, PART, ORIGINAL)).is_whole


@pytest.mark.parametrize("kind", [b"mixed", b"alternative", b"report", b"report; report-type=nonsense"])
def test_the_multipart_may_call_itself_what_it_likes(kind: bytes) -> None:
    assert finals(read(made(TEXT, PART, ORIGINAL, kind=kind))) == ["a@x"]


def test_a_report_may_lack_all_but_its_status() -> None:
    assert read(made(PART)) == Report(status=read(made(TEXT, PART)).status, text=None, original=None, is_whole=False)
    assert finals(read(parse(PART))) == ["a@x"]


def test_other_messages_are_no_reports() -> None:
    assert report(parse(b"Subject: x\r\n\r\ny")) is None
    assert report(made(TEXT)) is None
    assert report(made(b"Content-Type: message/delivery-status\r\n\r\nprose")) is None
    assert report(made(b"Content-Type: message/rfc822\r\n\r\n" + PART)) is None  # what it forwards is its own affair
    assert report(Message(from_="a@example.com", text="x")) is None


def test_prose_under_the_type_of_a_report_is_passed_over() -> None:
    prose = b"Content-Type: message/delivery-status;\r\n\r\nThis could not be delivered:\r\n\r\n<u@x>"
    assert finals(read(made(prose, PART))) == ["a@x"]


def test_an_html_text_is_better_than_none() -> None:
    html = b"Content-Type: text/html\r\n\r\n<p>It failed."
    assert read(made(html, PART)).text == "<p>It failed."
    assert read(made(html, TEXT, PART)).text == "It failed."


@pytest.mark.parametrize("encoding", [b"base64", b"quoted-printable"])
@pytest.mark.parametrize("type_", [b"message/delivery-status", b"message/global-delivery-status"])
def test_a_status_may_be_encoded(encoding: bytes, type_: bytes) -> None:
    body = base64.encode(STATUS) if encoding == b"base64" else quoted.encode(STATUS)
    part = b"Content-Type: " + type_ + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
    assert finals(read(made(TEXT, part))) == ["a@x"]


# --- other people's reports -------------------------------------------------------------------------------------------

BOUNCES = "mikel-mail/spec/fixtures/emails/multipart_report_emails"
MESSAGES = "mimekit/UnitTests/TestData/messages"


@pytest.mark.parametrize(
    ("name", "mta", "recipients", "action", "status", "original"),
    [
        ("cpython-test-email/msg_16.txt", "cougar.noc.ucla.edu", 1, "failed", (5, 0, 0), "[scr] yeah for Ians!!"),
        ("cpython-test-email/msg_43.txt", "sacspam01.dot.ca.gov", 25, "failed", (5, 7, 1), "Delivery_failure_notice"),
        (f"{BOUNCES}/multi_address_bounce1.eml", "lvmail01.LL.com", 5, "failed", (5, 1, 1), "Test of bounce email"),
        (f"{BOUNCES}/multi_address_bounce2.eml", "lvmail01.LL.com", 5, "failed", (5, 1, 1), "Test of bounce email"),
        (f"{BOUNCES}/multipart_report_multiple_status.eml", "schemailmta04.ci.com", 1, "failed", (5, 3, 0),
         "Your Friend F M wants you to join HomeRun"),
        (f"{BOUNCES}/report_422.eml", "mail11.ttttt.com.au", 1, "delayed", (4, 2, 2), "Wanted"),
        (f"{BOUNCES}/report_530.eml", "mail12.rrrr.com.au", 1, "failed", (5, 3, 0), "Returned mail: User unknown"),
        ("mikel-mail/spec/fixtures/emails/mime_emails/raw_email_with_mimepart_without_content_type.eml",
         "antivirus.uqam.ca", 1, "delayed", (4, 5, 0), "Est-ce toi ?"),
        (f"{MESSAGES}/bounce.txt", "hmail.jitbit.com", 1, "failed", (5, 1, 1), None),
        (f"{MESSAGES}/delivery-status.txt", "mm1", 1, "failed", None, "unsubscribe"),
        (f"{MESSAGES}/delivery-status-no-blank-line.txt", "mm1", 1, "failed", None, "unsubscribe"),
        (f"{MESSAGES}/delivery-status2.txt", "smtp-out.dis-hosting.net", 1, "failed", (5, 0, 0), ""),
        (f"{MESSAGES}/delivery-status-multiple-blank-lines.txt", "someserver.com", 1, "", (5, 5, 0), None),
    ],
)  # fmt: skip
def test_bounces(
    corpora: Path,
    name: str,
    mta: str,
    recipients: int,
    action: str,
    status: tuple[int, int, int] | None,
    original: str | None,
) -> None:
    found = read(parse(corpora / name))
    value = found.status
    assert isinstance(value, DeliveryStatus)
    assert value.reporting_mta == TypedText("dns", mta)
    assert len(value.recipients) == recipients
    assert {(item.action, item.status) for item in value.recipients} == {(action, status)}
    assert original is None or (found.original is not None and found.original.subject == original)


def test_a_bounce_in_detail(corpora: Path) -> None:
    found = read(parse(corpora / MESSAGES / "bounce.txt"))
    assert isinstance(found.status, DeliveryStatus)
    (recipient,) = found.status.recipients
    assert recipient.final_recipient == TypedAddress("rfc822", "netec.test@netecgc.com")
    assert recipient.diagnostic_code == TypedText(
        "smtp", "550 5.1.1 <netec.test@netecgc.com>: Recipient address rejected: User unknown"
    )
    assert found.status.arrival_date is not None
    assert found.status.arrival_date.isoformat() == "2022-01-26T04:06:46-05:00"
    assert ("X-Postfix-Queue-ID", "630A242E63") in found.status.more
    assert found.text is not None
    assert found.text.startswith("This is the mail system")


def test_a_read_receipt(corpora: Path) -> None:
    found = read(parse(corpora / MESSAGES / "disposition-notification.txt"))
    assert found.kind == "disposition-notification"
    assert found.status == DispositionNotification(
        reporting_ua="joes-pc.cs.example.com; Foomail 97.1",
        original_recipient=TypedAddress("rfc822", "Joe_Recipient@example.com"),
        final_recipient=TypedAddress("rfc822", "Joe_Recipient@example.com"),
        original_message_id="<199509192301.23456@example.org>",
        disposition=Disposition("manual-action", "mdn-sent-manually", "displayed"),
    )
    assert found.original is not None
    assert found.original.subject == "First draft of report"


def test_a_complaint(corpora: Path) -> None:
    found = read(parse(corpora / MESSAGES / "feedback-report.txt"))
    assert found.kind == "feedback-report"
    assert isinstance(found.status, FeedbackReport)
    assert (found.status.feedback_type, found.status.source_ip) == ("abuse", "192.0.2.2")
    assert found.status.original_mail_from == "somespammer@example.net"
    assert found.status.original_rcpt_to == ("user@example.com",)
    assert found.status.reported_uri == ("http://example.net/earn_money.html", "mailto:user@example.com")
    assert found.original is not None
    assert found.original.subject == "Earn money"
