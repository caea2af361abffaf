"""What a pool promises: nothing lost, nothing doubled, nobody overtaken, and what is dead is replaced unseen, once."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import anyio
import pytest

import mailwright.smtp.async_pool
import mailwright.smtp.pool
import mailwright.smtp.pool_face
import mailwright.smtp.pooled
from mailwright import (
    AuthenticationFailed,
    ConnectionLost,
    ConnectRefused,
    Envelope,
    NotConnected,
    Security,
    SenderRefused,
    Timeout,
    Tls,
    Transcript,
)
from mailwright.devserver import Receiver
from mailwright.smtp.async_pool import AsyncSmtpPool
from mailwright.smtp.pool import SmtpPool
from mailwright.smtp.pooling import Rate

ENVELOPE = Envelope("a@example.com", ["b@example.com"])
HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds after which a test has failed

Answer = Callable[[int, str], str | None]


def letter(number: int) -> bytes:
    return b"Subject: %d\r\n\r\nhello\r\n" % number


class Office:
    """A mail server that counts, and whose every answer can be changed.

    Args:
        answer: is shown a connection's number and the verb, or ``.`` for a message's end, and gives what to say instead
            of what is usual: ``""`` is to hang up, ``None`` is the usual.
    """

    def __init__(self, answer: Answer = lambda _number, _verb: None) -> None:
        self.answer = answer
        self.said: list[tuple[int, str]] = []
        self.subjects: list[int] = []
        self.most = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((HOST, 0), backlog=300)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Office:
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.refuse_connections()
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self.numbers("EHLO"))

    def numbers(self, verb: str) -> list[int]:
        """The connections on which this was said, each as often."""
        return [number for number, said in self.said if said == verb]

    def hang_up(self, farewell: bytes = b"") -> None:
        """Close every connection."""
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    if farewell:
                        sock.sendall(farewell)
                    sock.shutdown(socket.SHUT_RDWR)

    def refuse_connections(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _start(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        for number in range(1, 10_000):
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(sock)
                self.most = max(self.most, len(self._open))
            self._start(lambda sock=sock, number=number: self._serve(sock, number))  # type: ignore[misc]  # bound now

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            with contextlib.suppress(OSError), sock.makefile("rb") as lines:
                self._talk(sock, number, lines)
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _talk(self, sock: socket.socket, number: int, lines: Iterator[bytes]) -> None:
        sock.sendall(b"220 office\r\n")
        for line in lines:
            verb = line.split()[0].decode().upper()
            if not self._reply(sock, number, verb):
                return
            if verb == "DATA":
                content = b"".join(iter(lambda: next(lines), b".\r\n"))
                self.subjects.append(int(content.split(b"\r\n")[0].removeprefix(b"Subject: ")))
                if not self._reply(sock, number, "."):
                    return

    def _reply(self, sock: socket.socket, number: int, verb: str) -> bool:
        self.said.append((number, verb))
        reply = self.answer(number, verb)
        if reply is None:
            usual = {"DATA": "354 go on", "QUIT": "221 bye", "EHLO": "250-office\r\n250 AUTH PLAIN"}
            reply = usual.get(verb, "250 ok")
        if reply:
            sock.sendall(reply.encode() + b"\r\n")
        return bool(reply) and verb != "QUIT"


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as made:
        yield made


def pool_at(office: Office, **options: object) -> SmtpPool:
    return SmtpPool(HOST, office.port, security=Security.NONE, **options)  # type: ignore[arg-type]  # passed on


def async_pool_at(office: Office, **options: object) -> AsyncSmtpPool:
    return AsyncSmtpPool(HOST, office.port, security=Security.NONE, **options)  # type: ignore[arg-type]  # passed on


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets connections have rested for so many seconds when they are taken up again."""

    def let(seconds: float) -> None:
        for module in (mailwright.smtp.pool, mailwright.smtp.async_pool):
            monkeypatch.setattr(module, "monotonic", lambda: time.monotonic() + seconds)

    return let


