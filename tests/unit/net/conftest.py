"""The three worlds, as a fixture."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from unit.net.worlds import WORLDS, World


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest) -> World:
    """Blocking code, asyncio and trio."""
    return WORLDS[str(request.param)]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected sockets on loopback: ours, and the peer's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    theirs.settimeout(20)
    with ours, theirs:
        yield ours, theirs
