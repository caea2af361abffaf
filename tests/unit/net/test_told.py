"""Dialogues that tell things on the way, left at the end, early, with an error or by cancellation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from mailwright.dialogue import Patience, Pull, Stop, Tell, Telling, Wire, Write
from mailwright.errors import Busy, NotConnected, ProtocolError, Refused, Timeout
from mailwright.net import AsyncConnection, AsyncTold, Connection, Told
from mailwright.testing import AsyncMemoryStream, MemoryStream
from unit.net.worlds import World

SCRIPT = "C: IDLE\nS: one\nS: two\nC: DONE\nS: ok"


def watching(error: Exception | None = None, *, polite: bool = True) -> Telling[bytes, str]:
    """Tells two lines, then raises or ends; says DONE when it is stopped."""
    wire = Wire()
    wire.write(b"IDLE\r\n")
    yield from wire.flush()
    how = "to the end"
    try:
        for _ in range(2):
            yield Tell((yield from wire.line(Patience.REPLY)))
        if error is not None:
            raise error
    except Stop:
        if not polite:
            raise
        how = "stopped"
    wire.write(b"DONE\r\n")
    yield from wire.flush()
    while (yield from wire.line(Patience.REPLY)) != b"ok\r\n":
        pass
    return how


def test_everything_is_told_and_the_result_kept(world: World) -> None:
    outcome = world.tell(watching(), SCRIPT)
    assert outcome.told == [b"one\r\n", b"two\r\n"]
    assert (outcome.result, outcome.error, outcome.closed) == ("to the end", None, False)


def test_leaving_early_lets_it_say_goodbye(world: World) -> None:
    outcome = world.tell(watching(), SCRIPT, leave=lambda _: True)
    assert (outcome.told, outcome.result, outcome.closed) == ([b"one\r\n"], "stopped", False)


def test_leaving_with_an_error_of_ones_own_says_goodbye_too(world: World) -> None:
    error = KeyError("mine")
    outcome = world.tell(watching(), SCRIPT, leave=lambda _: True, error=error)
    assert outcome.error is error
    assert (outcome.result, outcome.closed) == ("stopped", False)


def test_an_interruption_says_nothing_and_ends_the_connection(world: World) -> None:
    outcome = world.tell(watching(), SCRIPT, leave=lambda _: True, error=SystemExit())
    assert isinstance(outcome.error, SystemExit)
    assert (outcome.result, outcome.closed) == (None, True)


def test_a_dialogue_that_knows_no_goodbye_is_hung_up_on(world: World) -> None:
    outcome = world.tell(watching(polite=False), SCRIPT, leave=lambda _: True)
    assert (outcome.error, outcome.closed) == (None, True)


def test_an_error_in_step_keeps_the_connection(world: World) -> None:
    outcome = world.tell(watching(Refused("No.")), SCRIPT)
    assert isinstance(outcome.error, Refused)
    assert not outcome.closed


@pytest.mark.parametrize("error", [ProtocolError("What?"), ValueError("bad")])
def test_any_other_error_ends_it(error: Exception, world: World) -> None:
    outcome = world.tell(watching(error), SCRIPT)
    assert outcome.error is error
    assert outcome.closed


def test_a_failure_on_the_way_out_is_raised_and_ends_it(world: World) -> None:
    outcome = world.tell(watching(), "C: IDLE\nS: one\nS: two\nC: DONE\n== silence", leave=lambda _: True)
    assert isinstance(outcome.error, Timeout)
    assert outcome.closed


def test_what_is_told_while_leaving_is_dropped(world: World) -> None:
    def chatty() -> Telling[int, str]:
        try:
            yield Tell(1)
        except Stop:
            yield Tell(2)
            yield Tell(3)
        return "done"

    outcome = world.tell(chatty(), "", leave=lambda _: True)
    assert (outcome.told, outcome.result) == ([1], "done")


def test_nothing_more_comes_after_the_end() -> None:
    with Told(Connection(MemoryStream(SCRIPT)), watching()) as told:
        assert len(list(told)) == 2
        assert list(told) == []


def test_nobody_else_gets_in_while_it_lasts() -> None:
    connection = Connection(MemoryStream(SCRIPT))
    with Told(connection, watching()), pytest.raises(Busy):
        connection.run(Wire().line(Patience.REPLY))
    connection.take()
    connection.release()


def test_entering_without_iterating_says_nothing() -> None:
    stream = MemoryStream(SCRIPT)
    connection = Connection(stream)
    with Told(connection, watching()) as told:
        pass
    assert (told.result, connection.closed, stream.player.finished) == (None, False, False)


def test_a_closed_connection_tells_nothing() -> None:
    connection = Connection(MemoryStream(SCRIPT))
    connection.close()
    with pytest.raises(NotConnected), Told(connection, watching()):
        pass


def test_a_generator_that_is_closed_says_goodbye() -> None:
    stream = MemoryStream(SCRIPT)
    connection = Connection(stream)

    def outer() -> Iterator[bytes]:
        with Told(connection, watching()) as told:
            yield from told

    lines = outer()
    assert next(lines) == b"one\r\n"
    lines.close()  # type: ignore[attr-defined]  # it is a generator
    assert stream.player.finished
    assert not connection.closed


@pytest.mark.anyio
async def test_an_async_generator_that_is_closed_says_goodbye() -> None:
    stream = AsyncMemoryStream(SCRIPT)
    connection = AsyncConnection(stream)

    async def outer() -> AsyncIterator[bytes]:
        async with AsyncTold(connection, watching()) as told:
            async for line in told:
                yield line

    lines = outer()
    assert await anext(lines) == b"one\r\n"
    await lines.aclose()  # type: ignore[attr-defined]  # it is a generator
    assert stream.player.finished
    assert not connection.closed


@pytest.mark.anyio
async def test_nothing_more_comes_after_the_end_in_async_code() -> None:
    async with AsyncTold(AsyncConnection(AsyncMemoryStream(SCRIPT)), watching()) as told:
        assert len([line async for line in told]) == 2
        assert [line async for line in told] == []


@pytest.mark.anyio
async def test_a_cancelled_telling_leaves_the_connection_closed() -> None:
    connection = AsyncConnection(AsyncMemoryStream("C: IDLE"))

    def pulling() -> Telling[bytes, None]:
        yield Write(b"IDLE\r\n")
        yield Tell(b"begun")
        yield Pull()

    async def never() -> AsyncIterator[bytes]:
        await anyio.sleep_forever()
        yield b""

    async def watch() -> None:
        async with AsyncTold(connection, pulling(), never()) as told:
            async for _ in told:
                pass

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert connection.closed
