"""A policy is a minimum, a list of what may be and a list of what may not."""

from __future__ import annotations

import pytest

from mailwright.sasl import Policy, Strength


def test_without_a_word_everything_is_allowed() -> None:
    assert all(Policy().allows("X", strength) for strength in Strength)
    assert Policy.of(None) == Policy()


def test_each_condition_alone_and_all_together() -> None:
    assert not Policy(minimum=Strength.PROVEN).allows("A", Strength.CHALLENGED)
    assert Policy(minimum=Strength.PROVEN).allows("A", Strength.PROVEN)
    assert not Policy(forbid=("A",)).allows("A", Strength.BOUND)
    assert not Policy(allow=("B",)).allows("A", Strength.BOUND)
    assert Policy(Strength.REVEALED, ("A", "B"), ("B",)).allows("A", Strength.REVEALED)
    assert not Policy(Strength.REVEALED, ("A", "B"), ("B",)).allows("B", Strength.REVEALED)
    assert not Policy(allow=()).allows("A", Strength.BOUND)


def test_names_are_the_allowed_ones_in_any_case_and_one_may_stand_alone() -> None:
    assert Policy.of(["plain", "LOGIN"]) == Policy(allow=("PLAIN", "LOGIN"))
    assert Policy.of("scram-sha-256") == Policy(allow=("SCRAM-SHA-256",))
    given = Policy(minimum=Strength.BOUND)
    assert Policy.of(given) is given


@pytest.mark.parametrize("name", ["", "PLAIN LOGIN", "X" * 21, "PLAIN\n", "ÄUTH", "A.B"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a SASL mechanism"):
        Policy.of([name])
    with pytest.raises(ValueError, match="no name of a SASL mechanism"):
        Policy(forbid=(name,))
