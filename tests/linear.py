"""Linear time as an assertion: four times as much may not take much more than four times as long.

Doubling may take 2.5 times as long, so four times as much 2.5 squared; linear work takes 4, quadratic work 16. What is
measured is the time of this process alone, with the garbage collector at rest, at a size where it can be told from
noise; and a machine with other work to do gets several tries, since noise passes and quadratic work stays.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final, TypeVar

__all__ = ["MOST", "assert_linear"]

T = TypeVar("T")

MOST: Final = 2.5**2
"""How many times as long four times as much may take."""

MEASURABLE: Final = 0.002
"""Seconds below which a time says more about the machine than about what ran."""

TRIES: Final = 4
"""How often a bad ratio is measured anew. Noise only ever adds time: the least of several runs is nearest the truth."""

SIZES: Final = 3
"""At how many sizes the ratio must be bad: where memory no longer fits a cache all work has a step; caches are few."""

LARGEST: Final = 262_144
"""A size at which what is still not measurable is fast enough, however it grows: no message has that much of it."""


def assert_linear(
    function: Callable[[T], object], make: Callable[[int], T], *, size: int = 250, largest: int = LARGEST
) -> None:
    """Fail when the time of a function grows faster than its input.

    Args:
        function: what is measured; it may use its input up.
        make: an input of a size, which is not measured, and made anew for each run.
        size: where to begin; it is doubled until the time can be measured.
        largest: where to stop growing, when a limit keeps larger inputs from being read, or making them takes long.

    Raises:
        AssertionError: says how many times as long it took.
    """
    less = _seconds(function, make(size))
    while less < MEASURABLE and size < largest:
        size *= 2
        less = _seconds(function, make(size))
    for _ in range(SIZES):
        ratio = _ratio(function, make, size)
        if ratio < MOST:
            return
        size *= 2
    raise AssertionError(f"four times as much took {ratio:.1f} times as long, at {size // 2}")


def _ratio(function: Callable[[T], object], make: Callable[[int], T], size: int) -> float:
    """How many times as long four times as much takes, at the best; nothing when it takes no time to speak of."""
    less = more = 1e9
    for _ in range(TRIES):
        less = min(less, _seconds(function, make(size)))
        more = min(more, _seconds(function, make(4 * size)))
        if more < MOST * less or more < 4 * MEASURABLE:
            break
    return more / less if more >= 4 * MEASURABLE else 0.0


def _seconds(function: Callable[[T], object], given: T) -> float:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        begin = time.process_time()
        _ = function(given)
        return max(time.process_time() - begin, 1e-9)
    finally:
        if was_enabled:
            gc.enable()
