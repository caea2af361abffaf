"""How fast mail leaves on one connection, beside smtplib and aiosmtplib, and what a large attachment costs in memory.

    python bench/send.py [--messages N] [--rounds N] [--megabytes N] [--far N] [--milliseconds N]

The server is Postfix's ``smtp-sink`` on loopback: it takes everything and keeps nothing. Everybody sends the same
2 kB message on one connection; contestants take turns for several rounds, and medians are shown, with the ratio to the
peer in the same world. ``bytes`` are handed over as they are; ``message`` is each library's own message object, made
beforehand and rendered while sending.

``--far`` messages are also sent to a server that is far away: mailwright's own receiver, which takes chunks, behind a
proxy that delivers every octet half of ``--milliseconds`` later. With DATA each message waits for a go-ahead.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import anyio

from mailwright import AsyncSmtpClient, Envelope, Message, SmtpClient, Transcript
from mailwright.devserver import Receiver

SENDER, RECIPIENT = "alice@example.com", "bob@example.com"
ENVELOPE = Envelope(SENDER, [RECIPIENT])
TEXT = "".join(f"{number:2}: a line of a plain message, as people write them.\n" for number in range(33))
MEMORY = """
import resource, sys
from mailwright import Envelope, Message, SmtpClient

message = Message(from_="a@example.com", to="b@example.com", subject="large", text="see file")
message.attach(sys.argv[2])
with SmtpClient("127.0.0.1", int(sys.argv[1])) as smtp:
    smtp.send(b"Subject: small", envelope=Envelope("a@example.com", ["b@example.com"]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    smtp.send(message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        sys.exit("smtp-sink is not installed; it comes with Postfix (apt-get install postfix)")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "200"], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield port
    finally:
        process.kill()
        process.wait()


def ours(count: int) -> list[Message]:
    """Messages of our own."""
    return [Message(from_=SENDER, to=RECIPIENT, subject=f"number {n}", text=TEXT) for n in range(count)]


def theirs(count: int) -> list[EmailMessage]:
    """The same messages of the standard library."""
    made: list[EmailMessage] = []
    for number in range(count):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, f"number {number}"
        message.set_content(TEXT)
        made.append(message)
    return made


class Contest:
    """Everybody who sends, each on one connection; a method gives messages per second."""

    def __init__(self, port: int, count: int) -> None:
        self.port = port
        self.count = count
        self.raw = ours(1)[0].to_bytes()

    def rate(self, begin: float) -> float:
        """Messages per second since then."""
        return self.count / (time.perf_counter() - begin)

    def mailwright_bytes(self) -> float:
        """``send`` with bytes."""
        with SmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                smtp.send(self.raw, envelope=ENVELOPE)
            return self.rate(begin)

    def mailwright_message(self) -> float:
        """``send`` with messages."""
        messages = ours(self.count)
        with SmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for message in messages:
                smtp.send(message)
            return self.rate(begin)

    def mailwright_many_bytes(self) -> float:
        """``send_many`` with bytes."""
        with SmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            accepted(smtp.send_many([(self.raw, ENVELOPE)] * self.count))
            return self.rate(begin)

    def mailwright_many_message(self) -> float:
        """``send_many`` with messages."""
        messages = ours(self.count)
        with SmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            accepted(smtp.send_many(messages))
            return self.rate(begin)

    def smtplib_bytes(self) -> float:
        """``sendmail``."""
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                smtp.sendmail(SENDER, [RECIPIENT], self.raw)
            return self.rate(begin)

    def smtplib_message(self) -> float:
        """``send_message``."""
        messages = theirs(self.count)
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for message in messages:
                smtp.send_message(message)
            return self.rate(begin)

    async def mailwright_async_bytes(self) -> float:
        """``send`` with bytes."""
        async with AsyncSmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                await smtp.send(self.raw, envelope=ENVELOPE)
            return self.rate(begin)

    async def mailwright_async_message(self) -> float:
        """``send`` with messages."""
        messages = ours(self.count)
        async with AsyncSmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            for message in messages:
                await smtp.send(message)
            return self.rate(begin)

    async def mailwright_async_many_bytes(self) -> float:
        """``send_many`` with bytes."""
        async with AsyncSmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            accepted([receipt async for receipt in smtp.send_many([(self.raw, ENVELOPE)] * self.count)])
            return self.rate(begin)

    async def mailwright_async_many_message(self) -> float:
        """``send_many`` with messages."""
        messages = ours(self.count)
        async with AsyncSmtpClient("127.0.0.1", self.port) as smtp:
            begin = time.perf_counter()
            accepted([receipt async for receipt in smtp.send_many(messages)])
            return self.rate(begin)

    async def aiosmtplib_bytes(self) -> float:
        """``sendmail``."""
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False) as smtp:
            begin = time.perf_counter()
            for _ in range(self.count):
                await smtp.sendmail(SENDER, [RECIPIENT], self.raw)
            return self.rate(begin)

    async def aiosmtplib_message(self) -> float:
        """``send_message``."""
        messages = theirs(self.count)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False) as smtp:
            begin = time.perf_counter()
            for message in messages:
                await smtp.send_message(message)
            return self.rate(begin)


def accepted(receipts: object) -> None:
    """See to it that nothing was refused while the clock ran."""
    for receipt in receipts:  # type: ignore[attr-defined]  # an iterator or a list
        if not receipt.accepted:
            raise SystemExit(f"refused: {receipt}")


