"""Leaving a loop over receipts halfway: what was handed over is finished, no more is sent, nothing is left open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from mailwright import AsyncSmtpClient, Message, MessageRefused, SmtpClient
from mailwright.devserver import Receiver


def message(number: int, attachment: Path | None = None) -> Message:
    """One of many."""
    made = Message(from_="a@example.com", to="b@example.com", subject=str(number), text="hello")
    if attachment is not None:
        made.attach(attachment)
    return made


def subjects(receiver: Receiver) -> list[bytes]:
    """What has arrived."""
    return [caught.content.split(b"Subject: ")[1].split(b"\r\n")[0] for caught in receiver.inbox]


def test_in_blocking_code() -> None:
    with Receiver(starttls=False) as receiver, SmtpClient("127.0.0.1", receiver.port) as smtp:
        for receipt in smtp.send_many(message(number) for number in range(10)):
            assert receipt.accepted
            break
        assert smtp.is_connected
        assert smtp.send(message(99)).accepted
    assert subjects(receiver) == [b"0", b"1", b"99"]  # the second was on its way when the first receipt came


@pytest.mark.anyio
async def test_in_asyncio_and_trio(tmp_path: Path) -> None:
    attachment = tmp_path / "attached.bin"
    attachment.write_bytes(b"x" * 1_000_000)

    async def messages() -> AsyncGenerator[Message, None]:
        for number in range(10):
            yield message(number, attachment)

    async with Receiver(starttls=False) as receiver, AsyncSmtpClient("127.0.0.1", receiver.port) as smtp:
        source = messages()
        async with aclosing(smtp.send_many(source)) as receipts:
            async for receipt in receipts:
                assert receipt.accepted
                break
        await source.aclose()
        assert smtp.is_connected
        assert (await smtp.send(message(99))).accepted
    assert subjects(receiver) == [b"0", b"1", b"99"]


@pytest.mark.anyio
async def test_a_refusal_in_the_middle_of_reading_a_file_leaves_no_reader_behind(tmp_path: Path) -> None:
    attachment = tmp_path / "attached.bin"
    attachment.write_bytes(b"x" * 1_000_000)
    async with (
        Receiver(starttls=False, size=100_000) as receiver,
        AsyncSmtpClient("127.0.0.1", receiver.port) as smtp,
    ):
        with pytest.raises(MessageRefused):
            await smtp.send(message(1, attachment))
        assert (await smtp.send(message(2))).accepted
    assert subjects(receiver) == [b"2"]


def test_the_content_of_a_refused_message_is_never_read(tmp_path: Path) -> None:
    attachment = tmp_path / "attached.bin"
    attachment.write_bytes(b"x" * 1_000)
    refused = message(1, attachment)
    refused.to = "nobody@example.com"

    def refuse(role: str, address: str) -> tuple[int, str] | None:
        if address == "nobody@example.com":
            attachment.unlink()  # reading it now would fail
            return 550, "5.1.1 Nobody"
        return None

    with Receiver(starttls=False, refuse=refuse) as receiver, SmtpClient("127.0.0.1", receiver.port) as smtp:
        receipts = list(smtp.send_many([refused, message(2)]))
    assert [receipt.error is None for receipt in receipts] == [False, True]
    assert subjects(receiver) == [b"2"]
