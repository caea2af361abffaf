"""What a pool gains where the server takes its time: one connection against pools, in threads and in tasks.

    python bench/pool.py [--messages N] [--rounds N] [--delay MILLISECONDS] [--callers N]

The server runs in a process of its own and thinks for 5 ms before every reply, each connection for itself, as one that
looks things up does. The same messages are sent one after the other on one connection, and by many callers at once
through pools of several sizes. Contestants take turns for several rounds; medians are shown, with the ratio to the one
connection in the same world. Last comes what a pool costs where nobody has to wait: one caller, no delay.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import anyio

from mailwright import AsyncSmtpClient, Envelope, Security, SmtpClient
from mailwright.smtp.async_pool import AsyncSmtpPool
from mailwright.smtp.pool import SmtpPool

HOST = "127.0.0.1"
ENVELOPE = Envelope("alice@example.com", ["bob@example.com"])
LETTER = b"Subject: hello\r\n\r\n" + b"a line of a plain message, as people write them.\r\n" * 40
SIZES = (2, 4, 8, 16)
MOST_MESSAGES = 10**9  # connections are not to wear out while the clock runs


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """One connection of the slow server."""

    async def say(reply: bytes) -> None:
        if delay:
            await asyncio.sleep(delay)
        writer.write(reply + b"\r\n")

    usual = {b"EHLO": b"250-slow\r\n250-PIPELINING\r\n250 8BITMIME", b"DATA": b"354 go on", b"QUIT": b"221 bye"}
    await say(b"220 slow")
    while line := await reader.readline():
        verb = line.split()[0].upper()
        await say(usual.get(verb, b"250 ok"))
        if verb == b"QUIT":
            break
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            await say(b"250 ok")
    writer.close()


async def serve(delay: float) -> None:
    """The slow server; says its port first."""
    server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, delay), HOST, 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def slow_server(delay: float) -> Iterator[int]:
    """Run it in a process of its own."""
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(delay)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


class Contest:
    """Ways to send so many messages; each gives messages per second."""

    def __init__(self, port: int, count: int, callers: int) -> None:
        self.port = port
        self.count = count
        self.callers = callers

    def rate(self, begin: float) -> float:
        """Messages per second since then."""
        return self.count / (time.perf_counter() - begin)

    def one(self) -> float:
        """One connection."""
        with SmtpClient(HOST, self.port, security=Security.NONE) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                smtp.send(LETTER, envelope=ENVELOPE)
            return self.rate(begin)

    def pooled(self, size: int, callers: int) -> float:
        """A pool, connecting included."""
        with (
            SmtpPool(HOST, self.port, security=Security.NONE, size=size, max_messages=MOST_MESSAGES) as pool,
            ThreadPoolExecutor(callers) as threads,
        ):
            begin = time.perf_counter()
            for receipt in threads.map(lambda _: pool.send(LETTER, envelope=ENVELOPE), range(self.count)):
                assert receipt.accepted
            return self.rate(begin)

    def pooled_alone(self) -> float:
        """A pool with one caller and no threads."""
        with SmtpPool(HOST, self.port, security=Security.NONE, size=1, max_messages=MOST_MESSAGES) as pool:
            begin = time.perf_counter()
            for _ in range(self.count):
                pool.send(LETTER, envelope=ENVELOPE)
            return self.rate(begin)

    async def async_one(self) -> float:
        """As ``one``."""
        async with AsyncSmtpClient(HOST, self.port, security=Security.NONE) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                await smtp.send(LETTER, envelope=ENVELOPE)
            return self.rate(begin)

    async def async_pooled(self, size: int, callers: int) -> float:
        """As ``pooled``."""
        numbers = iter(range(self.count))

        async def call() -> None:
            for _ in numbers:
                await pool.send(LETTER, envelope=ENVELOPE)

        async with AsyncSmtpPool(
            HOST, self.port, security=Security.NONE, size=size, max_messages=MOST_MESSAGES
        ) as pool:
            begin = time.perf_counter()
            async with anyio.create_task_group() as group:
                for _ in range(callers):
                    group.start_soon(call)
            return self.rate(begin)


def race(contestants: dict[str, Callable[[], float]], rounds: int) -> None:
    """Everybody in turn, several times; the first is who the others are measured by."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            rates[name].append(contestant())
    medians = {name: statistics.median(found) for name, found in rates.items()}
    first = next(iter(medians))
    print(f"\n{'':36} messages/s   against {first}")
    for name, median in medians.items():
        print(f"{name:36} {median:10,.0f}   {median / medians[first]:5.2f}x   ({min(rates[name]):,.0f} at least)")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200, help="for each contestant and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--delay", type=float, default=5.0, help="milliseconds before each reply")
    parser.add_argument("--callers", type=int, default=32, help="threads or tasks")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        asyncio.run(serve(given.serve))
        return
    print(f"{given.messages} messages of {len(LETTER)} octets, {given.callers} callers, {given.rounds} rounds, medians")
    callers = given.callers
    with slow_server(given.delay / 1000) as port:
        contest = Contest(port, given.messages, callers)
        sync: dict[str, Callable[[], float]] = {"one connection": contest.one}
        for size in SIZES:
            sync[f"SmtpPool of {size}"] = partial(contest.pooled, size, callers)
        race(sync, given.rounds)
        for backend in ("asyncio", "trio"):
            on = partial(anyio.run, backend=backend)
            awaited: dict[str, Callable[[], float]] = {f"one connection, {backend}": partial(on, contest.async_one)}
            for size in SIZES:
                awaited[f"AsyncSmtpPool of {size}, {backend}"] = partial(on, contest.async_pooled, size, callers)
            race(awaited, given.rounds)
    with slow_server(0) as port:
        alone = Contest(port, 5 * given.messages, 1)
        race({"one connection, no delay": alone.one, "SmtpPool, one caller": alone.pooled_alone}, given.rounds)
        race(
            {
                "one connection, no delay, asyncio": lambda: anyio.run(alone.async_one),
                "AsyncSmtpPool, one caller, asyncio": lambda: anyio.run(alone.async_pooled, 1, 1),
            },
            given.rounds,
        )


if __name__ == "__main__":
    main()
