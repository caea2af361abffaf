"""Listening: connections handed to whoever receives them."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import anyio

from mailwright.errors import MailError
from mailwright.net.streams import AnyioStream, SocketStream
from mailwright.net.tls import ServerTls, Tls

__all__ = ["Bound", "Listener", "bind", "serve"]

_log = logging.getLogger(__name__)

_BACKLOG: Final = 512  # connections waiting to be accepted
_CONNECTIONS: Final = 1_000  # connections handled at once; one more waits
_OUT_OF_FILES: Final = 0.1  # seconds to wait when the system has no file descriptor to give

Handle = Callable[[AnyioStream], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A listening socket.

    Attributes:
        port: where it listens.
    """

    sock: socket.socket
    port: int

    def close(self) -> None:
        """Stop listening."""
        self.sock.close()


def bind(host: str, port: int) -> Bound:
    """Listen; port 0 takes any free one.

    Raises:
        OSError: with a message that names the address and says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"cannot listen at {host} port {port}: {_advice(error)}") from None
    return Bound(sock, int(sock.getsockname()[1]))


def _advice(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "something else does already; choose another port"
    if error.errno == errno.EACCES:
        return "ports below 1024 belong to the administrator; choose a higher one"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine does not have that address"
    return str(error.strerror).lower()


async def serve(bound: Bound, handle: Handle, tls: Tls | ServerTls) -> None:
    """Accept connections until cancelled, each handled in a task of its own.

    A connection that fails ends alone: what goes wrong with one peer is no reason to stop serving the others.
    """
    limiter = anyio.CapacityLimiter(_CONNECTIONS)

    async def one(accepted: socket.socket) -> None:
        try:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = AnyioStream(accepted, tls)
        except OSError:  # the peer was gone before we looked
            accepted.close()
            return
        try:
            async with limiter:
                await handle(stream)
        except (MailError, OSError):
            pass  # the peer is gone, or was hung up on
        except Exception:  # noqa: BLE001  it is logged whole
            _log.exception("receiving from %s failed", stream.peer)
        finally:
            stream.abort()

    sock = bound.sock
    sock.setblocking(False)
    async with anyio.create_task_group() as group:
        while True:
            await anyio.wait_readable(sock)
            try:
                accepted, _ = sock.accept()
            except (BlockingIOError, ConnectionAbortedError):
                continue  # the peer changed its mind
            except OSError:  # no file descriptors left: let connections end before taking more
                await anyio.sleep(_OUT_OF_FILES)
                continue
            group.start_soon(one, accepted)


class Listener:
    """A blocking listener on loopback, for one connection after the other.

    Args:
        tls: how to do TLS, when a connection asks for it.
    """

    def __init__(self, tls: Tls | ServerTls) -> None:
        self._tls = tls
        bound = bind("127.0.0.1", 0)
        self._sock, self.port = bound.sock, bound.port

    def accept(self, seconds: float) -> SocketStream:
        """Wait for a connection.

        Raises:
            TimeoutError: none came.
        """
        self._sock.settimeout(seconds)
        sock, _ = self._sock.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return SocketStream(sock, self._tls)

    def close(self) -> None:
        """Stop listening; a waiting :meth:`accept` ends with an ``OSError``."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # some systems do not shut down what only listens
        self._sock.close()
