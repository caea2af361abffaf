"""By BDAT through a real Postfix: every octet arrives as it was sent, and nobody gets what was not to be delivered."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from live.lab.laboratory import Lab
from live.lab.mailbox import Account
from live.world import WORLDS, send_in
from mailwright import (
    DeliveryOptions,
    Envelope,
    Message,
    MessageRefused,
    NotSupported,
    RecipientsRefused,
    SmtpClient,
    Tls,
    Transcript,
)
from mailwright.mime import parse

HEADER = (
    b"From: a@example.test\r\nTo: b@example.test\r\nSubject: chunks\r\n"
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <chunks@example.test>\r\n"
)
DOTS = HEADER + b"\r\n.\r\n..\r\n.a\r\n" + b"x" * 900 + b"\r\n.\r\nBDAT 5 LAST\r\nQUIT\r\n"
EIGHT = HEADER + b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
EIGHT += b"Content-Transfer-Encoding: 8bit\r\n\r\n" + bytes(range(0xA0, 0x100)) + b"\r\n"
LONG = HEADER + b"\r\n" + b"".join(b".%075d\r\n" % number for number in range(60_000))  # five chunks

every_world = pytest.mark.parametrize("world", WORLDS)


def server(lab: Lab, port: str = "smtp", **options: object) -> dict[str, object]:
    return {"host": "localhost", "port": getattr(lab.postfix, port), "tls": Tls(ca=lab.ca), **options}


def received(raw: bytes) -> bytes:
    """What comes after the trace fields that servers put in front."""
    return raw[raw.index(b"From: ") :]


def to(user: Account) -> Envelope:
    return Envelope("a@example.test", [user.address])


@every_world
@pytest.mark.parametrize("raw", [DOTS, EIGHT, LONG], ids=["dots", "8-bit", "long"])
def test_every_octet_arrives(lab: Lab, user: Account, world: str, raw: bytes) -> None:
    transcript = Transcript()
    (receipt,) = send_in(world, [(raw, to(user))], **server(lab, transcript=transcript))
    assert receipt.accepted == (user.address,)
    assert "BDAT" in str(transcript)
    assert received(lab.mailbox(user).message()) == raw


@every_world
def test_lines_of_a_file_end_in_crlf(lab: Lab, user: Account, world: str, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(LONG.replace(b"\r\n", b"\n") + b"no end")
    send_in(world, [(path, to(user))], **server(lab))
    assert received(lab.mailbox(user).message()) == LONG + b"no end\r\n"


@every_world
def test_the_same_arrives_by_data(lab: Lab, user: Account, world: str) -> None:
    transcript = Transcript()
    send_in(world, [(LONG, to(user))], **server(lab, chunking=False, transcript=transcript))
    assert "BDAT" not in str(transcript)
    assert received(lab.mailbox(user).message()) == LONG


@every_world
@pytest.mark.parametrize("partial", ["deliver", "abort"])
def test_all_or_nothing_and_the_others(lab: Lab, user: Account, world: str, partial: str) -> None:
    nobody = lab.stranger()
    mails = [(DOTS, Envelope("a@example.test", [user.address, nobody]))]
    if partial == "abort":
        with pytest.raises(RecipientsRefused):
            send_in(world, mails, partial=partial, **server(lab))
        marker = DOTS.replace(b"chunks", b"marker")
        send_in(world, [(marker, to(user))], **server(lab))
        assert [received(raw) for raw in lab.mailbox(user).messages(1)] == [marker]
    else:
        (receipt,) = send_in(world, mails, **server(lab))
        assert list(receipt.refused) == [nobody]
        assert received(lab.mailbox(user).message()) == DOTS


def test_a_message_for_nobody_leaves_the_connection_in_step(lab: Lab, user: Account) -> None:
    with SmtpClient(**server(lab)) as smtp:  # type: ignore[arg-type]
        for _ in range(3):
            with pytest.raises(RecipientsRefused):
                smtp.send(DOTS, envelope=Envelope("a@example.test", [lab.stranger()]))
            smtp.send(DOTS, envelope=to(user))
    assert [received(raw) for raw in lab.mailbox(user).messages(3)] == [DOTS] * 3


def test_chunks_that_are_too_many_are_refused_and_the_connection_goes_on(lab: Lab, user: Account) -> None:
    with SmtpClient(**server(lab, "small")) as smtp:  # type: ignore[arg-type]
        session, _ = smtp.conversation()
        session.capabilities = session.capabilities.without("SIZE")  # so that only the chunks tell
        with pytest.raises(MessageRefused) as caught:
            smtp.send(LONG * 2, envelope=to(user))
        assert caught.value.reference == "message-too-big"
        assert smtp.send(DOTS, envelope=to(user)).accepted == (user.address,)
    assert received(lab.mailbox(user).message()) == DOTS


@pytest.mark.parametrize("at_hand", [True, False])
def test_many_arrive_once_each_and_whole(lab: Lab, user: Account, at_hand: bool) -> None:
    mails = [(DOTS.replace(b"chunks", b"number %d" % number), to(user)) for number in range(60)]
    mails[17] = (DOTS, Envelope("a@example.test", [lab.stranger()]))
    mails[40] = (LONG, to(user))
    with SmtpClient(**server(lab)) as smtp:  # type: ignore[arg-type]
        receipts = list(smtp.send_many(mails if at_hand else iter(mails)))
    assert [receipt.error is None for receipt in receipts] == [number != 17 for number in range(60)]
    arrived = sorted(received(raw) for raw in lab.mailbox(user).messages(59))
    assert arrived == sorted(raw for number, (raw, _) in enumerate(mails) if number != 17)


@every_world
def test_what_was_read_is_encoded_for_a_server_that_takes_seven_bits(lab: Lab, user: Account, world: str) -> None:
    send_in(world, [(parse(EIGHT), to(user))], **server(lab, "spartan"))
    raw = received(lab.mailbox(user).message())
    assert raw.isascii()
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read.get_content().strip() == bytes(range(0xA0, 0x100)).decode("latin-1").strip()


@every_world
def test_what_was_read_goes_as_it_came_where_the_server_takes_it(lab: Lab, user: Account, world: str) -> None:
    transcript = Transcript()
    send_in(world, [(parse(EIGHT), to(user))], **server(lab, transcript=transcript))
    assert "BODY=8BITMIME" in str(transcript)
    assert received(lab.mailbox(user).message()) == EIGHT


def test_a_signed_message_is_refused_rather_than_broken(lab: Lab, user: Account) -> None:
    signed = parse(b"DKIM-Signature: v=1; d=example.test\r\n" + EIGHT)
    with SmtpClient(**server(lab, "spartan")) as smtp, pytest.raises(NotSupported, match="DKIM-Signature"):  # type: ignore[arg-type]
        smtp.send(signed, envelope=to(user))


def test_texts_go_as_they_are_where_that_is_asked(lab: Lab, user: Account) -> None:
    message = Message(from_="a@example.test", to=user.address, subject="Grüße", text="Grüße aus Köln\n" * 50)
    with SmtpClient(**server(lab)) as smtp:  # type: ignore[arg-type]
        smtp.send(message, options=DeliveryOptions(body="8bit"))
    raw = received(lab.mailbox(user).message())
    assert raw == message.to_bytes(transport="8bit")
    assert "Grüße aus Köln".encode() in raw
