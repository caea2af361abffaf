"""The clients that pools lend: each knows how worn its connection is, keeps to its pool's rate, and can be checked."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import aclosing, closing
from time import monotonic
from typing import Final, Self, TypedDict, Unpack

from mailwright.dialogue import Limits
from mailwright.errors import MailError
from mailwright.mime.envelope import Envelope
from mailwright.mime.outgoing import Sendable
from mailwright.net.endpoint import Security
from mailwright.net.performers import each
from mailwright.net.timeouts import Timeouts
from mailwright.net.tls import Context, Tls
from mailwright.net.transcript import Transcript
from mailwright.sasl import Credentials
from mailwright.smtp.client import AsyncSmtpClient, SmtpClient
from mailwright.smtp.mailing import Mailing, Progress
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.pooling import Check, Wear, answers, says_nothing
from mailwright.smtp.receipt import Receipt
from mailwright.smtp.transaction import Partial

__all__ = ["BRIEFLY", "GOODBYE", "AsyncPooledClient", "ClientOptions", "PooledClient", "apart", "part"]

GOODBYE: Final = 5.0  # seconds for all goodbyes together
BRIEFLY: Final = 0.001  # seconds for a goodbye whose answer a caller should not wait for
_ALIVE: Final = 5.0  # seconds for a server to answer NOOP: connecting anew takes less
_GLANCE: Final = 0.001  # seconds; the system knows at once whether something has come, and this is the least it waits
_ASYNC_GLANCE: Final = 0.01  # seconds; an event loop with other tasks to run needs a few turns to notice


class ClientOptions(TypedDict, total=False):
    """What :class:`mailwright.SmtpClient` takes besides host and port."""

    security: Security
    username: str | None
    password: str | None
    credentials: Credentials | None
    tls: Tls | Context | None
    timeout: float | Timeouts | None
    local_hostname: str | None
    source_address: str | None
    allow_cleartext_credentials: bool
    transcript: Transcript | None
    limits: Limits | None
    chunking: bool


class PooledClient(SmtpClient):
    """A client that keeps to its pool's rate and counts what it sends."""

    def __init__(
        self, pace: Callable[[], None] | None, host: str, port: int | None, **options: Unpack[ClientOptions]
    ) -> None:
        super().__init__(host, port, **options)
        self._pace = pace
        self.wear = Wear(monotonic(), monotonic())

    def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """As :meth:`SmtpClient.send`, when the pool's rate allows it."""
        if self._pace is not None:
            self._pace()
        return self.hand_over(message, envelope, partial, options, progress)

    def hand_over(
        self,
        message: Sendable,
        envelope: Envelope | None,
        partial: Partial,
        options: DeliveryOptions | None,
        progress: Progress | None,
    ) -> Receipt:
        """Send a message whose turn has come."""
        self.wear.messages += 1
        return super().send(message, envelope=envelope, partial=partial, options=options, progress=progress)

    def send_many(
        self, messages: Iterable[Mailing], *, partial: Partial = "deliver", options: DeliveryOptions | None = None
    ) -> Generator[Receipt, None, None]:
        """As :meth:`SmtpClient.send_many`, each message when the pool's rate allows it."""
        paced = None if self._pace is None else _Paced(messages, self._pace)
        with closing(super().send_many(paced or messages, partial=partial, options=options)) as receipts:
            for receipt in receipts:
                self.wear.messages += 1
                yield receipt
        if paced is not None and paced.error is not None:
            raise paced.error

    def is_at_rest(self) -> bool:
        """Whether nothing is being said on the connection, and nothing came that was not asked for."""
        try:
            session, connection = self.conversation()
            connection.take()
        except MailError:  # closed, or somebody is still using it
            return False
        connection.release()
        return not session.wire.pending

    def is_sound(self, check: Check) -> bool:
        """Whether the connection can be used, as far as this check tells."""
        if not self.is_at_rest():
            return False
        session, connection = self.conversation()
        if check is Check.USE:
            return not connection.has_input()
        is_asked = check is Check.ASK
        connection.within(monotonic() + (_ALIVE if is_asked else _GLANCE))
        try:
            return connection.run(answers(session) if is_asked else says_nothing(session))
        except MailError:  # somebody who gave it back has not let go of it
            return False
        finally:
            connection.within(math.inf)

    def abort(self) -> None:
        """Close now."""
        if self._connection is not None:
            self._connection.abort()


