"""A whole session as data: what the scenarios break at every point."""

from __future__ import annotations

from mailwright import Envelope
from mailwright.dialogue import Dialogue
from mailwright.net import Security
from mailwright.sasl import Password
from mailwright.smtp.parcel import Parcel
from mailwright.smtp.session import Session
from mailwright.smtp.transaction import send

__all__ = ["BODY", "ENVELOPE", "PASSWORD", "SCRIPT", "session", "whole_session"]

BODY = [b"Subject: hello\r\n\r\nbody\r\n"]
ENVELOPE = Envelope("a@example.com", ["b@example.com", "c@example.com"])
PASSWORD = "correct horse"

SCRIPT = """
S: 220 mail.example.com ESMTP
C: EHLO client.example.com
S: 250-mail.example.com
S: 250-PIPELINING
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 Go ahead
== tls
C: EHLO client.example.com
S: 250-mail.example.com
S: 250-PIPELINING
S: 250 AUTH PLAIN
C: AUTH PLAIN AGFsaWNlAGNvcnJlY3QgaG9yc2U=
S: 235 2.7.0 Welcome
C: MAIL FROM:<a@example.com>
C: RCPT TO:<b@example.com>
C: RCPT TO:<c@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 550 5.1.1 Unknown
S: 354 Go on
C: Subject: hello
C|\\r\\n
C: body
C: .
S: 250 2.0.0 Ok: queued as 4711
C: QUIT
S: 221 2.0.0 Bye
"""


def session() -> Session:
    """A fresh one."""
    return Session("client.example.com")


def whole_session() -> Dialogue[str]:
    """From the greeting to goodbye; returns the queue id."""
    talk = session()
    yield from talk.open(Security.STARTTLS, "mail.example.com")
    yield from talk.login(Password("alice", PASSWORD))
    receipt = yield from send(talk, Parcel(ENVELOPE))
    yield from talk.quit()
    return receipt.queue_id or ""
