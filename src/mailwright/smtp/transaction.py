"""Handing over messages: the envelope, the content, the verdict (RFC 5321 3.3), in as few round trips as there can be.

Where the server takes pipelines (RFC 2920), MAIL, every RCPT and DATA leave in one flight, and one round trip later
all of them are answered. DATA goes along only where a refused recipient does not stop the others: then the worst that
can follow is a go-ahead for nobody, which a lone dot ends. The content is a second flight. With many messages, the
envelope of the next one travels behind the content of the last::

    client    MAIL RCPT DATA | content . MAIL RCPT DATA | content . MAIL RCPT DATA | content .
    server        250 250 354          250  250 250 354           250  250 250 354         250
                                       ^ the verdict on the message before

Three things are remembered between flights. ``flying`` is the message that was sent whole and whose verdict is owed:
it is read first, before any reply of the flight that follows, and until then a lost connection leaves that message in
doubt. ``done`` holds the receipts of messages that were concluded on the way. ``session.owes_reset`` says that a
transaction was begun and not finished: RSET then leads the next flight.

The end of a message (its last block and the dot) normally leaves at once. Only when the next message is at hand anyway
(``hold``) does it wait for that message's envelope, and both leave in one segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from mailwright.dialogue import Dialogue, Patience, Pull, Stop, Tell, Telling
from mailwright.errors import ConnectionLost, MailError, MessageRefused, NotSupported, RecipientsRefused, Refused
from mailwright.mime.envelope import Envelope
from mailwright.smtp.commands import command, mail, rcpt
from mailwright.smtp.data import DotStuffer
from mailwright.smtp.parcel import Parcel, Spoilt
from mailwright.smtp.receipt import Receipt, Timings, queue_id
from mailwright.smtp.refusals import message_refused, recipients_refused, sender_refused
from mailwright.smtp.reply import Reply, read_reply
from mailwright.smtp.session import Session

__all__ = ["Partial", "send", "send_many"]

Partial = Literal["deliver", "abort"]

# A pipeline must not fill both directions: the server stops reading when nobody reads its replies (RFC 2920 3.1).
# A thousand RCPTs and their replies fit the socket buffers of every system we know.
_WINDOW_OCTETS: Final = 65_536
_WINDOW_REPLIES: Final = 1_100
_BLOCK: Final = 65_536  # octets of content sent at once

_Command: TypeAlias = tuple[bytes, Patience, str]  # what to send, how long to wait, and the stage for errors

_DATA: Final[_Command] = (command("DATA"), Patience.GO_AHEAD, "data")
_RSET: Final[_Command] = (command("RSET"), Patience.REPLY, "session")
_END: Final = b".\r\n"


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
    costs one round trip. A message that is refused gets a receipt with the error in it, and the next one follows.

    Args:
        session: open, and logged in where the server wants that.
        partial: as for :func:`send`.
        at_hand: the next message never keeps us waiting, so the end of one may be held back to leave in one segment
            with the envelope of the next.

    Raises:
        ConnectionLost, Timeout, ProtocolError: the connection failed; what has been told is certain.
        Exception: whatever spoilt a message.
    """
    pipeline = _Pipeline(session, partial, hold=at_hand)
    try:
        while (parcel := (yield Pull())) is not None:
            if isinstance(parcel, Spoilt):
                if pipeline.flying is not None:
                    yield Tell((yield from pipeline.conclude()))
                raise parcel.error
            if not isinstance(parcel, Parcel):
                raise TypeError(f"a parcel is wanted, not {parcel!r}")
            refusal = yield from _attempted(pipeline, parcel)
            while pipeline.done:
                yield Tell(pipeline.done.pop(0))
            if refusal is not None:
                parcel.is_refused = True
                yield Tell(refusal)
                yield from _skip()
        if pipeline.flying is not None:
            yield Tell((yield from pipeline.conclude()))
    except Stop:
        if pipeline.flying is not None:
            yield from pipeline.conclude()


def _attempted(pipeline: _Pipeline, parcel: Parcel) -> Dialogue[Receipt | None]:
    """Hand over one of many; returns a receipt when it is refused before its content was sent."""
    try:
        yield from pipeline.hand_over(parcel)
    except (Refused, NotSupported) as error:
        if pipeline.flying is not None:  # refused by ourselves, so nothing was said yet
            pipeline.done.append((yield from pipeline.conclude()))
        specs = [address.addr_spec for address in parcel.envelope.recipients]
        reply = error.reply if isinstance(error.reply, Reply) else None
        refused = dict.fromkeys(specs, reply) if reply is not None else {}
        if isinstance(error, RecipientsRefused):
            refused = {spec: reply for spec, reply in error.refused.items() if isinstance(reply, Reply)}
        return Receipt((), MappingProxyType(refused), reply, None, Timings(0.0, 0.0, 0.0), pipeline.session.tls, error)
    return None


