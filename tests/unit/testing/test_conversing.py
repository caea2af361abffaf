"""Conversing plays a dialogue whole, by line and by byte, and notices when that makes a difference."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Dialogue, Patience, Pull, Read, Secure, Tell, Wire, Write
from mailwright.errors import ConnectionLost, ProtocolError, Refused, Timeout
from mailwright.testing import converse


def line() -> Dialogue[bytes]:
    return Wire().line(Patience.REPLY)


def test_a_dialogue_is_played_in_every_way() -> None:
    begun: list[int] = []

    def begin() -> Dialogue[bytes]:
        begun.append(1)
        return line()

    assert converse(begin, "S: 220") == b"220\r\n"
    assert len(begun) == 3


def test_one_that_has_begun_is_played_once_by_byte() -> None:
    def pieces() -> Dialogue[list[object]]:
        return [(yield Read(Patience.REPLY)), (yield Read(Patience.REPLY))]

    assert converse(pieces(), "S| ab") == [b"a", b"b"]


def test_a_reader_that_needs_whole_replies_is_caught() -> None:
    def naive() -> Dialogue[object]:
        return (yield Read(Patience.REPLY))

    with pytest.raises(AssertionError, match="expects the client to read b'b"):
        converse(naive, "S| ab\\n")


def test_different_results_for_different_ways_are_caught() -> None:
    def counting() -> Dialogue[int]:
        reads = 0
        while (yield Read(Patience.REPLY)):
            reads += 1
        return reads

    with pytest.raises(AssertionError, match=r"fed whole: .*1.*; fed by byte: .*2"):
        converse(counting, "S| ab\n== close")


def test_different_errors_for_different_ways_are_caught() -> None:
    def fussy() -> Dialogue[None]:
        data = yield Read(Patience.REPLY)
        raise ProtocolError(reference="short" if data == b"a" else "long", what="No.")

    with pytest.raises(AssertionError, match="fed by byte"):
        converse(fussy, "S| ab")


@pytest.mark.parametrize("error", [Refused("No."), ValueError("bad")])
def test_an_error_that_is_always_raised_is_raised(error: Exception) -> None:
    def failing() -> Dialogue[None]:
        yield from line()
        raise error

    with pytest.raises(type(error)) as caught:
        converse(failing, "S: 220")
    assert caught.value is error


def test_a_script_that_is_not_played_to_its_end_is_an_error() -> None:
    with pytest.raises(AssertionError, match="expects line 2: C"):
        converse(line, "S: 220\nC: EHLO x")


def test_failures_of_the_stream_reach_the_dialogue() -> None:
    def patient() -> Dialogue[str]:
        try:
            yield Read(Patience.GOODBYE)
        except Timeout:
            return "silence"
        return ""

    assert converse(patient, "== silence") == "silence"
    with pytest.raises(ConnectionLost):
        converse(line, "== close")


def test_every_request_is_answered_and_what_is_told_is_passed_over() -> None:
    def everything() -> Dialogue[list[object]]:
        yield Write(b"a\r\n")
        yield Tell(1)  # type: ignore[misc]  # a telling may be played as well
        secured = yield Secure("a.example")
        return [getattr(secured, "version", None), (yield Pull()), (yield Pull())]

    assert converse(everything, "C: a\n== tls", [b"x"]) == ["TLSv1.3", b"x", None]


def test_an_error_in_step_with_something_left_to_hear_is_caught() -> None:
    def hasty() -> Dialogue[None]:
        yield from line()
        raise Refused("No.")

    with pytest.raises(AssertionError, match="expects line 2: C"):
        converse(hasty, "S: 550\nC: RSET\nS: 250")
