"""The server closes or falls silent after each byte of a session with BDAT: doubt where it is due, in every world."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from mailwright import AsyncSmtpClient, Envelope, Message, SmtpClient
from mailwright.dialogue import Dialogue
from mailwright.errors import ConnectionLost, MailError, Timeout
from mailwright.net import AsyncConnection, Connection, Security
from mailwright.smtp.parcel import Parcel
from mailwright.smtp.session import Session
from mailwright.smtp.transaction import Partial, send
from mailwright.testing import AsyncMemoryStream, MemoryStream, Script

BODY = [b"Subject: hello\r\n\r\nbody\r\n"]
HELLO = """
S: 220 mail.example.com ESMTP
C: EHLO client.example.com
S: 250-mail.example.com
S: 250-PIPELINING
S: 250 CHUNKING
"""
ENVELOPE = "C: MAIL FROM:<a@example.com>\nC: RCPT TO:<b@example.com>\nC: RCPT TO:<c@example.com>\n"
CHUNK = "C: BDAT 24 LAST\nC: Subject: hello\nC|\\r\\n\nC: body\n"
ANSWERS = "S: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\nS: 550 5.1.1 Unknown\n"
FINE = "S: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\nS: 251 2.1.5 Ok\n"
END = "S: 250 2.0.0 Ok: queued as 4711\n"

# With the envelope the message may be accepted as soon as it was sent; behind it, only once that was answered.
AT_ONCE = HELLO + ENVELOPE + CHUNK + ANSWERS + END
BEHIND = HELLO + ENVELOPE + FINE + CHUNK + END


def said(script: str) -> int:
    return sum(len(step.data) for step in Script.parse(script).steps if step.who == "S")


def session(partial: Partial) -> Dialogue[str]:
    talk = Session("client.example.com")
    yield from talk.open(Security.NONE, "mail.example.com")
    parcel = Parcel(Envelope("a@example.com", ["b@example.com", "c@example.com"]), 24)
    receipt = yield from send(talk, parcel, partial=partial)
    return receipt.queue_id or ""


class Breaking(MemoryStream):
    """A stream that breaks after so many bytes."""

    def __init__(self, script: str, after: int, *, silent: bool) -> None:
        super().__init__(script, "byte")
        self.left = after
        self.silent = silent

    def read(self, seconds: float) -> bytes:
        if self.left == 0:
            if self.silent:
                raise TimeoutError
            return b""
        self.left -= 1
        return super().read(seconds)


class AsyncBreaking(AsyncMemoryStream):
    """As :class:`Breaking`, awaited."""

    def __init__(self, script: str, after: int, *, silent: bool) -> None:
        super().__init__(script, "byte")
        self._breaking = Breaking(script, after, silent=silent)

    async def read(self, seconds: float) -> bytes:
        await anyio.lowlevel.checkpoint()
        return self._breaking.read(seconds)

    async def write(self, data: bytes, seconds: float) -> None:
        self._breaking.write(data, seconds)


CASES = [(AT_ONCE, "deliver", said(HELLO)), (BEHIND, "abort", said(HELLO + FINE))]
each_case = pytest.mark.parametrize(("script", "partial", "doubt"), CASES, ids=["with its envelope", "behind it"])
each_end = pytest.mark.parametrize("silent", [False, True], ids=["closes", "falls silent"])


def check(script: str, doubt: int, after: int, error: MailError | None, *, silent: bool) -> None:
    if after >= said(script):
        assert error is None
        return
    assert isinstance(error, Timeout if silent else ConnectionLost), f"after {after} bytes: {error!r}"
    assert error.in_doubt == (after >= doubt), f"after {after} bytes"


@each_case
@each_end
def test_in_blocking_code(script: str, partial: Partial, doubt: int, silent: bool) -> None:
    for after in range(said(script) + 1):
        connection = Connection(Breaking(script, after, silent=silent))
        error: MailError | None = None
        try:
            assert connection.run(session(partial), BODY) == "4711"
        except MailError as caught:
            error = caught
        check(script, doubt, after, error, silent=silent)
        assert connection.closed == (error is not None)


@pytest.mark.anyio
@each_case
@each_end
async def test_in_asyncio_and_trio(script: str, partial: Partial, doubt: int, silent: bool) -> None:
    for after in range(said(script) + 1):
        connection = AsyncConnection(AsyncBreaking(script, after, silent=silent))
        error: MailError | None = None
        try:
            assert await connection.run(session(partial), BODY) == "4711"
        except MailError as caught:
            error = caught
        check(script, doubt, after, error, silent=silent)
        assert connection.closed == (error is not None)


@pytest.mark.anyio
async def test_a_server_that_closed_while_the_connection_rested_leaves_no_doubt() -> None:
    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as peer:
            peer.sendall(b"220 hello\r\n")
            _ = peer.recv(1000)
            peer.sendall(b"250-hello\r\n250-PIPELINING\r\n250 CHUNKING\r\n")

    async def lost(sending: Callable[[int], Awaitable[object]]) -> ConnectionLost:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=serve, args=(listener,))
            thread.start()
            with pytest.raises(ConnectionLost) as caught:
                await sending(listener.getsockname()[1])
            thread.join()
            return caught.value

    message = Message(from_="a@example.com", to="b@example.com", text="x")

    async def asynchronous(port: int) -> None:
        async with AsyncSmtpClient("127.0.0.1", port) as smtp:
            await anyio.sleep(0.05)  # so that the end has come
            await smtp.send(message)

    async def many(port: int) -> None:
        async with AsyncSmtpClient("127.0.0.1", port) as smtp:
            await anyio.sleep(0.05)
            _ = [receipt async for receipt in smtp.send_many([message, message])]

    async def blocking(port: int) -> None:
        def run() -> None:
            with SmtpClient("127.0.0.1", port) as smtp:
                time.sleep(0.05)
                smtp.send(message)

        await anyio.to_thread.run_sync(run)

    assert not (await lost(asynchronous)).in_doubt
    assert not (await lost(blocking)).in_doubt
    assert not (await lost(many)).in_doubt
