"""Streams: the two ends of the world. One blocks, one awaits, both do the same and fail the same.

A stream reads, writes, becomes TLS in place, closes in order or aborts. When the peer is gone it raises
:class:`ConnectionLost`; when the seconds are over, the builtin ``TimeoutError``, and the performer, who knows what was
being waited for, says so in its own.
"""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Callable
from typing import Final, Protocol

import anyio

from mailwright.errors import ConnectionLost, MailError
from mailwright.net.channel import TlsChannel
from mailwright.net.tls import ServerTls, Tls, TlsFacts

__all__ = ["AnyioStream", "AsyncStream", "SocketStream", "Stream"]

_CHUNK: Final = 65_536  # one read; also what a loopback interface hands over at once
_GOODBYE: Final = 1.0  # seconds for a close_notify nobody needs


class _Ends(Protocol):
    """What is known of a connection's two ends."""

    @property
    def tls(self) -> TlsFacts | None:
        """What was negotiated; ``None`` in plaintext."""
        ...

    @property
    def peer(self) -> str:
        """The peer's IP address, or the path of a unix socket."""
        ...

    def has_input(self) -> bool:
        """Whether something waits to be read, or the end has come; known without waiting."""
        ...

    @property
    def local(self) -> str:
        """Our own address on this connection."""
        ...


class Stream(_Ends, Protocol):
    """A connection in blocking code."""

    def read(self, seconds: float) -> bytes:
        """Wait for bytes; ``b""`` when the peer has closed."""
        ...

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of it."""
        ...

    def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Become TLS: as a client towards ``server_name``, as a server with ``None``."""
        ...

    def close(self) -> None:
        """Close in order."""
        ...

    def abort(self) -> None:
        """Close now."""
        ...


