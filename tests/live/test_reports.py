"""A report that was asked for comes back from a real Postfix, and names the message as the sender did."""

from __future__ import annotations

from live.lab.laboratory import Lab
from live.lab.mailbox import Account
from mailwright import DeliveryOptions, Envelope, Security, SmtpClient, Tls

CONTENT = b"From: a@example.test\r\nSubject: please report\r\n\r\nsecret content\r\n"


def test_a_report_of_success_comes_back(lab: Lab, user: Account) -> None:
    reader = lab.user("reader")
    options = DeliveryOptions(notify=["success"], return_content="headers", envelope_id="order+42")
    with SmtpClient(
        "localhost",
        lab.postfix.submission,
        security=Security.STARTTLS,
        tls=Tls(ca=lab.ca),
        username=user.address,
        password=user.password,
    ) as smtp:
        smtp.send(CONTENT, envelope=Envelope(user.address, [reader.address]), options=options)
    assert lab.mailbox(reader).message().endswith(b"secret content\r\n")
    report = lab.mailbox(user).message()
    assert b"Original-Envelope-Id: order+42" in report
    assert b"Action: " in report
    assert f"Original-Recipient: rfc822;{reader.address}".encode() in report
    assert b"please report" in report
    assert b"secret content" not in report
