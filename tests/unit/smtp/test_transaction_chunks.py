"""Messages by BDAT: with their envelope or behind it, one behind the other, refused, and in doubt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailwright.dialogue import Item, Pull, Read, Stop, Tell, Write
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
from mailwright.smtp import Receipt
from mailwright.smtp.parcel import Parcel, Spoilt
from mailwright.smtp.session import Session
from mailwright.smtp.transaction import Partial, send, send_many
from mailwright.testing import MemoryStream, converse
from unit.smtp.scripts import CONTENT, mailings, opened, parcel

BOTH = ("PIPELINING", "CHUNKING")
MAIL = "C: MAIL FROM:<alice@example.com>\n"
BDAT = f"C: BDAT {len(CONTENT)} LAST\nC: Subject: hi\nC:\nC: Hello.\n"
ENVELOPE = MAIL + "C: RCPT TO:<bob@example.com>\n"
TWO = ENVELOPE + "C: RCPT TO:<eve@example.com>\n"
WHOLE = ENVELOPE + BDAT
NEXT = "C: RSET\n" + WHOLE


def sized(*recipients: str, size: int = len(CONTENT)) -> Parcel:
    return parcel(*recipients, size=size)


def sent(
    script: str,
    *extensions: str,
    to: Parcel | None = None,
    partial: Partial = "deliver",
    content: bytes = CONTENT,
) -> Receipt:
    """Send one message against a script in every way of feeding."""
    return converse(lambda: send(opened(*extensions), to or sized(), partial=partial), script, [content])


def refused(script: str, *extensions: str, to: Parcel | None = None, partial: Partial = "deliver") -> MailError:
    with pytest.raises(MailError) as caught:
        sent(script, *extensions, to=to, partial=partial)
    return caught.value


# --- one message ---


def test_a_short_message_and_its_envelope_are_one_write_and_one_round_trip() -> None:
    talk = send(opened(*BOTH), sized())
    assert isinstance(next(talk), Pull)
    assert isinstance(talk.send(CONTENT), Pull)
    whole = b"MAIL FROM:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\nBDAT 23 LAST\r\n" + CONTENT
    assert talk.send(None) == Write(whole)
    assert isinstance(talk.send(None), Read)
    with pytest.raises(StopIteration) as done:
        talk.send(b"250 ok\r\n250 ok\r\n250 2.0.0 Ok: queued as 4711\r\n")
    assert (done.value.value.accepted, done.value.value.queue_id) == (("bob@example.com",), "4711")


def test_a_connection_that_has_rested_is_asked_before_the_content_is_sent() -> None:
    now = 100.0
    session = opened(*BOTH)
    session.clock = lambda: now
    session.heard = now - 1
    envelope = b"MAIL FROM:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\n"
    assert first_write(session) == envelope
    session.heard = now - 0.1
    assert first_write(session) == envelope + b"BDAT 23 LAST\r\n" + CONTENT
    session.may_be_gone = lambda: True  # it has said something nobody asked for
    assert first_write(session) == envelope


def first_write(session: Session) -> bytes:
    """What leaves first when a message is sent."""
    session.owes_reset = False
    body = iter([CONTENT])
    talk = send(session, sized())
    request = next(talk)
    while isinstance(request, Pull):
        request = talk.send(next(body, None))
    assert isinstance(request, Write)
    talk.close()
    return request.data


def test_lines_end_in_crlf_and_no_dot_is_touched() -> None:
    script = ENVELOPE + "C: BDAT 11 LAST\nC: .\nC: ..\nC: .a\nS: 250 ok\nS: 250 ok\nS: 250 ok"
    assert sent(script, *BOTH, content=b".\n..\r.a").accepted
    assert sent(ENVELOPE + "C: BDAT 0 LAST\nS: 250 ok\nS: 250 ok\nS: 250 ok", *BOTH, content=b"").accepted


def test_without_pipelines_the_chunk_follows_the_envelope() -> None:
    script = MAIL + "S: 250 ok\nC: RCPT TO:<bob@example.com>\nS: 250 ok\n" + BDAT + "S: 250 ok"
    assert sent(script, "CHUNKING").accepted == ("bob@example.com",)


def test_a_long_message_follows_its_accepted_envelope() -> None:
    content = b"x" * 70_000 + b"\r\n"
    script = f"{ENVELOPE}S: 250 ok\nS: 250 ok\nC: BDAT 70002 LAST\nC: {'x' * 70_000}\nS: 250 ok"
    assert sent(script, *BOTH, to=sized(size=70_002), content=content).accepted


def test_a_message_whose_length_nobody_knows_goes_by_data() -> None:
    script = ENVELOPE + "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: Subject: hi\nC:\nC: Hello.\nC: .\nS: 250 ok"
    assert sent(script, *BOTH, to=parcel()).accepted


def test_chunking_can_be_turned_off() -> None:
    session = opened(*BOTH)
    session.chunking = False
    script = ENVELOPE + "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: Subject: hi\nC:\nC: Hello.\nC: .\nS: 250 ok"
    receipt: Receipt = converse(send(session, sized()), script, [CONTENT])
    assert receipt.accepted
    assert "CHUNKING" in session.capabilities


def test_more_recipients_than_a_window_holds_are_answered_before_the_content() -> None:
    talk = send(opened(*BOTH), sized(*(f"user{number}@example.com" for number in range(1_500))))
    request: object = next(talk)
    flights: list[bytes] = []
    while not isinstance(request, Pull):
        if isinstance(request, Write):
            flights.append(request.data)
            request = talk.send(None)
        else:
            request = talk.send(b"250 ok\r\n" * flights[-1].count(b"\r\n"))
    assert [flight.count(b"\r\n") for flight in flights] == [1_100, 401]
    assert not any(b"BDAT" in flight for flight in flights)
    talk.close()


# --- binary ---


def test_binary_content_goes_as_it_is() -> None:
    to = sized(size=5)
    to.binary = True
    script = (
        "C: MAIL FROM:<alice@example.com> BODY=BINARYMIME\nC: RCPT TO:<bob@example.com>\n"
        "C: BDAT 5 LAST\nC| \\n\\x00\\r.\\xff\nS: 250 ok\nS: 250 ok\nS: 250 ok"
    )
    assert sent(script, *BOTH, "BINARYMIME", to=to, content=b"\n\0\r.\xff").accepted


@pytest.mark.parametrize("extensions", [BOTH, ("PIPELINING", "BINARYMIME", "8BITMIME")])
def test_binary_content_for_a_server_that_does_not_take_it_is_refused_before_a_word(extensions: tuple[str]) -> None:
    to = sized()
    to.binary = True
    error = refused("# nothing is said", *extensions, to=to)
    assert (type(error), error.reference) == (NotSupported, "eight-bit-unsupported")


# --- it is refused ---


@pytest.mark.parametrize("verdict", ["503 5.5.1 no valid recipients", "554 5.5.1 no", "250 2.0.0 odd"])
def test_a_message_for_nobody_is_refused_by_its_first_refusal(verdict: str) -> None:
    error = refused(WHOLE + f"S: 550 5.7.1 not you\nS: 503 5.5.1 no\nS: {verdict}", *BOTH)
    assert (type(error), str(error.reply)) == (SenderRefused, "550 5.7.1 not you")
    error = refused(WHOLE + f"S: 250 ok\nS: 550 5.1.1 who?\nS: {verdict}", *BOTH)
    assert isinstance(error, RecipientsRefused)
    assert list(error.refused) == ["bob@example.com"]
    assert error.in_step


def test_the_others_get_it_when_some_recipients_are_refused() -> None:
    receipt = sent(TWO + BDAT + "S: 250 ok\nS: 550 who?\nS: 250 ok\nS: 250 ok", *BOTH, to=sized(*PAIR))
    assert (receipt.accepted, list(receipt.refused)) == (("eve@example.com",), ["bob@example.com"])


PAIR = ("bob@example.com", "eve@example.com")


def test_all_or_nothing_sends_the_content_only_when_all_were_accepted() -> None:
    error = refused(TWO + "S: 250 ok\nS: 250 ok\nS: 550 who?", *BOTH, to=sized(*PAIR), partial="abort")
    assert isinstance(error, RecipientsRefused)
    script = TWO + "S: 250 ok\nS: 250 ok\nS: 250 ok\n" + BDAT + "S: 250 ok"
    assert len(sent(script, *BOTH, to=sized(*PAIR), partial="abort").accepted) == 2


def test_a_refused_verdict_names_everybody_and_owes_a_reset() -> None:
    session = opened(*BOTH)
    with pytest.raises(MessageRefused) as caught:
        converse(send(session, sized()), WHOLE + "S: 250 ok\nS: 250 ok\nS: 554 5.7.1 spam", [CONTENT])
    assert not caught.value.in_doubt
    assert session.owes_reset
    converse(send(session, sized()), NEXT + "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 ok", [CONTENT])
    assert not session.owes_reset


@pytest.mark.parametrize("partial", ["deliver", "abort"])
def test_a_server_that_does_not_know_bdat_is_left_at_once(partial: Partial) -> None:
    envelope = ENVELOPE + "S: 250 ok\nS: 250 ok\n" if partial == "abort" else ENVELOPE
    after = "" if partial == "abort" else "S: 250 ok\nS: 250 ok\n"
    error = refused(envelope + BDAT + after + "S: 500 5.5.1 what?", *BOTH, partial=partial)
    assert (type(error), error.in_step, error.in_doubt) == (ProtocolError, False, False)


def test_a_refusal_that_only_looks_like_it_is_a_refusal() -> None:
    error = refused(WHOLE + "S: 250 ok\nS: 250 ok\nS: 500 5.7.1 spam", *BOTH)
    assert (type(error), error.in_step) == (MessageRefused, True)


def test_a_chunk_that_is_refused_after_the_last_was_sent_refuses_the_message() -> None:
    chunk = "x" * 1_048_574
    script = f"{ENVELOPE}S: 250 ok\nS: 250 ok\nC: BDAT 1048576\nC: {chunk}\nC: BDAT 3 LAST\nC: y\n"
    script += "S: 452 4.3.1 full\nS: 250 odd"
    content = f"{chunk}\r\ny\r\n".encode()
    with pytest.raises(MessageRefused) as caught:
        sent(script, *BOTH, to=sized(size=1_048_579), content=content)
    assert str(caught.value.reply) == "452 4.3.1 full"


# --- the connection fails ---


@pytest.mark.parametrize(
    ("answers", "in_doubt"),
    [
        ("", True),
        ("S: 250 ok\n", True),
        ("S: 550 no\n", False),
        ("S: 250 ok\nS: 250 ok\nS: 550 who?\n", True),
        ("S: 250 ok\nS: 550 who?\nS: 550 who?\n", False),
        ("S: 250 ok\nS: 250 ok\nS: 250 ok\nS| 250 o\n", True),
    ],
)
@pytest.mark.parametrize(("end", "kind"), [("== close", ConnectionLost), ("== silence", Timeout)])
def test_a_message_sent_whole_is_in_doubt_unless_nobody_can_have_got_it(
    answers: str, in_doubt: bool, end: str, kind: type[MailError]
) -> None:
    error = refused(TWO + BDAT + answers + end, *BOTH, to=sized(*PAIR))
    assert (type(error), error.in_doubt) == (kind, in_doubt)


def test_a_goodbye_leaves_no_doubt() -> None:
    error = refused(WHOLE + "S: 250 ok\nS: 421 4.3.2 bye", *BOTH)
    assert (type(error), error.in_doubt) == (ConnectionLost, False)


@pytest.mark.parametrize(
    ("said", "in_doubt"), [(b"250 ok\r\n550 who?\r\n", True), (b"421 bye\r\n", False), (b"", True)]
)
def test_a_refused_recipient_is_no_verdict_when_the_connection_breaks(said: bytes, in_doubt: bool) -> None:
    talk = send(opened(*BOTH), sized(*PAIR))
    next(talk)
    talk.send(CONTENT)
    assert isinstance(talk.send(None), Write)
    assert isinstance(talk.throw(ConnectionLost("The connection broke.")), Read)
    with pytest.raises(ConnectionLost) as caught:
        talk.send(said)
    assert caught.value.in_doubt is in_doubt


def test_nothing_is_in_doubt_before_the_last_chunk() -> None:
    error = refused(ENVELOPE + "S: 250 ok\n== close", *BOTH, to=sized(size=70_000))
    assert (type(error), error.in_doubt) == (ConnectionLost, False)


# --- many ---


def told(script: str, *extensions: str, body: Iterator[bytes | Item], at_hand: bool = False) -> list[Receipt]:
    talk = send_many(opened(*extensions), at_hand=at_hand)
    with Told(Connection(MemoryStream(script)), talk, body) as receipts:
        return list(receipts)


def outcomes(receipts: list[Receipt]) -> list[str]:
    return [str(receipt.reply) if receipt.error is None else type(receipt.error).__name__ for receipt in receipts]


def test_messages_at_hand_leave_one_behind_the_other() -> None:
    talk = send_many(opened(*BOTH), at_hand=True)
    next(talk)
    for _ in range(3):
        talk.send(sized())
        talk.send(CONTENT)
        assert isinstance(talk.send(b""), Pull)
    request = talk.send(None)
    assert isinstance(request, Write)
    assert request.data.count(b"BDAT") == 3
    assert request.data.count(b"RSET") == 2
    assert isinstance(talk.send(None), Read)
    request = talk.send(
        b"250 ok\r\n250 ok\r\n250 first\r\n" + b"250 ok\r\n" * 3 + b"250 second\r\n" + b"250 ok\r\n" * 3
    )
    assert isinstance(request, Tell)
    assert isinstance(talk.send(None), Tell)
    assert isinstance(talk.send(None), Read)
    assert isinstance(talk.send(b"250 third\r\n"), Tell)
    with pytest.raises(StopIteration):
        talk.send(None)


def test_at_most_sixteen_wait_for_their_verdicts() -> None:
    talk = send_many(opened(*BOTH), at_hand=True)
    request: object = next(talk)
    messages = 0
    while isinstance(request, Pull):
        messages += 1
        talk.send(sized())
        talk.send(CONTENT)
        request = talk.send(b"")
    assert isinstance(request, Write)
    assert (messages, request.data.count(b"BDAT")) == (17, 17)
    talk.close()


def written_unanswered(to: Parcel, content: bytes) -> list[bytes]:
    """What is written of messages at hand while the server answers nothing."""
    talk = send_many(opened(*BOTH), at_hand=True)
    request: object = next(talk)
    body: Iterator[bytes | Item] = iter([to, content, b""] * 40)
    writes: list[bytes] = []
    while not isinstance(request, Read):
        if isinstance(request, Write):
            writes.append(request.data)
            request = talk.send(None)
        else:
            assert isinstance(request, Pull)
            request = talk.send(next(body))
    talk.close()
    return writes


def test_at_most_half_a_megabyte_waits_for_verdicts_and_little_is_held_back() -> None:
    writes = written_unanswered(sized(size=60_000), b"x" * 59_998 + b"\r\n")
    assert 460_000 < sum(map(len, writes)) <= 524_288
    assert all(len(write) < 2 * 65_536 for write in writes)


def test_no_more_replies_are_owed_than_a_window_holds() -> None:
    writes = written_unanswered(sized(*(f"user{number}@example.com" for number in range(400))), CONTENT)
    assert b"".join(writes).count(b"BDAT") == 2


def test_a_refused_one_among_them_does_not_touch_the_others() -> None:
    script = (
        WHOLE + NEXT + NEXT + "S: 250 ok\nS: 250 ok\nS: 250 first\n"
        "S: 250 reset\nS: 250 ok\nS: 550 5.1.1 who?\nS: 503 5.5.1 no\n"
        "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 third\n"
    )
    receipts = told(script, *BOTH, body=mailings([sized(), sized(), sized()]), at_hand=True)
    assert outcomes(receipts) == ["250 first", "RecipientsRefused", "250 third"]


def test_messages_that_are_not_at_hand_are_two_at_a_time() -> None:
    script = WHOLE + NEXT + "S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 554 spam"
    assert outcomes(told(script, *BOTH, body=mailings([sized(), sized()]))) == ["250 first", "MessageRefused"]


def test_a_long_message_behind_short_ones_waits_for_them() -> None:
    content = b"x" * 70_000 + b"\r\n"
    script = (
        f"{WHOLE}C: RSET\n{ENVELOPE}S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\nS: 250 ok\nS: 250 ok\n"
        f"C: BDAT 70002 LAST\nC: {'x' * 70_000}\n{NEXT}S: 250 second\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 third"
    )
    body: Iterator[bytes | Item] = iter(
        [sized(), CONTENT, b"", sized(size=70_002), content, b"", sized(), CONTENT, b""]
    )
    assert outcomes(told(script, *BOTH, body=body)) == ["250 first", "250 second", "250 third"]


def test_a_long_message_that_is_refused_in_its_middle_is_passed_over() -> None:
    chunk = b"x" * 65_534 + b"\r\n"
    begun = "".join(f"C: BDAT 1048576\nC| {'x' * 65_534}\\r\\n\n" + f"C| {'x' * 65_534}\\r\\n\n" * 15 for _ in range(4))
    script = (
        f"{ENVELOPE}S: 250 ok\nS: 250 ok\n{begun}S: 552 too big\nS: 503 no\nS: 503 no\nS: 503 no\n"
        f"{NEXT}S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 second"
    )
    body: Iterator[bytes | Item] = iter([sized(size=10_000_000), *[chunk] * 150, b"", sized(), CONTENT, b""])
    assert outcomes(told(script, *BOTH, body=body)) == ["MessageRefused", "250 second"]


def test_a_long_message_that_is_refused_at_its_end_swallows_nothing() -> None:
    line = b"x" * 65_534 + b"\r\n"
    chunk = f"C: BDAT 1048576\nC| {'x' * 65_534}\\r\\n\n" + f"C| {'x' * 65_534}\\r\\n\n" * 15
    script = (
        f"{MAIL}S: 250 ok\nC: RCPT TO:<bob@example.com>\nS: 250 ok\n{chunk}S: 552 too big\n"
        f"C: RSET\nS: 250 reset\n{MAIL}S: 250 ok\nC: RCPT TO:<bob@example.com>\nS: 250 ok\n{BDAT}S: 250 second"
    )
    body: Iterator[bytes | Item] = iter([sized(size=1_048_576 + 65_536), *[line] * 17, b"", sized(), CONTENT, b""])
    assert outcomes(told(script, "CHUNKING", body=body)) == ["MessageRefused", "250 second"]


def test_a_spoilt_message_is_raised_when_those_before_it_are_told() -> None:
    body: Iterator[bytes | Item] = iter([*mailings([sized(), sized()]), Spoilt(OSError("gone.pdf"))])
    script = WHOLE + NEXT + "S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 second"
    receipts: list[Receipt] = []

    def collect() -> None:
        with Told(Connection(MemoryStream(script)), send_many(opened(*BOTH), at_hand=True), body) as telling:
            receipts.extend(telling)

    with pytest.raises(OSError, match=r"gone\.pdf"):
        collect()
    assert outcomes(receipts) == ["250 first", "250 second"]


def test_what_is_known_is_told_before_the_error_and_the_rest_is_in_doubt() -> None:
    script = WHOLE + NEXT + "S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\n"
    script += NEXT + "== close"
    receipts: list[Receipt] = []

    def collect() -> None:
        talk = send_many(opened(*BOTH))
        with Told(Connection(MemoryStream(script)), talk, mailings([sized()] * 5)) as telling:
            receipts.extend(telling)

    with pytest.raises(ConnectionLost) as caught:
        collect()
    assert outcomes(receipts) == ["250 first"]
    assert caught.value.in_doubt
    assert "2 messages were sent whole" in str(caught.value)


def test_a_receipt_is_told_though_the_connection_fails_right_behind_it() -> None:
    data = ENVELOPE + "C: DATA\n"
    body = "C: Subject: hi\nC:\nC: Hello.\nC: .\n"
    script = data + "S: 250 ok\nS: 250 ok\nS: 354 go\n" + body + data + "S: 250 first\n== close"
    talk = send_many(opened("PIPELINING"))
    with Told(Connection(MemoryStream(script)), talk, mailings([sized()] * 2)) as telling:
        assert next(telling).accepted
        with pytest.raises(ConnectionLost) as caught:
            next(telling)
    assert not caught.value.in_doubt


def test_leaving_reads_what_is_owed_to_all_that_were_sent() -> None:
    script = WHOLE + NEXT + "S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 second"
    stream = MemoryStream(script)
    connection = Connection(stream)
    with Told(connection, send_many(opened(*BOTH)), mailings([sized()] * 2)) as receipts:
        assert next(receipts).accepted
    assert not connection.closed
    assert stream.player.finished


def test_stop_sends_and_reads_what_was_held_back() -> None:
    talk = send_many(opened(*BOTH), at_hand=True)
    next(talk)
    talk.send(sized())
    talk.send(CONTENT)
    assert isinstance(talk.send(b""), Pull)
    assert isinstance(talk.throw(Stop()), Write)
    assert isinstance(talk.send(None), Read)
    with pytest.raises(StopIteration):
        talk.send(b"250 ok\r\n250 ok\r\n250 ok\r\n")


def test_a_caller_who_leaves_between_a_receipt_and_an_error_gets_the_error() -> None:
    script = f"{WHOLE}C: RSET\n{ENVELOPE}S: 250 ok\nS: 250 ok\nS: 250 first\nS: 250 reset\n== close"
    connection = Connection(MemoryStream(script))
    body: Iterator[bytes | Item] = iter([sized(), CONTENT, b"", sized(size=70_000), CONTENT, b""])

    def leave() -> None:
        with Told(connection, send_many(opened(*BOTH)), body) as telling:
            assert next(telling).accepted

    with pytest.raises(ConnectionLost) as caught:
        leave()
    assert not caught.value.in_doubt
    assert connection.closed
