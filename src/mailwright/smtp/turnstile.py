"""Turnstiles: so many may be inside at once, the others wait their turn. What waits and wakes is handed in.

A place is handed over by whoever leaves to whoever has queued longest, and is taken from that moment, so nobody who
arrives between the handing over and the waking can slip in. Whoever gives up has to say so (:meth:`Turnstile.forsake`),
because a place may have come in the same moment, and would be lost.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Turn", "Turnstile"]


class Turn:
    """One caller's way through a turnstile.

    Args:
        ring: wakes the caller.

    Attributes:
        is_admitted: the caller has a place, and owes a :meth:`Turnstile.leave`.
    """

    __slots__ = ("is_admitted", "ring")

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring = ring
        self.is_admitted = False


class Turnstile:
    """Lets so many in at once, the others in the order in which they came.

    Args:
        places: how many.

    Attributes:
        taken: places that are taken.
    """

    __slots__ = ("_places", "_queue", "taken")

    def __init__(self, places: int) -> None:
        self._places = places
        self._queue: OrderedDict[Turn, None] = OrderedDict()
        self.taken = 0

    def join(self, turn: Turn) -> None:
        """Take a place, or queue for one."""
        if self.taken < self._places:  # then nobody is queueing: who leaves hands the place over
            self.taken += 1
            turn.is_admitted = True
        else:
            self._queue[turn] = None

    def leave(self) -> None:
        """Give a place to the first in the queue."""
        if self._queue:
            turn, _ = self._queue.popitem(last=False)
            turn.is_admitted = True
            turn.ring()
        else:
            self.taken -= 1

    def forsake(self, turn: Turn) -> None:
        """Give up, queueing or just admitted."""
        if turn.is_admitted:
            self.leave()
        else:
            self._queue.pop(turn, None)

    def disperse(self) -> None:
        """Wake everybody in the queue without a place for them."""
        queue, self._queue = self._queue, OrderedDict()
        for turn in queue:
            turn.ring()
