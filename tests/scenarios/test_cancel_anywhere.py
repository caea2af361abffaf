"""A session is cancelled at each of its awaits: the connection is usable or closed, and no mail is lost or doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.lowlevel
import pytest

import mailwright.smtp.client
from mailwright import AsyncSmtpClient, Envelope, NotConnected, Security, Tls, TlsFacts
from mailwright.devserver import Receiver
from mailwright.net import AnyioStream, AsyncStream, Endpoint, aconnect

R = TypeVar("R")

ENVELOPE = Envelope("a@example.com", ["b@example.com", "c@example.com"])


class Interrupting:
    """A stream that has its task cancelled at one of its awaits, before it does its work or after it."""

    def __init__(self, inner: AnyioStream, scope: anyio.CancelScope, at: int, *, afterwards: bool) -> None:
        self._inner = inner
        self._scope = scope
        self._left = at
        self._afterwards = afterwards

    tls: TlsFacts | None = None

    @property
    def peer(self) -> str:
        return self._inner.peer

    @property
    def local(self) -> str:
        return self._inner.local

    async def _awaited(self, work: Callable[[], Awaitable[R]]) -> R:
        now = self._left == 0
        self._left -= 1
        if now and not self._afterwards:
            self._scope.cancel()
            await anyio.lowlevel.checkpoint()
        result = await work()
        if now:
            self._scope.cancel()
            await anyio.lowlevel.checkpoint()
        return result

    async def read(self, seconds: float) -> bytes:
        return await self._awaited(lambda: self._inner.read(seconds))

    async def write(self, data: bytes, seconds: float) -> None:
        await self._awaited(lambda: self._inner.write(data, seconds))

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        return await self._awaited(lambda: self._inner.secure(server_name, seconds))

    def has_input(self) -> bool:
        return self._inner.has_input()

    async def close(self) -> None:
        await self._inner.close()

    def abort(self) -> None:
        self._inner.abort()


def client(receiver: Receiver) -> AsyncSmtpClient:
    """One that will do everything: TLS, login, a message."""
    return AsyncSmtpClient(
        "localhost", receiver.port, security=Security.STARTTLS, tls=Tls(ca=receiver.ca), username="a", password="b"
    )


async def use(smtp: AsyncSmtpClient, number: int) -> None:
    """A whole session."""
    await smtp.connect()
    await smtp.login()
    await smtp.send(b"Subject: %d\r\n\r\nbody\r\n" % number, envelope=ENVELOPE)
    await smtp.noop()
    await smtp.quit()


async def check(smtp: AsyncSmtpClient) -> None:
    """Usable or closed, never out of step."""
    if smtp.is_connected:
        assert (await smtp.noop()).code == 250  # and no reply of something before it
        await smtp.quit()
    else:
        with pytest.raises(NotConnected):
            await smtp.noop()


async def session(receiver: Receiver, at: int, monkeypatch: pytest.MonkeyPatch, *, afterwards: bool) -> bool:
    """Run a whole session that is cancelled at one await; returns whether there was such an await."""
    smtp = client(receiver)
    with anyio.CancelScope() as scope:

        async def connected(endpoint: Endpoint, tls: Tls, *, seconds: float, source: str | None = None) -> AsyncStream:
            stream = await aconnect(endpoint, tls, seconds=seconds, source=source)
            return Interrupting(stream, scope, at, afterwards=afterwards)

        monkeypatch.setattr(mailwright.smtp.client, "aconnect", connected)
        await use(smtp, at)
    await check(smtp)
    return scope.cancel_called


@pytest.mark.anyio
@pytest.mark.parametrize("afterwards", [False, True], ids=["before its work", "after its work"])
async def test_cancelling_at_each_await(monkeypatch: pytest.MonkeyPatch, afterwards: bool) -> None:
    async with Receiver(users={"a": "b"}, login_required=True) as receiver:
        at = 0
        while await session(receiver, at, monkeypatch, afterwards=afterwards):
            at += 1
        assert at >= 16  # a session has that many awaits, or they were not counted
        subjects = [caught.content.split(b"\r\n")[0] for caught in receiver.inbox]
        assert len(subjects) == len(set(subjects))  # nothing doubled
        assert b"Subject: %d" % at in subjects  # the undisturbed session's is there


@pytest.mark.anyio
async def test_cancelling_after_any_number_of_turns_of_the_event_loop() -> None:
    """Beneath the stream's methods, too: while resolving, connecting, shaking hands, and between two of its waits."""
    async with Receiver(users={"a": "b"}, login_required=True) as receiver:
        for turns in range(0, 240, 2):
            smtp = client(receiver)
            async with anyio.create_task_group() as group:
                group.start_soon(use, smtp, turns)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
            await check(smtp)
        subjects = [caught.content for caught in receiver.inbox]
        assert len(subjects) == len(set(subjects))
