"""Lines that begin with "From ", quoted and unquoted, wherever the chunks end."""

import re
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailwright.mime.from_quoting import FromLines, Quoting, quoting, unquoting

PIECES = [b">", b"From ", b"From", b"F", b"Fro", b"\n", b"\r\n", b"x", b" ", b">>", b"\nFrom "]
texts = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)
cuts = st.lists(st.integers(0, 60), max_size=12)

EXPECTED = {
    (quoting, "rd"): (rb"(?m)^(>*From )", rb">\1"),
    (quoting, "o"): (rb"(?m)^(From )", rb">\1"),
    (unquoting, "rd"): (rb"(?m)^>(>*From )", rb"\1"),
    (unquoting, "o"): (rb"(?m)^>(From )", rb"\1"),
}


def through(lines: FromLines, text: bytes, places: list[int]) -> bytes:
    borders = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    fed = [lines.feed(text[begin:end]) for begin, end in pairwise(borders)]
    return b"".join([*fed, lines.finish()])


@example(b">>>From x", [1, 2, 3, 4, 5, 6, 7])
@example(b"From", [])
@given(texts, cuts)
def test_any_cut_gives_the_same(text: bytes, places: list[int]) -> None:
    for (make, kind), (pattern, instead) in EXPECTED.items():
        assert through(make(cast(Quoting, kind)), text, places) == re.sub(pattern, instead, text)
        assert through(make(cast(Quoting, kind)), text, list(range(len(text)))) == re.sub(pattern, instead, text)


@given(texts, cuts)
def test_mboxrd_comes_back(text: bytes, places: list[int]) -> None:
    quoted = through(quoting("rd"), text, places)
    assert re.search(rb"(?m)^From ", quoted) is None
    assert through(unquoting("rd"), quoted, places) == text


@given(texts, cuts)
def test_none_changes_nothing(text: bytes, places: list[int]) -> None:
    assert through(quoting("none"), text, places) == text == through(unquoting("none"), text, places)


def test_other_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="'cl'"):
        _ = quoting(cast(Quoting, "cl"))
    with pytest.raises(ValueError, match="'cl'"):
        _ = unquoting(cast(Quoting, "cl"))


def test_little_is_held_back() -> None:
    lines = quoting("rd")
    assert [lines.feed(octets) for octets in (b">" * 1000, b"Fro", b"m", b" x")] == [b">" * 1000, b"", b"", b">From x"]
