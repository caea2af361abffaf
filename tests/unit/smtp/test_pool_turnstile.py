"""Turnstiles: no place is lost or given twice, and who came first is let in first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailwright.smtp.turnstile import Turn, Turnstile


class Caller:
    """Somebody at the turnstile."""

    def __init__(self) -> None:
        self.rung = 0
        self.turn = Turn(self.ring)

    def ring(self) -> None:
        self.rung += 1


def join(turnstile: Turnstile) -> Caller:
    caller = Caller()
    turnstile.join(caller.turn)
    return caller


def admitted(*callers: Caller) -> list[bool]:
    return [caller.turn.is_admitted for caller in callers]


def test_a_place_is_handed_to_the_first_in_the_queue() -> None:
    turnstile = Turnstile(1)
    callers = [join(turnstile) for _ in range(3)]
    assert admitted(*callers) == [True, False, False]
    turnstile.leave()
    assert admitted(*callers) == [True, True, False]
    late = join(turnstile)
    turnstile.leave()
    assert admitted(*callers, late) == [True, True, True, False]
    assert [caller.rung for caller in callers] == [0, 1, 1]


def test_who_gives_up_in_the_moment_of_admission_hands_the_place_on() -> None:
    turnstile = Turnstile(1)
    _, second, third = (join(turnstile) for _ in range(3))
    turnstile.leave()
    turnstile.forsake(second.turn)
    assert admitted(third) == [True]
    turnstile.leave()
    assert turnstile.taken == 0


def test_who_gives_up_in_the_queue_leaves_no_gap() -> None:
    turnstile = Turnstile(1)
    _, second, third = (join(turnstile) for _ in range(3))
    turnstile.forsake(second.turn)
    turnstile.leave()
    assert admitted(second, third) == [False, True]


def test_dispersing_wakes_everybody_without_a_place() -> None:
    turnstile = Turnstile(1)
    first, second, third = (join(turnstile) for _ in range(3))
    turnstile.disperse()
    assert admitted(second, third) == [False, False]
    assert (second.rung, third.rung) == (1, 1)
    turnstile.forsake(second.turn)
    turnstile.leave()
    assert turnstile.taken == 0
    assert first.rung == 0


@given(st.integers(1, 4), st.lists(st.tuples(st.sampled_from("jlf"), st.integers(0, 9)), max_size=80))
def test_whatever_happens_places_are_neither_lost_nor_doubled(places: int, steps: list[tuple[str, int]]) -> None:
    turnstile, inside, queue = Turnstile(places), list[Caller](), list[Caller]()
    for step, which in steps:
        if step == "j":
            queue.append(join(turnstile))
        elif step == "l" and inside:
            inside.pop(which % len(inside))
            turnstile.leave()
        elif step == "f" and queue + inside:
            gone = (queue + inside)[which % len(queue + inside)]
            turnstile.forsake(gone.turn)
            (queue if gone in queue else inside).remove(gone)
        while queue and queue[0].turn.is_admitted:
            inside.append(queue.pop(0))
        assert not any(admitted(*queue))  # nobody was let in before the first
        assert turnstile.taken == len(inside) <= places
        assert len(inside) == places or not queue  # and no place is empty while somebody waits
