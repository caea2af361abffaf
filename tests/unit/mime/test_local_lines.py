"""Line ends of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime.local_lines import check_line_end, localized


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b""])))
def test_chunks_may_end_anywhere(chunks: list[bytes]) -> None:
    whole = b"".join(chunks).replace(b"\r\n", b"\n")
    assert b"".join(localized(chunks)) == whole
    assert b"".join(localized(chunks, b"\r\n")) == whole.replace(b"\n", b"\r\n")


def test_two_line_ends_are_known() -> None:
    assert [check_line_end(end) for end in (b"\n", b"\r\n")] == [b"\n", b"\r\n"]
    with pytest.raises(ValueError, match="line_end"):
        _ = check_line_end(b"\r")
