"""The content of one message on its way to the server: behind a go-ahead and ended by a dot, or counted, in chunks.

DATA waits for the server's go-ahead and escapes dots; BDAT (RFC 3030) says how many octets follow and sends them at
once. A short message is one chunk with LAST, and can travel with its own envelope. A long one is cut into chunks of
about a megabyte, of which a few may be unanswered: enough to keep a long line busy, few enough that a server which
refuses the first of them is heard before much more has been sent. When a chunk is refused, nothing further is sent,
the replies that are still owed are read, and RSET clears the transaction (RFC 3030 2).

The very end of the content is written but not sent here: from then on the message may have been accepted, so whoever
sends it must be prepared for doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mailwright.dialogue import Answer, Dialogue, Patience, Pull
from mailwright.errors import ConnectionLost, MailError
from mailwright.smtp.commands import bdat
from mailwright.smtp.data import DotStuffer, Feeder
from mailwright.smtp.refusals import content_refused
from mailwright.smtp.reply import Reply, read_reply
from mailwright.smtp.session import Session

__all__ = ["Content", "in_chunks", "last_words", "said_no", "to_its_dot"]

_PULL: Final = Pull()
_BLOCK: Final = 65_536  # octets of content sent at once
_CHUNK: Final = 1_048_576  # octets in a BDAT chunk, about; Exchange and Exim send chunks of this order
_LAST_WORDS: Final = 1_200  # replies that are looked through for a refusal: a whole window of them
_AHEAD: Final = 4  # chunks sent and not answered: 4 MiB keep 300 Mbit/s busy over 100 ms


class Content:
    """What the caller's body still holds of one message.

    Attributes:
        ended: all of it has been pulled.
    """

    __slots__ = ("ended",)

    def __init__(self) -> None:
        self.ended = False

    def took(self, chunk: Answer) -> bytes:
        """The chunk that was pulled; empty behind the last."""
        if not chunk:
            self.ended = True
            return b""
        if not isinstance(chunk, bytes):
            raise TypeError(f"content is bytes, not {chunk!r}")
        return chunk

    def whole(self, feeder: Feeder) -> Dialogue[list[bytes]]:
        """All of it, as it goes over the wire."""
        pieces: list[bytes] = []
        while chunk := self.took((yield _PULL)):
            pieces.append(feeder.feed(chunk))
        pieces.append(feeder.finish())
        return pieces

    def skip(self) -> Dialogue[None]:
        """Pass over the rest of a message that was refused; whoever looks at its parcel makes none."""
        while not self.ended:
            self.ended = not (yield _PULL)


def to_its_dot(session: Session, content: Content) -> Dialogue[None]:
    """Send what follows the go-ahead; its end is written and not sent."""
    wire = session.wire
    stuffer = DotStuffer()
    waiting = 0
    while chunk := content.took((yield _PULL)):
        for block in _blocks(chunk):
            stuffed = stuffer.feed(block)
            wire.write(stuffed)
            waiting += len(stuffed)
            if waiting >= _BLOCK:
                yield from _flush(session)
                waiting = 0
    wire.write(stuffer.finish())


def in_chunks(session: Session, content: Content, feeder: Feeder) -> Dialogue[int]:
    """Send a message by BDAT; the end of the last chunk is written and not sent.

    Returns:
        how many chunks before the last have not been answered yet.

    Raises:
        MessageRefused: the server refused a chunk; every reply that was owed has been read.
        ProtocolError: it does not know BDAT, though it offered it.
    """
    ahead = _AHEAD if "PIPELINING" in session.usable else 1
    gathered: list[bytes] = []
    octets = owed = 0
    while chunk := content.took((yield _PULL)):
        for block in _blocks(chunk):
            if octets >= _CHUNK:  # and there is more, so this one is not the last
                owed = yield from _answered(session, owed, ahead)
                yield from _pour(session, bdat(octets, last=False), gathered)
                yield from _flush(session)
                owed += 1
                gathered, octets = [], 0
            gathered.append(feeder.feed(block))
            octets += len(gathered[-1])
    gathered.append(feeder.finish())
    octets += len(gathered[-1])
    owed = yield from _answered(session, owed, ahead)
    yield from _pour(session, bdat(octets, last=True), gathered)
    return owed


def _answered(session: Session, owed: int, ahead: int) -> Dialogue[int]:
    """Read replies until another chunk may be sent; returns how many are owed then."""
    while owed >= ahead:
        reply = session.take_reply() or (yield from session.reply(Patience.BODY, "data"))
        owed -= 1
        if not reply.is_positive:
            refusal = content_refused(reply)
            for _ in range(owed if refusal.in_step else 0):
                yield from session.reply(Patience.BODY, "data")
            raise refusal
    return owed


def _pour(session: Session, line: bytes, pieces: list[bytes]) -> Dialogue[None]:
    """Send a chunk in blocks; the last of them is written and not sent."""
    session.wire.write(line)
    waiting = len(line)
    for piece in pieces:
        if waiting >= _BLOCK:
            yield from _flush(session)
            waiting = 0
        session.wire.write(piece)
        waiting += len(piece)


def _blocks(chunk: bytes) -> Iterator[bytes] | tuple[bytes]:
    if len(chunk) <= _BLOCK:
        return (chunk,)
    return (chunk[begin : begin + _BLOCK] for begin in range(0, len(chunk), _BLOCK))


def _flush(session: Session) -> Dialogue[None]:
    try:
        yield from session.wire.flush()
    except ConnectionLost as error:
        yield from last_words(session, error)
        raise


def last_words(session: Session, error: ConnectionLost) -> Dialogue[None]:
    """A server that hangs up on a message has often said why, and nobody was reading."""
    try:
        for _ in range(_LAST_WORDS):
            reply = yield from read_reply(session.wire, Patience.GOODBYE)
            if not reply.is_positive:  # the others answer what came before
                error.reply = reply
                error.what = f"{error.what.rstrip('.')}, after the server said: {reply}."
                break
    except MailError:
        pass  # it said nothing
    error.stage = "data"


def said_no(error: ConnectionLost) -> bool:
    """Whether those last words were a refusal."""
    return isinstance(error.reply, Reply) and error.reply.code >= 400
