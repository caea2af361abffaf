"""A program's mail is caught without a network, in every world, with every security mode, whoever it logs in as."""

from __future__ import annotations

import pytest

from mailwright import AsyncSmtpClient, Message, RecipientsRefused, Security, SmtpClient
from mailwright.testing import capture

MESSAGE = Message(from_="a@example.com", to=["b@example.com", "c@example.com"], subject="hello", text="Hello.\n.\n")


@pytest.mark.parametrize("security", list(Security))
def test_blocking_code_in_every_mode(security: Security) -> None:
    with capture() as caught:
        with SmtpClient("smtp.example.com", 2525, security=security, username="anybody", password="at all") as smtp:
            receipt = smtp.send(MESSAGE)
        assert receipt.accepted == ("b@example.com", "c@example.com")
        assert (receipt.tls is None) == (security is Security.NONE)
    (mail,) = caught
    assert mail.content == MESSAGE.to_bytes()
    assert mail.username == "anybody"
    assert [str(address) for address in mail.recipients] == ["b@example.com", "c@example.com"]


@pytest.mark.anyio
async def test_asyncio_and_trio() -> None:
    with capture() as caught:
        async with AsyncSmtpClient("smtp.example.com") as smtp:
            receipts = [receipt async for receipt in smtp.send_many([MESSAGE] * 3)]
    assert [receipt.error for receipt in receipts] == [None] * 3
    assert len(caught) == 3


def test_refusals_can_be_played() -> None:
    def refuse(role: str, address: str) -> tuple[int, str] | None:
        return (550, "5.1.1 Unknown") if role == "recipient" else None

    with capture(refuse=refuse) as caught, SmtpClient("smtp.example.com") as smtp:
        with pytest.raises(RecipientsRefused):
            smtp.send(MESSAGE)
        assert smtp.noop().is_positive
    assert not caught


def test_afterwards_the_network_is_back() -> None:
    with capture():
        pass
    with pytest.raises(ConnectionError):
        SmtpClient("127.0.0.1", 1, timeout=5).connect()
