"""Mail through a real Postfix into a real Dovecot: what arrives is what was sent, and what is refused says why."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from live.lab.laboratory import Lab
from live.lab.mailbox import Account
from live.lab.postfix import SMALL_LIMIT
from live.world import WORLDS, send_in
from mailwright import (
    AuthenticationFailed,
    CertificateError,
    CleartextCredentials,
    Envelope,
    Message,
    MessageRefused,
    NotSupported,
    RecipientsRefused,
    Security,
    SenderRefused,
    SmtpClient,
    Tls,
    TlsModeMismatch,
    Transcript,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
# Complete, so that Postfix has nothing to add; and with every line a careless client would change.
HEADER = [
    b"From: a@example.test",
    b"To: b@example.test",
    b"Subject: dots",
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000",
    b"Message-ID: <dots@example.test>",
]
NASTY = b"\r\n".join([*HEADER, b"", b".", b"..", b".a", b"x" * 900, b" .", b""])

every_world = pytest.mark.parametrize("world", WORLDS)
both_tls_modes = pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])


def account(lab: Lab, user: Account, security: Security = Security.STARTTLS) -> dict[str, object]:
    """How this user logs in."""
    port = lab.postfix.submissions if security is Security.TLS else lab.postfix.submission
    login = {"username": user.address, "password": user.password}
    return {"host": "localhost", "port": port, "security": security, "tls": Tls(ca=lab.ca), **login}


def received_body(raw: bytes) -> bytes:
    """What comes after the trace fields that servers put in front."""
    return raw[raw.index(b"From: ") :]


@every_world
@both_tls_modes
def test_a_submitted_message_lands_byte_for_byte(lab: Lab, user: Account, world: str, security: Security) -> None:
    message = Message(
        from_=user.address,
        to=[f"Zoë <{user.address}>"],
        subject="Grüße, with a long subject that has to be folded because it goes on and on and on",
        text="Hello\n.\n..\nümläut\n" + "long " * 300,
        html='<p>Hello <img src="cid:logo"></p>',
    )
    message.embed(PNG, cid="logo", name="logo.png")
    message.attach(PNG * 30, name="Übersicht.bin")
    (receipt,) = send_in(world, [(message, Envelope.of(message))], **account(lab, user, security))
    assert receipt.accepted == (user.address,)
    assert not receipt.refused
    assert receipt.tls is not None
    assert receipt.tls.version in ("TLSv1.2", "TLSv1.3")
    assert receipt.queue_id is not None
    assert receipt.queue_id in lab.postfix.log_tail(200)
    assert received_body(lab.mailbox(user).message()) == message.to_bytes()


@every_world
def test_dots_and_long_lines_survive(lab: Lab, user: Account, world: str) -> None:
    send_in(world, [(NASTY, Envelope(user.address, [user.address]))], **account(lab, user))
    assert received_body(lab.mailbox(user).message()) == NASTY


def test_a_message_of_the_standard_library_arrives_without_its_bcc(lab: Lab, user: Account) -> None:
    secret = lab.user("secret")
    theirs = email.message.EmailMessage()
    theirs["From"], theirs["To"], theirs["Bcc"], theirs["Subject"] = user.address, user.address, secret.address, "grüße"
    theirs.set_content("ünïcode\n")
    with SmtpClient(**account(lab, user)) as smtp:  # type: ignore[arg-type]
        assert smtp.send(theirs).accepted == (user.address, secret.address)
    for box in (user, secret):
        raw = lab.mailbox(box).message()
        assert b"bcc" not in raw.lower().split(b"\r\n\r\n")[0]
        read = email.message_from_bytes(raw, policy=email.policy.default)
        assert read["Subject"] == "grüße"
        assert read.get_content().strip() == "ünïcode"


def test_an_attachment_from_disk_arrives_whole(lab: Lab, user: Account, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096 * 2
    (tmp_path / "two-megabytes.bin").write_bytes(content)
    message = Message(from_=user.address, to=user.address, subject="big", text="see file")
    message.attach(tmp_path / "two-megabytes.bin")
    for world in WORLDS:
        send_in(world, [(message, Envelope.of(message))], **account(lab, user))
    for raw in lab.mailbox(user).messages(3):
        read = email.message_from_bytes(raw, policy=email.policy.default)
        (part,) = read.iter_attachments()
        assert part.get_content() == content


@every_world
def test_a_wrong_password_is_authentication_failed(lab: Lab, user: Account, world: str) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        send_in(world, [], **{**account(lab, user), "password": "not it"})
    assert caught.value.reply is not None
    assert caught.value.reply.code == 535
    assert caught.value.reply.enhanced == "5.7.8"
    assert (caught.value.host, caught.value.port) == ("localhost", lab.postfix.submission)
    assert "not it" not in str(caught.value)


def test_after_a_wrong_password_the_same_connection_takes_the_right_one(lab: Lab, user: Account) -> None:
    client = SmtpClient("localhost", lab.postfix.submission, tls=Tls(ca=lab.ca))
    client.connect()
    with pytest.raises(AuthenticationFailed):
        client.login(user.address, "not it")
    assert client.login(user.address, user.password).code == 235
    client.quit()


@every_world
def test_mail_for_elsewhere_from_a_stranger_is_relay_denied(lab: Lab, user: Account, world: str) -> None:
    envelope = Envelope("stranger@example.test", ["someone@elsewhere.test"])
    with pytest.raises(RecipientsRefused) as caught:
        send_in(world, [(NASTY, envelope)], host="localhost", port=lab.postfix.smtp, tls=Tls(ca=lab.ca))
    assert caught.value.reference == "relay-denied"
    assert list(caught.value.refused) == ["someone@elsewhere.test"]


@every_world
def test_submission_without_a_login_says_that_one_is_needed(lab: Lab, user: Account, world: str) -> None:
    without = {**account(lab, user), "username": None, "password": None}
    with pytest.raises((SenderRefused, RecipientsRefused)) as caught:
        send_in(world, [(NASTY, Envelope(user.address, [user.address]))], **without)
    assert caught.value.reply is not None
    assert caught.value.reply.code in (530, 554)


@every_world
def test_an_oversized_message_is_refused_before_it_is_sent(lab: Lab, user: Account, world: str) -> None:
    transcript = Transcript()
    big = NASTY + b"x" * SMALL_LIMIT
    with pytest.raises(MessageRefused) as caught:
        send_in(
            world,
            [(big, Envelope(user.address, [user.address]))],
            host="localhost",
            port=lab.postfix.small,
            tls=Tls(ca=lab.ca),
            transcript=transcript,
        )
    assert caught.value.reference == "message-too-big"
    assert str(SMALL_LIMIT) in str(caught.value)
    assert "MAIL FROM" not in str(transcript)


def test_after_a_size_refusal_by_the_server_the_connection_goes_on(lab: Lab, user: Account) -> None:
    """Postfix answers 552 to the next MAIL, too, until it has heard RSET."""
    with SmtpClient("localhost", lab.postfix.small, tls=Tls(ca=lab.ca)) as smtp:
        session, _ = smtp.conversation()
        keywords = dict(session.capabilities.keywords)
        session.capabilities = type(session.capabilities)({**keywords, "SIZE": ()})  # so that the server must refuse it
        envelope = Envelope(user.address, [user.address])
        with pytest.raises(SenderRefused) as caught:
            smtp.send(NASTY + b"x" * SMALL_LIMIT, envelope=envelope)
        assert caught.value.reference == "size-exceeded-at-mail"
        assert smtp.send(NASTY, envelope=envelope).accepted == (user.address,)
    assert received_body(lab.mailbox(user).message()) == NASTY


@every_world
@pytest.mark.parametrize("port", ["smtp", "spartan"])
def test_an_unknown_recipient_does_not_stop_the_others(lab: Lab, user: Account, world: str, port: str) -> None:
    other, nobody = lab.user(), lab.stranger()
    envelope = Envelope("a@example.test", [user.address, nobody, other.address])
    (receipt,) = send_in(
        world, [(NASTY, envelope)], host="localhost", port=getattr(lab.postfix, port), tls=Tls(ca=lab.ca)
    )
    assert receipt.accepted == (user.address, other.address)
    assert {address: reply.code for address, reply in receipt.refused.items()} == {nobody: 550}
    with pytest.raises(RecipientsRefused):
        receipt.raise_for_refused()
    assert received_body(lab.mailbox(user).message()) == NASTY
    assert received_body(lab.mailbox(other).message()) == NASTY


@every_world
def test_all_or_nothing_delivers_nothing_when_one_recipient_is_unknown(lab: Lab, user: Account, world: str) -> None:
    nobody = lab.stranger()
    envelope = Envelope("a@example.test", [user.address, nobody])
    server = {"host": "localhost", "port": lab.postfix.smtp, "tls": Tls(ca=lab.ca)}
    with pytest.raises(RecipientsRefused) as caught:
        send_in(world, [(NASTY, envelope)], partial="abort", **server)
    assert list(caught.value.refused) == [nobody]
    marker = NASTY.replace(b"dots", b"marker")
    send_in(world, [(marker, Envelope("a@example.test", [user.address]))], **server)
    assert [received_body(raw) for raw in lab.mailbox(user).messages(1)] == [marker]


def test_many_messages_on_one_connection_arrive_once_each_and_in_order(lab: Lab, user: Account) -> None:
    messages = [
        (NASTY.replace(b"dots", b"number %d" % number), Envelope(user.address, [user.address])) for number in range(30)
    ]
    messages[7] = (NASTY, Envelope(user.address, [lab.stranger()]))
    with SmtpClient(**account(lab, user)) as smtp:  # type: ignore[arg-type]
        receipts = list(smtp.send_many(messages))
    assert [receipt.error is None for receipt in receipts] == [number != 7 for number in range(30)]
    arrived = sorted(received_body(raw) for raw in lab.mailbox(user).messages(29))
    assert arrived == sorted(raw for number, (raw, _) in enumerate(messages) if number != 7)


def test_a_certificate_nobody_vouches_for_is_not_accepted(lab: Lab, user: Account) -> None:
    with pytest.raises(CertificateError) as caught:
        SmtpClient(**{**account(lab, user), "tls": None}).connect()  # type: ignore[arg-type]
    assert caught.value.peer_certificate is not None
    assert lab.host in caught.value.peer_certificate.names
    pinned = Tls(pinned=(caught.value.peer_certificate.fingerprint,))
    with SmtpClient(**{**account(lab, user), "tls": pinned}) as smtp:  # type: ignore[arg-type]
        assert smtp.noop().is_positive


def test_tls_towards_a_starttls_port_is_named(lab: Lab, user: Account) -> None:
    with pytest.raises(TlsModeMismatch) as caught:
        SmtpClient(**{**account(lab, user), "security": Security.TLS}).connect()  # type: ignore[arg-type]
    assert "220" in str(caught.value)


def test_a_password_does_not_travel_in_the_clear(lab: Lab, user: Account) -> None:
    """Loopback is safe, so this client is told it is not on loopback."""
    client = SmtpClient("localhost", lab.postfix.cleartext, security=Security.NONE)
    client.connect()
    session, _ = client.conversation()
    session.trusted_path = False
    with pytest.raises(CleartextCredentials):
        client.login(user.address, user.password)
    client.quit()
    assert user.password not in lab.postfix.log_tail(200)


def test_eight_bit_content_for_a_seven_bit_server_is_refused_before_it_is_sent(lab: Lab, user: Account) -> None:
    with (
        SmtpClient("localhost", lab.postfix.spartan, tls=Tls(ca=lab.ca)) as smtp,
        pytest.raises(NotSupported) as caught,
    ):
        smtp.send(NASTY + "ü\r\n".encode(), envelope=Envelope(user.address, [user.address]))
    assert caught.value.reference == "eight-bit-unsupported"
