"""Catching what a program sends, without a network: every SMTP client connects to a server that lives in memory."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from unittest import mock

from mailwright.dialogue import Answer, Read, Secure, Talk, Tell, Telling, Write
from mailwright.net.endpoint import Endpoint
from mailwright.net.tls import Tls, TlsFacts
from mailwright.smtp.policy import Caught, Policy
from mailwright.smtp.reception import Reception

__all__ = ["capture"]


@contextmanager
def capture(
    *, refuse: Callable[[str, str], tuple[int, str] | None] | None = None
) -> Generator[list[Caught], None, None]:
    """Catch what every SMTP client sends while the ``with`` statement lasts; nothing leaves the process.

    Hosts, ports, security and credentials are accepted whatever they are, and the conversation is a real one: with
    STARTTLS or TLS (pretended), a login, and a receipt. It works in blocking code, asyncio and trio.

    Args:
        refuse: looks at ``("sender" | "recipient", address)`` and returns ``(code, text)`` to refuse it, or ``None``.

    Yields:
        the list of messages caught so far.
    """
    caught: list[Caught] = []
    policy = _Anybody(
        users={"anybody": ""}, offers_starttls=True, cleartext_login=True, refuse=refuse or Policy().refuse
    )

    def connect(endpoint: Endpoint, tls: Tls, *, seconds: float, source: str | None = None) -> _Stream:
        return _Stream(policy, caught)

    async def aconnect(endpoint: Endpoint, tls: Tls, *, seconds: float, source: str | None = None) -> _AsyncStream:
        return _AsyncStream(policy, caught)

    with (
        mock.patch("mailwright.smtp.client.connect", connect),
        mock.patch("mailwright.smtp.client.aconnect", aconnect),
    ):
        yield caught


class _Anybody(Policy):
    """Lets everybody in."""

    __slots__ = ()

    def admits(self, username: str, password: str) -> bool:
        return True


class _Stream:
    """A blocking stream whose other end is a receiving dialogue in the same thread."""

    def __init__(self, policy: Policy, caught: list[Caught]) -> None:
        self.tls: TlsFacts | None = None
        self.peer = self.local = "127.0.0.1"
        self._policy = policy
        self._caught = caught
        self._talk: Telling[Caught, None] | None = None
        self._request: Talk | Tell[Caught] | None = None
        self._heard = self._said = b""

    def read(self, seconds: float) -> bytes:
        """What the server has to say; ``b""`` when it has left."""
        self._go_on()
        said, self._said = self._said, b""
        if not said and self._request is not None:
            raise TimeoutError  # both wait for the other
        return said

    def write(self, data: bytes, seconds: float) -> None:
        """Say something to the server."""
        self._heard += data
        self._go_on()

    def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Pretend to be TLS, at both ends."""
        self.tls = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, server_name, None)
        return self.tls

    def close(self) -> None:
        """Close."""
        if self._talk is not None:
            self._talk.close()
        self._request = None

    def abort(self) -> None:
        """Close."""
        self.close()

    def has_input(self) -> bool:
        """Nothing comes unasked."""
        return False

    def _go_on(self) -> None:
        """Let the server do what it can before it has to wait for us."""
        if self._talk is None:
            self._talk = Reception(self._policy).converse(implicit_tls=self.tls is not None)
            self._request = next(self._talk)
        while (request := self._request) is not None:
            answer: Answer = None
            if isinstance(request, Read):
                if not self._heard:
                    return
                answer, self._heard = self._heard, b""
            elif isinstance(request, Secure):
                if self.tls is None:
                    return
                answer = self.tls
            elif isinstance(request, Write):
                self._said += request.data
            elif isinstance(request, Tell):
                self._caught.append(request.value)
            try:
                self._request = self._talk.send(answer)
            except StopIteration:
                self._request = None


class _AsyncStream:
    """As :class:`_Stream`, in asyncio and trio."""

    def __init__(self, policy: Policy, caught: list[Caught]) -> None:
        self._inner = _Stream(policy, caught)
        self.peer = self.local = "127.0.0.1"

    @property
    def tls(self) -> TlsFacts | None:
        """What was pretended."""
        return self._inner.tls

    async def read(self, seconds: float) -> bytes:
        """What the server has to say."""
        return self._inner.read(seconds)

    async def write(self, data: bytes, seconds: float) -> None:
        """Say something to the server."""
        self._inner.write(data, seconds)

    async def secure(self, server_name: str | None, seconds: float) -> TlsFacts:
        """Pretend to be TLS."""
        return self._inner.secure(server_name, seconds)

    async def close(self) -> None:
        """Close."""
        self._inner.close()

    def abort(self) -> None:
        """Close."""
        self._inner.close()

    def has_input(self) -> bool:
        """Nothing comes unasked."""
        return False
