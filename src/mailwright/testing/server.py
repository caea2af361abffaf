"""A real server on loopback that plays a script."""

from __future__ import annotations

import threading
from typing import Final, Self

from mailwright.errors import MailError
from mailwright.net.listen import Listener
from mailwright.net.streams import SocketStream
from mailwright.net.tls import ServerTls, Tls
from mailwright.testing.script import Feed, Player, Script

__all__ = ["ScriptedServer"]

_PATIENCE: Final = 10.0  # seconds a scripted server waits for its client


class ScriptedServer:
    """A server on loopback that plays a script to each client that connects, in a thread of its own.

    Args:
        script: what it says and expects.
        feed: how much of what it says leaves at once.
        tls: the certificate for ``== tls``.
        connections: how many clients to play it to, one after the other.

    Attributes:
        host: where it listens.
        port: where it listens.
        failures: what went otherwise than scripted; leaving the ``with`` statement raises the first.
    """

    def __init__(
        self, script: Script | str, feed: Feed = "whole", *, tls: ServerTls | None = None, connections: int = 1
    ) -> None:
        self._script = Script.parse(script) if isinstance(script, str) else script
        self._feed: Feed = feed
        self._connections = connections
        self._listener = Listener(tls or Tls())
        self.host = "127.0.0.1"
        self.port = self._listener.port
        self.failures: list[BaseException] = []
        self._clients = 0
        self._thread = threading.Thread(target=self._serve, name="mailwright-scripted", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._listener.close()
        self._thread.join(_PATIENCE)
        if error is None and not self.failures and not self._clients:
            raise AssertionError("nobody connected to the scripted server")
        if error is None and self.failures:
            raise self.failures[0]

    def _serve(self) -> None:
        for _ in range(self._connections):
            try:
                stream = self._listener.accept(_PATIENCE)
            except OSError:
                return  # nobody came, and nobody will
            self._clients += 1
            try:
                self._play(stream)
            except (AssertionError, MailError, OSError, ValueError) as failure:
                self.failures.append(failure)
            finally:
                stream.close()

    def _play(self, stream: SocketStream) -> None:
        player = Player(self._script, self._feed)
        while not player.finished:
            said = player.say()
            if said is not None:
                stream.write(said, _PATIENCE)
            elif player.event == "tls":
                stream.secure(None, _PATIENCE)
                player.pass_event()
            elif player.event == "close":
                return
            else:
                heard = stream.read(_PATIENCE)
                if not heard:
                    player.expect_end()
                    return
                if player.event != "silence":
                    player.hear(heard)
