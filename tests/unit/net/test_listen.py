"""Listening: errors that say what to do, and connections that end alone."""

from __future__ import annotations

import errno
import socket

import anyio
import pytest

from mailwright.errors import ConnectionLost
from mailwright.net import AnyioStream, Tls
from mailwright.net.listen import Listener, bind, serve


def test_a_free_port_is_taken_and_named() -> None:
    bound = bind("127.0.0.1", 0)
    try:
        assert bound.port == bound.sock.getsockname()[1] > 0
    finally:
        bound.close()


@pytest.mark.parametrize(
    ("host", "code", "advice"),
    [("192.0.2.1", errno.EADDRNOTAVAIL, "does not have that address")],
)
def test_an_address_that_is_not_ours_is_named(host: str, code: int, advice: str) -> None:
    with pytest.raises(OSError, match=f"{host} port 0: .*{advice}") as caught:
        bind(host, 0)
    assert caught.value.errno == code


def test_a_port_in_use_is_named() -> None:
    first = bind("127.0.0.1", 0)
    try:
        with pytest.raises(OSError, match=f"port {first.port}: something else does already"):
            bind("127.0.0.1", first.port)
    finally:
        first.close()


def test_a_port_of_the_administrators_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: socket.socket, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    class Forbidden(socket.socket):
        bind = forbidden

    monkeypatch.setattr("mailwright.net.listen.socket.socket", Forbidden)
    with pytest.raises(OSError, match="ports below 1024 belong to the administrator"):
        bind("127.0.0.1", 25)


def test_any_other_reason_is_given_in_the_systems_words() -> None:
    with pytest.raises(OSError, match=r"cannot listen at no\.such\.host\.invalid port 25: \w+"):
        bind("no.such.host.invalid", 25)


@pytest.mark.parametrize("error", [ConnectionLost("Gone."), OSError("disk full")])
@pytest.mark.anyio
async def test_a_connection_that_fails_ends_alone(error: Exception) -> None:
    served: list[str] = []

    async def handle(stream: AnyioStream) -> None:
        served.append(stream.peer)
        raise error

    bound = bind("127.0.0.1", 0)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(serve, bound, handle, Tls())
            for _ in range(2):
                async with await anyio.connect_tcp("127.0.0.1", bound.port) as peer:
                    with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                        await peer.receive()
            group.cancel_scope.cancel()
    finally:
        bound.close()
    assert served == ["127.0.0.1", "127.0.0.1"]


def test_a_blocking_listener_gives_up_after_its_seconds() -> None:
    listener = Listener(Tls())
    try:
        with pytest.raises(TimeoutError):
            listener.accept(0.01)
    finally:
        listener.close()


def test_a_closed_listener_accepts_nobody() -> None:
    listener = Listener(Tls())
    listener.close()
    with pytest.raises(OSError, match=r"\w"):
        listener.accept(0.01)
