"""One way to write a live test for blocking code, asyncio and trio."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import anyio

from mailwright import AsyncSmtpClient, Envelope, Receipt, SmtpClient
from mailwright.mime import Sendable

__all__ = ["WORLDS", "Sender", "send_in"]

WORLDS = ("blocking", "asyncio", "trio")
Sender = Callable[..., list[Receipt]]


def send_in(
    world: str, mails: Iterable[tuple[Sendable, Envelope]], *, partial: Any = "deliver", **client: Any
) -> list[Receipt]:
    """Send mails on one connection in the named world; raises what the client raises."""
    if world == "blocking":
        with SmtpClient(**client) as smtp:
            return [smtp.send(mail, envelope=envelope, partial=partial) for mail, envelope in mails]

    async def main() -> list[Receipt]:
        async with AsyncSmtpClient(**client) as smtp:
            return [await smtp.send(mail, envelope=envelope, partial=partial) for mail, envelope in mails]

    return anyio.run(main, backend=world)
