"""Refusals as errors: what the server did not accept, and what that usually means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mailwright.errors import MessageRefused, ProtocolError, RecipientsRefused, SenderRefused
from mailwright.mime.envelope import Envelope
from mailwright.smtp.reply import Reply

__all__ = ["content_refused", "message_refused", "recipients_refused", "sender_refused"]

_NOT_UNDERSTOOD: Final = (500, 501, 502)  # RFC 5321 4.2.2: unknown, misunderstood, not implemented


def recipients_refused(refused: Mapping[str, Reply], accepted: int) -> RecipientsRefused:
    """The error for refused recipients."""
    address, reply = next(iter(refused.items()))
    total = len(refused) + accepted
    which = "the recipient" if total == 1 else f"{len(refused)} of {total} recipients, the first being"
    error = RecipientsRefused(
        f"The server refused {which} {address}: {reply}.",
        "Some may work later." if any(r.is_transient for r in refused.values()) else "",
        reference=_reference(reply),
        stage="recipient",
        reply=reply,
    )
    error.refused = dict(refused)
    return error


def _reference(reply: Reply) -> str | None:
    text = reply.text.lower()
    if "relay" in text:
        return "relay-denied"
    if reply.enhanced in ("5.1.1", "5.1.6", "5.1.10"):
        return "recipient-unknown"
    return None


def sender_refused(envelope: Envelope, reply: Reply) -> SenderRefused:
    """The error for a refused MAIL."""
    sender = "the empty sender" if envelope.sender is None else f"the sender {envelope.sender.addr_spec}"
    reference, hint = None, "Most servers let each user send only from their own addresses."
    if reply.code == 530 or reply.enhanced == "5.7.0":
        reference, hint = "auth-required-to-send", "The server wants a login first: give username and password."
    elif reply.code == 552 or reply.enhanced == "5.3.4":
        reference, hint = "size-exceeded-at-mail", "The message is larger than this server takes."
    return SenderRefused(
        f"The server refused {sender}: {reply}.", hint, reference=reference, stage="sender", reply=reply
    )


def message_refused(reply: Reply) -> MessageRefused:
    """The error for a refused message, at DATA or after it."""
    reference = "message-too-big" if reply.code == 552 or reply.enhanced == "5.3.4" else None
    hint = "It may be accepted later." if reply.is_transient else "The reply says what it did not like."
    return MessageRefused(
        f"The server refused the message: {reply}.", hint, reference=reference, stage="data", reply=reply
    )


def content_refused(reply: Reply) -> MessageRefused | ProtocolError:
    """The error for a refused BDAT chunk.

    A server that does not know the command reads the message as commands, and what it answers to them belongs to
    nothing: the connection must not be used again (RFC 3030 2). A refusal for other reasons that comes with such a code
    says so with its enhanced one.
    """
    if reply.code not in _NOT_UNDERSTOOD or (reply.enhanced is not None and not reply.enhanced.startswith("5.5.")):
        return message_refused(reply)
    return ProtocolError(
        f"The server offers CHUNKING and does not know BDAT: {reply}.",
        "Something between you and the server may be changing what is said; use chunking=False.",
        stage="data",
        reply=reply,
    )