def race(contest: Contest, rounds: int) -> None:
    """Everybody in turn, several times; then the table."""
    sync: dict[str, Callable[[], float]] = {
        "smtplib": contest.smtplib_bytes,
        "mailwright send": contest.mailwright_bytes,
        "mailwright send_many": contest.mailwright_many_bytes,
        "smtplib (message)": contest.smtplib_message,
        "mailwright send (message)": contest.mailwright_message,
        "mailwright send_many (message)": contest.mailwright_many_message,
    }
    awaited: dict[str, Callable[[], float]] = {
        "aiosmtplib": lambda: asyncio.run(contest.aiosmtplib_bytes()),
        "mailwright asyncio send": lambda: anyio.run(contest.mailwright_async_bytes),
        "mailwright asyncio send_many": lambda: anyio.run(contest.mailwright_async_many_bytes),
        "mailwright trio send_many": lambda: anyio.run(contest.mailwright_async_many_bytes, backend="trio"),
        "aiosmtplib (message)": lambda: asyncio.run(contest.aiosmtplib_message()),
        "mailwright asyncio send (message)": lambda: anyio.run(contest.mailwright_async_message),
        "mailwright asyncio send_many (message)": lambda: anyio.run(contest.mailwright_async_many_message),
    }
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, contestant in {**sync, **awaited}.items():
            rates.setdefault(name, []).append(contestant())
    for peer, group in (("smtplib", sync), ("aiosmtplib", awaited)):
        print(f"\n{'':42} messages/s   against {peer}")
        for name in group:
            beside = f"{peer} (message)" if name.endswith("(message)") else peer
            median = statistics.median(rates[name])
            print(f"{name:42} {median:10,.0f}   {median / statistics.median(rates[beside]):5.2f}x")


def flight(port: int) -> None:
    """A thousand recipients in one flight: how often the client waits before the content."""
    transcript = Transcript()
    envelope = Envelope(SENDER, [f"user{number}@example.com" for number in range(1000)])
    with SmtpClient("127.0.0.1", port, transcript=transcript) as smtp:
        begin = time.perf_counter()
        receipt = smtp.send(b"Subject: to many\r\n\r\n", envelope=envelope)
        seconds = time.perf_counter() - begin
    entries = transcript.entries
    first = next(at for at, entry in enumerate(entries) if entry.text.startswith("MAIL FROM"))
    last = next(at for at, entry in enumerate(entries) if entry.text == "QUIT")
    turns = [entry.who for entry in entries[first:last]]
    trips = sum(1 for turn in itertools.pairwise(turns) if turn == ("C", "S"))
    print(f"\n1,000 recipients: {len(receipt.accepted)} accepted in {seconds * 1000:.0f} ms and {trips} round trips:")
    print("  one for MAIL, 1,000 RCPT and DATA together, one for the content")


def memory(port: int, megabytes: int) -> None:
    """How much a large attachment adds to the peak memory of a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.bin"
        with path.open("wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(port), str(path)], capture_output=True, text=True, check=True
        )
        seconds = time.perf_counter() - begin
    print(f"\n{megabytes} MB attachment: peak memory grew by {int(done.stdout) / 1024:.1f} MB, sent in {seconds:.1f} s")


class Distance:
    """A proxy in front of a server on loopback that delivers every octet so many seconds later."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = 0
        self._server = port
        self._seconds = seconds
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    def __enter__(self) -> Distance:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _run(self) -> None:
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            await asyncio.wait(left, timeout=2)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._server)
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer), return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                when, data = await due.get()
                await asyncio.sleep(when - self._loop.time())
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        delivering = asyncio.create_task(deliver())
        while data := await reader.read(1 << 16):
            due.put_nowait((self._loop.time() + self._seconds, data))
        due.put_nowait((self._loop.time() + self._seconds, b""))
        await delivering


def far(count: int, milliseconds: float) -> None:
    """How fast mail leaves to a server far away, by DATA and by BDAT."""

    def by(method: str, *, chunking: bool) -> Callable[[Contest], float]:
        def send(contest: Contest) -> float:
            with SmtpClient("127.0.0.1", contest.port, chunking=chunking) as smtp:
                begin = time.perf_counter()
                if method == "send":
                    accepted([smtp.send(contest.raw, envelope=ENVELOPE) for _ in range(count)])
                else:
                    accepted(smtp.send_many([(contest.raw, ENVELOPE)] * count))
                return contest.rate(begin)

        return send

    contestants: dict[str, Callable[[Contest], float]] = {
        "smtplib": Contest.smtplib_bytes,
        "aiosmtplib": lambda contest: asyncio.run(contest.aiosmtplib_bytes()),
        "mailwright send, DATA": by("send", chunking=False),
        "mailwright send, BDAT": by("send", chunking=True),
        "mailwright send_many, DATA": by("send_many", chunking=False),
        "mailwright send_many, BDAT": by("send_many", chunking=True),
    }
    print(f"\n{count} messages to a server {milliseconds:.0f} ms away (there and back)")
    with Receiver(starttls=False) as receiver, Distance(receiver.port, milliseconds / 2000) as distance:
        first = 0.0
        for name, send in contestants.items():
            rate = send(Contest(distance.port, count))
            first = first or rate
            print(f"{name:42} {rate:10,.1f} messages/s   {rate / first:5.1f}x")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000, help="for each contestant and round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, default=500, help="size of the large attachment")
    parser.add_argument("--far", type=int, default=50, help="messages to the server far away")
    parser.add_argument("--milliseconds", type=float, default=40, help="how far away it is, there and back")
    given = parser.parse_args()
    with sink() as port:
        contest = Contest(port, given.messages)
        print(f"{given.messages} messages of {len(contest.raw)} octets, {given.rounds} rounds, medians")
        race(contest, given.rounds)
        flight(port)
        memory(port, given.megabytes)
    far(given.far, given.milliseconds)


if __name__ == "__main__":
    main()