class AsyncStream(_Ends, Protocol):
    """A connection in asyncio or trio."""

    async def read(self, seconds: float) -> bytes:
        """Wait for bytes; ``b""`` when the peer has closed."""
        ...

    async def write(self, data: bytes, seconds: float) -> None:
        """Send all of it."""
        ...

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Become TLS."""
        ...

    async def close(self) -> None:
        """Close in order."""
        ...

    def abort(self) -> None:
        """Close now, without waiting for anything, so that it works in a cancelled task."""
        ...


def channel_for(tls: Tls | ServerTls, server_name: str | None) -> TlsChannel:
    """The TLS machine for this side of a connection."""
    if isinstance(tls, ServerTls):
        return TlsChannel(tls.context(), None)
    if server_name is None:
        raise ValueError("a client's TLS needs the name of the server")
    return TlsChannel(tls.client_context(), tls.server_name or server_name, tls)


def _shown(end: Callable[[], tuple[object, ...] | str | bytes]) -> str:
    try:
        address = end()
    except OSError:
        return ""  # the peer was gone before we looked, as the first read or write will say
    return str(address[0]) if isinstance(address, tuple) else os.fsdecode(address)


def _lost(error: Exception) -> ConnectionLost:
    reason = (isinstance(error, OSError) and error.strerror) or "it was closed on our side"
    return ConnectionLost(f"The connection broke: {reason}.", "Connect again to go on.")


def _is_readable(sock: socket.socket) -> bool:
    """Look at what a socket that does not wait has to read."""
    try:
        _ = sock.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:  # it is gone, which whoever reads will be told
        return True
    return True


class SocketStream:
    """A blocking socket.

    Args:
        sock: connected.
        tls: how to do TLS, when it is asked for.
    """

    __slots__ = ("_channel", "_early", "_seconds", "_sock", "_tls", "local", "peer", "tls")

    def __init__(self, sock: socket.socket, tls: Tls | ServerTls) -> None:
        self._sock = sock
        self._tls = tls
        self._channel: TlsChannel | None = None
        self._early = b""
        self._seconds = math.nan
        self.tls: TlsFacts | None = None
        self.peer, self.local = _shown(sock.getpeername), _shown(sock.getsockname)

    def read(self, seconds: float) -> bytes:
        """Wait for bytes; ``b""`` when the peer has closed."""
        if self._channel is None:
            return self._receive(seconds)
        if self._early:
            early, self._early = self._early, b""
            return early
        if self._channel.ended:
            return b""
        deadline = time.monotonic() + seconds
        while True:
            received = self._receive(max(deadline - time.monotonic(), 0.001))
            if not received:
                return b""
            plain = self._channel.decrypt(received)
            if plain is not None:
                return plain

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of it."""
        self._send(data if self._channel is None else self._channel.encrypt(data), seconds)

    def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Become TLS."""
        channel = channel_for(self._tls, server_name)
        deadline = time.monotonic() + seconds
        talk = channel.handshake()
        received: bytes | None = None
        try:
            while True:
                out = next(talk) if received is None else talk.send(received)
                left = max(deadline - time.monotonic(), 0.001)
                if out:
                    self._send(out, left)
                received = self._receive(left)
        except StopIteration as done:
            facts: TlsFacts = done.value
        except MailError:
            self._send_quietly(channel.outgoing())
            raise
        self._send(channel.outgoing(), seconds)
        self._channel = channel
        self._early = channel.decrypt(b"") or b""  # came in one segment with the end of the handshake
        self.tls = facts
        return facts

    def close(self) -> None:
        """Close in order."""
        if self._channel is not None:
            self._send_quietly(self._channel.farewell())
        self.abort()

    def abort(self) -> None:
        """Close now."""
        self._sock.close()

    def has_input(self) -> bool:
        """Whether something waits to be read, or the end has come; a TLS record may turn out to hold nothing."""
        self._patient(0.0)
        return bool(self._early) or _is_readable(self._sock)

    def _patient(self, seconds: float) -> None:
        if seconds != self._seconds:  # each settimeout is a system call
            self._sock.settimeout(seconds)
            self._seconds = seconds

    def _receive(self, seconds: float) -> bytes:
        try:
            self._patient(seconds)
            return self._sock.recv(_CHUNK)
        except TimeoutError:
            raise
        except OSError as error:
            raise _lost(error) from error

    def _send(self, data: bytes, seconds: float) -> None:
        try:
            self._patient(seconds)
            self._sock.sendall(data)
        except TimeoutError:
            raise
        except OSError as error:
            raise _lost(error) from error

    def _send_quietly(self, data: bytes) -> None:
        try:
            self._send(data, _GOODBYE)
        except (MailError, TimeoutError):
            pass  # the peer need not hear it


class AnyioStream:
    """A non-blocking socket in asyncio or trio.

    The event loop is asked only to wait, by ``anyio.wait_readable`` and ``wait_writable``. Everything else is the
    socket's own: a transport with its queues and flow control costs more than our whole conversation does.

    Args:
        sock: connected.
        tls: how to do TLS, when it is asked for.
    """

    __slots__ = ("_channel", "_early", "_sock", "_tls", "local", "peer", "tls")

    def __init__(self, sock: socket.socket, tls: Tls | ServerTls) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._tls = tls
        self._channel: TlsChannel | None = None
        self._early = b""
        self.tls: TlsFacts | None = None
        self.peer, self.local = _shown(sock.getpeername), _shown(sock.getsockname)

    async def read(self, seconds: float) -> bytes:
        """Wait for bytes; ``b""`` when the peer has closed."""
        with anyio.move_on_after(seconds):
            if self._channel is None:
                return await self._receive()
            if self._early:
                early, self._early = self._early, b""
                return early
            if self._channel.ended:
                return b""
            while received := await self._receive():
                plain = self._channel.decrypt(received)
                if plain is not None:
                    return plain
            return b""
        raise TimeoutError

    async def write(self, data: bytes, seconds: float) -> None:
        """Send all of it."""
        await self._send(data if self._channel is None else self._channel.encrypt(data), seconds)

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Become TLS."""
        channel = channel_for(self._tls, server_name)
        talk = channel.handshake()
        received: bytes | None = None
        with anyio.fail_after(seconds):
            try:
                while True:
                    out = next(talk) if received is None else talk.send(received)
                    if out:
                        await self._send(out, seconds)
                    received = await self._receive()
            except StopIteration as done:
                facts: TlsFacts = done.value
            except MailError:
                await self._send_quietly(channel.outgoing())
                raise
            await self._send(channel.outgoing(), seconds)
        self._channel = channel
        self._early = channel.decrypt(b"") or b""  # came in one segment with the end of the handshake
        self.tls = facts
        return facts

    async def close(self) -> None:
        """Close in order."""
        if self._channel is not None:
            await self._send_quietly(self._channel.farewell())
        self.abort()

    def abort(self) -> None:
        """Close now, without waiting for anything, so that it works in a cancelled task."""
        if self._sock.fileno() >= 0:
            try:
                anyio.notify_closing(self._sock)
            except RuntimeError:
                pass  # the event loop is gone, and nobody waits
            self._sock.close()

    def has_input(self) -> bool:
        """Whether something waits to be read, or the end has come; a TLS record may turn out to hold nothing."""
        return bool(self._early) or _is_readable(self._sock)

    async def _receive(self) -> bytes:
        while True:
            try:
                await anyio.wait_readable(self._sock)
                return self._sock.recv(_CHUNK)
            except (BlockingIOError, InterruptedError):
                continue  # somebody cried wolf
            except (OSError, ValueError, anyio.ClosedResourceError) as error:
                raise _lost(error) from error

    async def _send(self, data: bytes, seconds: float) -> None:
        rest = memoryview(data)
        deadline: float | None = None  # most writes never wait, and need no clock
        while rest:
            try:
                rest = rest[self._sock.send(rest) :]
            except (BlockingIOError, InterruptedError):
                now = time.monotonic()
                deadline = now + seconds if deadline is None else deadline
                with anyio.fail_after(max(deadline - now, 0)):
                    await anyio.wait_writable(self._sock)
            except (OSError, anyio.ClosedResourceError) as error:
                raise _lost(error) from error

    async def _send_quietly(self, data: bytes) -> None:
        try:
            await self._send(data, _GOODBYE)
        except (MailError, TimeoutError):
            pass  # the peer need not hear it