def _skip() -> Dialogue[None]:
    """Pass over the content of a message that was refused; whoever looks at its parcel makes none."""
    while (yield Pull()):
        pass


@dataclass(slots=True)
class _Flying:
    """A message that has been sent whole and waits for its verdict."""

    accepted: tuple[str, ...]
    refused: dict[str, Reply]
    began: float
    ready: float
    sent: float


class _Pipeline:
    """Messages on one connection: at most one waits for its verdict while the next one's envelope is on its way.

    Attributes:
        flying: the message whose verdict is owed.
        done: receipts of messages that were finished on the way.
    """

    __slots__ = ("done", "flying", "hold", "partial", "session")

    def __init__(self, session: Session, partial: Partial, *, hold: bool = False) -> None:
        if partial not in ("deliver", "abort"):
            raise ValueError(f'partial={partial!r} is neither "deliver" nor "abort"')
        self.session = session
        self.hold = hold
        self.partial: Partial = partial
        self.flying: _Flying | None = None
        self.done: list[Receipt] = []

    def hand_over(self, parcel: Parcel) -> Dialogue[None]:
        """Send everything of a message; what is left is its verdict."""
        session = self.session
        commands = _commands(session, parcel)
        eager = self.partial == "deliver" and "PIPELINING" in session.capabilities
        if eager:
            commands.append(_DATA)
        began = session.clock()
        replies = yield from self._flight(commands)
        refused = yield from self._settle(parcel.envelope, replies)
        go_ahead = replies[-1] if eager else (yield from session.ask(_DATA[0], _DATA[1], stage=_DATA[2]))
        if go_ahead.code != 354:
            raise message_refused(go_ahead)
        ready = session.clock()
        yield from _content(session)
        if not self.hold:
            yield from self._flush(ending=True)
        session.owes_reset = False
        specs = [address.addr_spec for address in parcel.envelope.recipients]
        accepted = [spec for spec in specs if spec not in refused] if refused else specs
        self.flying = _Flying(tuple(accepted), refused, began, ready, session.clock())

    def conclude(self) -> Dialogue[Receipt]:
        """Read the verdict that is owed.

        Raises:
            MailError: it did not come. The message may have been accepted (``in_doubt``).
        """
        flying = self.flying
        if flying is None:
            raise TypeError("no verdict is owed")
        yield from self._flush(ending=True)
        self.flying = None
        session = self.session
        try:
            verdict = session.take_reply() or (yield from session.reply(Patience.VERDICT, "data"))
        except MailError as error:
            error.in_doubt = error.reply is None
            raise
        timings = Timings(flying.ready - flying.began, flying.sent - flying.ready, session.clock() - flying.sent)
        if verdict.is_positive:
            refused = MappingProxyType(flying.refused)
            return Receipt(flying.accepted, refused, verdict, queue_id(verdict), timings, session.tls)
        everybody = MappingProxyType({**flying.refused, **dict.fromkeys(flying.accepted, verdict)})
        return Receipt((), everybody, verdict, None, timings, session.tls, message_refused(verdict))

    def _flight(self, commands: list[_Command]) -> Dialogue[list[Reply]]:
        """Say the commands, as many at once as the server and the window allow, and read every reply that is owed."""
        session = self.session
        pipelining = "PIPELINING" in session.capabilities
        if self.flying is not None and not pipelining:
            self.done.append((yield from self.conclude()))
        owed = 0
        if session.owes_reset:
            commands = [_RSET, *commands]
            owed = 1
        session.owes_reset = True
        replies: list[Reply] = []
        for flight in _flights(commands) if pipelining else [[one] for one in commands]:
            session.wire.write(b"".join([line for line, _, _ in flight]))
            yield from self._flush(ending=self.flying is not None)
            if self.flying is not None:
                self.done.append((yield from self.conclude()))
            for _, patience, stage in flight:
                replies.append(session.take_reply() or (yield from session.reply(patience, stage)))
            if len(replies) == owed + 1 and replies[-1].code >= 400:
                break  # MAIL was refused by itself: no recipient needs to hear of it
        return replies[owed:] if owed else replies

    def _flush(self, *, ending: bool) -> Dialogue[None]:
        """Send what is written; when the end of a message is in it, losing the connection leaves it in doubt."""
        try:
            yield from self.session.wire.flush()
        except ConnectionLost as error:
            yield from _last_words(self.session, error)
            error.in_doubt = ending and not _said_no(error)
            raise
        except MailError as error:
            error.in_doubt = ending
            raise

    def _settle(self, envelope: Envelope, replies: list[Reply]) -> Dialogue[dict[str, Reply]]:
        """Hold the replies against the policy; returns the refused recipients when the message goes on."""
        answers = replies[1 : 1 + len(envelope.recipients)]
        refused: dict[str, Reply] = {}
        for address, reply in zip(envelope.recipients, answers, strict=False):
            if not reply.is_positive:
                refused[address.addr_spec] = reply
        accepted = len(answers) - len(refused)
        if replies[0].is_positive and accepted and (self.partial == "deliver" or not refused):
            return refused
        if replies[-1].code == 354:  # a go-ahead for nobody
            yield from self.session.ask(_END, Patience.VERDICT, stage="data")
        if not replies[0].is_positive:
            raise sender_refused(envelope, replies[0])
        raise recipients_refused(refused, accepted)


