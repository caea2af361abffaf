"""What a conversation may ask of the world, and the buffer it reads and writes through.

**The idea.** A mail conversation is written once, as a generator that yields *requests* and is sent back *answers*.
It decides what to say next and touches nothing: no socket, no clock, no event loop, no randomness, no logging. Somebody
else performs it. :mod:`mailwright.net.performers` does so over blocking sockets and, with ``await`` in the same places,
over asyncio and trio; the tests perform it from a list of lines; two dialogues can perform each other. There is one
SMTP client in this package, not two.

**The vocabulary** is small and closed:

=============  ==========================================  ================================================
request        means                                       is answered with
=============  ==========================================  ================================================
``Read``       wait for bytes, this patiently              bytes; ``b""`` when the peer has closed
``Write``      send these bytes, all of them               ``None``
``Secure``     become TLS, here and now                    a :class:`Secured`
``Pull``       the next chunk of the caller's body         bytes or an :class:`Item`; ``None`` after the last
``Tell``       hand this value to the caller, then go on   ``None``
=============  ==========================================  ================================================

A conversation that ends in one result is a ``Dialogue[R]``; one that also tells things on the way (messages as they
arrive, progress) is a ``Telling[T, R]``. ``Connection.run()`` takes the first and ``Told`` the second; a ``Telling``
handed to ``run()`` does not type-check, for nobody would hear what it tells.

**Time** is named, not measured. A dialogue says *which* wait this is (:class:`Patience`); the performer knows the
seconds and holds the clock. A wait lasts from its first ``Read`` over every ``Read(again=True)`` that continues it, so
a peer that drips one byte a minute does not stretch it.

**Failure.** When the stream fails, the performer throws the error into the dialogue at the request it was waiting for;
a dialogue that has something to add (``in_doubt``) catches it, adds it and raises it on. Whatever leaves a dialogue is
either *in step* (:attr:`mailwright.errors.MailError.in_step`: every reply that was owed has been read) or ends the
connection. A dialogue that is given up from outside (cancelled, interrupted) simply stops; half a reply may follow, so
the connection goes with it. Therefore the one rule that generators do not enforce by themselves: **no yield in a**
``finally`` **or while a GeneratorExit passes**. The orderly way out of a ``Telling`` is :class:`Stop`, thrown in.

**Pipelines.** A dialogue that writes many commands before it reads keeps a window (bytes and replies outstanding), so
that a blocking write can never wait for a peer which is itself blocked on replies we have not read.

**Hot paths.** ``take_line()`` is a plain call and answers from the buffer; only when it gives ``None`` is it worth
making a generator: ``line = wire.take_line()``, then, if there was none, ``line = yield from wire.line(patience)``.
A call to a dialogue without ``yield from`` does nothing at all; a test reads the sources for that mistake.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from mailwright.errors import ConnectionLost, LimitExceeded, PlaintextInjection

__all__ = [
    "Answer",
    "Dialogue",
    "Item",
    "Limits",
    "Patience",
    "Pull",
    "Read",
    "Secure",
    "Secured",
    "Stop",
    "Talk",
    "Tell",
    "Telling",
    "Wire",
    "Write",
]

R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)


# --- the vocabulary ------------------------------------------------------------------------------------------


class Patience(Enum):
    """Which wait this is. The performer knows the seconds (RFC 5321 4.5.3.2)."""

    GREETING = "greeting"
    HANDSHAKE = "handshake"
    REPLY = "reply"
    SENDER = "sender"
    RECIPIENT = "recipient"
    GO_AHEAD = "go-ahead"
    BODY = "body"
    VERDICT = "verdict"
    GOODBYE = "goodbye"
    COMMAND = "command"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is a call into Python, at every wait


@dataclass(frozen=True, slots=True)
class Read:
    """Wait for bytes. ``again`` continues the wait before it instead of starting the clock anew."""

    patience: Patience
    again: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes. ``secrets`` are the spans ``(begin, end)`` that a transcript prints as stars."""

    data: bytes
    secrets: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Secure:
    """Become TLS now: as a client towards ``server_name``, as a server with ``None``."""

    server_name: str | None


