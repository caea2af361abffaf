"""Refusals say what the server did not accept, and what that usually means."""

from __future__ import annotations

import pytest

from mailwright.errors import MailError, MessageRefused, ProtocolError
from mailwright.smtp import Envelope, Reply
from mailwright.smtp.refusals import content_refused, message_refused, recipients_refused, sender_refused

TO_BOB = Envelope("alice@example.com", ["bob@example.com"])


@pytest.mark.parametrize(
    ("reply", "reference"),
    [
        ("5.1.1 No such user", "recipient-unknown"),
        ("5.1.10 Recipient not found", "recipient-unknown"),
        ("5.7.1 Relaying denied", "relay-denied"),
        ("5.4.1 Access denied", "no-valid-recipients"),
    ],
)
def test_a_refused_recipient_has_a_reference(reply: str, reference: str) -> None:
    error = recipients_refused({"bob@example.com": Reply.of(550, (reply,))}, 0)
    assert (error.reference, error.stage) == (reference, "recipient")
    assert "refused the recipient bob@example.com" in error.what


def test_some_of_many_are_counted() -> None:
    no, later = Reply(550, None, ("no",)), Reply(451, None, ("later",))
    error = recipients_refused({"b@example.com": no, "c@example.com": later}, 3)
    assert "2 of 5 recipients, the first being b@example.com" in error.what
    assert error.hint == "Some may work later."
    assert error.reply is no


@pytest.mark.parametrize(
    ("code", "text", "reference"),
    [
        (530, "5.7.0 Authentication required", "auth-required-to-send"),
        (530, "Must issue a STARTTLS command first", "auth-required-to-send"),
        (550, "5.7.0 Not allowed", "auth-required-to-send"),
        (552, "5.3.4 Too big", "size-exceeded-at-mail"),
        (553, "5.7.1 Sender address rejected: not owned by user", "sender-not-allowed"),
    ],
)
def test_a_refused_sender_has_a_reference(code: int, text: str, reference: str) -> None:
    error = sender_refused(TO_BOB, Reply.of(code, (text,)))
    assert (error.reference, error.stage) == (reference, "sender")
    assert "the sender alice@example.com" in error.what


def test_the_empty_sender_is_called_that() -> None:
    error = sender_refused(Envelope(None, ["bob@example.com"]), Reply(550, None, ("no",)))
    assert "the empty sender" in error.what


@pytest.mark.parametrize(
    ("code", "text", "reference", "hint"),
    [
        (552, "too big", "message-too-big", "The reply says what it did not like."),
        (554, "5.3.4 too big", "message-too-big", "The reply says what it did not like."),
        (554, "5.7.1 spam", "policy-rejected", "The reply says what it did not like."),
        (451, "4.7.1 later", "policy-rejected", "It may be accepted later."),
    ],
)
def test_a_refused_message_has_a_reference(code: int, text: str, reference: str, hint: str) -> None:
    error = message_refused(Reply.of(code, (text,)))
    assert (error.reference, error.hint, error.stage) == (reference, hint, "data")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(500, None, ("what?",)), ProtocolError),
        (Reply(501, "5.5.4", ("syntax",)), ProtocolError),
        (Reply(502, "5.5.1", ("not implemented",)), ProtocolError),
        (Reply(500, "5.7.1", ("spam",)), MessageRefused),
        (Reply(503, "5.5.1", ("no recipients",)), MessageRefused),
        (Reply(552, "5.3.4", ("too big",)), MessageRefused),
        (Reply(452, None, ("full",)), MessageRefused),
    ],
)
def test_a_chunk_is_refused_or_was_not_understood(reply: Reply, kind: type[MailError]) -> None:
    error = content_refused(reply)
    assert (type(error), error.reply, error.stage) == (kind, reply, "data")
    assert ("chunking=False" in str(error)) is (kind is ProtocolError)
