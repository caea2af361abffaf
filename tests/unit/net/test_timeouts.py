"""How long each wait may last, and what is said when it is over."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from mailwright.dialogue import Patience
from mailwright.net import Timeouts
from mailwright.net.timeouts import Clock


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set."""
    time = [1_000.0]
    monkeypatch.setattr("mailwright.net.timeouts.time.monotonic", lambda: time[0])
    return time


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan, "60", None])
@pytest.mark.parametrize("name", ["connect", "verdict"])
def test_a_wait_is_a_positive_number_of_seconds(name: str, seconds: object) -> None:
    with pytest.raises(ValueError, match=f"timeout {name}="):
        Timeouts(**{name: seconds})  # type: ignore[arg-type]  # on purpose


def test_one_number_is_for_every_wait() -> None:
    assert {getattr(Timeouts.of(3), field.name) for field in fields(Timeouts)} == {3}
    assert Timeouts.of(None) == Timeouts()
    table = Timeouts(verdict=7)
    assert Timeouts.of(table) is table


def test_every_patience_has_its_seconds() -> None:
    table = Timeouts(verdict=7, goodbye=1).table()
    assert set(table) == set(Patience)
    assert (table[Patience.VERDICT], table[Patience.GOODBYE]) == (7, 1)


def test_a_wait_that_goes_on_has_what_is_left_of_it(now: list[float]) -> None:
    clock = Clock(Timeouts(reply=10))
    assert clock.seconds(Patience.REPLY) == 10
    now[0] += 4
    assert clock.seconds(Patience.REPLY, again=True) == 6
    now[0] += 7
    assert clock.seconds(Patience.REPLY, again=True) == 0.001
    assert clock.seconds(Patience.REPLY) == 10


def test_a_deadline_ends_every_wait(now: list[float]) -> None:
    clock = Clock(Timeouts(reply=10, goodbye=1))
    clock.deadline = now[0] + 5
    assert clock.seconds(Patience.REPLY) == 5
    assert clock.seconds(Patience.GOODBYE) == 1
    now[0] += 6
    assert clock.seconds(Patience.REPLY) == 0.001
    clock.deadline = math.inf
    assert clock.seconds(Patience.REPLY) == 10


@pytest.mark.parametrize(
    ("patience", "reference", "what"),
    [
        (Patience.GREETING, "server-accepts-but-silent", "sent no greeting within 60 seconds"),
        (Patience.HANDSHAKE, "tls-handshake-timeout", "did not finish the TLS handshake within 30 seconds"),
        (Patience.BODY, "data-connection-lost", "stopped taking the message within 180 seconds"),
        (Patience.VERDICT, "data-final-reply-timeout", "did not say whether it took the message within 600 seconds"),
        (Patience.REPLY, "server-accepts-but-silent", "did not answer within 60 seconds"),
    ],
)
def test_what_was_waited_for_is_said(patience: Patience, reference: str, what: str) -> None:
    error = Clock(Timeouts()).timed_out(patience)
    assert (error.reference, what in error.what) == (reference, True)


def test_under_a_deadline_the_deadline_is_named() -> None:
    clock = Clock(Timeouts())
    clock.deadline = 1.0
    assert "before the deadline" in clock.timed_out(Patience.REPLY).what
