"""Files go as they are where the server takes BINARYMIME and the caller allows it, octet for octet (RFC 3030 3)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from mailwright import AsyncSmtpClient, DeliveryOptions, Message, SmtpClient
from mailwright.devserver import Receiver
from mailwright.mime import parse
from mailwright.smtp import Session
from mailwright.smtp.extensions import Capabilities

WORLDS = ("blocking", "asyncio", "trio")
NASTY = b"\r\n.\r\n\n.\n\r.\r\0" + bytes(range(256))


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver(starttls=False) as receiver:
        yield receiver


def offer_binary(session: Session) -> None:
    """The receiver counts octets and never looks at them, so it may as well be told that they are binary."""
    session.capabilities = Capabilities({**session.capabilities.keywords, "BINARYMIME": ()})


def send_in(world: str, receiver: Receiver, message: Message, options: DeliveryOptions) -> None:
    if world == "blocking":
        with SmtpClient("127.0.0.1", receiver.port) as smtp:
            offer_binary(smtp.conversation()[0])
            assert smtp.send(message, options=options).accepted
        return

    async def main() -> None:
        async with AsyncSmtpClient("127.0.0.1", receiver.port) as smtp:
            offer_binary(smtp.conversation()[0])
            assert (await smtp.send(message, options=options)).accepted

    anyio.run(main, backend=world)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("octets", [100, 3_000_000])
@pytest.mark.parametrize("body", ["binary", "8bit", "7bit"])
def test_a_file_arrives_as_it_is(receiver: Receiver, world: str, octets: int, body: str, tmp_path: Path) -> None:
    receiver.inbox.clear()
    content = NASTY + os.urandom(octets)
    (tmp_path / "file.bin").write_bytes(content)
    message = Message(from_="alice@example.com", to="bob@example.com", subject="Grüße", text="Grüße\n")
    message.attach(tmp_path / "file.bin")
    send_in(world, receiver, message, DeliveryOptions(body=body))  # type: ignore[arg-type]  # one of the three
    (caught,) = receiver.inbox
    assert caught.content == message.to_bytes(transport=body)  # type: ignore[arg-type]  # as above
    (attachment,) = parse(caught.content).attachments
    assert attachment.content == content
    assert (content in caught.content) is (body == "binary")
    assert caught.parameters.get("BODY") == {"binary": "BINARYMIME", "8bit": "8BITMIME", "7bit": None}[body]