def in_threads(count: int, work: Callable[[int], object]) -> list[BaseException]:
    """Do something in so many threads; returns what went wrong."""
    failures: list[BaseException] = []

    def one(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001  it is what the test is about
            failures.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return failures


def until(condition: Callable[[], object]) -> None:
    """Wait for something another thread does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.002)


async def until_async(condition: Callable[[], object]) -> None:
    """As ``until``, without stopping the event loop."""
    with anyio.fail_after(PATIENCE):
        while not condition():  # noqa: ASYNC110  it happens in a thread that knows no events
            await anyio.sleep(0.002)


def queued(pool: SmtpPool | AsyncSmtpPool) -> int:
    """How many wait for a connection."""
    return len(pool._places._queue)


def queue_of(pool: SmtpPool | AsyncSmtpPool, length: int) -> Callable[[], bool]:
    """Whether so many wait for a connection."""
    return lambda: queued(pool) == length


def is_empty(pool: SmtpPool | AsyncSmtpPool) -> bool:
    """Nobody is in it, and nobody waits."""
    return pool._places.taken == 0 and pool._gate.taken == 0 and not queued(pool)


# --- nothing lost, nothing doubled, nobody overtaken ---


def test_two_hundred_threads_share_eight_connections(office: Office) -> None:
    with pool_at(office) as pool:
        failures = in_threads(200, lambda n: [pool.send(letter(3 * n + k), envelope=ENVELOPE) for k in range(3)])
        assert failures == []
        assert is_empty(pool)
    assert sorted(office.subjects) == list(range(600))
    assert office.most <= 8
    until(lambda: len(office.numbers("QUIT")) == office.connections)


@pytest.mark.anyio
async def test_two_hundred_tasks_share_eight_connections(office: Office) -> None:
    async with async_pool_at(office) as pool:

        async def work(number: int) -> None:
            for k in range(3):
                await pool.send(letter(3 * number + k), envelope=ENVELOPE)

        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(work, number)
        assert is_empty(pool)
    assert sorted(office.subjects) == list(range(600))
    assert office.most <= 8
    await until_async(lambda: len(office.numbers("QUIT")) == office.connections)


def test_threads_are_served_in_the_order_they_came(office: Office) -> None:
    with pool_at(office, size=1) as pool:
        threads = []
        with pool.connection() as smtp:
            for number in range(20):
                threads.append(threading.Thread(target=lambda n=number: pool.send(letter(n), envelope=ENVELOPE)))
                threads[-1].start()
                until(queue_of(pool, number + 1))
            smtp.send(letter(99), envelope=ENVELOPE)
        for thread in threads:
            thread.join(PATIENCE)
    assert office.subjects == [99, *range(20)]
    assert office.connections == 1


@pytest.mark.anyio
async def test_tasks_are_served_in_the_order_they_came(office: Office) -> None:
    async def send(number: int) -> None:
        await pool.send(letter(number), envelope=ENVELOPE)

    async with async_pool_at(office, size=1) as pool, anyio.create_task_group() as group, pool.connection() as smtp:
        for number in range(20):
            group.start_soon(send, number)
            await until_async(queue_of(pool, number + 1))
        await smtp.send(letter(99), envelope=ENVELOPE)
    assert office.subjects == [99, *range(20)]
    assert office.connections == 1


# --- what is dead is replaced unseen, once ---


@pytest.mark.parametrize("seconds", [1, 20], ids=["looking", "asking"])
@pytest.mark.parametrize("farewell", [b"", b"421 4.4.2 Timeout\r\n"])
def test_what_the_server_closed_is_replaced_unseen(
    office: Office, later: Callable[[float], None], seconds: float, farewell: bytes
) -> None:
    with pool_at(office) as pool:
        pool.send(letter(1), envelope=ENVELOPE)
        office.hang_up(farewell)
        later(seconds)
        pool.send(letter(2), envelope=ENVELOPE)
    assert office.subjects == [1, 2]
    assert office.numbers("MAIL") == [1, 2]


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [1, 20], ids=["looking", "asking"])
@pytest.mark.parametrize("farewell", [b"", b"421 4.4.2 Timeout\r\n"])
async def test_what_the_server_closed_is_replaced_unseen_in_tasks(
    office: Office,
    later: Callable[[float], None],
    seconds: float,
    farewell: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailwright.smtp.pooled, "_ASYNC_GLANCE", PATIENCE)  # however slow this machine is
    async with async_pool_at(office) as pool:
        await pool.send(letter(1), envelope=ENVELOPE)
        office.hang_up(farewell)
        later(seconds)
        await pool.send(letter(2), envelope=ENVELOPE)
    assert office.subjects == [1, 2]
    assert office.numbers("MAIL") == [1, 2]


@pytest.mark.parametrize(("seconds", "noops"), [(0, []), (1, []), (20, [1])])
def test_what_is_alive_is_kept(
    office: Office, later: Callable[[float], None], seconds: float, noops: list[int]
) -> None:
    office.answer = lambda _number, verb: "502 no such thing" if verb == "NOOP" else None
    with pool_at(office) as pool:
        pool.send(letter(1), envelope=ENVELOPE)
        later(seconds)
        pool.send(letter(2), envelope=ENVELOPE)
    assert (office.connections, office.numbers("NOOP")) == (1, noops)


@pytest.mark.anyio
@pytest.mark.parametrize(("seconds", "noops"), [(0, []), (1, []), (20, [1])])
async def test_what_is_alive_is_kept_in_tasks(
    office: Office, later: Callable[[float], None], seconds: float, noops: list[int]
) -> None:
    async with async_pool_at(office) as pool:
        await pool.send(letter(1), envelope=ENVELOPE)
        later(seconds)
        await pool.send(letter(2), envelope=ENVELOPE)
    assert (office.connections, office.numbers("NOOP")) == (1, noops)


@pytest.mark.parametrize("seconds", [1, 20], ids=["looking", "asking"])
def test_what_is_alive_is_kept_over_tls(later: Callable[[float], None], seconds: float) -> None:
    transcript = Transcript()
    with Receiver() as receiver:
        options = {"tls": Tls(ca=receiver.ca), "security": Security.STARTTLS, "transcript": transcript}
        with SmtpPool("localhost", receiver.port, **options) as pool:  # type: ignore[arg-type]  # passed on
            pool.send(letter(1), envelope=ENVELOPE)
            later(seconds)
            assert pool.send(letter(2), envelope=ENVELOPE).tls is not None  # session tickets are no goodbye
    assert [entry.text for entry in transcript.entries].count("STARTTLS") == 1


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [1, 20], ids=["looking", "asking"])
async def test_what_is_alive_is_kept_over_tls_in_tasks(later: Callable[[float], None], seconds: float) -> None:
    transcript = Transcript()
    async with Receiver() as receiver:
        options = {"tls": Tls(ca=receiver.ca), "security": Security.STARTTLS, "transcript": transcript}
        async with AsyncSmtpPool("localhost", receiver.port, **options) as pool:  # type: ignore[arg-type]  # passed on
            await pool.send(letter(1), envelope=ENVELOPE)
            later(seconds)
            assert (await pool.send(letter(2), envelope=ENVELOPE)).tls is not None
    assert [entry.text for entry in transcript.entries].count("STARTTLS") == 1


def test_a_goodbye_right_behind_a_verdict_is_seen_without_looking(office: Office) -> None:
    office.answer = lambda number, verb: "250 ok\r\n421 enough" if (number, verb) == (1, ".") else None
    with pool_at(office) as pool:
        pool.send(letter(1), envelope=ENVELOPE)
        pool.send(letter(2), envelope=ENVELOPE)
    assert office.numbers("MAIL") == [1, 2]


def test_a_server_that_is_gone_is_the_error_of_whoever_asks(office: Office, later: Callable[[float], None]) -> None:
    with pool_at(office, size=1) as pool:
        pool.send(letter(1), envelope=ENVELOPE)
        office.refuse_connections()
        office.hang_up()
        later(1)
        for _ in range(2):  # and the place is free again
            with pytest.raises(ConnectRefused):
                pool.send(letter(2), envelope=ENVELOPE)
        assert is_empty(pool)
    assert office.subjects == [1]


@pytest.mark.parametrize(("verb", "in_doubt", "arrived"), [("MAIL", False, []), ("DATA", False, []), (".", True, [1])])
def test_what_was_begun_is_never_repeated(office: Office, verb: str, in_doubt: bool, arrived: list[int]) -> None:
    office.answer = lambda number, said: "" if (number, said) == (1, verb) else None
    with pool_at(office) as pool:
        with pytest.raises(ConnectionLost) as lost:
            pool.send(letter(1), envelope=ENVELOPE)
        assert lost.value.in_doubt is in_doubt
        assert (office.numbers("MAIL"), office.subjects) == ([1], arrived)
        assert pool.send(letter(2), envelope=ENVELOPE).accepted
    assert office.numbers("MAIL") == [1, 2]


@pytest.mark.anyio
@pytest.mark.parametrize(("verb", "in_doubt", "arrived"), [("MAIL", False, []), ("DATA", False, []), (".", True, [1])])
async def test_what_was_begun_is_never_repeated_in_tasks(
    office: Office, verb: str, in_doubt: bool, arrived: list[int]
) -> None:
    office.answer = lambda number, said: "" if (number, said) == (1, verb) else None
    async with async_pool_at(office) as pool:
        with pytest.raises(ConnectionLost) as lost:
            await pool.send(letter(1), envelope=ENVELOPE)
        assert lost.value.in_doubt is in_doubt
        assert (office.numbers("MAIL"), office.subjects) == ([1], arrived)
        assert (await pool.send(letter(2), envelope=ENVELOPE)).accepted
    assert office.numbers("MAIL") == [1, 2]


def test_a_refusal_costs_no_connection(office: Office) -> None:
    office.answer = lambda _number, verb: "550 no" if verb == "MAIL" else None
    with pool_at(office) as pool:
        for _ in range(3):
            with pytest.raises(SenderRefused):
                pool.send(letter(1), envelope=ENVELOPE)
    assert office.connections == 1


# --- connections wear out ---


@pytest.mark.parametrize(
    ("options", "seconds", "connections"),
    [
        ({"max_messages": 2}, 0, 2),
        ({"max_age": 5.0}, 6, 4),
        ({"max_idle": 5.0}, 6, 4),
        ({"max_messages": None, "max_age": None, "max_idle": None}, 10_000, 1),
    ],
)
def test_a_worn_connection_is_said_goodbye_to(
    office: Office, later: Callable[[float], None], options: dict[str, object], seconds: float, connections: int
) -> None:
    with pool_at(office, acquire_timeout=None, **options) as pool:
        later(seconds)
        for number in range(4):
            pool.send(letter(number), envelope=ENVELOPE)
        assert office.connections == connections
        assert office.most <= 2  # a server may take its time to notice
    until(lambda: len(office.numbers("QUIT")) == connections)


@pytest.mark.anyio
async def test_a_worn_connection_is_said_goodbye_to_in_tasks(office: Office, later: Callable[[float], None]) -> None:
    async with async_pool_at(office, max_messages=2) as pool:
        for number in range(4):
            await pool.send(letter(number), envelope=ENVELOPE)
        later(120)
        async with pool.connection() as smtp:
            await smtp.noop()
    await until_async(lambda: sorted(office.numbers("QUIT")) == [1, 2, 3])


# --- lending ---


def test_a_lent_connection_is_left_as_it_was_found(office: Office) -> None:
    with pool_at(office, max_messages=4) as pool:
        with pool.connection() as smtp:
            receipts = list(smtp.send_many([(letter(n), ENVELOPE) for n in range(3)]))
            assert smtp.noop().code == 250
        with pytest.raises(KeyError), pool.connection():
            raise KeyError("mine")
        pool.send(letter(3), envelope=ENVELOPE)
        assert office.connections == 1
        pool.send(letter(4), envelope=ENVELOPE)
    assert len(receipts) == 3
    assert office.connections == 2  # the fourth message was the last on the first


def test_a_connection_left_in_the_middle_of_something_is_closed(office: Office) -> None:
    with pool_at(office) as pool:
        with pool.connection() as smtp:
            receipts = smtp.send_many((letter(n), ENVELOPE) for n in range(3))
            next(receipts)
        with pytest.raises(ConnectionLost):
            next(receipts)
        pool.send(letter(9), envelope=ENVELOPE)
    assert office.numbers("EHLO") == [1, 2]


@pytest.mark.anyio
async def test_a_connection_left_in_the_middle_of_something_is_closed_in_tasks(office: Office) -> None:
    async with async_pool_at(office) as pool:
        async with pool.connection() as smtp:
            receipts = smtp.send_many(iter([(letter(n), ENVELOPE) for n in range(3)]))
            await anext(receipts)
        with pytest.raises(ConnectionLost):
            await anext(receipts)
        await pool.send(letter(9), envelope=ENVELOPE)
    assert office.numbers("EHLO") == [1, 2]


def test_a_borrower_may_close(office: Office) -> None:
    with pool_at(office) as pool:
        with pool.connection() as smtp:
            smtp.quit()
        pool.send(letter(1), envelope=ENVELOPE)
    assert office.connections == 2


# --- waiting has an end ---


def test_who_waits_too_long_is_told_and_leaves_the_queue(office: Office) -> None:
    with pool_at(office, size=1, acquire_timeout=0.01) as pool:
        with pool.connection():
            with pytest.raises(Timeout, match=r"All 1 connections to .* were in use within 0\.01 seconds") as late:
                pool.send(letter(1), envelope=ENVELOPE)
            assert (late.value.reference, late.value.host, late.value.port) == ("pool-timeout", HOST, office.port)
            assert queued(pool) == 0
        pool.send(letter(2), envelope=ENVELOPE)
    assert office.subjects == [2]


@pytest.mark.anyio
async def test_a_task_that_waits_too_long_is_told_and_leaves_the_queue(office: Office) -> None:
    async with async_pool_at(office, size=1, acquire_timeout=0.01) as pool:
        async with pool.connection():
            with pytest.raises(Timeout, match="All 1 connections"):
                await pool.send(letter(1), envelope=ENVELOPE)
            assert queued(pool) == 0
        await pool.send(letter(2), envelope=ENVELOPE)
    assert office.subjects == [2]


def test_a_refused_login_is_not_repeated_by_everybody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.answer = lambda _number, verb: "535 5.7.8 no" if verb == "AUTH" else None
    with pool_at(office, size=4, username="a", password="wrong") as pool:
        failures = in_threads(100, lambda n: pool.send(letter(n), envelope=ENVELOPE))
        assert len(failures) == 100
        assert {type(error) for error in failures} == {AuthenticationFailed}
        assert len({id(error) for error in failures}) == 100  # a traceback of its own for each
        tried = len(office.numbers("AUTH"))
        assert tried <= 4  # those that connected at the same time
        office.answer = lambda _number, _verb: None
        monkeypatch.setattr(mailwright.smtp.pool_face, "monotonic", lambda: time.monotonic() + 11)
        pool.send(letter(1), envelope=ENVELOPE)
    assert office.subjects == [1]


@pytest.mark.anyio
async def test_a_refused_login_is_not_repeated_by_every_task(office: Office) -> None:
    office.answer = lambda _number, verb: "535 5.7.8 no" if verb == "AUTH" else None
    async with async_pool_at(office, size=1, username="a", password="wrong") as pool:
        for number in range(10):
            with pytest.raises(AuthenticationFailed):
                await pool.send(letter(number), envelope=ENVELOPE)
        assert len(office.numbers("AUTH")) == 1
        assert is_empty(pool)


def test_a_login_refused_for_now_may_be_repeated(office: Office) -> None:
    office.answer = lambda number, verb: "454 4.7.0 later" if (number, verb) == (1, "AUTH") else None
    with pool_at(office, username="a", password="right") as pool:
        with pytest.raises(AuthenticationFailed):
            pool.send(letter(1), envelope=ENVELOPE)
        pool.send(letter(2), envelope=ENVELOPE)
    assert office.subjects == [2]


# --- the rate ---

HOURLY = Rate(1, 3600.0)


def test_no_more_leave_than_the_rate_allows(office: Office) -> None:
    with pool_at(office, rate=Rate(2, 3600.0)) as pool:
        failures = in_threads(10, lambda n: pool.send(letter(n), envelope=ENVELOPE))
        assert {type(error) for error in failures} == {Timeout}
        assert "The rate of 2 messages in 3600 seconds" in str(failures[0])
        assert is_empty(pool)
    assert (len(failures), len(office.subjects)) == (8, 2)


def test_who_waits_for_the_rate_is_served(office: Office) -> None:
    with pool_at(office, rate=200) as pool:
        assert in_threads(20, lambda n: pool.send(letter(n), envelope=ENVELOPE)) == []
        with pool.connection() as smtp:
            assert len(list(smtp.send_many((letter(n), ENVELOPE) for n in range(20, 25)))) == 5
    assert sorted(office.subjects) == list(range(25))


@pytest.mark.anyio
async def test_a_task_that_waits_for_the_rate_is_served(office: Office) -> None:
    async with async_pool_at(office, rate=200) as pool:

        async def work(number: int) -> None:
            await pool.send(letter(number), envelope=ENVELOPE)

        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(work, number)
        async with pool.connection() as smtp:
            receipts = [receipt async for receipt in smtp.send_many((letter(n), ENVELOPE) for n in range(20, 25))]
    assert len(receipts) == 5
    assert sorted(office.subjects) == list(range(25))


def test_a_lent_connection_keeps_to_the_rate_and_finishes_what_it_began(office: Office) -> None:
    with pool_at(office, rate=HOURLY) as pool, pool.connection() as smtp:
        receipts = smtp.send_many((letter(n), ENVELOPE) for n in range(3))
        assert next(receipts).accepted
        with pytest.raises(Timeout, match="The rate of 1 message"):
            next(receipts)
        with pytest.raises(Timeout, match="The rate of 1 message"):
            smtp.send(letter(4), envelope=ENVELOPE)
        assert smtp.noop().code == 250
    assert office.subjects == [0]


@pytest.mark.anyio
async def test_a_lent_connection_keeps_to_the_rate_in_tasks(office: Office) -> None:
    async with async_pool_at(office, rate=HOURLY) as pool, pool.connection() as smtp:
        receipts = smtp.send_many((letter(n), ENVELOPE) for n in range(3))
        assert (await anext(receipts)).accepted
        with pytest.raises(Timeout, match="The rate of 1 message"):
            await anext(receipts)
        with pytest.raises(Timeout, match="The rate of 1 message"):
            await smtp.send(letter(4), envelope=ENVELOPE)
        assert (await smtp.noop()).code == 250
    assert office.subjects == [0]


# --- closing ---


def test_closing_waits_for_what_is_lent_and_sends_the_others_home(office: Office) -> None:
    pool = pool_at(office, size=2, acquire_timeout=None)
    pool.send(letter(0), envelope=ENVELOPE)
    lent, give_back = threading.Event(), threading.Event()

    def borrow() -> None:
        with pool.connection() as smtp:
            lent.set()
            give_back.wait(PATIENCE)
            smtp.send(letter(1), envelope=ENVELOPE)

    borrower = threading.Thread(target=borrow)
    borrower.start()
    assert lent.wait(PATIENCE)
    failures: list[BaseException] = []
    with pool.connection():
        waiting = threading.Thread(
            target=lambda: failures.extend(in_threads(3, lambda n: pool.send(letter(n), envelope=ENVELOPE)))
        )
        waiting.start()
        until(lambda: queued(pool) == 3)
        pool.close(wait=0)
        waiting.join(PATIENCE)
    assert [type(error) for error in failures] == [NotConnected] * 3
    assert "is closed" in str(failures[0])
    closing = threading.Thread(target=pool.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()  # one is lent still
    give_back.set()
    closing.join(PATIENCE)
    borrower.join(PATIENCE)
    assert not closing.is_alive()
    assert office.subjects == [0, 1]
    until(lambda: sorted(office.numbers("QUIT")) == [1, 2])
    with pytest.raises(NotConnected, match="is closed"):
        pool.send(letter(2), envelope=ENVELOPE)
    assert "closed, 0 resting" in repr(pool)


@pytest.mark.anyio
async def test_closing_waits_for_what_is_lent_in_tasks(office: Office) -> None:
    pool = async_pool_at(office, size=1, acquire_timeout=None)
    failures: list[BaseException] = []
    order: list[str] = []

    async def wait_for_one() -> None:
        try:
            await pool.send(letter(9), envelope=ENVELOPE)
        except NotConnected as error:
            failures.append(error)

    async def close() -> None:
        await pool.close(wait=None)
        order.append("closed")

    async with anyio.create_task_group() as group, pool.connection() as smtp:
        group.start_soon(wait_for_one)
        await until_async(lambda: queued(pool) == 1)
        group.start_soon(close)
        await until_async(lambda: failures)
        await smtp.send(letter(1), envelope=ENVELOPE)
        order.append("given back")
    assert order == ["given back", "closed"]
    assert office.subjects == [1]
    await until_async(lambda: office.numbers("QUIT") == [1])
    with pytest.raises(NotConnected, match="is closed"):
        await pool.send(letter(2), envelope=ENVELOPE)


def test_closing_interrupts_who_waits_for_the_rate(office: Office) -> None:
    pool = pool_at(office, rate=HOURLY, acquire_timeout=None)
    pool.send(letter(0), envelope=ENVELOPE)
    failures: list[BaseException] = []
    waiting = threading.Thread(
        target=lambda: failures.extend(in_threads(3, lambda n: pool.send(letter(n), envelope=ENVELOPE)))
    )
    waiting.start()
    until(lambda: pool._sleepers and len(pool._gate._queue) == 2)
    pool.close()
    waiting.join(PATIENCE)
    assert [type(error) for error in failures] == [NotConnected] * 3
    assert is_empty(pool)


@pytest.mark.anyio
async def test_closing_interrupts_tasks_that_wait_for_the_rate(office: Office) -> None:
    failures: list[BaseException] = []
    pool = async_pool_at(office, rate=HOURLY, acquire_timeout=None)
    await pool.send(letter(0), envelope=ENVELOPE)

    async def wait_for_one() -> None:
        try:
            await pool.send(letter(9), envelope=ENVELOPE)
        except NotConnected as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(wait_for_one)
        await until_async(lambda: pool._sleepers and len(pool._gate._queue) == 2)
        await pool.close()
    assert len(failures) == 3
    assert is_empty(pool)


def test_leaving_with_an_error_waits_for_nobody(office: Office) -> None:
    release, lent = threading.Event(), threading.Event()

    def borrow(pool: SmtpPool) -> None:
        with pool.connection():
            lent.set()
            release.wait(PATIENCE)

    pool = pool_at(office)
    borrower = threading.Thread(target=borrow, args=(pool,))
    borrower.start()
    assert lent.wait(PATIENCE)
    with pytest.raises(KeyError), pool:
        raise KeyError("mine")
    assert borrower.is_alive()
    release.set()
    borrower.join(PATIENCE)
    until(lambda: office.numbers("QUIT") == [1])


# --- after a fork ---


def test_a_fork_leaves_the_connections_to_the_parent(office: Office) -> None:
    pool = pool_at(office, size=1)
    pool.send(letter(1), envelope=ENVELOPE)
    pool.forked()
    with pool.connection() as smtp:
        smtp.send(letter(2), envelope=ENVELOPE)
        pool.forked()
        pool.send(letter(3), envelope=ENVELOPE)
    pool.send(letter(4), envelope=ENVELOPE)
    pool.close()
    assert is_empty(pool)
    assert office.numbers("MAIL") == [1, 2, 3, 3]
    until(lambda: office._open == set())
    assert office.numbers("QUIT") == [3]  # what is the parent's is not spoken on


FORKING = """
import os, sys
from mailwright.mime.envelope import Envelope
from mailwright.smtp.pool import SmtpPool
pool = SmtpPool("127.0.0.1", int(sys.argv[1]))
envelope = Envelope("a@example.com", ["b@example.com"])
pool.send(b"Subject: 1", envelope=envelope)
child = os.fork()
pool.send(b"Subject: 2" if child else b"Subject: 3", envelope=envelope)
pool.close()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_parent_and_child_send_on_connections_of_their_own(office: Office) -> None:
    subprocess.run([sys.executable, "-c", FORKING, str(office.port)], check=True, timeout=PATIENCE)
    assert sorted(office.subjects) == [1, 2, 3]
    assert sorted(office.numbers("MAIL")) == [1, 1, 2]
    assert sorted(office.numbers("QUIT")) == [1, 2]
