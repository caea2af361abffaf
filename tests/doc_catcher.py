"""A mail server small enough to be believed: it takes what an example sends, in plain Python of its own.

It shares no code with the package, so an example that runs against it proves something.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

# Each port people write down, with whether TLS comes first on it.
PORTS = {25: False, 587: False, 465: True}
IDLE_SECONDS = 20.0  # a client that says nothing for so long is stuck


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as it came.

    Attributes:
        sender: from MAIL FROM.
        recipients: from RCPT TO, in order.
        content: what followed DATA, with its dots unstuffed.
        tls: whether the connection was encrypted.
        mechanism: how the client logged in; empty when it did not.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool
    mechanism: str


@dataclass
class Catcher:
    """Listening servers.

    Attributes:
        ports: where each well-known port really is.
        caught: every message taken, oldest first.
    """

    ports: dict[int, int] = field(default_factory=dict)
    caught: list[Caught] = field(default_factory=list)


@contextlib.contextmanager
def open_catcher(tls: ssl.SSLContext) -> Iterator[Catcher]:
    """Listen on a free port for each of ``PORTS`` until the block ends."""
    catcher = Catcher()
    with contextlib.ExitStack() as listening:
        for public, implicit in PORTS.items():
            listener = listening.enter_context(socket.create_server(("127.0.0.1", 0)))
            catcher.ports[public] = listener.getsockname()[1]
            serve = partial(_serve, catcher=catcher, tls=tls, implicit=implicit)
            listening.callback(_accept_in_background(listener, serve))
        yield catcher


def _accept_in_background(listener: socket.socket, serve: partial[None]) -> partial[None]:
    """Serve every connection in a thread of its own; call the result to end it."""
    workers: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            workers.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            workers[-1].start()

    def end() -> None:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(IDLE_SECONDS)
        for worker in workers:
            worker.join(IDLE_SECONDS)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    return partial(end)


def _serve(connection: socket.socket, catcher: Catcher, tls: ssl.SSLContext, implicit: bool) -> None:
    with contextlib.suppress(OSError, EOFError):  # the client left; the example will say why
        _Session(connection, catcher, tls, implicit).talk()


class _Session:
    """One connection."""

    def __init__(self, connection: socket.socket, catcher: Catcher, tls: ssl.SSLContext, implicit: bool) -> None:
        connection.settimeout(IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # replies to a pipeline go out one by one
        self._socket, self._catcher, self._tls = connection, catcher, tls
        self._implicit = implicit
        self._encrypted = False
        self._mechanism = ""
        self._sender = ""
        self._recipients: list[str] = []

    def talk(self) -> None:
        try:
            if self._implicit:
                self._secure()
            self._reader = self._socket.makefile("rb")
            self._say("220 mail.example.com at your service")
            while self._answer(self._hear()):
                pass
        finally:
            self._socket.close()

    def _answer(self, line: str) -> bool:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO" | "LHLO" | "HELO":
                self._say(*self._capabilities())
            case "STARTTLS":
                self._say("220 go ahead")
                self._reader.close()
                self._secure()
                self._reader = self._socket.makefile("rb")
            case "AUTH":
                self._authenticate(*rest.split(" ", 1))
            case "MAIL":
                self._sender, self._recipients = _address(rest), []
                self._say("250 2.1.0 sender ok")
            case "RCPT":
                self._recipients.append(_address(rest))
                self._say("250 2.1.5 recipient ok")
            case "DATA":
                self._take_message()
            case "QUIT":
                self._say("221 2.0.0 bye")
                return False
            case "NOOP" | "RSET":
                self._say("250 2.0.0 ok")
            case _:
                self._say("500 5.5.2 not known here")
        return True

    def _capabilities(self) -> list[str]:
        lines = ["mail.example.com", "PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        lines.append("AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER" if self._encrypted else "STARTTLS")
        return [*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]

    def _authenticate(self, mechanism: str, initial: str = "") -> None:
        """Accept anybody, after as many questions as the mechanism wants."""
        if not self._encrypted:
            self._say("538 5.7.11 encrypt first")
            return
        questions = {"LOGIN": ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"]}.get(mechanism.upper(), ["334 "])
        for question in questions[bool(initial) :]:
            self._say(question)
            self._hear()
        self._mechanism = mechanism.upper()
        self._say("235 2.7.0 welcome")

    def _take_message(self) -> None:
        self._say("354 go ahead")
        content = bytearray()
        while (line := self._reader.readline()) != b".\r\n":
            if not line:
                raise EOFError
            content += line.removeprefix(b".")
        self._catcher.caught.append(
            Caught(self._sender, tuple(self._recipients), bytes(content), self._encrypted, self._mechanism)
        )
        self._say("250 2.0.0 taken as 1234")

    def _secure(self) -> None:
        self._socket = self._tls.wrap_socket(self._socket, server_side=True)
        self._encrypted = True

    def _hear(self) -> str:
        line = self._reader.readline()
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def _say(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())


def _address(rest: str) -> str:
    found = re.search(r"<(.*?)>", rest)
    return found[1] if found else ""
