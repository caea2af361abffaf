"""The performers: the only code that lets a dialogue touch the world, once blocking and once awaiting.

A connection performs one dialogue at a time. It answers each request from its stream, measures the waits, and decides
at the end whether the connection may live on: whatever leaves a dialogue and is not *in step* ends it, because half a
reply may still be on its way, and the next command would be answered with it.

The two classes say the same, line by line; the second one awaits where the first one waits.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Self, TypeVar

import anyio
import anyio.to_thread

from mailwright.dialogue import Answer, Dialogue, Item, Patience, Pull, Read, Secure, Talk, Write
from mailwright.errors import Busy, MailError, NotConnected, Timeout
from mailwright.net.endpoint import Endpoint
from mailwright.net.streams import AsyncStream, Stream
from mailwright.net.timeouts import Clock, Timeouts
from mailwright.net.transcript import Transcript

__all__ = ["AsyncConnection", "Connection", "InThread", "call_in_thread", "each", "run"]

R = TypeVar("R")
T = TypeVar("T")


class _Performer:
    """What both performers hold: the clock, the transcript, and whether the connection may still be used.

    Args:
        timeouts: seconds for each wait.
        transcript: where to record what is said.
        where: what errors are to name as host and port.
    """

    def __init__(
        self,
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        where: Endpoint | None = None,
    ) -> None:
        self.where = where
        self.closed = False
        self.spoke = False
        self._clock = Clock(timeouts or Timeouts())
        self._transcript = transcript

    def within(self, deadline: float) -> None:
        """End every wait at this time of the monotonic clock; ``math.inf`` lifts the deadline."""
        self._clock.deadline = deadline

    def survives(self, error: BaseException) -> bool:
        """Whether the connection can be used after this error; the error learns where it happened.

        What a dialogue refuses before it has said or heard anything leaves the connection as it is.
        """
        if isinstance(error, MailError) and self.where is not None:
            error.located(self.where.host, self.where.port)
        return not self.spoke or (isinstance(error, MailError) and error.in_step)

    def _note(self, text: str) -> None:
        if self._transcript is not None:
            self._transcript.noted(text)

    def _timed_out(self, error: TimeoutError, patience: Patience) -> Timeout:
        return error if isinstance(error, Timeout) else self._clock.timed_out(patience)


class Connection(_Performer):
    """A stream that performs dialogues in blocking code, one at a time.

    Args:
        stream: connected.
        timeouts: seconds for each wait.
        transcript: where to record what is said.
        where: what errors are to name as host and port.
    """

    def __init__(
        self,
        stream: Stream,
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        where: Endpoint | None = None,
    ) -> None:
        super().__init__(timeouts, transcript, where)
        self.stream = stream
        self._taken = threading.Lock()

    def run(self, talk: Dialogue[R], body: Iterable[bytes] = ()) -> R:
        """Perform a dialogue to its result.

        Raises:
            Busy: another dialogue is being performed.
            NotConnected: the connection has been closed.
            MailError: what the dialogue raises.
        """
        self.take()
        chunks = iter(body)
        try:
            request = next(talk)
            while True:
                try:
                    answer = self.answer(request, chunks)
                except MailError as error:
                    request = talk.throw(error)
                else:
                    request = talk.send(answer)
        except StopIteration as done:
            result: R = done.value
            return result
        except BaseException as error:
            talk.close()
            if not self.survives(error):
                self.abort()
            raise
        finally:
            self.release()

    def close(self) -> None:
        """Close in order."""
        if not self.closed:
            self.closed = True
            self.stream.close()
            self._note("closed")

    def abort(self) -> None:
        """Close now."""
        if not self.closed:
            self.closed = True
            self.stream.abort()
            self._note("aborted")

    def has_input(self) -> bool:
        """Whether the peer has said something nobody asked for, or has gone: on a connection at rest, a goodbye."""
        return self.closed or self.stream.has_input()

    def take(self) -> None:
        """Begin to perform; every ``take`` owes a :meth:`release`."""
        if not self._taken.acquire(blocking=False):
            raise _busy()
        if self.closed:
            self.release()
            raise _not_connected()
        self.spoke = False

    def release(self) -> None:
        """End performing."""
        self._taken.release()

    def answer(self, request: Talk, chunks: Iterator[bytes | Item]) -> Answer:
        """Do what a dialogue asks for."""
        if type(request) is Pull:
            return next(chunks, None)
        self.spoke = True
        clock = self._clock
        patience = Patience.BODY
        try:
            if type(request) is Read:
                patience = request.patience
                data = self.stream.read(clock.seconds(patience, again=request.again))
                if self._transcript is not None:
                    self._transcript.received(data)
                return data
            if type(request) is Write:
                if self._transcript is not None:
                    self._transcript.sent(request.data, request.secrets)
                self.stream.write(request.data, clock.seconds(patience))
                return None
            if type(request) is Secure:
                patience = Patience.HANDSHAKE
                facts = self.stream.secure(request.server_name, clock.seconds(patience))
                self._note(str(facts))
                return facts
        except TimeoutError as error:
            raise self._timed_out(error, patience) from None
        raise TypeError(f"a dialogue may not ask for {request!r}")


# --- asyncio and trio -------------------------------------------------------------------------------------------------


class AsyncConnection(_Performer):
    """As :class:`Connection`, in asyncio and trio."""

    def __init__(
        self,
        stream: AsyncStream,
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        where: Endpoint | None = None,
    ) -> None:
        super().__init__(timeouts, transcript, where)
        self.stream = stream
        self._taken = False

    async def run(self, talk: Dialogue[R], body: Iterable[bytes] | AsyncIterable[bytes] = ()) -> R:
        """As :meth:`Connection.run`. A cancelled dialogue ends the connection."""
        self.take()
        chunks = body.__aiter__() if isinstance(body, AsyncIterable) else iter(body)
        try:
            request = next(talk)
            while True:
                try:
                    answer = await self.answer(request, chunks)
                except MailError as error:
                    request = talk.throw(error)
                else:
                    request = talk.send(answer)
        except StopIteration as done:
            result: R = done.value
            return result
        except BaseException as error:
            talk.close()
            if not self.survives(error):
                self.abort()
            raise
        finally:
            self.release()

    async def close(self) -> None:
        """Close in order."""
        if not self.closed:
            self.closed = True
            await self.stream.close()
            self._note("closed")

    def abort(self) -> None:
        """Close now, without waiting for anything, so that it works in a cancelled task."""
        if not self.closed:
            self.closed = True
            self.stream.abort()
            self._note("aborted")

    def has_input(self) -> bool:
        """Whether the peer has said something nobody asked for, or has gone: on a connection at rest, a goodbye."""
        return self.closed or self.stream.has_input()

    def take(self) -> None:
        """Begin to perform; every ``take`` owes a :meth:`release`."""
        if self._taken:
            raise _busy()
        if self.closed:
            raise _not_connected()
        self._taken = True
        self.spoke = False

    def release(self) -> None:
        """End performing."""
        self._taken = False

    async def answer(self, request: Talk, chunks: Iterator[bytes | Item] | AsyncIterator[bytes | Item]) -> Answer:
        """Do what a dialogue asks for."""
        if type(request) is Pull:
            return next(chunks, None) if isinstance(chunks, Iterator) else await anext(chunks, None)
        self.spoke = True
        clock = self._clock
        patience = Patience.BODY
        try:
            if type(request) is Read:
                patience = request.patience
                data = await self.stream.read(clock.seconds(patience, again=request.again))
                if self._transcript is not None:
                    self._transcript.received(data)
                return data
            if type(request) is Write:
                if self._transcript is not None:
                    self._transcript.sent(request.data, request.secrets)
                await self.stream.write(request.data, clock.seconds(patience))
                return None
            if type(request) is Secure:
                patience = Patience.HANDSHAKE
                facts = await self.stream.secure(request.server_name, clock.seconds(patience))
                self._note(str(facts))
                return facts
        except TimeoutError as error:
            raise self._timed_out(error, patience) from None
        raise TypeError(f"a dialogue may not ask for {request!r}")


async def call_in_thread(work: Callable[..., R], *arguments: object) -> R:
    """Do in a thread what would stop the event loop, such as reading a file."""
    return await anyio.to_thread.run_sync(work, *arguments)


class InThread:
    """A body that reads files, read where it does not stop the event loop.

    Not an async generator: one that is left halfway needs an event loop to be closed in.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk: bytes | None = await call_in_thread(next, self._chunks, None)
        if chunk is None:
            raise StopAsyncIteration
        return chunk


def each(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    """Iterate over either kind of iterable with ``async for``."""
    return aiter(items) if isinstance(items, AsyncIterable) else _Each(iter(items))


class _Each(AsyncIterator[T]):
    """An ordinary iterator where an async one is wanted; unlike an async generator, it may be left halfway."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items

    async def __anext__(self) -> T:
        for item in self._items:
            return item
        raise StopAsyncIteration


def _busy() -> Busy:
    return Busy(
        "Another conversation is using this connection.", "Use one client for each thread or task, or take turns."
    )


def _not_connected() -> NotConnected:
    return NotConnected("There is no connection.", "Call connect(), or enter the client with a with statement.")


def run(talk: Dialogue[R], stream: Stream, body: Iterable[bytes] = ()) -> R:
    """Perform one dialogue over a stream, with the default timeouts."""
    return Connection(stream).run(talk, body)
