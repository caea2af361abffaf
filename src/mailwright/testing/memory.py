"""Streams whose other end is a script, for performers and clients without a network."""

from __future__ import annotations

from mailwright.net.tls import TlsFacts
from mailwright.testing.script import Feed, Player, Script

__all__ = ["AsyncMemoryStream", "MemoryStream"]


class MemoryStream:
    """A blocking stream whose other end is a script; for performers and clients without a network.

    Attributes:
        is_open: neither closed nor aborted.
    """

    def __init__(self, script: Script | str, feed: Feed = "whole") -> None:
        self.player = Player(Script.parse(script) if isinstance(script, str) else script, feed)
        self.tls: TlsFacts | None = None
        self.peer = self.local = "127.0.0.1"
        self.is_open = True

    def read(self, seconds: float) -> bytes:
        """What the script says next."""
        return self.player.read()

    def write(self, data: bytes, seconds: float) -> None:
        """Hold this against the script."""
        self.player.hear(data)

    def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Pretend to be TLS."""
        self.tls = self.player.secure(server_name)
        return self.tls

    def close(self) -> None:
        """Close."""
        self.is_open = False

    def abort(self) -> None:
        """Close."""
        self.is_open = False

    def has_input(self) -> bool:
        """Nothing comes unasked."""
        return False


class AsyncMemoryStream:
    """As :class:`MemoryStream`, in asyncio and trio."""

    def __init__(self, script: Script | str, feed: Feed = "whole") -> None:
        self._inner = MemoryStream(script, feed)
        self.tls: TlsFacts | None = None
        self.peer = self.local = "127.0.0.1"

    @property
    def player(self) -> Player:
        """The script being played."""
        return self._inner.player

    @property
    def is_open(self) -> bool:
        """Neither closed nor aborted."""
        return self._inner.is_open

    async def read(self, seconds: float) -> bytes:
        """What the script says next."""
        return self._inner.read(seconds)

    async def write(self, data: bytes, seconds: float) -> None:
        """Hold this against the script."""
        self._inner.write(data, seconds)

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Pretend to be TLS."""
        self.tls = self._inner.secure(server_name, seconds)
        return self.tls

    async def close(self) -> None:
        """Close."""
        self._inner.close()

    def abort(self) -> None:
        """Close."""
        self._inner.close()

    def has_input(self) -> bool:
        """Nothing comes unasked."""
        return False