# --- the envelope -----------------------------------------------------------------------------------------------------


def _commands(session: Session, parcel: Parcel) -> list[_Command]:
    """MAIL and every RCPT, checked before the first octet is sent."""
    capabilities = session.capabilities
    utf8 = _needs_utf8(session, parcel)
    parameters: list[str] = []
    if parcel.size is not None and "SIZE" in capabilities:
        if capabilities.size is not None and parcel.size > capabilities.size:
            raise MessageRefused(
                f"The message has {parcel.size} octets and the server takes at most {capabilities.size}.",
                "Send attachments another way, or in several messages.",
                reference="message-too-big",
                stage="sender",
            )
        parameters.append(f"SIZE={parcel.size}")
    if parcel.eight_bit:
        if "8BITMIME" not in capabilities:
            raise NotSupported(
                "The message has 8-bit content and the server takes only 7-bit mail.",
                "Encode its parts as quoted-printable or base64.",
                reference="eight-bit-unsupported",
                stage="sender",
            )
        parameters.append("BODY=8BITMIME")
    if utf8:
        parameters.append("SMTPUTF8")
    options = parcel.options
    parameters += options.for_mail(capabilities, is_secured=session.is_secured)
    commands: list[_Command] = [(mail(parcel.envelope.sender, parameters, utf8=utf8), Patience.SENDER, "sender")]
    everybody = parcel.envelope.recipients
    commands += [(rcpt(to, options.for_rcpt(to), utf8=utf8), Patience.RECIPIENT, "recipient") for to in everybody]
    return commands


def _flights(commands: list[_Command]) -> Iterator[list[_Command]]:
    """Cut commands into flights that fit the window; nearly always it is one."""
    begin = octets = 0
    for at, (line, _, _) in enumerate(commands):
        if at > begin and (at - begin >= _WINDOW_REPLIES or octets + len(line) > _WINDOW_OCTETS):
            yield commands[begin:at]
            begin, octets = at, 0
        octets += len(line)
    yield commands[begin:] if begin else commands


def _needs_utf8(session: Session, parcel: Parcel) -> bool:
    if "SMTPUTF8" in session.capabilities:
        return parcel.international or parcel.envelope.is_international
    if parcel.international:
        raise NotSupported(
            "The message has a header in UTF-8 and the server does not offer SMTPUTF8.",
            "Use ASCII addresses, or a server that takes internationalised mail.",
            reference="smtputf8-unsupported",
            stage="sender",
        )
    return False  # the commands refuse an address that needs it, by name


# --- the content ------------------------------------------------------------------------------------------------------


def _content(session: Session) -> Dialogue[None]:
    """All of it, with its end written but not yet sent."""
    wire = session.wire
    stuffer = DotStuffer()
    waiting = 0
    try:
        while chunk := (yield Pull()):
            if not isinstance(chunk, bytes):
                raise TypeError(f"content is bytes, not {chunk!r}")
            for block in (chunk,) if len(chunk) <= _BLOCK else _blocks(chunk):
                stuffed = stuffer.feed(block)
                wire.write(stuffed)
                waiting += len(stuffed)
                if waiting >= _BLOCK:
                    yield from wire.flush()
                    waiting = 0
    except ConnectionLost as error:
        yield from _last_words(session, error)
        raise
    wire.write(stuffer.finish())


def _said_no(error: ConnectionLost) -> bool:
    return isinstance(error.reply, Reply) and error.reply.code >= 400


def _blocks(chunk: bytes) -> Iterator[bytes]:
    return (chunk[begin : begin + _BLOCK] for begin in range(0, len(chunk), _BLOCK))


def _last_words(session: Session, error: ConnectionLost) -> Dialogue[None]:
    """A server that hangs up on a message has often said why, and nobody was reading."""
    try:
        error.reply = yield from read_reply(session.wire, Patience.GOODBYE)
        error.what = f"{error.what.rstrip('.')}, after the server said: {error.reply}."
    except MailError:
        pass  # it said nothing
    error.stage = "data"
