"""What reports say, in a few lines."""

from __future__ import annotations

import pytest

from mailwright import mime
from mailwright.mime.delivery_status import RecipientStatus
from mailwright.mime.report_outline import report_rows, status_text

DELIVERY = b"""\
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Original-Recipient: rfc822; sales@example.org
Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 No such user

Final-Recipient: rfc822; eve@example.org
Action: delayed
Will-Retry-Until: Mon, 2 Nov 2026 08:15:00 +0100

Status: odd
Action:
Final-Recipient:
--b
Content-Type: message/rfc822

Message-ID: <1@example.com>

hi
--b--
"""

READ = b"""\
Content-Type: message/disposition-notification

Reporting-UA: here; a program
Final-Recipient: rfc822; bob@example.org
Original-Message-ID: <1@example.com>
Disposition: manual-action/MDN-sent-manually; displayed
Error: half of it
"""

ABUSE = b"""\
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Report/1
Version: 1
Original-Mail-From: <ads@example.net>
Original-Rcpt-To: <bob@example.org>
Source-IP: 192.0.2.1
Arrival-Date: Mon, 2 Nov 2026 08:15:00 +0100
Reported-Domain: example.net
"""


def rows(raw: bytes) -> list[tuple[str, str]]:
    found = mime.report(mime.parse(raw))
    assert found is not None
    return report_rows(found)


def test_what_became_of_a_message_for_each() -> None:
    assert rows(DELIVERY) == [
        ("report", "delivery-status"),
        ("by", "mx.example.com"),
        ("failed", "bob@example.org 5.1.1 (sent to sales@example.org)"),
        ("because", "550 5.1.1 No such user"),
        ("said by", "mail.example.org"),
        ("delayed", "eve@example.org"),
        ("until", "2026-11-02 08:15:00+01:00"),
        ("recipient", "(nobody is named) odd"),
        ("about", "<1@example.com>"),
    ]


def test_who_has_read_it() -> None:
    assert rows(READ) == [
        ("report", "disposition-notification"),
        ("by", "here; a program"),
        ("recipient", "bob@example.org"),
        ("done", "manual-action/mdn-sent-manually; displayed"),
        ("because", "half of it"),
        ("original", "<1@example.com>"),
    ]


def test_who_complains() -> None:
    assert rows(ABUSE) == [
        ("report", "feedback-report"),
        ("by", "Report/1"),
        ("complaint", "abuse"),
        ("from", "ads@example.net"),
        ("to", "bob@example.org"),
        ("source", "192.0.2.1"),
        ("arrived", "2026-11-02 08:15:00+01:00"),
        ("domains", "example.net"),
    ]


@pytest.mark.parametrize(("status", "text"), [((5, 1, 1), "5.1.1"), ("odd", "odd"), (None, "")])
def test_a_status_is_written_as_in_its_field(status: tuple[int, int, int] | str | None, text: str) -> None:
    assert status_text(RecipientStatus(status=status)) == text
