"""The wire: bytes in, lines out, every limit at its border, whatever the cuts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest

from mailwright.dialogue import Answer, Dialogue, Item, Limits, Patience, Read, Secure, Wire, Write
from mailwright.errors import ConnectionLost, LimitExceeded, PlaintextInjection
from mailwright.net import TlsFacts

R = TypeVar("R")
FACTS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, "a.example", None)


def play(talk: Dialogue[R], answers: Iterable[Answer] = ()) -> R:
    """Answer each request with the next answer, and give what the dialogue returns."""
    pending = iter(answers)
    try:
        next(talk)
        while True:
            talk.send(next(pending))
    except StopIteration as done:
        result: R = done.value
        return result


def filled(data: bytes, limits: Limits | None = None) -> Wire:
    wire = Wire(limits or Limits())
    play(wire.more(Patience.REPLY), [data])
    return wire


# --- lines ---


def test_a_line_is_taken_with_its_end_and_the_rest_stays() -> None:
    wire = filled(b"one\r\ntwo\nthr")
    assert [wire.take_line(), wire.take_line(), wire.take_line()] == [b"one\r\n", b"two\n", None]
    assert wire.pending == 3


def test_a_line_that_was_taken_can_be_returned() -> None:
    wire = filled(b"one\r\ntwo\r\n")
    line = wire.take_line()
    assert line == b"one\r\n"
    wire.untake_line(line)
    assert [wire.take_line(), wire.take_line()] == [b"one\r\n", b"two\r\n"]


def test_lines_come_out_the_same_byte_by_byte() -> None:
    data = b"220 a\r\n250-b\r\n\r\nrest\n"
    wire = Wire()
    got = []
    for octet in data:
        play(wire.more(Patience.REPLY), [bytes([octet])])
        if (line := wire.take_line()) is not None:
            got.append(line)
    assert got == [b"220 a\r\n", b"250-b\r\n", b"\r\n", b"rest\n"]


def test_a_line_of_exactly_the_limit_passes() -> None:
    assert filled(b"1234567\n", Limits(line=8)).take_line() == b"1234567\n"
    assert filled(b"12345678", Limits(line=8)).take_line() is None


@pytest.mark.parametrize("data", [b"12345678\n", b"123456789"])
def test_a_line_of_one_octet_more_is_refused_complete_or_not(data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="more than 8 octets") as caught:
        filled(data, Limits(line=8)).take_line()
    assert caught.value.limit == "line"


def test_the_limit_counts_the_line_and_not_what_was_taken_before_it() -> None:
    wire = filled(b"1234567\n1234567\n12345678", Limits(line=8))
    assert [wire.take_line(), wire.take_line(), wire.take_line()] == [b"1234567\n", b"1234567\n", None]


def test_no_byte_is_scanned_twice_for_a_line_end() -> None:
    class Counted(bytes):
        starts: list[int] = []  # noqa: RUF012  shared on purpose

        def find(self, *args: object) -> int:
            self.starts.append(int(str(args[1])))
            return super().find(*args)  # type: ignore[arg-type]  # passed through

    wire = filled(b"abc")
    assert wire.take_line() is None
    play(wire.more(Patience.REPLY), [b"def"])
    wire._buffer = Counted(wire._buffer)
    assert wire.take_line() is None
    assert Counted.starts == [3]


def test_waiting_for_a_line_starts_one_wait_and_then_continues_it() -> None:
    talk = Wire().line(Patience.GREETING)
    assert next(talk) == Read(Patience.GREETING)
    assert talk.send(b"22") == Read(Patience.GREETING, again=True)
    assert talk.send(b"0") == Read(Patience.GREETING, again=True)
    with pytest.raises(StopIteration) as done:
        talk.send(b"\r\n")
    assert done.value.value == b"220\r\n"


def test_a_line_may_continue_the_wait_of_the_line_before() -> None:
    assert next(Wire().line(Patience.REPLY, again=True)) == Read(Patience.REPLY, again=True)


def test_a_line_already_here_needs_no_wait() -> None:
    assert play(filled(b"x\n").line(Patience.REPLY)) == b"x\n"


# --- counted octets ---


@pytest.mark.parametrize("answers", [[b"hello world"], [b"h", b"ello", b" world"], [b"hello", b" ", b"world"]])
def test_exactly_so_many_octets_come_whatever_the_cuts(answers: list[bytes]) -> None:
    wire = Wire()
    assert play(wire.exactly(6, Patience.BODY), answers) == b"hello "
    rest = b"".join(answers)[6:]
    play(wire.more(Patience.BODY), [rest[wire.pending :] + b"\n"])
    assert wire.take_line() == b"world\n"


def test_no_octets_at_all_need_no_wait() -> None:
    assert play(Wire().exactly(0, Patience.BODY)) == b""


def test_lines_are_found_after_counted_octets() -> None:
    wire = filled(b"a\nb\nc\n")
    assert play(wire.exactly(3, Patience.BODY)) == b"a\nb"
    assert [wire.take_line(), wire.take_line()] == [b"\n", b"c\n"]


def test_a_close_before_the_last_octet_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLost):
        play(Wire().exactly(3, Patience.BODY), [b"ab", b""])


# --- taking and putting back ---


def test_everything_can_be_taken_and_put_back_before_the_rest() -> None:
    wire = filled(b"one\ntwo")
    wire.take_line()
    taken = wire.take_all()
    assert (taken, wire.pending) == (b"two", 0)
    play(wire.more(Patience.REPLY), [b"\nthree\n"])
    wire.put_back(taken)
    assert [wire.take_line(), wire.take_line()] == [b"two\n", b"three\n"]


@pytest.mark.parametrize("first", [b"\x14", b"\x15", b"\x16", b"\x17"])
def test_a_tls_record_is_recognised_by_its_first_two_octets(first: bytes) -> None:
    assert filled(first + b"\x03").looks_like_tls()
    assert not filled(first).looks_like_tls()
    assert not filled(first + b"\x02").looks_like_tls()


def test_recognising_tls_looks_at_what_was_not_taken_yet() -> None:
    wire = filled(b"x\n\x16\x03")
    assert not wire.looks_like_tls()
    wire.take_line()
    assert wire.looks_like_tls()


# --- the peer closes ---


def test_a_close_between_lines_is_said_plainly() -> None:
    with pytest.raises(ConnectionLost, match=r"^The server closed the connection\. "):
        play(Wire().line(Patience.REPLY), [b""])


def test_a_close_within_a_line_quotes_it_safely() -> None:
    with pytest.raises(ConnectionLost) as caught:
        play(Wire().line(Patience.REPLY), [b"250-\x1b[2J\xff\t" + b"x" * 80, b""])
    assert '"250-\\x1b[2J\\xff\\x09xxx' in caught.value.what
    assert caught.value.what.endswith("….")


# --- writing ---


def test_writes_leave_in_one_piece_with_the_spans_of_their_secrets() -> None:
    wire = Wire()
    wire.write(b"AUTH PLAIN abc\r\n", secret=(11, 14))
    wire.write(b"NOOP\r\n")
    wire.write(b"def\r\n", secret=(0, 3))
    request = next(wire.flush())
    assert request == Write(b"AUTH PLAIN abc\r\nNOOP\r\ndef\r\n", ((11, 14), (22, 25)))


def test_what_was_flushed_is_not_sent_again() -> None:
    wire = Wire()
    wire.write(b"abc", secret=(0, 3))
    play(wire.flush(), [None])
    assert list(wire.flush()) == []
    wire.write(b"def")
    assert next(wire.flush()) == Write(b"def")


# --- TLS ---


def test_becoming_tls_sends_first_what_was_written() -> None:
    wire = Wire()
    wire.write(b"220 go ahead\r\n")
    talk = wire.secure(None)
    assert next(talk) == Write(b"220 go ahead\r\n")
    assert talk.send(None) == Secure(None)
    with pytest.raises(StopIteration) as done:
        talk.send(FACTS)
    assert done.value.value is FACTS


def test_plaintext_behind_the_go_ahead_is_refused_by_name_and_never_read() -> None:
    wire = filled(b"250 evil\r\n")
    with pytest.raises(PlaintextInjection, match=r'10 octets of plaintext .*"250 evil') as caught:
        play(wire.secure("a.example"))
    assert caught.value.reference == "starttls-plaintext-injection"
    assert (caught.value.stage, wire.pending) == ("tls", 0)


# --- performers that answer wrongly ---


@pytest.mark.parametrize("answer", [None, Item(), FACTS])
def test_a_read_is_answered_with_bytes(answer: Answer) -> None:
    with pytest.raises(TypeError, match="a Read is answered with bytes"):
        play(Wire().more(Patience.REPLY), [answer])


@pytest.mark.parametrize("answer", [None, b"", Item()])
def test_a_secure_is_answered_with_facts(answer: Answer) -> None:
    with pytest.raises(TypeError, match="a Secure is answered with"):
        play(Wire().secure("a.example"), [answer])


def test_every_patience_is_a_key_like_any_enum() -> None:
    assert {patience: patience.value for patience in Patience}[Patience("reply")] == "reply"
