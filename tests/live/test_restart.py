"""A server that goes away in the middle of a session: a typed error, nothing lost, nothing sent twice."""

from __future__ import annotations

import pytest

from live.lab.laboratory import Lab
from live.lab.mailbox import Account
from mailwright import ConnectError, ConnectionLost, Envelope, MailError, SmtpClient, Tls

MAIL = b"From: a@example.test\r\nSubject: %s\r\n\r\nbody\r\n"


def client(lab: Lab) -> SmtpClient:
    """A client for the port that takes mail without a login."""
    return SmtpClient("localhost", lab.postfix.smtp, tls=Tls(ca=lab.ca), timeout=10)


def subjects(lab: Lab, user: Account, count: int) -> list[bytes]:
    """The subjects that have arrived, when so many have."""
    return sorted(raw.split(b"Subject: ")[1].split(b"\r\n")[0] for raw in lab.mailbox(user).messages(count))


def test_a_restart_between_messages_is_connection_lost_and_connecting_again_goes_on(lab: Lab, user: Account) -> None:
    envelope = Envelope("a@example.test", [user.address])
    smtp = client(lab)
    smtp.connect()
    smtp.send(MAIL % b"one", envelope=envelope)
    lab.postfix.restart()
    with pytest.raises(ConnectionLost) as caught:
        smtp.send(MAIL % b"two", envelope=envelope)
    assert not caught.value.in_doubt
    assert not smtp.is_connected
    smtp.connect()
    smtp.send(MAIL % b"two", envelope=envelope)
    smtp.quit()
    assert subjects(lab, user, 2) == [b"one", b"two"]


def test_a_stop_during_the_content_delivers_nothing_and_says_so(lab: Lab, user: Account) -> None:
    envelope = Envelope("a@example.test", [user.address])

    def stopping() -> MailError:
        smtp = client(lab)
        smtp.connect()
        session, connection = smtp.conversation()
        from mailwright.smtp.parcel import Parcel
        from mailwright.smtp.transaction import send

        def content() -> object:
            yield MAIL % b"never"
            yield b"x" * 70_000
            lab.postfix.stop()
            yield b"x" * 70_000
            yield b"x" * 70_000

        with pytest.raises(MailError) as caught:
            connection.run(send(session, Parcel(envelope)), content())  # type: ignore[arg-type]
        assert not smtp.is_connected
        return caught.value

    error = stopping()
    assert isinstance(error, ConnectionLost)
    with pytest.raises(ConnectError):
        client(lab).connect()
    lab.postfix.start()
    with client(lab) as smtp:
        smtp.send(MAIL % b"after", envelope=envelope)
    assert subjects(lab, user, 1) == [b"after"]
