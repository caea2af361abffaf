"""Messages that a program makes one by one, and cannot make one of: those before it have arrived, and it hears so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from mailwright import AsyncSmtpClient, Message, Receipt, SmtpClient
from mailwright.testing import capture


def broken() -> Iterator[Message]:
    for _ in range(2):
        yield Message(from_="a@example.com", to="b@example.com", text="x")
    raise KeyError("a row without an address")


async def awaited() -> AsyncIterator[Message]:
    for message in broken():
        yield message


def sending(receipts: list[Receipt]) -> None:
    with SmtpClient("mail.example.com") as smtp:
        receipts.extend(smtp.send_many(broken()))


async def asending(receipts: list[Receipt], *, waits: bool) -> None:
    async with AsyncSmtpClient("mail.example.com") as smtp:
        async for receipt in smtp.send_many(awaited() if waits else broken()):
            receipts += [receipt]


def test_those_before_it_have_their_receipts() -> None:
    receipts: list[Receipt] = []
    with capture() as inbox, pytest.raises(KeyError, match="a row without"):
        sending(receipts)
    assert [receipt.accepted for receipt in receipts] == [("b@example.com",)] * len(inbox)
    assert len(inbox) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("waits", [False, True])
async def test_those_before_it_have_their_receipts_in_a_loop(waits: bool) -> None:
    receipts: list[Receipt] = []
    with capture() as inbox, pytest.raises(KeyError, match="a row without"):
        await asending(receipts, waits=waits)
    assert [receipt.accepted for receipt in receipts] == [("b@example.com",)] * len(inbox)
    assert len(inbox) == 2
