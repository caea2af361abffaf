"""One message and many: the envelope, the content, the verdict, and everything a server may refuse on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailwright.dialogue import Dialogue, Item, Pull, Read, Stop, Tell, Telling, Write
from mailwright.errors import (
    ConnectionLost,
    MailError,
    MessageRefused,
    NotSupported,
    ProtocolError,
    RecipientsRefused,
    SenderRefused,
    Timeout,
)
from mailwright.net import Connection, Told
from mailwright.smtp import Receipt, Reply
from mailwright.smtp.parcel import Parcel, Spoilt
from mailwright.smtp.transaction import Partial, send, send_many
from mailwright.testing import MemoryStream, converse
from unit.smtp.scripts import CONTENT, mailings, opened, parcel

MAIL = "C: MAIL FROM:<alice@example.com>\n"
FLIGHT = MAIL + "C: RCPT TO:<bob@example.com>\nC: DATA\n"
TWO = MAIL + "C: RCPT TO:<bob@example.com>\nC: RCPT TO:<eve@example.com>\n"
BODY = "C: Subject: hi\nC:\nC: Hello.\nC: .\n"
READY = "S: 250 ok\nS: 250 ok\nS: 354 go\n"
STEPS = MAIL + "S: 250 ok\nC: RCPT TO:<bob@example.com>\nS: 250 ok\nC: DATA\nS: 354 go\n"


def sent(
    script: str,
    *extensions: str,
    to: Parcel | None = None,
    partial: Partial = "deliver",
    content: bytes = CONTENT,
) -> Receipt:
    """Send one message against a script in every way of feeding."""
    return converse(lambda: send(opened(*extensions), to or parcel(), partial=partial), script, [content])


def refused(script: str, *extensions: str, to: Parcel | None = None, partial: Partial = "deliver") -> MailError:
    with pytest.raises(MailError) as caught:
        sent(script, *extensions, to=to, partial=partial)
    return caught.value


def one_without_its_end() -> Dialogue[Receipt]:
    """A message being sent, up to its content."""
    talk = send(opened("PIPELINING"), parcel())
    next(talk)
    talk.send(None)
    talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    talk.send(CONTENT)
    return talk


def one_of_many_without_its_end() -> Telling[Receipt, None]:
    """The first of many messages being sent, the next one being at hand, up to its content."""
    talk = send_many(opened("PIPELINING"), at_hand=True)
    next(talk)
    talk.send(parcel())
    talk.send(None)
    talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    talk.send(CONTENT)
    return talk


# --- it works ---


def test_everything_before_the_content_is_one_flight_where_the_server_takes_pipelines() -> None:
    receipt = sent(FLIGHT + READY + BODY + "S: 250 2.0.0 Ok: queued as ABC123", "PIPELINING")
    assert receipt.accepted == ("bob@example.com",)
    assert receipt.refused == {}
    assert receipt.queue_id == "ABC123"
    assert receipt.reply == Reply(250, "2.0.0", ("Ok: queued as ABC123",))


def test_each_command_waits_for_its_reply_where_the_server_does_not() -> None:
    assert sent(STEPS + BODY + "S: 250 ok").accepted == ("bob@example.com",)


def test_the_flight_is_one_write() -> None:
    talk = send(opened("PIPELINING"), parcel())
    assert next(talk) == Write(b"MAIL FROM:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n")


def test_parameters_are_given_where_the_server_knows_them() -> None:
    to = parcel(size=24, eight_bit=True)
    script = "C: MAIL FROM:<alice@example.com> SIZE=24 BODY=8BITMIME\nC: RCPT TO:<bob@example.com>\nC: DATA\n"
    sent(script + READY + BODY + "S: 250 ok", "PIPELINING", "SIZE 1000", "8BITMIME", to=to)


def test_a_size_is_not_given_to_a_server_that_does_not_know_it() -> None:
    sent(FLIGHT + READY + BODY + "S: 250 ok", "PIPELINING", to=parcel(size=24))


def test_an_empty_sender_and_an_international_one_are_said() -> None:
    sent(
        "C: MAIL FROM:<>\nC: RCPT TO:<bob@example.com>\nC: DATA\n" + READY + BODY + "S: 250 ok",
        "PIPELINING",
        to=parcel(sender=None),
    )
    script = "C: MAIL FROM:<jürgen@example.com> SMTPUTF8\nC: RCPT TO:<bob@example.com>\nC: DATA\n"
    sent(script + READY + BODY + "S: 250 ok", "PIPELINING", "SMTPUTF8", to=parcel(sender="jürgen@example.com"))


def test_dots_are_stuffed_and_an_empty_message_ends_too() -> None:
    sent(FLIGHT + READY + "C: ..\nC: .\nS: 250 ok", "PIPELINING", content=b".\n")
    sent(FLIGHT + READY + "C: .\nS: 250 ok", "PIPELINING", content=b"")


def test_long_content_leaves_in_blocks() -> None:
    talk = send(opened("PIPELINING"), parcel())
    next(talk)
    talk.send(None)
    request = talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    writes = 0
    chunks = iter([b"x" * 76 + b"\r\n"] * 2_000)
    while isinstance(request, Pull | Write):
        writes += isinstance(request, Write)
        assert isinstance(request, Pull) or len(request.data) <= 2 * 65_536
        request = talk.send(next(chunks, None) if isinstance(request, Pull) else None)
    assert writes == 3


# --- nothing is sent ---


@pytest.mark.parametrize(
    ("to", "extensions", "kind", "reference"),
    [
        (parcel(size=1001), ("SIZE 1000",), MessageRefused, "message-too-big"),
        (parcel(eight_bit=True), (), NotSupported, "eight-bit-unsupported"),
        (parcel(international=True), (), NotSupported, "smtputf8-unsupported"),
        (parcel(sender="jürgen@example.com"), (), NotSupported, "smtputf8-unsupported"),
        (parcel("jürgen@example.com"), (), NotSupported, "smtputf8-unsupported"),
    ],
)
def test_what_the_server_cannot_take_is_not_even_tried(
    to: Parcel, extensions: tuple[str, ...], kind: type[MailError], reference: str
) -> None:
    error = refused("# nothing is said", *extensions, to=to)
    assert (type(error), error.reference, error.in_step) == (kind, reference, True)


def test_a_message_of_exactly_the_size_goes() -> None:
    script = FLIGHT.replace("MAIL FROM:<alice@example.com>", "MAIL FROM:<alice@example.com> SIZE=1000")
    sent(script + READY + BODY + "S: 250 ok", "PIPELINING", "SIZE 1000", to=parcel(size=1000))


# --- the server says no ---


def test_a_refused_recipient_does_not_stop_the_others() -> None:
    script = TWO + "C: DATA\nS: 250 ok\nS: 250 ok\nS: 550 5.1.1 who?\nS: 354 go\n" + BODY + "S: 250 ok"
    receipt = sent(script, "PIPELINING", to=parcel("bob@example.com", "eve@example.com"))
    assert receipt.accepted == ("bob@example.com",)
    assert receipt.refused == {"eve@example.com": Reply(550, "5.1.1", ("who?",))}


def test_when_all_are_refused_and_the_server_refuses_data_too_that_is_all() -> None:
    error = refused(FLIGHT + "S: 250 ok\nS: 550 5.1.1 who?\nS: 503 no recipients", "PIPELINING")
    assert (type(error), error.reference) == (RecipientsRefused, "recipient-unknown")


def test_a_go_ahead_for_nobody_is_answered_with_a_lone_dot() -> None:
    error = refused(FLIGHT + "S: 250 ok\nS: 550 who?\nS: 354 go\nC: .\nS: 554 no recipients", "PIPELINING")
    assert type(error) is RecipientsRefused


def test_a_refused_sender_in_a_pipeline_reads_every_reply_that_is_owed() -> None:
    script = FLIGHT + "S: 530 5.7.0 log in\nS: 503 no\nS: 503 no"
    error = refused(script, "PIPELINING")
    assert (type(error), error.reference) == (SenderRefused, "auth-required-to-send")
    error = refused(FLIGHT + "S: 550 no\nS: 250 ok\nS: 354 go\nC: .\nS: 250 ok", "PIPELINING")
    assert type(error) is SenderRefused


def test_a_refused_sender_without_pipeline_ends_it_there() -> None:
    assert type(refused(MAIL + "S: 550 no")) is SenderRefused


def test_a_refused_go_ahead_refuses_the_message() -> None:
    for script, extensions in [
        (FLIGHT + "S: 250 ok\nS: 250 ok\nS: 451 4.3.0 disk full", ("PIPELINING",)),
        (STEPS.replace("354 go", "451 4.3.0 disk full"), ()),
    ]:
        error = refused(script, *extensions)
        assert (type(error), str(error.reply)) == (MessageRefused, "451 4.3.0 disk full")


def test_a_refused_verdict_names_everybody() -> None:
    script = FLIGHT + READY + BODY + "S: 554 5.7.1 spam"
    error = refused(script, "PIPELINING")
    assert (type(error), error.in_doubt) == (MessageRefused, False)


def test_all_or_nothing_sends_data_only_when_all_were_accepted() -> None:
    two = parcel("bob@example.com", "eve@example.com")
    error = refused(TWO + "S: 250 ok\nS: 250 ok\nS: 550 who?", "PIPELINING", to=two, partial="abort")
    assert isinstance(error, RecipientsRefused)
    assert list(error.refused) == ["eve@example.com"]
    script = TWO + "S: 250 ok\nS: 250 ok\nS: 251 ok\nC: DATA\nS: 354 go\n" + BODY + "S: 250 ok"
    assert len(sent(script, "PIPELINING", to=two, partial="abort").accepted) == 2


# --- the reset that is owed ---


def test_a_refusal_owes_a_reset_which_is_paid_with_the_next_message() -> None:
    session = opened("PIPELINING")
    with pytest.raises(SenderRefused):
        converse(send(session, parcel()), FLIGHT + "S: 550 no\nS: 503 no\nS: 503 no")
    assert session.owes_reset
    script = "C: RSET\n" + FLIGHT + "S: 250 reset\n" + READY + BODY + "S: 250 ok"
    receipt: Receipt = converse(send(session, parcel()), script, [CONTENT])
    assert receipt.accepted == ("bob@example.com",)
    assert not session.owes_reset


def test_without_pipelines_the_reset_is_paid_first() -> None:
    session = opened()
    session.owes_reset = True
    converse(send(session, parcel()), "C: RSET\nS: 502 what?\n" + STEPS + BODY + "S: 250 ok", [CONTENT])


def test_a_reset_does_not_hide_that_the_sender_was_refused() -> None:
    session = opened()
    session.owes_reset = True
    with pytest.raises(SenderRefused):
        converse(send(session, parcel()), "C: RSET\nS: 250 ok\n" + MAIL + "S: 550 no")


# --- the connection fails ---


@pytest.mark.parametrize(
    ("script", "stage", "in_doubt"),
    [
        (FLIGHT + "== close", "sender", False),
        (FLIGHT + "S: 250 ok\n== close", "recipient", False),
        (FLIGHT + "S: 250 ok\nS: 250 ok\n== close", "data", False),
        (FLIGHT + "S: 421 4.3.2 bye", "sender", False),
        (FLIGHT + "S: 250 ok\nS: 421 4.3.2 bye", "recipient", False),
        (FLIGHT + READY + BODY + "== close", "data", True),
        (FLIGHT + READY + BODY + "S| 250 o\n== close", "data", True),
        (FLIGHT + READY + BODY + "S: 421 4.3.2 bye", "data", False),
    ],
)
def test_a_lost_connection_says_where_and_whether_the_message_is_in_doubt(
    script: str, stage: str, in_doubt: bool
) -> None:
    with pytest.raises(ConnectionLost) as caught:
        sent(script, "PIPELINING")
    assert caught.value.in_doubt is in_doubt
    assert caught.value.stage in (stage, "session")


@pytest.mark.parametrize(("answer", "kind"), [("== silence", Timeout), ("S: nonsense", ProtocolError)])
def test_a_verdict_that_does_not_come_leaves_the_message_in_doubt(answer: str, kind: type[MailError]) -> None:
    error = refused(FLIGHT + READY + BODY + answer, "PIPELINING")
    assert (type(error), error.in_doubt) == (kind, True)


@pytest.mark.parametrize(
    ("said", "reply"),
    [(b"552 5.3.4 too big\r\n", "552 5.3.4 too big"), (b"", None), (b"nonsense\r\n", None)],
)
def test_a_server_that_hangs_up_in_the_content_is_heard_out(said: bytes, reply: str | None) -> None:
    talk = send(opened("PIPELINING"), parcel())
    next(talk)
    talk.send(None)
    talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert isinstance(talk.send(b"x" * 70_000), Write)
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)
    with pytest.raises(ConnectionLost) as caught:
        talk.send(said)
    assert caught.value.in_doubt is False
    assert caught.value.stage == "data"
    assert (None if caught.value.reply is None else str(caught.value.reply)) == reply
    assert ("after the server said: 552" in caught.value.what) is (reply is not None)


def test_a_failure_while_the_end_is_written_leaves_the_message_in_doubt() -> None:
    talk = one_without_its_end()
    assert isinstance(talk.send(None), Write)
    with pytest.raises(Timeout) as caught:
        talk.throw(Timeout("Too slow."))
    assert caught.value.in_doubt


def test_content_is_bytes() -> None:
    talk = send(opened("PIPELINING"), parcel())
    next(talk)
    talk.send(None)
    talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    with pytest.raises(TypeError, match="content is bytes"):
        talk.send(Item())


# --- windows ---


def test_fifteen_hundred_recipients_leave_in_windows_and_every_reply_is_read() -> None:
    to = parcel(*(f"user{number}@example.com" for number in range(1_500)))
    talk = send(opened("PIPELINING"), to)
    request: object = next(talk)
    flights: list[bytes] = []
    while not isinstance(request, Pull):
        if isinstance(request, Write):
            flights.append(request.data)
            request = talk.send(None)
        else:
            assert isinstance(request, Read)
            answers = [b"354 go\r\n" if line == b"DATA" else b"250 ok\r\n" for line in flights[-1].split(b"\r\n")[:-1]]
            request = talk.send(b"".join(answers))
    assert [flight.count(b"\r\n") for flight in flights] == [1_100, 402]
    talk.close()


def test_a_window_is_bounded_in_octets_too() -> None:
    to = parcel(*(f"{'x' * 200}{number}@example.com" for number in range(1_000)))
    talk = send(opened("PIPELINING"), to)
    request = next(talk)
    assert isinstance(request, Write)
    assert 65_000 < len(request.data) <= 65_536
    talk.close()


# --- many ---


def told(script: str, *extensions: str, body: Iterator[bytes | Item]) -> list[Receipt]:
    with Told(Connection(MemoryStream(script)), send_many(opened(*extensions)), body) as receipts:
        return list(receipts)


def outcomes(receipts: list[Receipt]) -> list[str]:
    return [str(receipt.reply) if receipt.error is None else type(receipt.error).__name__ for receipt in receipts]


def test_the_next_envelope_travels_with_the_end_of_the_message_before() -> None:
    script = FLIGHT + READY + BODY + FLIGHT + "S: 250 first\n" + READY + BODY + "S: 250 second"
    receipts = told(script, "PIPELINING", body=mailings([parcel(), parcel()]))
    assert outcomes(receipts) == ["250 first", "250 second"]


def test_the_end_of_one_message_leaves_in_one_write_with_the_next_envelope_when_that_is_at_hand() -> None:
    talk = one_of_many_without_its_end()
    assert isinstance(talk.send(b""), Pull)
    request = talk.send(parcel("eve@example.com"))
    assert isinstance(request, Write)
    assert request.data.startswith(CONTENT + b".\r\nMAIL FROM:")
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)  # it may have said why
    with pytest.raises(ConnectionLost) as caught:
        talk.send(b"")
    assert caught.value.in_doubt


@pytest.mark.parametrize("last", [None, Spoilt(OSError("gone")), parcel(eight_bit=True)])
def test_an_end_that_was_held_back_is_sent_whatever_comes_instead_of_the_next_message(last: Item | None) -> None:
    talk = one_of_many_without_its_end()
    talk.send(b"")
    assert talk.send(last) == Write(CONTENT + b".\r\n")
    assert isinstance(talk.send(None), Read)
    request = talk.send(b"250 taken\r\n")
    assert isinstance(request, Tell)
    assert request.value.reply == Reply(250, None, ("taken",))
    talk.close()


def test_an_end_that_was_held_back_is_sent_when_the_caller_leaves() -> None:
    talk = one_of_many_without_its_end()
    talk.send(b"")
    assert talk.throw(Stop()) == Write(CONTENT + b".\r\n")
    talk.close()


def test_without_pipelines_each_verdict_comes_before_the_next_envelope() -> None:
    script = STEPS + BODY + "S: 250 first\n" + STEPS + BODY + "S: 250 second"
    assert outcomes(told(script, body=mailings([parcel(), parcel()]))) == ["250 first", "250 second"]


def test_a_refused_message_gets_a_receipt_and_the_next_one_follows() -> None:
    script = (
        FLIGHT + READY + BODY + FLIGHT + "S: 250 first\nS: 550 no\nS: 503 no\nS: 503 no\n"
        "C: RSET\n" + FLIGHT + "S: 250 reset\n" + READY + BODY + "S: 554 spam\n"
    )
    receipts = told(script, "PIPELINING", body=mailings([parcel(), parcel(), parcel()]))
    assert outcomes(receipts) == ["250 first", "SenderRefused", "MessageRefused"]
    assert [list(receipt.refused) for receipt in receipts] == [[], ["bob@example.com"], ["bob@example.com"]]


def test_a_message_we_refuse_ourselves_waits_for_the_one_before() -> None:
    script = FLIGHT + READY + BODY + "S: 250 first"
    receipts = told(script, "PIPELINING", body=mailings([parcel(), parcel(eight_bit=True)]))
    assert outcomes(receipts) == ["250 first", "NotSupported"]
    assert receipts[1].reply is None
    assert receipts[1].refused == {}


def test_refused_recipients_of_one_of_many_are_named() -> None:
    script = FLIGHT + "S: 250 ok\nS: 550 5.1.1 who?\nS: 503 none"
    (receipt,) = told(script, "PIPELINING", body=mailings([parcel()]))
    assert receipt.refused == {"bob@example.com": Reply(550, "5.1.1", ("who?",))}
    with pytest.raises(RecipientsRefused):
        receipt.raise_for_refused()


def test_a_spoilt_message_is_raised_after_the_one_before_is_told() -> None:
    def body() -> Iterator[bytes | Item]:
        yield from mailings([parcel()])
        yield Spoilt(FileNotFoundError("gone.pdf"))

    talk = send_many(opened("PIPELINING"))
    told_so_far: list[Receipt] = []

    def collect() -> None:
        stream = MemoryStream(FLIGHT + READY + BODY + "S: 250 first")
        with Told(Connection(stream), talk, body()) as receipts:
            told_so_far.extend(receipts)

    with pytest.raises(FileNotFoundError, match=r"gone\.pdf"):
        collect()
    talk.close()


def test_what_is_neither_parcel_nor_end_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="a parcel is wanted"):
        told("# nothing is said", body=iter([b"content without a parcel"]))


def test_leaving_reads_the_verdict_that_is_owed_and_begins_nothing_new() -> None:
    stream = MemoryStream(FLIGHT + READY + BODY + FLIGHT + "S: 250 first\n" + READY + BODY + "S: 250 second")
    connection = Connection(stream)
    with Told(connection, send_many(opened("PIPELINING")), mailings([parcel()] * 5)) as receipts:
        assert next(receipts).accepted == ("bob@example.com",)
    assert not connection.closed
    assert stream.player.finished


def test_a_connection_lost_before_the_verdict_leaves_that_message_in_doubt() -> None:
    with pytest.raises(ConnectionLost) as caught:
        told(FLIGHT + READY + BODY + FLIGHT + "== close", "PIPELINING", body=mailings([parcel(), parcel()]))
    assert caught.value.in_doubt


def test_a_connection_that_breaks_under_the_next_envelope_leaves_the_message_before_in_doubt() -> None:
    talk = send_many(opened("PIPELINING"))
    assert isinstance(next(talk), Pull)
    assert isinstance(talk.send(parcel()), Write)
    talk.send(None)
    talk.send(b"250 ok\r\n250 ok\r\n354 go\r\n")
    talk.send(CONTENT)
    assert isinstance(talk.send(b""), Write)
    assert isinstance(talk.send(None), Pull)
    assert isinstance(talk.send(parcel()), Write)
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)  # it may have said why
    with pytest.raises(ConnectionLost) as caught:
        talk.send(b"")
    assert caught.value.in_doubt


def test_a_server_that_says_no_and_hangs_up_under_a_small_message_leaves_no_doubt() -> None:
    talk = one_without_its_end()
    assert isinstance(talk.send(None), Write)
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)
    with pytest.raises(ConnectionLost, match="after the server said: 552 too big") as caught:
        talk.send(b"552 too big\r\n")
    assert not caught.value.in_doubt


def test_stop_before_anything_was_sent_just_ends() -> None:
    talk = send_many(opened("PIPELINING"))
    next(talk)
    with pytest.raises(StopIteration):
        talk.throw(Stop())


def test_receipts_are_told_before_the_next_message_is_pulled() -> None:
    talk = send_many(opened("PIPELINING"))
    next(talk)
    request: object = talk.send(parcel(eight_bit=True))
    assert isinstance(request, Tell)
    assert isinstance(talk.send(None), Pull)
    talk.close()
