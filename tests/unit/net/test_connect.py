"""Races over several addresses on loopback: which one wins, and what is said when none does."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import anyio
import pytest

from mailwright.errors import ConnectError, ConnectRefused, ConnectTimeout, Unreachable
from mailwright.net import Endpoint, Tls, aconnect, connect

World: TypeAlias = Callable[..., tuple[str, str]]
MODULE = importlib.import_module("mailwright.net.connect")  # its name in the package is the function
FIRST, SECOND = "127.0.0.1", "127.0.0.2"


def blocking(endpoint: Endpoint, seconds: float = 20, source: str | None = None) -> tuple[str, str]:
    stream = connect(endpoint, Tls(), seconds=seconds, source=source)
    stream.close()
    return stream.peer, stream.local


def awaiting(backend: str) -> World:
    def world(endpoint: Endpoint, seconds: float = 20, source: str | None = None) -> tuple[str, str]:
        async def there() -> tuple[str, str]:
            stream = await aconnect(endpoint, Tls(), seconds=seconds, source=source)
            await stream.close()
            return stream.peer, stream.local

        return anyio.run(there, backend=backend)

    return world


@pytest.fixture(params=["blocking", "asyncio", "trio"])
def world(request: pytest.FixtureRequest) -> World:
    return blocking if request.param == "blocking" else awaiting(str(request.param))


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listening(stack: ExitStack, address: str, port: int = 0) -> int:
    sock = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
    sock.bind((address, port))
    sock.listen(8)
    return int(sock.getsockname()[1])


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((FIRST, 0))
        return int(sock.getsockname()[1])


def black_hole(stack: ExitStack, address: str, port: int = 0) -> int:
    """A listener whose queue is full: further connections get no answer."""
    sock = stack.enter_context(socket.socket())
    sock.bind((address, port))
    sock.listen(0)
    port = int(sock.getsockname()[1])
    for _ in range(4):
        filler = stack.enter_context(socket.socket())
        filler.setblocking(False)
        filler.connect_ex((address, port))
    return port


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def aresolve(endpoint: Endpoint) -> list[str]:
        return list(addresses)

    monkeypatch.setattr(MODULE, "resolve", lambda endpoint, seconds: list(addresses))
    monkeypatch.setattr(MODULE, "aresolve", aresolve)


def test_one_address_is_connected_to(world: World, sockets: ExitStack) -> None:
    assert world(Endpoint(FIRST, listening(sockets, FIRST))) == (FIRST, FIRST)


def test_ipv6_is_connected_to(world: World, sockets: ExitStack) -> None:
    assert world(Endpoint("::1", listening(sockets, "::1"))) == ("::1", "::1")


def test_a_refusal_makes_way_for_the_next_address(
    world: World, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "::1", FIRST, SECOND)
    port = listening(sockets, SECOND)
    assert world(Endpoint("mail.example.com", port))[0] == SECOND


def test_the_first_address_wins_when_both_answer(
    world: World, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, FIRST, SECOND)
    port = listening(sockets, FIRST)
    listening(sockets, SECOND, port)
    assert world(Endpoint("mail.example.com", port))[0] == FIRST


def test_an_address_that_does_not_answer_does_not_stop_the_next(
    world: World, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, FIRST, SECOND)
    port = black_hole(sockets, FIRST)
    listening(sockets, SECOND, port)
    assert world(Endpoint("mail.example.com", port))[0] == SECOND


def test_a_source_address_is_used(world: World, sockets: ExitStack) -> None:
    port = listening(sockets, FIRST)
    assert world(Endpoint(FIRST, port), source="127.0.0.3") == (FIRST, "127.0.0.3")


def test_a_source_of_the_other_family_only_rules_out_that_family(
    world: World, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "::1", FIRST)
    port = listening(sockets, FIRST)
    assert world(Endpoint("mail.example.com", port), source=FIRST)[0] == FIRST


# --- nobody answers ---


def failure(world: World, endpoint: Endpoint, seconds: float = 20, source: str | None = None) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        world(endpoint, seconds, source)
    assert (caught.value.host, caught.value.port) == (endpoint.host, endpoint.port)
    return caught.value


def test_a_refusal_everywhere_names_every_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, FIRST, SECOND)
    error = failure(world, Endpoint("mail.example.com", free_port()))
    assert (type(error), error.reference, error.stage) == (ConnectRefused, "tcp-refused", "tcp")
    assert f"({FIRST}: connection refused; {SECOND}: connection refused)." in error.what


def test_an_address_is_not_repeated_behind_itself(world: World) -> None:
    error = failure(world, Endpoint(FIRST, free_port()))
    assert error.what.endswith(f"at {FIRST}:{error.port}.")


def test_silence_ends_at_the_deadline_and_names_every_address(
    world: World, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, SECOND, FIRST)
    port = black_hole(sockets, FIRST)
    error = failure(world, Endpoint("mail.example.com", port), seconds=0.4)
    assert (type(error), error.reference) == (ConnectTimeout, "tcp-timeout-all")
    assert f"({SECOND}: connection refused; {FIRST}: no answer)." in error.what


def test_a_source_address_we_do_not_have_is_our_own_network(world: World) -> None:
    error = failure(world, Endpoint(FIRST, free_port()), source="192.0.2.1")
    assert type(error) is Unreachable
    assert "cannot assign requested address" in error.what


def test_our_own_firewall_is_called_by_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(MODULE, "_begin", forbidden)
    assert failure(world, Endpoint(FIRST, 25)).reference == "local-firewall-denied"


@pytest.mark.anyio
async def test_a_slow_resolver_is_told_from_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(endpoint: Endpoint) -> list[str]:
        await anyio.sleep_forever()
        return []

    monkeypatch.setattr(MODULE, "aresolve", never)
    with pytest.raises(ConnectTimeout) as caught:
        await aconnect(Endpoint("mail.example.com", 25), Tls(), seconds=0.05)
    assert (caught.value.reference, caught.value.stage) == ("dns-timeout", "dns")


@pytest.mark.anyio
async def test_a_cancelled_race_leaves_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[socket.socket] = []
    begun = anyio.Event()
    real: Callable[..., socket.socket] = socket.socket

    def counted(*args: object, **options: object) -> socket.socket:
        opened.append(real(*args, **options))
        begun.set()
        return opened[-1]

    async def connecting() -> None:
        await aconnect(Endpoint(FIRST, port), Tls(), seconds=30)

    with ExitStack() as stack:
        port = black_hole(stack, FIRST)
        monkeypatch.setattr(socket, "socket", counted)
        async with anyio.create_task_group() as group:
            group.start_soon(connecting)
            await begun.wait()
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert opened
    assert [sock.fileno() for sock in opened] == [-1] * len(opened)