@dataclass(frozen=True, slots=True)
class Pull:
    """The next chunk of the body the caller wants sent."""


class Item:
    """Something in the caller's body that is not bytes, where a conversation takes many things one after the other."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Tell(Generic[T_co]):
    """Hand ``value`` to the caller."""

    value: T_co


class Secured(Protocol):
    """What a dialogue may know of the TLS it now stands on."""

    @property
    def version(self) -> str:
        """The protocol version, such as ``TLSv1.3``."""
        ...


Answer: TypeAlias = bytes | Item | Secured | None
Talk: TypeAlias = Read | Write | Secure | Pull
Dialogue: TypeAlias = Generator[Talk, Answer, R]
Telling: TypeAlias = Generator[Talk | Tell[T_co], Answer, R]


class Stop(Exception):
    """Thrown into a :data:`Telling` when its caller leaves; the dialogue says goodbye and ends."""


_READS: Final = {patience: Read(patience) for patience in Patience}
_READS_ON: Final = {patience: Read(patience, again=True) for patience in Patience}


# --- the wire ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a peer may send before it is believed to be hostile or broken. Every number has a name and a reason.

    Attributes:
        line: octets in one line with its line end. RFC 5321 4.5.3.1.5 asks for 512 and RFC 4954 for 12,288 during
            AUTH; real servers write long explanations. Postfix and aiosmtplib allow 8 KiB, we allow twice that.
        reply_lines: lines in one reply. The longest real EHLO reply known to us has 33.
    """

    line: int = 16_384
    reply_lines: int = 200


DEFAULT_LIMITS: Final = Limits()


