"""Performing a dialogue that tells things on the way, as iterators that may be left at any time."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import Generic, TypeVar

from mailwright.dialogue import Answer, Item, Stop, Talk, Tell, Telling
from mailwright.errors import MailError
from mailwright.net.performers import AsyncConnection, Connection

__all__ = ["AsyncTold", "Told"]

R = TypeVar("R")
T = TypeVar("T")


class Told(Generic[T, R]):
    """Performs a telling dialogue: a context manager over an iterator of what it tells.

    Args:
        connection: to perform it on; taken while the context lasts.
        talk: the dialogue.
        body: what it may pull.

    Leaving early throws :class:`Stop` into the dialogue, which says goodbye and ends.

    Attributes:
        result: what the dialogue returned, once it has ended.
    """

    def __init__(self, connection: Connection, talk: Telling[T, R], body: Iterable[bytes | Item] = ()) -> None:
        self._connection = connection
        self._chunks = iter(body)
        self._talk = talk
        self._begun = self._over = False
        self.result: R | None = None

    def __enter__(self) -> Told[T, R]:
        self._connection.take()
        return self

    def __iter__(self) -> Told[T, R]:
        return self

    def __next__(self) -> T:
        if self._over:
            raise StopIteration
        try:
            request = self._talk.send(None) if self._begun else next(self._talk)
            self._begun = True
            return self._perform(request)
        except StopIteration as done:
            self._over = True
            self.result = done.value
            raise StopIteration from None
        except BaseException as error:
            self._ended_by(error)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if self._over or not self._begun:
                self._talk.close()
            elif error is None or isinstance(error, Exception | GeneratorExit):
                self._stop()
            else:
                self._ended_by(error)
        finally:
            self._connection.release()

    def _stop(self) -> None:
        try:
            request = self._talk.throw(Stop())
            while True:
                self._perform(request)
                request = self._talk.send(None)
        except StopIteration as done:
            self.result = done.value
        except Stop:
            self._connection.abort()  # it knows no orderly way out
        except BaseException as error:
            self._ended_by(error)
            raise
        self._over = True

    def _perform(self, request: Talk | Tell[T]) -> T:
        while not isinstance(request, Tell):
            try:
                answer = self._connection.answer(request, self._chunks)
            except MailError as error:
                request = self._talk.throw(error)
            else:
                request = self._talk.send(answer)
        return request.value

    def _ended_by(self, error: BaseException) -> None:
        self._over = True
        if not self._connection.survives(error):
            self._connection.abort()
            self._talk.close()


class AsyncTold(Generic[T, R]):
    """As :class:`Told`, in asyncio and trio."""

    def __init__(
        self,
        connection: AsyncConnection,
        talk: Telling[T, R],
        body: Iterable[bytes | Item] | AsyncIterable[bytes | Item] = (),
    ) -> None:
        self._connection = connection
        self._chunks = body.__aiter__() if isinstance(body, AsyncIterable) else iter(body)
        self._talk = talk
        self._begun = self._over = False
        self.result: R | None = None

    async def __aenter__(self) -> AsyncTold[T, R]:
        self._connection.take()
        return self

    def __aiter__(self) -> AsyncTold[T, R]:
        return self

    async def __anext__(self) -> T:
        if self._over:
            raise StopAsyncIteration
        try:
            request = self._talk.send(None) if self._begun else next(self._talk)
            self._begun = True
            return await self._perform(request)
        except _Ended as ended:
            self._over = True
            self.result = ended.done.value
            raise StopAsyncIteration from None
        except StopIteration as done:
            self._over = True
            self.result = done.value
            raise StopAsyncIteration from None
        except BaseException as error:
            await self._ended_by(error)
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if self._over or not self._begun:
                self._talk.close()
            elif error is None or isinstance(error, Exception | GeneratorExit):
                await self._stop()
            else:
                await self._ended_by(error)
        finally:
            self._connection.release()

    async def _stop(self) -> None:
        try:
            request = self._talk.throw(Stop())
            while True:
                await self._perform(request)
                request = self._talk.send(None)
        except _Ended as ended:
            self.result = ended.done.value
        except StopIteration as done:
            self.result = done.value
        except Stop:
            self._connection.abort()  # it knows no orderly way out
        except BaseException as error:
            await self._ended_by(error)
            raise
        self._over = True

    async def _perform(self, request: Talk | Tell[T]) -> T:
        while not isinstance(request, Tell):
            try:
                answer = await self._connection.answer(request, self._chunks)
            except MailError as error:
                request = _onward(self._talk, error)
            else:
                request = _onward(self._talk, answer)
        return request.value

    async def _ended_by(self, error: BaseException) -> None:
        self._over = True
        if not self._connection.survives(error):
            self._connection.abort()
            self._talk.close()


class _Ended(Exception):
    """A dialogue's end on its way through a coroutine, which StopIteration cannot cross (PEP 479)."""

    def __init__(self, done: StopIteration) -> None:
        super().__init__()
        self.done = done


def _onward(talk: Telling[T, R], answer: Answer | MailError) -> Talk | Tell[T]:
    try:
        return talk.throw(answer) if isinstance(answer, MailError) else talk.send(answer)
    except StopIteration as done:
        raise _Ended(done) from None
