"""What became of a message, read from the answers to it."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Patience
from mailwright.errors import MessageRefused, ProtocolError, RecipientsRefused, SenderRefused
from mailwright.smtp import Envelope, Receipt, Reply
from mailwright.smtp.flying import Flying, Wait, refusal, weighed
from mailwright.smtp.receipt import Timings

ENVELOPE = Envelope("alice@example.com", ["bob@example.com", "eve@example.com"])
OK, NO, UNKNOWN = Reply(250, None, ("ok",)), Reply(550, None, ("no",)), Reply(500, None, ("what?",))
VERDICT: Wait = (Patience.VERDICT, "data")


def flying(*, is_reset: bool = False, is_chunked: bool = True, refused: dict[str, Reply] | None = None) -> Flying:
    return Flying(
        number=1,
        envelope=ENVELOPE,
        owed=[VERDICT],
        refused=refused,
        is_reset=is_reset,
        is_chunked=is_chunked,
        began=7.0,
        ready=8.0,
        sent=10.0,
    )


def outcome(message: Flying, *answers: Reply) -> Receipt:
    return message.receipt(list(answers), 15.0, None)


def test_accepted_recipients_have_a_receipt() -> None:
    receipt = outcome(flying(is_reset=True), NO, OK, OK, NO, OK)  # a refused RSET refuses nothing
    assert receipt.accepted == ("bob@example.com",)
    assert receipt.refused == {"eve@example.com": NO}
    assert receipt.timings == Timings(1.0, 2.0, 5.0)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([NO, OK, OK, OK], SenderRefused),
        ([OK, NO, NO, OK], RecipientsRefused),
        ([OK, OK, NO, NO], MessageRefused),
        ([OK, OK, OK, NO], MessageRefused),
    ],
)
def test_a_refusal_stands_in_the_receipt(answers: list[Reply], kind: type[Exception]) -> None:
    receipt = outcome(flying(), *answers)
    assert type(receipt.error) is kind
    assert receipt.accepted == ()
    assert set(receipt.refused) == {"bob@example.com", "eve@example.com"}


def test_the_first_refused_chunk_is_the_verdict() -> None:
    receipt = outcome(flying(refused={}), OK, NO, OK)
    assert receipt.reply == NO
    assert receipt.accepted == ()


def test_a_server_that_does_not_know_bdat_is_no_server_to_go_on_with() -> None:
    with pytest.raises(ProtocolError):
        outcome(flying(), NO, NO, NO, UNKNOWN)
    assert type(outcome(flying(is_chunked=False, refused={}), UNKNOWN).error) is MessageRefused


@pytest.mark.parametrize(
    ("answers", "lost"),
    [([], False), ([OK], False), ([NO], True), ([OK, NO], False), ([OK, NO, NO], True), ([OK, NO, OK], False)],
)
def test_a_message_is_lost_when_nobody_can_get_it(answers: list[Reply], lost: bool) -> None:
    assert flying().is_lost(answers) is lost
    assert flying(is_reset=True).is_lost([NO, *answers]) is lost


def test_a_refused_chunk_loses_a_message_whose_envelope_was_answered() -> None:
    assert flying(refused={}).is_lost([OK, NO])
    assert not flying(refused={}).is_lost([OK])


def test_one_refused_recipient_stops_all_or_nothing_only() -> None:
    assert weighed(ENVELOPE, [OK, NO, OK], "deliver") == {"bob@example.com": NO}
    with pytest.raises(RecipientsRefused) as caught:
        weighed(ENVELOPE, [OK, NO, OK], "abort")
    assert refusal(ENVELOPE, caught.value, None).refused == {"bob@example.com": NO}
