import re

import pytest

from mailwright.encodings.opening import OPENS_WITHIN, Opening

LINE = re.compile(rb"^begin [^\n]*\n", re.MULTILINE)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_what_follows_the_line_is_content(size: int) -> None:
    data = b"Hello,\r\nnot a begin here\r\nbegin 644 x\r\ncontent"
    opening = Opening(LINE)
    found = [opening.feed(data[at : at + size]) for at in range(0, len(data), size)]
    begun = next(number for number, each in enumerate(found) if each is not None)
    assert found[:begun] == [None] * begun
    assert opening.match is not None
    assert opening.match[0] == b"begin 644 x\r\n"
    assert b"content".startswith(found[begun] or b"")


def test_without_the_line_everything_is_content() -> None:
    opening = Opening(LINE)
    assert opening.feed(b"begin") is None
    assert opening.feed(b"") is None
    assert opening.finish() == b"begin"
    assert opening.match is None


def test_it_is_not_looked_for_beyond_the_limit() -> None:
    covering = b"x" * 99 + b"\n"
    late = covering * (OPENS_WITHIN // 100 + 1) + b"begin 644 x\ncontent"
    opening = Opening(LINE)
    assert opening.feed(late) == late
    assert opening.match is None
    opening = Opening(LINE)
    assert opening.feed(late[:OPENS_WITHIN]) == late[:OPENS_WITHIN]
