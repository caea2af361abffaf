"""The wire gives the same lines whatever the network does to them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.dialogue import Patience, Wire, Write


def fed(pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    """Every line that comes out while these pieces come in, and what is left."""
    wire = Wire()
    lines = []
    for piece in filter(None, pieces):
        waiting = wire.more(Patience.REPLY)
        next(waiting)
        with pytest.raises(StopIteration):
            waiting.send(piece)
        while (line := wire.take_line()) is not None:
            lines.append(line)
    return lines, wire.take_all()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *[place % (len(data) + 1) for place in places]})
    return [data[begin:end] for begin, end in itertools.pairwise(marks)]


TEXT = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"250 ok", b"x", b"\xff"]), max_size=60).map(b"".join)


@given(TEXT, st.lists(st.integers(0, 500), max_size=20))
def test_lines_are_the_same_whatever_the_cuts(data: bytes, places: list[int]) -> None:
    whole = data.split(b"\n")
    assert fed(cut(data, places)) == ([line + b"\n" for line in whole[:-1]], whole[-1])


@given(TEXT, st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=20))
def test_nothing_is_lost_when_lines_and_octets_are_taken_by_turns(data: bytes, turns: list[tuple[bool, int]]) -> None:
    wire = Wire()
    wire.put_back(data)
    taken = b""
    for by_line, count in turns:
        if by_line:
            line = wire.take_line()
            assert line is None or line.count(b"\n") == 1
            taken += line or b""
        else:
            taken += wire._take(count)
    assert taken + wire.take_all() == data


@given(st.lists(st.tuples(st.binary(max_size=20), st.booleans()), min_size=1, max_size=9))
def test_the_spans_of_secrets_are_where_the_secrets_are(parts: list[tuple[bytes, bool]]) -> None:
    wire = Wire()
    for data, is_secret in parts:
        wire.write(b"<" + data + b">", secret=(1, 1 + len(data)) if is_secret else None)
    request = next(wire.flush())
    assert isinstance(request, Write)
    assert [request.data[begin:end] for begin, end in request.secrets] == [
        data for data, is_secret in parts if is_secret
    ]
