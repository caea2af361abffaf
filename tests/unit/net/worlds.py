"""One test, three worlds: blocking code, asyncio and trio perform the same dialogue over the same bytes."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import anyio

from mailwright.dialogue import Dialogue, Telling
from mailwright.net import (
    AnyioStream,
    AsyncConnection,
    AsyncTold,
    Connection,
    ServerTls,
    SocketStream,
    Timeouts,
    Tls,
    Told,
    Transcript,
)
from mailwright.testing import AsyncMemoryStream, Feed, MemoryStream

R = TypeVar("R")
T = TypeVar("T")


@dataclass
class Outcome:
    """What became of a connection."""

    result: Any = None
    error: BaseException | None = None
    closed: bool = False
    told: list[Any] = field(default_factory=list)


class World(Protocol):
    """Blocking code, asyncio or trio."""

    def perform(
        self,
        talks: Iterable[Dialogue[R]],
        stream: str | socket.socket,
        *,
        body: Iterable[bytes] = (),
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        within: float = math.inf,
        tls: Tls | ServerTls | None = None,
        feed: Feed = "whole",
    ) -> Outcome:
        """Perform dialogues one after the other, up to the first error, over a script or a socket."""
        ...

    def tell(
        self,
        talk: Telling[T, R],
        script: str,
        leave: Callable[[T], bool] = lambda _: False,
        error: BaseException | None = None,
    ) -> Outcome:
        """Perform a telling dialogue; leave when told to, with an error if one is given."""
        ...


class Blocking:
    """Plain sockets."""

    def perform(
        self,
        talks: Iterable[Dialogue[R]],
        stream: str | socket.socket,
        *,
        body: Iterable[bytes] = (),
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        within: float = math.inf,
        tls: Tls | ServerTls | None = None,
        feed: Feed = "whole",
    ) -> Outcome:
        over = MemoryStream(stream, feed) if isinstance(stream, str) else SocketStream(stream, tls or Tls())
        connection = Connection(over, timeouts, transcript)
        connection.within(within)
        outcome = Outcome()
        try:
            for talk in talks:
                outcome.result = connection.run(talk, body)
        except BaseException as error:  # noqa: BLE001  it is the outcome
            outcome.error = error
        outcome.closed = connection.closed
        connection.close()
        return outcome

    def tell(
        self,
        talk: Telling[T, R],
        script: str,
        leave: Callable[[T], bool] = lambda _: False,
        error: BaseException | None = None,
    ) -> Outcome:
        connection = Connection(MemoryStream(script))
        outcome = Outcome()
        try:
            with Told(connection, talk) as told:
                for value in told:
                    outcome.told.append(value)
                    if leave(value):
                        if error is not None:
                            raise error
                        break
        except BaseException as raised:  # noqa: BLE001  it is the outcome
            outcome.error = raised
        outcome.result, outcome.closed = told.result, connection.closed
        return outcome


class Awaiting:
    """asyncio or trio."""

    def __init__(self, backend: str) -> None:
        self.backend = backend

    def perform(
        self,
        talks: Iterable[Dialogue[R]],
        stream: str | socket.socket,
        *,
        body: Iterable[bytes] = (),
        timeouts: Timeouts | None = None,
        transcript: Transcript | None = None,
        within: float = math.inf,
        tls: Tls | ServerTls | None = None,
        feed: Feed = "whole",
    ) -> Outcome:
        async def there() -> Outcome:
            over = AsyncMemoryStream(stream, feed) if isinstance(stream, str) else AnyioStream(stream, tls or Tls())
            connection = AsyncConnection(over, timeouts, transcript)
            connection.within(within)
            outcome = Outcome()
            try:
                for talk in talks:
                    outcome.result = await connection.run(talk, body)
            except BaseException as error:  # noqa: BLE001  it is the outcome
                outcome.error = error
            outcome.closed = connection.closed
            await connection.close()
            return outcome

        return anyio.run(there, backend=self.backend)

    def tell(
        self,
        talk: Telling[T, R],
        script: str,
        leave: Callable[[T], bool] = lambda _: False,
        error: BaseException | None = None,
    ) -> Outcome:
        async def there() -> Outcome:
            connection = AsyncConnection(AsyncMemoryStream(script))
            outcome = Outcome()
            try:
                async with AsyncTold(connection, talk) as told:
                    async for value in told:
                        outcome.told.append(value)
                        if leave(value):
                            if error is not None:
                                raise error
                            break
            except BaseException as raised:  # noqa: BLE001  it is the outcome
                outcome.error = raised
            outcome.result, outcome.closed = told.result, connection.closed
            return outcome

        return anyio.run(there, backend=self.backend)


WORLDS: dict[str, World] = {"blocking": Blocking(), "asyncio": Awaiting("asyncio"), "trio": Awaiting("trio")}
