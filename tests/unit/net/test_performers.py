"""What a connection does with a dialogue, in blocking code, asyncio and trio alike."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from mailwright.dialogue import Answer, Dialogue, Item, Patience, Pull, Read, Secure, Tell, Wire, Write
from mailwright.errors import Busy, ConnectionLost, MailError, NotConnected, ProtocolError, Refused, Timeout
from mailwright.net import AsyncConnection, Connection, Endpoint, Timeouts, Transcript, run
from mailwright.net.performers import InThread
from mailwright.testing import AsyncMemoryStream, MemoryStream
from unit.net.worlds import World

TINY = Timeouts.of(0.05)


def asking(line: bytes = b"NOOP\r\n") -> Dialogue[bytes]:
    wire = Wire()
    wire.write(line)
    yield from wire.flush()
    return (yield from wire.line(Patience.REPLY))


def asking_and_raising(error: Exception) -> Dialogue[bytes]:
    yield from asking()
    raise error


def refusing(error: Exception) -> Dialogue[bytes]:
    raise error
    yield Pull()


def pulling() -> Dialogue[list[object]]:
    got: list[object] = []
    while (chunk := (yield Pull())) is not None:
        got.append(chunk)
    return got


def speaking() -> Dialogue[list[object]]:
    yield Write(b"DATA\r\n")
    return (yield from pulling())


SCRIPT = "C: NOOP\nS: 250 ok\n"


# --- results and errors ---


def test_a_dialogue_is_performed_to_its_result(world: World) -> None:
    outcome = world.perform([asking(), asking()], SCRIPT * 2)
    assert (outcome.result, outcome.error, outcome.closed) == (b"250 ok\r\n", None, False)


def test_a_dialogue_that_asks_for_nothing_has_a_result_too(world: World) -> None:
    def nothing() -> Dialogue[int]:
        return 7
        yield Pull()

    assert world.perform([nothing()], "").result == 7


def test_every_request_is_answered(world: World) -> None:
    def everything() -> Dialogue[list[object]]:
        first = yield Pull()
        yield Write(b"hello\r\n")
        read = yield Read(Patience.REPLY)
        secured = yield Secure("a.example")
        return [first, read, getattr(secured, "server_name", None), (yield Pull()), (yield Pull())]

    outcome = world.perform([everything()], "C: hello\nS: hi\n== tls", body=[b"chunk", b""])
    assert outcome.result == [b"chunk", b"hi\r\n", "a.example", b"", None]


def test_a_request_outside_the_vocabulary_ends_the_connection(world: World) -> None:
    def telling() -> Dialogue[None]:
        yield Tell(1)  # type: ignore[misc]  # this is what is refused

    outcome = world.perform([telling()], "")
    assert isinstance(outcome.error, TypeError)
    assert outcome.closed


def test_an_error_in_step_keeps_the_connection(world: World) -> None:
    outcome = world.perform([asking_and_raising(Refused("No."))], SCRIPT)
    assert isinstance(outcome.error, Refused)
    assert not outcome.closed


@pytest.mark.parametrize("error", [ProtocolError("What?"), ConnectionLost("Gone."), ValueError("bad"), KeyError(1)])
def test_any_other_error_ends_it(error: Exception, world: World) -> None:
    outcome = world.perform([asking_and_raising(error)], SCRIPT)
    assert outcome.error is error
    assert outcome.closed


@pytest.mark.parametrize("error", [ValueError("bad address"), TypeError("no"), Refused("too big")])
def test_what_is_refused_before_a_word_is_said_leaves_it_alone(error: Exception, world: World) -> None:
    outcome = world.perform([refusing(error)], SCRIPT)
    assert outcome.error is error
    assert not outcome.closed


def test_an_interruption_ends_it(world: World) -> None:
    def interrupted() -> Dialogue[None]:
        yield from asking()
        raise SystemExit

    outcome = world.perform([interrupted()], SCRIPT)
    assert isinstance(outcome.error, SystemExit)
    assert outcome.closed


def test_a_failure_of_the_stream_reaches_the_dialogue_where_it_waits(world: World) -> None:
    def heard() -> Dialogue[str]:
        try:
            yield Read(Patience.VERDICT)
        except Timeout as error:
            error.in_doubt = True
            raise
        return ""

    outcome = world.perform([heard()], "== silence")
    assert isinstance(outcome.error, Timeout)
    assert outcome.error.in_doubt


def test_a_dialogue_may_get_over_a_failure(world: World) -> None:
    def over() -> Dialogue[str]:
        try:
            yield Read(Patience.GOODBYE)
        except MailError:
            return "never mind"
        return ""

    outcome = world.perform([over()], "== silence")
    assert (outcome.result, outcome.closed) == ("never mind", False)


def test_a_body_that_fails_ends_the_connection(world: World) -> None:
    def body() -> Iterator[bytes]:
        yield b"a"
        raise OSError("disk gone")

    outcome = world.perform([speaking()], "C: DATA", body=body())
    assert isinstance(outcome.error, OSError)
    assert outcome.closed


def test_a_body_that_fails_before_a_word_was_said_leaves_the_connection_alone(world: World) -> None:
    def body() -> Iterator[bytes]:
        raise OSError("disk gone")
        yield b""

    outcome = world.perform([pulling()], "", body=body())
    assert isinstance(outcome.error, OSError)
    assert not outcome.closed


def test_nothing_is_performed_on_a_closed_connection(world: World) -> None:
    outcome = world.perform([asking_and_raising(Refused("No.")), asking()], SCRIPT)
    assert isinstance(outcome.error, Refused)

    def attempts() -> Iterator[Dialogue[bytes]]:
        broken = asking_and_raising(ProtocolError("What?"))
        yield swallowed(broken)
        yield asking()

    def swallowed(talk: Dialogue[bytes]) -> Dialogue[bytes]:
        return (yield from talk)

    assert isinstance(world.perform(attempts(), SCRIPT).error, ProtocolError)


def test_a_closed_connection_says_that_it_is_none() -> None:
    connection = Connection(MemoryStream(SCRIPT))
    connection.close()
    connection.close()
    for _ in range(2):
        with pytest.raises(NotConnected):
            connection.run(asking())


@pytest.mark.anyio
async def test_a_closed_async_connection_says_that_it_is_none() -> None:
    connection = AsyncConnection(AsyncMemoryStream(SCRIPT))
    await connection.close()
    await connection.close()
    for _ in range(2):
        with pytest.raises(NotConnected):
            await connection.run(asking())


def test_errors_are_located() -> None:
    connection = Connection(MemoryStream(SCRIPT), where=Endpoint("a.example", 25))
    with pytest.raises(Refused) as caught:
        connection.run(asking_and_raising(Refused("No.")))
    assert (caught.value.host, caught.value.port) == ("a.example", 25)


@pytest.mark.anyio
async def test_errors_are_located_in_async_code_too() -> None:
    connection = AsyncConnection(AsyncMemoryStream(SCRIPT), where=Endpoint("a.example", 25))
    with pytest.raises(Refused) as caught:
        await connection.run(asking_and_raising(Refused("No.")))
    assert (caught.value.host, caught.value.port) == ("a.example", 25)


def test_one_dialogue_can_be_performed_without_ceremony() -> None:
    assert run(asking(), MemoryStream(SCRIPT)) == b"250 ok\r\n"


# --- one at a time ---


def test_a_second_thread_is_told_that_it_is_busy() -> None:
    connection = Connection(MemoryStream(SCRIPT))
    errors: list[BaseException] = []

    def second() -> None:
        try:
            connection.run(asking())
        except Busy as error:
            errors.append(error)

    def interrupted() -> Dialogue[bytes]:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        return (yield from asking())

    assert connection.run(interrupted()) == b"250 ok\r\n"
    assert len(errors) == 1
    assert not connection.closed


@pytest.mark.anyio
async def test_a_second_task_is_told_that_it_is_busy() -> None:
    connection = AsyncConnection(AsyncMemoryStream(SCRIPT))
    release = anyio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        await release.wait()
        yield b"chunk"

    async with anyio.create_task_group() as group:
        group.start_soon(connection.run, pulling(), slow_body())
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Busy):
            await connection.run(asking())
        release.set()
    assert await connection.run(asking()) == b"250 ok\r\n"


@pytest.mark.anyio
async def test_a_cancelled_dialogue_ends_the_connection() -> None:
    connection = AsyncConnection(AsyncMemoryStream("C: DATA"))

    async def never() -> AsyncIterator[bytes]:
        await anyio.sleep_forever()
        yield b""

    async with anyio.create_task_group() as group:
        group.start_soon(connection.run, speaking(), never())
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert connection.closed


@pytest.mark.anyio
async def test_an_async_body_is_pulled_to_its_end() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    assert await AsyncConnection(AsyncMemoryStream("")).run(pulling(), body()) == [b"a", b"b"]


@pytest.mark.anyio
async def test_a_body_is_read_in_a_thread_where_that_is_wanted() -> None:
    threads: list[int] = []

    def body() -> Iterator[bytes]:
        threads.append(threading.get_ident())
        yield b"a"

    assert [chunk async for chunk in InThread(body())] == [b"a"]
    assert threads != [threading.get_ident()]


# --- time, on real sockets ---


@pytest.mark.parametrize(
    ("patience", "reference"),
    [
        (Patience.GREETING, "server-accepts-but-silent"),
        (Patience.REPLY, "server-accepts-but-silent"),
        (Patience.VERDICT, "data-final-reply-timeout"),
    ],
)
def test_a_silent_peer_is_waited_for_as_long_as_the_patience_lasts(
    patience: Patience, reference: str, world: World, pair: tuple[socket.socket, socket.socket]
) -> None:
    outcome = world.perform([Wire().line(patience)], pair[0], timeouts=TINY)
    assert isinstance(outcome.error, Timeout)
    assert outcome.error.reference == reference
    assert outcome.closed


def test_each_wait_has_its_own_seconds(world: World, pair: tuple[socket.socket, socket.socket]) -> None:
    outcome = world.perform([Wire().line(Patience.GOODBYE)], pair[0], timeouts=Timeouts(goodbye=0.01))
    assert "within 0.01 seconds" in str(outcome.error)


def test_a_peer_that_drips_does_not_stretch_the_wait(world: World, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    stop = threading.Event()

    def drip() -> None:
        try:
            while not stop.wait(0.02):
                theirs.sendall(b"x")
        except OSError:
            pass  # it is over

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        outcome = world.perform([Wire().line(Patience.REPLY)], ours, timeouts=Timeouts.of(0.3))
    finally:
        stop.set()
        thread.join()
    assert isinstance(outcome.error, Timeout)


def test_a_deadline_ends_a_wait_that_has_patience_left(world: World, pair: tuple[socket.socket, socket.socket]) -> None:
    outcome = world.perform([Wire().line(Patience.REPLY)], pair[0], within=time.monotonic() + 0.05)
    assert isinstance(outcome.error, Timeout)
    assert "before the deadline" in outcome.error.what


def test_a_peer_that_takes_nothing_more_is_not_waited_for_for_ever(
    world: World, pair: tuple[socket.socket, socket.socket]
) -> None:
    def flooding() -> Dialogue[None]:
        while True:
            yield Write(b"x" * 1_000_000)

    outcome = world.perform([flooding()], pair[0], timeouts=TINY)
    assert isinstance(outcome.error, Timeout)
    assert outcome.error.reference == "data-connection-lost"


# --- transcripts ---


def test_everything_is_recorded_and_secrets_are_starred(world: World) -> None:
    def login() -> Dialogue[None]:
        wire = Wire()
        wire.write(b"AUTH PLAIN c2VjcmV0\r\n", secret=(11, 19))
        yield from wire.flush()
        yield from wire.line(Patience.REPLY)
        yield from wire.secure("a.example")

    transcript = Transcript()
    world.perform([login()], "C: AUTH PLAIN c2VjcmV0\nS: 235 hello c2VjcmV0\n== tls", transcript=transcript)
    assert [(entry.who, entry.text) for entry in transcript.entries] == [
        ("C", "AUTH PLAIN ********"),
        ("S", "235 hello ********"),
        ("*", "TLSv1.3 TLS_AES_256_GCM_SHA384"),
        ("*", "closed"),
    ]


def test_giving_up_is_recorded(world: World) -> None:
    transcript = Transcript()
    world.perform([asking_and_raising(ValueError("x"))], SCRIPT, transcript=transcript)
    assert transcript.entries[-1].text == "aborted"


def test_an_item_is_handed_over_as_it_is() -> None:
    item = Item()
    connection = Connection(MemoryStream(""))
    connection.take()
    answer: Answer = connection.answer(Pull(), iter([item]))
    assert answer is item
