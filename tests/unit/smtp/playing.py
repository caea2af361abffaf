"""Two dialogues playing each other: the client's conversation against the server's, no socket between them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from mailwright.dialogue import Answer, Dialogue, Item, Pull, Read, Secure, Stop, Tell, Write
from mailwright.net import TlsFacts
from mailwright.smtp import Caught, Policy, Reception

R = TypeVar("R")
FACTS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, "mail.example.com", None)
Side: TypeAlias = Generator[Any, Answer, Any]


class Server:
    """A reception that is fed bytes and gives what it says.

    Args:
        policy: what it allows.
        step: how many octets it is handed at once; 0 means all of them.
    """

    def __init__(self, policy: Policy | None = None, step: int = 0) -> None:
        self.caught: list[Caught] = []
        self.over = False
        self.secured = False
        self._talk = Reception(policy or Policy()).converse()
        self._step = step
        self._said: list[bytes] = []
        self._waiting_for_tls = False
        self._go(None)

    def hear(self, data: bytes) -> bytes:
        """Feed it what a client says; gives everything it answers."""
        for at in range(0, len(data), self._step or max(len(data), 1)):
            if not self.over:
                self._go(data[at : at + (self._step or len(data))])
        return self.said()

    def said(self) -> bytes:
        """What it has said since it was last asked."""
        said, self._said = b"".join(self._said), []
        return said

    def become_tls(self) -> None:
        """Finish the handshake it waits for."""
        assert self._waiting_for_tls, "the server does not expect TLS"
        self._waiting_for_tls = False
        self.secured = True
        self._go(FACTS)

    def hang_up(self) -> None:
        """Close the client's side."""
        self._go(b"")

    def fail(self, error: Exception) -> bytes:
        """Let what it waits for fail."""
        self._advance(error)
        return self.said()

    def stop(self) -> bytes:
        """Tell it to leave."""
        return self.fail(Stop())

    def _go(self, answer: Answer) -> None:
        self._advance(answer)

    def _advance(self, answer: Answer | Exception) -> None:
        try:
            while True:
                request = self._talk.throw(answer) if isinstance(answer, Exception) else self._talk.send(answer)
                answer = None
                if isinstance(request, Write):
                    self._said.append(request.data)
                elif isinstance(request, Tell):
                    self.caught.append(request.value)
                elif isinstance(request, Read):
                    return
                else:
                    assert request == Secure(None)
                    self._waiting_for_tls = True
                    return
        except StopIteration:
            self.over = True


def play(client: Dialogue[R], server: Server, body: Iterable[bytes | Item] = (), step: int = 0) -> R:
    """Perform a client's dialogue against a server; ``step`` octets of an answer reach it at once, 0 means all."""
    chunks: Iterator[bytes | Item] = iter(body)
    waiting = server.said()
    answer: Answer = None
    try:
        while True:
            request = client.send(answer)
            answer = None
            if isinstance(request, Write):
                waiting += server.hear(request.data)
            elif isinstance(request, Read):
                assert waiting or server.over, "the client waits for a server that waits for it"
                answer, waiting = waiting[: step or len(waiting)], waiting[step or len(waiting) :]
            elif isinstance(request, Secure):
                server.become_tls()
                waiting += server.said()
                answer = FACTS
            else:
                assert isinstance(request, Pull)
                answer = next(chunks, None)
    except StopIteration as done:
        result: R = done.value
        return result


def greeted(policy: Policy | None = None, step: int = 0, hello: bytes = b"EHLO client.example.com\r\n") -> Server:
    """A server behind its greeting and EHLO."""
    server = Server(policy, step)
    server.said()
    server.hear(hello)
    return server
