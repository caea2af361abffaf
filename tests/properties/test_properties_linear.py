"""The measure of linear time itself: it tells what grows faster from what does not."""

from __future__ import annotations

import gc
import re

import pytest

from linear import assert_linear


def spin(count: int) -> None:
    for _ in range(count):
        pass


def test_what_is_linear_passes() -> None:
    assert_linear(lambda items: [str(item) for item in items], lambda size: range(size))
    assert_linear(spin, lambda size: 50 * size)


def test_what_is_sorted_passes() -> None:
    assert_linear(sorted, lambda size: [(item * 7919) % size for item in range(size)])


def test_what_takes_no_time_passes() -> None:
    assert_linear(lambda _: None, lambda size: size)


def test_what_is_quadratic_fails() -> None:
    with pytest.raises(AssertionError, match="four times as much took"):
        assert_linear(lambda size: spin(size * size), lambda size: size)


def test_a_pattern_with_two_repeats_side_by_side_fails() -> None:
    pattern = re.compile(r" *x? *y")
    with pytest.raises(AssertionError, match="four times as much took"):
        assert_linear(pattern.match, lambda size: " " * size)


def test_the_collector_is_as_it_was() -> None:
    assert_linear(lambda _: None, lambda size: size)
    assert gc.isenabled()
    gc.disable()
    try:
        assert_linear(lambda _: None, lambda size: size)
        assert not gc.isenabled()
    finally:
        gc.enable()
