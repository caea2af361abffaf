"""The rules of a pool, with a clock handed in: nothing here waits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.dialogue import Patience, Read
from mailwright.errors import ConnectionLost, MailError, Timeout
from mailwright.smtp.pooling import (
    ASK_AFTER,
    LOOK_AFTER,
    Check,
    Pace,
    Rate,
    Rules,
    Shelf,
    Wear,
    answers,
    says_nothing,
)
from mailwright.smtp.session import Session
from mailwright.testing import converse

UNLIMITED = Rules(4, math.inf, math.inf, math.inf, math.inf)


@dataclass(eq=False)
class Client:
    """What a shelf may hold."""

    wear: Wear


def resting(since: float) -> Client:
    return Client(Wear(0.0, since))


# --- the rate ---


def test_a_plain_number_is_evenly_spaced() -> None:
    assert Rate.of(4) == Rate(1, 0.25)
    assert Rate.of(0.5) == Rate(1, 2.0)
    assert Rate.of(Rate(100, 60)) == Rate(100, 60)
    assert Rate.of(None) is None


@pytest.mark.parametrize("rate", [0, -1, math.inf, math.nan, True, "fast"])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=r"the rate=.* is not messages per second, a Rate\(count, per\) or None"):
        Rate.of(rate)


@pytest.mark.parametrize(("count", "per", "named"), [(0, 1.0, "count=0"), (1.5, 1.0, "count=1.5"), (1, 0.0, "per=0.0")])
def test_a_rates_numbers_are_positive(count: int, per: float, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Rate(count, per)


def test_who_comes_too_early_waits_until_the_span_is_over() -> None:
    pace = Pace(Rate(2, 10.0))
    waits = []
    for now in (0.0, 1.0, 2.0, 10.0, 11.0):
        waits.append(pace.wait(now))
        if not waits[-1]:
            pace.begin(now)
    assert waits == [0, 0, 8.0, 0, 0]
    assert pace.wait(11.5) == 8.5


@given(st.integers(1, 5), st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_in_no_span_do_more_begin_than_the_rate_allows(count: int, gaps: list[float]) -> None:
    pace, now, begun = Pace(Rate(count, 2.0)), 0.0, list[float]()
    for gap in gaps:
        now += gap
        now += pace.wait(now)
        pace.begin(now)
        begun.append(now)
    for first, last in zip(begun, begun[count:], strict=False):
        assert last - first >= 2.0 - 1e-9


def test_asking_uses_nothing_up() -> None:
    pace = Pace(Rate(1, 5.0))
    assert [pace.wait(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]


# --- the rules ---


def of(**changed: object) -> Rules:
    given: dict[str, object] = {
        "size": 4, "max_age": 300, "max_messages": 100, "max_idle": 60, "acquire_timeout": 30, **changed
    }  # fmt: skip
    return Rules.of(**given)  # type: ignore[arg-type]  # some are wrong on purpose


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 0),
        ("size", 2.0),
        ("size", True),
        ("max_age", 0),
        ("max_age", "long"),
        ("max_messages", 0),
        ("max_messages", 1.5),
        ("max_idle", -1),
        ("max_idle", math.nan),
        ("acquire_timeout", 0),
        ("acquire_timeout", math.inf),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name}={value!r} is n"):
        of(**{name: value})


def test_none_is_no_limit() -> None:
    rules = of(max_age=None, max_messages=None, max_idle=None, acquire_timeout=None)
    assert rules == UNLIMITED
    assert rules.check(Wear(0.0, 1e9, 10**9), 1e9) is Check.USE


@pytest.mark.parametrize(
    ("wear", "now", "check"),
    [
        (Wear(0, 10, 1), 10, Check.USE),
        (Wear(0, 0, 1), LOOK_AFTER, Check.LOOK),
        (Wear(0, 0, 1), ASK_AFTER, Check.ASK),
        (Wear(0, 10, 99), 69.9, Check.ASK),
        (Wear(0, 10, 1), 70, Check.RETIRE),  # idle
        (Wear(0, 10, 100), 10, Check.RETIRE),  # messages
        (Wear(0, 300, 1), 300, Check.RETIRE),  # age
    ],
)
def test_what_is_done_with_a_connection(wear: Wear, now: float, check: Check) -> None:
    assert of().check(wear, now) is check


def test_the_last_one_put_down_is_taken_first_and_the_others_grow_old() -> None:
    shelf: Shelf[Client] = Shelf(of())
    old, young = resting(0), resting(50)
    shelf.put(old)
    shelf.put(young)
    assert shelf.cull(59) == []
    assert shelf.cull(60) == [old]
    assert len(shelf) == 1
    assert shelf.take() is young
    assert shelf.take() is None
    shelf.put(old)
    shelf.put(young)
    assert shelf.take() is young
    assert shelf.clear() == [old]
    assert shelf.clear() == []


# --- whether a server is still there ---


@pytest.mark.parametrize("heard", [b"", b"4", b"421 4.4.2 Timeout\r\n", b"250 what was that\r\n"])
def test_whatever_is_heard_unasked_is_a_reason_not_to_go_on(heard: bytes) -> None:
    talk = says_nothing(Session("client.example.com"))
    assert next(talk) == Read(Patience.COMMAND)
    with pytest.raises(StopIteration) as done:
        talk.send(heard)
    assert done.value.value is False


@pytest.mark.parametrize(("error", "result"), [(Timeout("Nothing."), True), (ConnectionLost("Gone."), False)])
def test_silence_is_what_is_hoped_for(error: MailError, result: bool) -> None:
    talk = says_nothing(Session("client.example.com"))
    next(talk)
    with pytest.raises(StopIteration) as done:
        talk.throw(error)
    assert done.value.value is result


@pytest.mark.parametrize(
    ("script", "result"),
    [
        ("C: NOOP\nS: 250 2.0.0 Ok", True),
        ("C: NOOP\nS: 502 5.5.2 No such thing", True),
        ("C: NOOP\n== close", False),
        ("C: NOOP\n== silence", False),
        ("C: NOOP\nS: 421 4.4.2 Timeout", False),
        ("C: NOOP\nS: garbage", False),
    ],
)
def test_asking(script: str, result: bool) -> None:
    assert converse(lambda: answers(Session("client.example.com")), script) is result


def test_an_answer_with_something_behind_it_is_none() -> None:
    session = Session("client.example.com")
    talk = answers(session)
    next(talk)
    assert talk.send(None) is not None
    with pytest.raises(StopIteration) as done:
        talk.send(b"250 2.0.0 Ok\r\n421 4.4.2 Timeout\r\n")
    assert done.value.value is False