class Wire:
    """Bytes not yet understood, and bytes not yet sent. Dull on purpose: find, take, never scan a byte twice."""

    __slots__ = ("_buffer", "_out", "_scanned", "_secrets", "_start", "limits")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._buffer = b""
        self._start = 0  # before this, everything has been taken
        self._scanned = 0  # up to this, there is no line feed
        self._out: list[bytes] = []
        self._secrets: list[tuple[int, int]] = []

    # Reading

    @property
    def pending(self) -> int:
        """How many octets are received and not yet taken."""
        return len(self._buffer) - self._start

    def take_line(self) -> bytes | None:
        """Take one line with its line end from what has been received, or ``None`` when it is not complete.

        Raises:
            LimitExceeded: a line is longer than ``limits.line``, complete or not.
        """
        start = self._start
        end = self._buffer.find(b"\n", self._scanned) + 1
        if end:
            if end - start > self.limits.line:
                raise self._too_long()
            self._start = self._scanned = end
            return self._buffer[start:end]
        self._scanned = len(self._buffer)
        if self._scanned - start > self.limits.line:
            raise self._too_long()
        return None

    def untake_line(self, line: bytes) -> None:
        """Return the line that was just taken."""
        self._start = self._scanned = self._start - len(line)

    def looks_like_tls(self) -> bool:
        """Whether what is waiting begins like a TLS record: a content type, then version 3 (RFC 8446 5.1)."""
        return self._buffer[self._start : self._start + 2] in (b"\x14\x03", b"\x15\x03", b"\x16\x03", b"\x17\x03")

    def take_all(self) -> bytes:
        """Take whatever has been received."""
        taken = self._buffer[self._start :]
        self._buffer = b""
        self._start = self._scanned = 0
        return taken

    def put_back(self, data: bytes) -> None:
        """Return bytes that were taken and turned out to belong to what comes next."""
        self._buffer = data + self.take_all()

    def line(self, patience: Patience, *, again: bool = False) -> Dialogue[bytes]:
        """Read one line with its line end.

        Args:
            patience: which wait this is.
            again: the line continues a wait that began with a line before it.

        Raises:
            LimitExceeded: the line is longer than ``limits.line``.
            ConnectionLost: the peer closed before the line ended.
        """
        while (line := self.take_line()) is None:
            yield from self.more(patience, again=again)
            again = True
        return line

    def exactly(self, count: int, patience: Patience) -> Dialogue[bytes]:
        """Read exactly ``count`` octets.

        Raises:
            ConnectionLost: the peer closed before they came.
        """
        parts = [self._take(count)]
        missing = count - len(parts[0])
        again = False
        while missing:
            yield from self.more(patience, again=again)
            again = True
            parts.append(self._take(missing))
            missing -= len(parts[-1])
        return b"".join(parts)

    def more(self, patience: Patience, *, again: bool = False) -> Dialogue[None]:
        """Wait for at least one more octet.

        Raises:
            ConnectionLost: the peer closed; the error quotes the beginning of what it left unfinished.
        """
        data = yield (_READS_ON if again else _READS)[patience]
        if not isinstance(data, bytes):
            raise TypeError(f"a Read is answered with bytes, not {data!r}")
        if not data:
            raise self._closed()
        self._buffer = self._buffer[self._start :] + data
        self._scanned -= self._start
        self._start = 0

    def _take(self, most: int) -> bytes:
        taken = self._buffer[self._start : self._start + most]
        self._start += len(taken)
        self._scanned = max(self._scanned, self._start)
        return taken

    # Writing

    def write(self, data: bytes, *, secret: tuple[int, int] | None = None) -> None:
        """Add to what the next :meth:`flush` sends; ``secret`` is the span of ``data`` to star in transcripts."""
        if secret is not None:
            offset = sum(map(len, self._out))
            self._secrets.append((offset + secret[0], offset + secret[1]))
        self._out.append(data)

    def flush(self) -> Dialogue[None]:
        """Send everything written so far in one piece."""
        if not self._out:
            return
        request = Write(b"".join(self._out), tuple(self._secrets))
        self._out.clear()
        self._secrets.clear()
        yield request

    # TLS

    def secure(self, server_name: str | None) -> Dialogue[Secured]:
        """Become TLS. Nothing may be waiting in the buffer: bytes from before the handshake are not protected by it.

        Args:
            server_name: whom the certificate must name; ``None`` when we are the server.

        Raises:
            PlaintextInjection: the peer had already sent more, in plaintext (RFC 3207 6, CVE-2011-0411).
        """
        if self.pending:
            raise PlaintextInjection(
                f"{self.pending} octets of plaintext followed the go-ahead for TLS: {_quoted(self.take_all())}.",
                "Nothing was believed and the connection was closed; something between you and the server may be "
                "writing into the conversation.",
                stage="tls",
            )
        yield from self.flush()
        secured = yield Secure(server_name)
        if secured is None or isinstance(secured, bytes | Item):
            raise TypeError(f"a Secure is answered with the facts of the TLS session, not {secured!r}")
        return secured

    # Errors

    def _too_long(self) -> LimitExceeded:
        error = LimitExceeded(
            f"The peer sent a line of more than {self.limits.line} octets, beginning "
            f"{_quoted(self._buffer[self._start : self._start + 60])}.",
            "This is probably not a mail server; if it is, raise Limits(line=...).",
        )
        error.limit = "line"
        return error

    def _closed(self) -> ConnectionLost:
        left = self.take_all()
        if not left:
            return ConnectionLost("The server closed the connection.", "Its log says why; connect again to go on.")
        return ConnectionLost(
            f"The server closed the connection in the middle of a line: {_quoted(left)}.",
            "Its log says why; connect again to go on.",
        )


def _quoted(data: bytes, limit: int = 60) -> str:
    """Show foreign bytes on one line, safely."""
    shown = data[:limit].decode("ascii", "backslashreplace").replace("\r", "\\r").replace("\n", "\\n")
    printable = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)
    return f'"{printable}"' + ("…" if len(data) > limit else "")
