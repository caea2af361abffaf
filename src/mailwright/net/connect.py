"""Connecting: every address is tried, the next one without waiting for the last (Happy Eyeballs, RFC 8305).

Attempts are staggered: each gets a head start of 250 ms, or less when it fails sooner, and whichever connects first
wins. Blocking code does that with non-blocking sockets and a selector, asyncio and trio with tasks.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from typing import Final

import anyio

from mailwright.errors import ConnectError, ConnectRefused, ConnectTimeout, Unreachable
from mailwright.net.endpoint import Endpoint
from mailwright.net.resolve import aresolve, resolve, too_slow
from mailwright.net.streams import AnyioStream, SocketStream
from mailwright.net.tls import Tls

__all__ = ["aconnect", "connect"]

_HEAD_START: Final = 0.25  # seconds; RFC 8305 8, Connection Attempt Delay
_IN_PROGRESS: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}
_FIREWALLED: Final = {errno.EPERM, errno.EACCES}

Failures = list[tuple[str, OSError]]


def connect(endpoint: Endpoint, tls: Tls, *, seconds: float, source: str | None = None) -> SocketStream:
    """Connect to an endpoint in blocking code.

    Args:
        endpoint: where to.
        tls: how to do TLS, when it comes to that.
        seconds: for resolving the name and connecting together.
        source: the local IP address to connect from.

    Raises:
        ConnectError: one of its leaves, naming every address tried.
    """
    deadline = time.monotonic() + seconds
    addresses = resolve(endpoint, seconds)
    failures: Failures = []
    sock = _race(addresses, endpoint.port, source, deadline, failures)
    if sock is None:
        raise _failed(endpoint, addresses, failures, seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return SocketStream(sock, tls)


async def aconnect(endpoint: Endpoint, tls: Tls, *, seconds: float, source: str | None = None) -> AnyioStream:
    """As :func:`connect`, in asyncio and trio."""
    failures: Failures = []
    addresses: list[str] = []
    with anyio.move_on_after(seconds):
        addresses = await aresolve(endpoint)
        sock = await _arace(addresses, endpoint.port, source, failures)
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return AnyioStream(sock, tls)
    if not addresses:
        raise too_slow(endpoint, seconds)
    raise _failed(endpoint, addresses, failures, seconds)


# --- blocking ---------------------------------------------------------------------------------------------------------


def _race(
    addresses: Sequence[str], port: int, source: str | None, deadline: float, failures: Failures
) -> socket.socket | None:
    waiting = list(reversed(addresses))
    next_start = 0.0
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or selector.get_map():
                now = time.monotonic()
                if now >= deadline:
                    return None
                if waiting and (now >= next_start or not selector.get_map()):
                    _start(waiting.pop(), port, source, selector, failures)
                    next_start = now + _HEAD_START
                    continue
                until = min(next_start, deadline) if waiting else deadline
                for key, _ in selector.select(max(until - now, 0)):
                    if (sock := _finished(key, selector, failures)) is not None:
                        return sock
            return None
        finally:
            for key in list((selector.get_map() or {}).values()):
                selector.unregister(key.fileobj)
                _socket(key).close()


def _start(address: str, port: int, source: str | None, selector: selectors.BaseSelector, failures: Failures) -> None:
    try:
        selector.register(_begin(address, port, source), selectors.EVENT_WRITE, address)
    except OSError as error:
        failures.append((address, error))


def _begin(address: str, port: int, source: str | None) -> socket.socket:
    """A socket that is connecting."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if source is not None:
            sock.bind((source, 0))
        code = sock.connect_ex((address, port))
        if code and code not in _IN_PROGRESS:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


def _finished(key: selectors.SelectorKey, selector: selectors.BaseSelector, failures: Failures) -> socket.socket | None:
    sock = _socket(key)
    selector.unregister(sock)
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code == 0:
        return sock
    sock.close()
    failures.append((str(key.data), OSError(code, os.strerror(code))))
    return None


def _socket(key: selectors.SelectorKey) -> socket.socket:
    if not isinstance(key.fileobj, socket.socket):
        raise TypeError("only sockets are registered here")
    return key.fileobj


# --- asyncio and trio -------------------------------------------------------------------------------------------------


async def _arace(addresses: Sequence[str], port: int, source: str | None, failures: Failures) -> socket.socket | None:
    winners: list[socket.socket] = []

    async def attempt(address: str, over: anyio.Event) -> None:
        try:
            sock = await _attempt(address, port, source)
        except OSError as error:
            failures.append((address, error))
            over.set()
            return
        winners.append(sock)
        group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                over = anyio.Event()
                group.start_soon(attempt, address, over)
                with anyio.move_on_after(_HEAD_START):
                    await over.wait()
    except BaseException:  # cancelled from outside while one had just connected
        for sock in winners:
            sock.close()
        raise
    for late in winners[1:]:  # two finished in the same turn of the loop
        late.close()
    return winners[0] if winners else None


async def _attempt(address: str, port: int, source: str | None) -> socket.socket:
    sock = _begin(address, port, source)
    try:
        await anyio.wait_writable(sock)
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))
    except BaseException:
        anyio.notify_closing(sock)
        sock.close()
        raise
    return sock


# --- what to say ------------------------------------------------------------------------------------------------------


def _failed(endpoint: Endpoint, addresses: Sequence[str], failures: Failures, seconds: float) -> ConnectError:
    kind, what, hint, reference = _judged(endpoint, addresses, failures, seconds)
    if list(addresses) != [endpoint.ascii_host]:
        reasons = {address: _reason(error) for address, error in failures}
        tried = "; ".join(f"{address}: {reasons.get(address, 'no answer')}" for address in addresses)
        what = f"{what.rstrip('.')} ({tried})."
    return kind(what, hint, reference=reference, stage="tcp", host=endpoint.host, port=endpoint.port)


def _judged(
    endpoint: Endpoint, addresses: Sequence[str], failures: Failures, seconds: float
) -> tuple[type[ConnectError], str, str, str | None]:
    numbers = {error.errno for _, error in failures}
    if len(failures) < len(addresses):
        return (
            ConnectTimeout,
            f"{endpoint} did not accept a connection within {seconds:g} seconds.",
            "A firewall may drop the packets; providers often block port 25, try 587 or 465.",
            None,
        )
    if errno.ECONNREFUSED in numbers:
        return (
            ConnectRefused,
            f"Nothing accepts connections at {endpoint}.",
            "Check the port (465 and 587 take mail from people, 25 from servers), and that the server runs.",
            None,
        )
    if numbers & _FIREWALLED:
        return Unreachable, f"This machine's own rules forbid connecting to {endpoint}.", "", "local-firewall-denied"
    reasons = ", ".join(dict.fromkeys(_reason(error) for _, error in failures))
    return Unreachable, f"No way leads to {endpoint}: {reasons}.", "Check this machine's network.", None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