class _Paced:
    """Messages, each when its turn has come. Should it not come, they end there, so that those before it are finished.

    Attributes:
        error: why they ended early.
    """

    def __init__(self, messages: Iterable[Mailing], pace: Callable[[], None]) -> None:
        self._messages = messages
        self._pace = pace
        self.error: MailError | None = None

    def __iter__(self) -> Iterator[Mailing]:
        for message in self._messages:
            try:
                self._pace()
            except MailError as error:
                self.error = error
                return
            yield message


def part(clients: list[PooledClient], seconds: float) -> None:
    """Say goodbye; whatever comes of it, the connections are closed."""
    until = monotonic() + seconds
    try:
        for client in clients:
            if client.is_at_rest():
                client.conversation()[1].within(until)
                client.quit()
    finally:
        for client in clients:
            client.abort()


# --- asyncio and trio -------------------------------------------------------------------------------------------------


class AsyncPooledClient(AsyncSmtpClient):
    """As :class:`PooledClient`, in asyncio and trio."""

    def __init__(
        self, pace: Callable[[], Awaitable[None]] | None, host: str, port: int | None, **options: Unpack[ClientOptions]
    ) -> None:
        super().__init__(host, port, **options)
        self._pace = pace
        self.wear = Wear(monotonic(), monotonic())

    async def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """As :meth:`PooledClient.send`."""
        if self._pace is not None:
            await self._pace()
        return await self.hand_over(message, envelope, partial, options, progress)

    async def hand_over(
        self,
        message: Sendable,
        envelope: Envelope | None,
        partial: Partial,
        options: DeliveryOptions | None,
        progress: Progress | None,
    ) -> Receipt:
        """Send a message whose turn has come."""
        self.wear.messages += 1
        return await super().send(message, envelope=envelope, partial=partial, options=options, progress=progress)

    async def send_many(
        self,
        messages: Iterable[Mailing] | AsyncIterable[Mailing],
        *,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
    ) -> AsyncGenerator[Receipt, None]:
        """As :meth:`PooledClient.send_many`."""
        paced = None if self._pace is None else _AsyncPaced(messages, self._pace)
        async with aclosing(super().send_many(paced or messages, partial=partial, options=options)) as receipts:
            async for receipt in receipts:
                self.wear.messages += 1
                yield receipt
        if paced is not None and paced.error is not None:
            raise paced.error

    def is_at_rest(self) -> bool:
        """Whether nothing is being said on the connection, and nothing came that was not asked for."""
        try:
            session, connection = self.conversation()
            connection.take()
        except MailError:  # closed, or somebody is still using it
            return False
        connection.release()
        return not session.wire.pending

    async def is_sound(self, check: Check) -> bool:
        """Whether the connection can be used, as far as this check tells."""
        if not self.is_at_rest():
            return False
        session, connection = self.conversation()
        if check is Check.USE:
            return not connection.has_input()
        is_asked = check is Check.ASK
        connection.within(monotonic() + (_ALIVE if is_asked else _ASYNC_GLANCE))
        try:
            return await connection.run(answers(session) if is_asked else says_nothing(session))
        except MailError:  # somebody who gave it back has not let go of it
            return False
        finally:
            connection.within(math.inf)

    def abort(self) -> None:
        """Close now."""
        if self._connection is not None:
            self._connection.abort()


class _AsyncPaced:
    """As :class:`_Paced`, in asyncio and trio."""

    def __init__(
        self, messages: Iterable[Mailing] | AsyncIterable[Mailing], pace: Callable[[], Awaitable[None]]
    ) -> None:
        self._messages = each(messages)
        self._pace = pace
        self.error: MailError | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Mailing:
        message = await anext(self._messages)
        try:
            await self._pace()
        except MailError as error:
            self.error = error
            raise StopAsyncIteration from None
        return message


async def apart(clients: list[AsyncPooledClient], seconds: float) -> None:
    """As :func:`part`; when it is cancelled, the connections are closed at once."""
    until = monotonic() + seconds
    try:
        for client in clients:
            if client.is_at_rest():
                client.conversation()[1].within(until)
                await client.quit()
    finally:
        for client in clients:
            client.abort()
