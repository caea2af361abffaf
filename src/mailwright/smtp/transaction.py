"""Handing over messages: the envelope, the content, the verdict (RFC 5321 3.3), in as few round trips as there can be.

Where the server takes pipelines (RFC 2920), MAIL, every RCPT and DATA leave in one flight, and one round trip later
all of them are answered. DATA goes along only where a refused recipient does not stop the others: then the worst that
can follow is a go-ahead for nobody, which a lone dot ends. The content is a second flight. With many messages, the
envelope of the next one travels behind the content of the last::

    client    MAIL RCPT DATA | content . MAIL RCPT DATA | content . MAIL RCPT DATA | content .
    server        250 250 354          250  250 250 354           250  250 250 354         250
                                       ^ the verdict on the message before

Where it takes chunks as well (RFC 3030), there is no go-ahead to wait for: a short message leaves together with its
envelope, and many of them one behind the other, so that the line is never idle::

    client    MAIL RCPT BDAT content | RSET MAIL RCPT BDAT content | RSET MAIL RCPT BDAT content
    server        250 250 250            250 250 250 250 ...

Should all recipients of one be refused, its BDAT is refused as well, for there is nobody to deliver to. RSET keeps what
became of one message from the next. There is no way back from BDAT LAST: where one refused recipient stops the message
(``abort``), where it is too long to be sent in vain, and where the server may have closed the connection while it
rested, the envelope is answered first. A message whose length nobody knows goes by DATA.

Three things are remembered between flights. ``flying`` are the messages that were sent whole and whose replies are
owed: they are read first, before any reply of the flight that follows, and until then a lost connection leaves those
messages in doubt. ``done`` holds the receipts of messages that were concluded on the way. ``session.owes_reset`` says
that a transaction was begun and is not known to be finished: RSET then leads the next flight.

The end of a message (its last block, and the dot of DATA) normally leaves at once. Only when the next message is at
hand anyway (``hold``) does it wait for that message's envelope, and both leave in one segment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from mailwright.dialogue import Dialogue, Patience, Pull, Stop, Tell, Telling
from mailwright.errors import ConnectionLost, MailError, NotSupported, Refused
from mailwright.mime.envelope import Envelope
from mailwright.smtp.commands import bdat, command
from mailwright.smtp.content import Content, in_chunks, last_words, said_no, to_its_dot
from mailwright.smtp.data import Feeder, LineEnder, Verbatim
from mailwright.smtp.flying import Flying, Partial, Wait, refusal, weighed
from mailwright.smtp.parcel import Command, Parcel, Spoilt
from mailwright.smtp.receipt import Receipt
from mailwright.smtp.refusals import message_refused
from mailwright.smtp.reply import Reply
from mailwright.smtp.session import Session

__all__ = ["Partial", "send", "send_many"]

# A pipeline must not fill both directions: the server stops reading when nobody reads its replies (RFC 2920 3.1).
# A thousand RCPTs and their replies fit the socket buffers of every system we know.
_WINDOW_OCTETS: Final = 65_536
_WINDOW_REPLIES: Final = 1_100
_SHORT: Final = 65_536  # octets of a message that is sent along with its envelope, perhaps in vain
# Seconds of silence after which the envelope is answered first: servers close connections that rest, and what was sent
# whole to one that is gone would be in doubt, though nobody has got it.
_RESTED: Final = 0.25
_MESSAGES: Final = 16  # sent whole and not answered: what is in doubt when the connection is lost
_UNANSWERED: Final = 524_288  # octets of them: 40 Mbit/s over 100 ms

_DATA: Final[Command] = (command("DATA"), Patience.GO_AHEAD, "data")
_RSET: Final[Command] = (command("RSET"), Patience.REPLY, "session")
_END: Final = b".\r\n"
_CHUNK: Final[Wait] = (Patience.BODY, "data")
_VERDICT: Final[Wait] = (Patience.VERDICT, "data")


def send(session: Session, parcel: Parcel, *, partial: Partial = "deliver") -> Dialogue[Receipt]:
    """Hand over the message whose content the caller's body yields.

    Args:
        session: open, and logged in where the server wants that.
        parcel: what is handed over.
        partial: ``deliver`` to the accepted recipients when others are refused, or ``abort`` and deliver to nobody.

    Raises:
        SenderRefused, RecipientsRefused, MessageRefused: the server said no; the connection is usable.
        NotSupported: the server cannot take this message; nothing was sent.
        ConnectionLost, Timeout: the connection failed; ``in_doubt`` says whether the message may have been accepted.
    """
    pipeline = _Pipeline(session, partial)
    yield from pipeline.hand_over(parcel)
    receipt = yield from pipeline.conclude()
    if receipt.error is not None:
        raise receipt.error
    return receipt


def send_many(session: Session, *, partial: Partial = "deliver", at_hand: bool = False) -> Telling[Receipt, None]:
    """Hand over the messages the caller's body yields: a parcel, its content in chunks, an empty chunk; and so on.

    Tells a receipt for each, in order. The envelope of a message travels with the end of the one before it, so each
    costs one round trip, or less where the server takes chunks. A message that is refused gets a receipt with the error
    in it, and the next one follows.

    Args:
        session: open, and logged in where the server wants that.
        partial: as for :func:`send`.
        at_hand: the next message never keeps us waiting, so the end of one may be held back to leave in one segment
            with the envelope of the next, and several may be under way.

    Raises:
        ConnectionLost, Timeout, ProtocolError: the connection failed; what has been told is certain.
        Exception: whatever spoilt a message.
    """
    pipeline = _Pipeline(session, partial, hold=at_hand)
    failure: MailError | None = None
    try:
        while (parcel := (yield Pull())) is not None:
            if isinstance(parcel, Spoilt):
                while pipeline.flying:
                    yield Tell((yield from pipeline.conclude()))
                raise parcel.error
            if not isinstance(parcel, Parcel):
                raise TypeError(f"a parcel is wanted, not {parcel!r}")
            refused, failure = yield from _attempted(pipeline, parcel)
            while pipeline.done:
                yield Tell(pipeline.done.popleft())
            if failure is not None:
                raise failure
            if refused is not None:
                parcel.is_refused = True
                yield Tell(refused)
                yield from pipeline.content.skip()
        while pipeline.flying:
            yield Tell((yield from pipeline.conclude()))
    except Stop:
        if failure is not None:  # the caller left between the last receipt and the error
            raise failure from None
        while pipeline.flying:
            yield from pipeline.conclude()


def _attempted(pipeline: _Pipeline, parcel: Parcel) -> Dialogue[tuple[Receipt | None, MailError | None]]:
    """Hand over one of many; returns a receipt when it is refused, and the error that ends the connection."""
    try:
        try:
            yield from pipeline.hand_over(parcel)
        except (Refused, NotSupported) as error:
            while pipeline.flying:  # refused by ourselves, so nothing was said yet
                pipeline.done.append((yield from pipeline.conclude()))
            return refusal(parcel.envelope, error, pipeline.session.tls), None
    except MailError as error:  # what was concluded before it is told before it
        return None, error
    return None, None


class _Pipeline:
    """Messages on one connection, of which some have been sent and wait for their verdicts.

    Attributes:
        flying: the messages whose replies are owed.
        done: receipts of messages that were finished on the way.
        content: what the caller's body still holds of the message at hand.
    """

    __slots__ = ("content", "done", "flying", "hold", "number", "partial", "session", "unsent")

    def __init__(self, session: Session, partial: Partial, *, hold: bool = False) -> None:
        if partial not in ("deliver", "abort"):
            raise ValueError(f'partial={partial!r} is neither "deliver" nor "abort"')
        self.session = session
        self.hold = hold
        self.partial: Partial = partial
        self.flying: deque[Flying] = deque()
        self.done: deque[Receipt] = deque()
        self.content = Content()
        self.number = 0
        self.unsent = 0  # octets that are held back

    def hand_over(self, parcel: Parcel) -> Dialogue[None]:
        """Send everything of a message; what is left is its verdict.

        Raises:
            Refused, NotSupported: it was refused before its end was sent; every reply that was owed has been read.
            MailError: the connection failed.
        """
        session = self.session
        self.content = Content()
        usable = session.usable
        commands = parcel.commands(usable, is_secured=session.is_secured)
        self.number += 1
        eager = self.partial == "deliver" and "PIPELINING" in usable
        if "CHUNKING" not in usable or (parcel.size is None and not parcel.binary):
            yield from self._after_go_ahead(parcel, commands, eager=eager)
        elif (
            eager
            and parcel.size is not None
            and parcel.size <= _SHORT
            and next(_flights(commands)) is commands
            and (self.flying or not (session.clock() - session.heard > _RESTED or session.may_be_gone()))
        ):
            yield from self._at_once(parcel, commands)
        else:
            yield from self._in_chunks(parcel, commands)

    def _after_go_ahead(self, parcel: Parcel, commands: list[Command], *, eager: bool) -> Dialogue[None]:
        """The envelope, DATA, the go-ahead, the content."""
        session = self.session
        if eager:
            commands.append(_DATA)
        began = session.clock()
        replies = yield from self._flight(commands)
        refused = yield from self._settle(parcel.envelope, replies)
        go_ahead = replies[-1] if eager else (yield from session.ask(_DATA[0], _DATA[1], stage=_DATA[2]))
        if go_ahead.code != 354:
            raise message_refused(go_ahead)
        ready = session.clock()
        yield from to_its_dot(session, self.content)
        session.owes_reset = False  # the dot ends it, whatever the verdict
        yield from self._sent(self._flying(parcel, [_VERDICT], refused, began, ready))

    def _in_chunks(self, parcel: Parcel, commands: list[Command]) -> Dialogue[None]:
        """The envelope; when it has been accepted, the content in chunks."""
        session = self.session
        began = session.clock()
        replies = yield from self._flight(commands)
        refused = yield from self._settle(parcel.envelope, replies)
        ready = session.clock()
        owed = yield from in_chunks(session, self.content, _feeder(parcel))
        waits: list[Wait] = [*[_CHUNK] * owed, _VERDICT]
        yield from self._sent(self._flying(parcel, waits, refused, began, ready, is_chunked=True))

    def _at_once(self, parcel: Parcel, commands: list[Command]) -> Dialogue[None]:
        """The envelope and the content together."""
        session = self.session
        pieces = yield from self.content.whole(_feeder(parcel))
        is_reset = session.owes_reset
        if is_reset:
            commands = [_RSET, *commands]
        line = bdat(sum(map(len, pieces)), last=True)
        flight = b"".join([*[words for words, _, _ in commands], line, *pieces])
        yield from self._make_room(len(commands) + 1, len(flight))
        session.owes_reset = True
        now = session.clock()
        session.wire.write(flight)
        waits = [*[(patience, stage) for _, patience, stage in commands], _VERDICT]
        octets = len(flight)
        yield from self._sent(
            self._flying(parcel, waits, None, now, now, is_chunked=True, is_reset=is_reset, octets=octets)
        )
        while len(self.flying) > (_MESSAGES if self.hold else 1):
            self.done.append((yield from self.conclude()))

    def _make_room(self, replies: int, octets: int) -> Dialogue[None]:
        """Conclude what must be before so much more may be unanswered."""
        while self.flying and (
            sum([len(one.owed) for one in self.flying]) + replies > _WINDOW_REPLIES
            or sum([one.octets for one in self.flying]) + octets > _UNANSWERED
        ):
            self.done.append((yield from self.conclude()))

    def _flying(
        self,
        parcel: Parcel,
        owed: list[Wait],
        refused: dict[str, Reply] | None,
        began: float,
        ready: float,
        *,
        is_chunked: bool = False,
        is_reset: bool = False,
        octets: int = 0,
    ) -> Flying:
        return Flying(
            number=self.number,
            envelope=parcel.envelope,
            owed=owed,
            refused=refused,
            is_reset=is_reset,
            is_chunked=is_chunked,
            octets=octets,
            began=began,
            ready=ready,
            sent=self.session.clock(),
        )

    def _sent(self, flying: Flying) -> Dialogue[None]:
        """Note that a message was sent whole, but for what is held back."""
        self.flying.append(flying)
        self.unsent += flying.octets
        if not self.hold or self.unsent >= _WINDOW_OCTETS:
            yield from self._flush()

    def conclude(self) -> Dialogue[Receipt]:
        """Read what is owed to the message that was sent first.

        Raises:
            MailError: it did not come. The message may have been accepted (``in_doubt``).
        """
        if not self.flying:
            raise TypeError("no verdict is owed")
        yield from self._flush()
        flying = self.flying.popleft()
        session = self.session
        answers: list[Reply] = []
        try:
            for patience, stage in flying.owed:
                answers.append(session.take_reply() or (yield from session.reply(patience, stage)))
        except MailError as error:
            self._doubt(error, len(self.flying) + (not flying.is_lost(answers)), is_final=error.reply is not None)
            raise
        receipt = flying.receipt(answers, session.clock(), session.tls)
        if receipt.accepted and flying.number == self.number:
            session.owes_reset = False
        return receipt

    def _flight(self, commands: list[Command]) -> Dialogue[list[Reply]]:
        """Say the commands, as many at once as the server and the window allow, and read every reply that is owed."""
        session = self.session
        pipelining = "PIPELINING" in session.capabilities
        if not pipelining:
            yield from self._land()
        owed = 0
        if session.owes_reset:
            commands = [_RSET, *commands]
            owed = 1
        session.owes_reset = True
        replies: list[Reply] = []
        for flight in _flights(commands) if pipelining else [[one] for one in commands]:
            session.wire.write(b"".join([line for line, _, _ in flight]))
            yield from self._flush()
            yield from self._land()
            for _, patience, stage in flight:
                replies.append(session.take_reply() or (yield from session.reply(patience, stage)))
            if len(replies) == owed + 1 and replies[-1].code >= 400:
                break  # MAIL was refused by itself: no recipient needs to hear of it
        return replies[owed:] if owed else replies

    def _land(self) -> Dialogue[None]:
        """Conclude all that is flying."""
        while self.flying:
            self.done.append((yield from self.conclude()))

    def _flush(self) -> Dialogue[None]:
        """Send what is written; when the end of a message is in it, losing the connection leaves it in doubt."""
        self.unsent = 0
        try:
            yield from self.session.wire.flush()
        except ConnectionLost as error:
            yield from last_words(self.session, error)
            self._doubt(error, len(self.flying), is_final=said_no(error) and self._knows_envelopes(error))
            raise
        except MailError as error:
            self._doubt(error, len(self.flying), is_final=False)
            raise

    def _knows_envelopes(self, error: ConnectionLost) -> bool:
        """Whether a refusal can only be the verdict, and not that of one recipient among others."""
        is_closing = isinstance(error.reply, Reply) and error.reply.code == 421
        return is_closing or all(flying.refused is not None for flying in self.flying)

    def _doubt(self, error: MailError, messages: int, *, is_final: bool) -> None:
        """Say whether messages may have been accepted, and how many."""
        error.in_doubt = bool(messages) and not is_final
        if error.in_doubt and messages > 1:
            error.hint = f"{messages} messages were sent whole and not answered: each may have been accepted."

    def _settle(self, envelope: Envelope, replies: list[Reply]) -> Dialogue[dict[str, Reply]]:
        """Hold the replies against the policy; returns the refused recipients when the message goes on."""
        try:
            return weighed(envelope, replies, self.partial)
        except Refused:
            if replies[-1].code == 354:  # a go-ahead for nobody
                yield from self.session.ask(_END, Patience.VERDICT, stage="data")
            raise


def _feeder(parcel: Parcel) -> Feeder:
    return Verbatim() if parcel.binary else LineEnder()


def _flights(commands: list[Command]) -> Iterator[list[Command]]:
    """Cut commands into flights that fit the window; nearly always it is one."""
    begin = octets = 0
    for at, (line, _, _) in enumerate(commands):
        if at > begin and (at - begin >= _WINDOW_REPLIES or octets + len(line) > _WINDOW_OCTETS):
            yield commands[begin:at]
            begin, octets = at, 0
        octets += len(line)
    yield commands[begin:] if begin else commands
