"""By BDAT there is no way back: whatever is refused, nobody gets mail that was not to be delivered (RFC 3030 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

from mailwright import AsyncSmtpClient, Envelope, MailError, MessageRefused, Receipt, SmtpClient
from mailwright.devserver import Receiver

GOOD, BAD, SENDER = "good@example.com", "bad@example.com", "alice@example.com"
SHORT = b"Subject: short\r\n\r\n.\r\nRSET\r\nMAIL FROM:<evil@example.com>\r\n"
LONG = b"Subject: long\r\n\r\n" + b"x" * 70 + b"\r\n" * 100 + b"y" * 300_000
WORLDS = ("blocking", "asyncio", "trio")
Outcome = Receipt | MailError

each_world = pytest.mark.parametrize("world", WORLDS)
each_size = pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])


def refuse(_role: str, address: str) -> tuple[int, str] | None:
    return (550, "5.1.1 No such user") if address.startswith("bad") else None


@pytest.fixture(scope="module")
def running() -> Iterator[Receiver]:
    with Receiver(starttls=False, refuse=refuse, size=2_000_000) as receiver:
        yield receiver


@pytest.fixture
def receiver(running: Receiver) -> Receiver:
    running.inbox.clear()
    return running


def send_in(world: str, receiver: Receiver, mails: list[tuple[bytes, Envelope]], **asked: Any) -> list[Outcome]:
    """Send each on one connection; an error is an outcome, and the next one follows on the same connection."""
    if world == "blocking":
        with SmtpClient("127.0.0.1", receiver.port) as smtp:
            return [outcome(lambda mail=mail, to=to: smtp.send(mail, envelope=to, **asked)) for mail, to in mails]  # type: ignore[misc]  # a loop's variables, bound

    async def main() -> list[Outcome]:
        outcomes: list[Outcome] = []
        async with AsyncSmtpClient("127.0.0.1", receiver.port) as smtp:
            for mail, to in mails:
                try:
                    outcomes.append(await smtp.send(mail, envelope=to, **asked))
                except MailError as error:
                    outcomes.append(error)
        return outcomes

    return anyio.run(main, backend=world)


def outcome(send: Callable[[], Receipt]) -> Outcome:
    try:
        return send()
    except MailError as error:
        return error


def caught(receiver: Receiver) -> list[tuple[list[str], bytes]]:
    """Who got what."""
    return [([str(to) for to in mail.recipients], mail.content) for mail in receiver.inbox]


def canonical(content: bytes) -> bytes:
    return content if content.endswith(b"\r\n") else content + b"\r\n"


@each_world
@each_size
def test_a_refused_sender_delivers_nothing_and_the_next_message_is_its_own(
    receiver: Receiver, world: str, content: bytes
) -> None:
    mails = [(content, Envelope("bad@example.com", [GOOD])), (b"Subject: next\r\n", Envelope(SENDER, [GOOD]))]
    first, second = send_in(world, receiver, mails)
    assert type(first).__name__ == "SenderRefused"
    assert isinstance(second, Receipt)
    assert caught(receiver) == [([GOOD], b"Subject: next\r\n")]


@each_world
@each_size
def test_a_message_for_nobody_is_delivered_to_nobody(receiver: Receiver, world: str, content: bytes) -> None:
    mails = [(content, Envelope(SENDER, [BAD, "bad2@example.com"])), (b"Subject: next\r\n", Envelope(SENDER, [GOOD]))]
    first, second = send_in(world, receiver, mails)
    assert type(first).__name__ == "RecipientsRefused"
    assert isinstance(second, Receipt)
    assert caught(receiver) == [([GOOD], b"Subject: next\r\n")]


@each_world
@each_size
def test_the_others_get_it_byte_for_byte(receiver: Receiver, world: str, content: bytes) -> None:
    (receipt,) = send_in(world, receiver, [(content, Envelope(SENDER, [BAD, GOOD]))])
    assert isinstance(receipt, Receipt)
    assert (receipt.accepted, list(receipt.refused)) == ((GOOD,), [BAD])
    assert caught(receiver) == [([GOOD], canonical(content))]


@each_world
@each_size
def test_all_or_nothing_delivers_nothing(receiver: Receiver, world: str, content: bytes) -> None:
    mails = [(content, Envelope(SENDER, [GOOD, BAD])), (b"Subject: next\r\n", Envelope(SENDER, [GOOD]))]
    first, second = send_in(world, receiver, mails, partial="abort")
    assert type(first).__name__ == "RecipientsRefused"
    assert isinstance(second, Receipt)
    assert caught(receiver) == [([GOOD], b"Subject: next\r\n")]


def test_a_message_that_turns_out_too_large_is_refused_and_the_connection_goes_on(receiver: Receiver) -> None:
    with SmtpClient("127.0.0.1", receiver.port) as smtp:
        session, _ = smtp.conversation()
        session.capabilities = session.capabilities.without("SIZE")  # so that only the chunks tell
        with pytest.raises(MessageRefused) as refused:
            smtp.send(b"z" * 3_000_000, envelope=Envelope(SENDER, [GOOD]))
        assert refused.value.reference == "message-too-big"
        smtp.send(b"Subject: next\r\n", envelope=Envelope(SENDER, [GOOD]))
    assert caught(receiver) == [([GOOD], b"Subject: next\r\n")]


MANY = [SENDER if number % 20 != 4 else "bad@example.com" for number in range(60)]


def many() -> list[tuple[bytes, Envelope]]:
    """Short ones and long ones, of which some are refused for their sender and some for their recipient."""
    mails: list[tuple[bytes, Envelope]] = []
    for number, sender in enumerate(MANY):
        text = b"Subject: %d\r\n\r\n" % number + b"." * (100_000 if number % 10 == 9 else 5) + b"\r\n"
        mails.append((text, Envelope(sender, [BAD if number % 12 == 3 else GOOD])))
    return mails


def expected() -> list[int]:
    return [number for number, sender in enumerate(MANY) if sender == SENDER and number % 12 != 3]


@each_world
@pytest.mark.parametrize("partial", ["deliver", "abort"])
@pytest.mark.parametrize("chunking", [True, False])
@pytest.mark.parametrize("at_hand", [True, False])
def test_each_of_many_is_delivered_or_has_its_error(
    receiver: Receiver, world: str, partial: Any, chunking: bool, at_hand: bool
) -> None:
    mails = many()
    given: Any = mails if at_hand else iter(mails)

    async def main() -> list[Receipt]:
        async with AsyncSmtpClient("127.0.0.1", receiver.port, chunking=chunking) as smtp:
            return [receipt async for receipt in smtp.send_many(given, partial=partial)]

    if world == "blocking":
        with SmtpClient("127.0.0.1", receiver.port, chunking=chunking) as smtp:
            receipts = list(smtp.send_many(given, partial=partial))
    else:
        receipts = anyio.run(main, backend=world)
    assert [number for number, receipt in enumerate(receipts) if receipt.accepted] == expected()
    assert [content for _, content in caught(receiver)] == [mails[number][0] for number in expected()]
