"""A pool of SMTP connections for tasks, in asyncio and trio: as ``pool``, with awaits for locks and waits.

Between two awaits a task is alone, so there is no lock. Whatever is taken is given back in a ``finally`` that does so
before it awaits, or aborts what it awaited: a task may be cancelled anywhere.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Self

import anyio

from mailwright.errors import AuthenticationFailed, Timeout
from mailwright.mime.envelope import Envelope
from mailwright.mime.outgoing import Sendable
from mailwright.smtp.client import AsyncSmtpClient
from mailwright.smtp.mailing import Progress
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.pool_face import LENT, PoolFace
from mailwright.smtp.pooled import BRIEFLY, GOODBYE, AsyncPooledClient, apart
from mailwright.smtp.pooling import Pace
from mailwright.smtp.receipt import Receipt
from mailwright.smtp.transaction import Partial
from mailwright.smtp.turnstile import Turn, Turnstile

__all__ = ["AsyncSmtpPool"]


class AsyncSmtpPool(PoolFace[AsyncPooledClient]):
    """As :class:`SmtpPool`, for the tasks of one event loop, with ``async with`` and ``await``.

    A task may be cancelled at any time: a connection in the middle of something is closed, its place is the next
    caller's, and whoever was queueing has left the queue.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        await self.close(wait=LENT if error is None else 0)

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[AsyncSmtpClient, None]:
        """As :meth:`SmtpPool.connection`."""
        async with self._place(self._deadline()), self._lent() as client:
            yield client

    async def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """As :meth:`SmtpPool.send`."""
        deadline = self._deadline()
        async with self._place(deadline):
            await self._wait_for_rate(deadline)
            async with self._lent() as client:
                return await client.hand_over(message, envelope, partial, options, progress)

    async def close(self, *, wait: float | None = LENT) -> None:
        """As :meth:`SmtpPool.close`."""
        empty = anyio.Event()
        self._closers.append(empty.set)
        resting = self._shut()
        self._tell_whether_empty()
        await apart(resting, GOODBYE)
        with anyio.move_on_after(math.inf if wait is None else wait):
            await empty.wait()

    # A place, and what comes with it

    @asynccontextmanager
    async def _place(self, deadline: float) -> AsyncGenerator[None, None]:
        await self._enter(self._places, deadline, self._none_free)
        try:
            yield
        finally:
            self._leave(self._places)

    async def _enter(self, turnstile: Turnstile, deadline: float, late: Callable[[], Timeout]) -> None:
        """Pass a turnstile."""
        self._check_open()
        woken = anyio.Event()
        turn = Turn(woken.set)
        turnstile.join(turn)
        if turn.is_admitted:
            return
        try:
            with anyio.move_on_after(deadline - monotonic()):
                await woken.wait()
            self._check_open()
            if not turn.is_admitted:
                raise late()
        except BaseException:
            self._forsake(turnstile, turn)
            raise

    @asynccontextmanager
    async def _lent(self) -> AsyncGenerator[AsyncPooledClient, None]:
        client = await self._taken() or await self._connected()
        try:
            yield client
        finally:
            await self._put_back(client)

    async def _taken(self) -> AsyncPooledClient | None:
        """A connection that rested and can be used; as in the other pool."""
        self._check_open()
        now = monotonic()
        worn = self._shelf.cull(now)
        client = self._shelf.take()
        try:
            await apart(worn, BRIEFLY)
            if client is None or await client.is_sound(self._rules.check(client.wear, now)):
                return client
        except BaseException:
            if client is not None:
                client.abort()
            raise
        client.abort()
        return None

    async def _connected(self) -> AsyncPooledClient:
        self._refuse_again()
        pace = None if self._pace is None else self._wait_for_rate
        client = AsyncPooledClient(pace, self._host, self._port, **self._options)
        try:
            return await client.__aenter__()
        except AuthenticationFailed as error:
            self._note_refusal(error)
            raise

    async def _put_back(self, client: AsyncPooledClient) -> None:
        """Let a connection rest, or close it, before its place is free: so there is never one too many."""
        if client.is_at_rest() and self._reusable(client):
            self._shelf.put(client)
        else:
            await apart([client], BRIEFLY)

    async def _wait_for_rate(self, deadline: float | None = None) -> None:
        """Wait until another message may leave, and count it."""
        pace = self._pace
        if pace is None:
            return
        deadline = self._deadline() if deadline is None else deadline
        await self._enter(self._gate, deadline, lambda: self._too_fast(pace))
        try:
            await self._keep_pace(pace, deadline)
        finally:
            self._gate.leave()

    async def _keep_pace(self, pace: Pace, deadline: float) -> None:
        now = monotonic()
        seconds = pace.wait(now)
        if now + seconds > deadline:
            raise self._too_fast(pace)
        if seconds:
            interrupted = anyio.Event()
            self._sleepers.append(interrupted.set)
            try:
                with anyio.move_on_after(seconds):
                    await interrupted.wait()
            finally:
                self._sleepers.remove(interrupted.set)
            self._check_open()
        pace.begin(monotonic())
