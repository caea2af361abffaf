"""A task of a pool is cancelled at each of its awaits: the pool stays whole, and no mail is doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.lowlevel
import pytest

import mailwright.smtp.client
from mailwright import AsyncSmtpClient, Envelope, Security, Tls, TlsFacts
from mailwright.devserver import Receiver
from mailwright.net import AnyioStream, AsyncStream, Endpoint, aconnect
from mailwright.smtp.async_pool import AsyncSmtpPool
from mailwright.smtp.pooling import Rate

R = TypeVar("R")

ENVELOPE = Envelope("a@example.com", ["b@example.com"])


def letter(number: int) -> bytes:
    return b"Subject: %d\r\n\r\nhello\r\n" % number


def subjects(receiver: Receiver) -> list[bytes]:
    return [caught.content.split(b"\r\n")[0] for caught in receiver.inbox]


def pool_at(receiver: Receiver, **options: object) -> AsyncSmtpPool:
    return AsyncSmtpPool(
        "localhost", receiver.port, security=Security.STARTTLS, tls=Tls(ca=receiver.ca), username="a", password="b",
        **options,  # type: ignore[arg-type]  # passed on
    )  # fmt: skip


class Interruption:
    """Cancels a scope at one of the awaits of all streams, before its work or after it."""

    def __init__(self, scope: anyio.CancelScope, at: int, *, afterwards: bool) -> None:
        self.scope = scope
        self.left = at
        self.afterwards = afterwards

    async def around(self, work: Callable[[], Awaitable[R]]) -> R:
        now = self.left == 0
        self.left -= 1
        if now and not self.afterwards:
            self.scope.cancel()
            await anyio.lowlevel.checkpoint()
        result = await work()
        if now:
            self.scope.cancel()
            await anyio.lowlevel.checkpoint()
        return result


class Interrupted:
    """A stream whose awaits may be interrupted, and which knows whether it was closed."""

    def __init__(self, inner: AnyioStream, interruption: Interruption) -> None:
        self._inner = inner
        self._interruption = interruption
        self.is_open = True
        self.peer, self.local = inner.peer, inner.local

    tls: TlsFacts | None = None

    async def read(self, seconds: float) -> bytes:
        return await self._interruption.around(lambda: self._inner.read(seconds))

    async def write(self, data: bytes, seconds: float) -> None:
        await self._interruption.around(lambda: self._inner.write(data, seconds))

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        return await self._interruption.around(lambda: self._inner.secure(server_name, seconds))

    def has_input(self) -> bool:
        return self._inner.has_input()

    async def close(self) -> None:
        self.is_open = False
        await self._inner.close()

    def abort(self) -> None:
        self.is_open = False
        self._inner.abort()


@pytest.mark.anyio
@pytest.mark.parametrize("afterwards", [False, True], ids=["before its work", "after its work"])
@pytest.mark.parametrize("max_messages", [100, 1], ids=["kept", "worn out"])
async def test_a_sender_is_cancelled_at_each_await(
    monkeypatch: pytest.MonkeyPatch, afterwards: bool, max_messages: int
) -> None:
    async with Receiver(users={"a": "b"}, login_required=True) as receiver:
        at = -1
        cancelled = True
        while cancelled:
            at += 1
            streams: list[Interrupted] = []
            with anyio.CancelScope() as scope:
                interruption = Interruption(scope, at, afterwards=afterwards)

                async def connected(
                    endpoint: Endpoint,
                    tls: Tls,
                    *,
                    seconds: float,
                    source: str | None = None,
                    made: list[Interrupted] = streams,
                    by: Interruption = interruption,
                ) -> AsyncStream:
                    made.append(Interrupted(await aconnect(endpoint, tls, seconds=seconds, source=source), by))
                    return made[-1]

                monkeypatch.setattr(mailwright.smtp.client, "aconnect", connected)
                pool = pool_at(receiver, size=1, max_messages=max_messages)
                await pool.send(letter(at), envelope=ENVELOPE)
            cancelled = scope.cancel_called
            assert (pool._places.taken, len(pool._places._queue)) == (0, 0)
            assert len([stream for stream in streams if stream.is_open]) == len(pool._shelf)
            interruption.left = -1
            await pool.send(letter(1000 + at), envelope=ENVELOPE)  # the pool is whole
            await pool.close()
            assert not any(stream.is_open for stream in streams)
        assert at >= 12  # a sender has that many awaits, or they were not counted
        arrived = subjects(receiver)
        assert len(arrived) == len(set(arrived))
        assert {b"Subject: %d" % (1000 + n) for n in range(at + 1)} <= set(arrived)


@pytest.mark.anyio
@pytest.mark.parametrize("options", [{}, {"rate": Rate(1, 0.004)}], ids=["unlimited", "at a rate"])
async def test_a_crowd_is_cancelled_after_any_number_of_turns(options: dict[str, object]) -> None:
    """In the queue, in the moment of being let in, on the way out: whoever goes leaves a place to somebody else."""
    async with Receiver(users={"a": "b"}, cleartext_login=True) as receiver:
        pool = AsyncSmtpPool(
            "127.0.0.1", receiver.port, security=Security.NONE, username="a", password="b", size=2,
            **options,  # type: ignore[arg-type]  # passed on
        )  # fmt: skip
        for turns in range(0, 120, 3):
            number = turns * 100

            async def send(number: int) -> None:
                await pool.send(letter(number), envelope=ENVELOPE)

            async with anyio.create_task_group() as group, anyio.create_task_group() as doomed:
                for which in range(4):
                    doomed.start_soon(send, number + which)
                    group.start_soon(send, number + 10 + which)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                doomed.cancel_scope.cancel()
            assert (pool._places.taken, len(pool._places._queue), pool._gate.taken) == (0, 0, 0)
            assert len(pool._shelf) <= 2
        await pool.close()
        arrived = subjects(receiver)
        assert len(arrived) == len(set(arrived))
        spared = {b"Subject: %d" % (turns * 100 + 10 + n) for turns in range(0, 120, 3) for n in range(4)}
        assert spared <= set(arrived)  # nobody was harmed by another's cancellation


@pytest.mark.anyio
async def test_closing_may_be_cancelled_and_leaves_nothing_open() -> None:
    async with Receiver(starttls=False) as receiver:
        for turns in range(12):
            pool = AsyncSmtpPool("127.0.0.1", receiver.port, security=Security.NONE)
            clients: list[AsyncSmtpClient] = []
            async with pool.connection() as one, pool.connection() as another:
                clients += [one, another]
            async with anyio.create_task_group() as group:
                group.start_soon(pool.close)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
            if pool._closed:
                assert not any(client.is_connected for client in clients)
            await pool.close()
            assert not any(client.is_connected for client in clients)


@pytest.mark.anyio
async def test_cancelled_between_two_connections_neither_is_left_open() -> None:
    """While a goodbye is said on a worn connection, the one that is to be used is in nobody's hands."""
    async with Receiver(starttls=False) as receiver:
        for turns in range(20):
            pool = AsyncSmtpPool("127.0.0.1", receiver.port, security=Security.NONE, max_age=3600.0)
            async with pool.connection() as one, pool.connection() as another:
                clients = [one, another]
            pool._shelf._resting[0].wear.since -= 3600.0
            async with anyio.create_task_group() as group:
                group.start_soon(partial(pool.send, letter(0), envelope=ENVELOPE))
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
            assert len([client for client in clients if client.is_connected]) == len(pool._shelf)
            await pool.close()
