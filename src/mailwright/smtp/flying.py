"""A message that has been sent whole: what is still owed to it, and what became of it once that has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from mailwright.dialogue import Patience
from mailwright.errors import NotSupported, ProtocolError, RecipientsRefused, Refused
from mailwright.mime.envelope import Envelope
from mailwright.net.tls import TlsFacts
from mailwright.smtp.receipt import Receipt, Timings, queue_id
from mailwright.smtp.refusals import content_refused, message_refused, recipients_refused, sender_refused
from mailwright.smtp.reply import Reply

__all__ = ["Flying", "Partial", "Wait", "refusal", "weighed"]

Partial = Literal["deliver", "abort"]

Wait: TypeAlias = tuple[Patience, str]
"""How long to wait for a reply, and the stage for errors."""


@dataclass(slots=True, kw_only=True)
class Flying:
    """A message that has been sent whole and waits for what the server says to it.

    Attributes:
        number: which one of the pipeline it is.
        envelope: from whom, to whom.
        owed: the waits for the replies that are owed, in order.
        refused: the recipients that were refused; ``None`` while the envelope's replies are owed.
        is_reset: the first of those replies answers a RSET.
        is_chunked: it went by BDAT.
        octets: how much was sent that nothing has been answered to.
        began: when its envelope was sent.
        ready: when its content was.
        sent: when all of it had been.
    """

    number: int
    envelope: Envelope
    owed: Sequence[Wait]
    refused: dict[str, Reply] | None
    is_reset: bool = False
    is_chunked: bool = False
    octets: int = 0
    began: float
    ready: float
    sent: float

    def is_lost(self, answers: list[Reply]) -> bool:
        """Whether it cannot be accepted any more, when its replies end after these."""
        said = answers[1:] if self.is_reset else answers
        if self.refused is not None:
            return any(not reply.is_positive for reply in said)
        everybody = len(self.envelope.recipients)
        to = said[1 : 1 + everybody]
        none_accepted = len(to) == everybody and not any(reply.is_positive for reply in to)
        return none_accepted or any(not reply.is_positive for reply in said[:1])

    def receipt(self, answers: list[Reply], now: float, tls: TlsFacts | None) -> Receipt:
        """What became of it, by the answers to it.

        Raises:
            ProtocolError: the server does not know BDAT, though it offered it.
        """
        said = answers[1:] if self.is_reset else answers
        contents = said if self.refused is not None else said[1 + len(self.envelope.recipients) :]
        verdict = next((reply for reply in contents if not reply.is_positive), contents[-1])
        no = None if verdict.is_positive else content_refused(verdict) if self.is_chunked else message_refused(verdict)
        if isinstance(no, ProtocolError):
            raise no
        try:
            refused = weighed(self.envelope, said, "deliver") if self.refused is None else self.refused
        except Refused as error:
            return refusal(self.envelope, error, tls)
        specs = [address.addr_spec for address in self.envelope.recipients]
        accepted = tuple([spec for spec in specs if spec not in refused] if refused else specs)
        timings = Timings(self.ready - self.began, self.sent - self.ready, now - self.sent)
        if no is not None:
            everybody = {**refused, **dict.fromkeys(accepted, verdict)}
            return Receipt((), MappingProxyType(everybody), verdict, None, timings, tls, no)
        return Receipt(accepted, MappingProxyType(refused), verdict, queue_id(verdict), timings, tls)


def weighed(envelope: Envelope, replies: list[Reply], partial: Partial) -> dict[str, Reply]:
    """Hold the replies to MAIL and every RCPT against the policy.

    Returns:
        the refused recipients, when the message goes on.

    Raises:
        SenderRefused, RecipientsRefused: it does not.
    """
    answers = replies[1 : 1 + len(envelope.recipients)]
    refused: dict[str, Reply] = {}
    for address, reply in zip(envelope.recipients, answers, strict=False):
        if not reply.is_positive:
            refused[address.addr_spec] = reply
    accepted = len(answers) - len(refused)
    if not replies[0].is_positive:
        raise sender_refused(envelope, replies[0])
    if accepted and (partial == "deliver" or not refused):
        return refused
    raise recipients_refused(refused, accepted)


def refusal(envelope: Envelope, error: Refused | NotSupported, tls: TlsFacts | None) -> Receipt:
    """The receipt for a message that was refused before there was a verdict on it."""
    specs = [address.addr_spec for address in envelope.recipients]
    reply = error.reply if isinstance(error.reply, Reply) else None
    refused = dict.fromkeys(specs, reply) if reply is not None else {}
    if isinstance(error, RecipientsRefused):
        refused = {spec: reply for spec, reply in error.refused.items() if isinstance(reply, Reply)}
    return Receipt((), MappingProxyType(refused), reply, None, Timings(0.0, 0.0, 0.0), tls, error)
