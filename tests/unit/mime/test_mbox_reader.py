"""Reading mbox files, whole, in pieces, and with what programs really wrote."""

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.mime import Limits
from mailwright.mime.from_line import LINE_LIMIT
from mailwright.mime.from_quoting import Quoting
from mailwright.mime.mbox_reader import MboxSource, mbox, mbox_entries

DATED = b"From a@example.com Sun Nov  6 08:49:37 1994\n"


class Trickle(io.BytesIO):
    """A file that gives a few octets at a time, and cannot be sought."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self.step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)

    def seekable(self) -> bool:
        return False


def raws(source: MboxSource, *, quoting: Quoting = "rd", content_length: bool = False) -> list[bytes]:
    return [message.to_bytes() for message in mbox(source, quoting=quoting, content_length=content_length)]


def every_way(data: bytes) -> list[bytes]:
    """Read whole, by line and by octet: all the same."""
    whole = raws(data)
    for step in (1, 2, 7, 50):
        assert raws(Trickle(data, step)) == whole
    return whole


TWO = DATED + b"Subject: a\n\none\n\n" + DATED + b"Subject: b\n\ntwo\n\n"


def test_messages_stand_between_separators() -> None:
    assert every_way(TWO) == [b"Subject: a\n\none\n", b"Subject: b\n\ntwo\n"]


def test_crlf_stays_crlf() -> None:
    assert every_way(TWO.replace(b"\n", b"\r\n")) == [b"Subject: a\r\n\r\none\r\n", b"Subject: b\r\n\r\ntwo\r\n"]


def test_an_entry_says_who_when_and_where() -> None:
    raw = b"From b@example.com Fri Nov 20 10:11:12 +0100 2015"
    data = DATED + b"Subject: a\n\none\n\n" + raw + b"\n\n\n"
    first, second = mbox_entries(data)
    assert (first.sender, first.date) == ("a@example.com", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC))
    assert second.date == datetime(2015, 11, 20, 10, 11, 12, tzinfo=timezone(timedelta(hours=1)))
    assert (first.offset, second.offset) == (0, data.index(raw))
    assert (first.raw_from, second.raw_from) == (DATED[:-1], raw)
    assert second.message.to_bytes() == b"\n"


def test_a_path_octets_and_a_file_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(TWO)
    expected = raws(TWO)
    assert [raws(source) for source in (path, str(path), bytearray(TWO), memoryview(TWO))] == [expected] * 4
    with path.open("rb") as file:
        _ = file.seek(TWO.index(DATED, 1))
        assert [entry.offset for entry in mbox_entries(file)] == [TWO.index(DATED, 1)]
        assert not file.closed


def test_what_is_no_source_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="not int"):
        _ = mbox(cast(bytes, 7))
    with pytest.raises(ValueError, match="quoting 'x'"):
        _ = mbox(b"", quoting=cast(Quoting, "x"))


def test_a_missing_file_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _ = next(mbox(tmp_path / "none"))


def test_nothing_is_no_message() -> None:
    assert every_way(b"") == []


def test_a_file_without_separator_is_one_message() -> None:
    data = b"Subject: a\n\nFrom now on at 10:30 in 2024\n\nFrom me\n"
    assert every_way(data) == [data]
    assert [(entry.sender, entry.date, entry.raw_from) for entry in mbox_entries(data)] == [("", None, b"")]


def test_what_stands_before_the_first_separator_is_passed_over() -> None:
    assert every_way(b"rubbish\nFrom x\n\n" + TWO) == raws(TWO)
    assert every_way(b"\n" + TWO) == raws(TWO)
    assert every_way(b"\r\n" + TWO) == raws(TWO)
    assert [entry.offset for entry in mbox_entries(b"\n\n" + TWO)] == [2, 2 + TWO.index(DATED, 1)]


def test_a_byte_order_mark_is_no_rubbish() -> None:
    assert every_way(b"\xef\xbb\xbf" + TWO) == raws(TWO)
    assert [entry.offset for entry in mbox_entries(b"\xef\xbb\xbf" + TWO)] == [3, 3 + TWO.index(DATED, 1)]


def test_only_an_empty_line_ends_a_message() -> None:
    data = DATED + b"Subject: a\n\none\n" + DATED + b"two\n"
    assert every_way(data) == [data[len(DATED) :]]


def test_sentences_are_no_separators() -> None:
    body = (
        b"Subject: a\n\n\nFrom now on: nothing\n\nFrom\n\nFrom 10:30 to 11:30 in May 2024\n\nFrom me\nto: you\n"
        b"\nFrom Monday to Friday\n\nFrom Monday, May 5, at 10:30\n"
    )
    assert every_way(DATED + body) == [body]


@pytest.mark.parametrize("line", [b"From \n", b"From - \n", b"From a@example.com\n", b"From MAILER-DAEMON\n"])
def test_a_separator_without_date_needs_a_field_below(line: bytes) -> None:
    assert every_way(DATED + b"A: b\n\nx\n\n" + line + b"Subject: y\n\n") == [b"A: b\n\nx\n", b"Subject: y\n"]
    assert len(every_way(DATED + b"A: b\n\nx\n\n" + line + b"and then\n\n")) == 1


def test_the_last_message_may_be_cut_off() -> None:
    assert every_way(DATED + b"Subject: a\n\none") == [b"Subject: a\n\none"]
    assert every_way(DATED + b"Subject: a\n\none\n") == [b"Subject: a\n\none\n"]
    assert every_way(DATED + b"Subj") == [b"Subj"]
    assert every_way(DATED[:-1]) == [b""]
    assert every_way(DATED) == [b""]


def test_an_empty_message_between_separators() -> None:
    assert every_way(DATED + b"\n" + DATED + b"\n") == [b"", b""]


def test_long_separators_are_read_to_a_limit() -> None:
    long = b"From " + b"x" * (LINE_LIMIT - 100) + b"@example.com Sun Nov  6 08:49:37 1994\n"
    assert len(raws(DATED + b"A: b\n\nx\n\n" + long + b"A: b\n\n")) == 2
    longer = long.replace(b"x@", b"x" * 100 + b"@")
    assert raws(DATED + b"A: b\n\nx\n\n" + longer + b"A: b\n\n") == [b"A: b\n\nx\n\n" + longer + b"A: b\n"]


QUOTED = DATED + b"A: b\n\n>From x\n>>From y\n>from\n> From z\n"


def test_quoting_is_undone_as_it_was_done() -> None:
    assert every_way(QUOTED) == [b"A: b\n\nFrom x\n>From y\n>from\n> From z\n"]
    assert raws(QUOTED, quoting="o") == [b"A: b\n\nFrom x\n>>From y\n>from\n> From z\n"]
    assert raws(QUOTED, quoting="none") == [QUOTED[len(DATED) :]]


# --- Content-Length ---


def counted(body: bytes, count: int | None = None, behind: bytes = b"\n") -> bytes:
    return DATED + b"Content-Length: %d\n\n" % (len(body) if count is None else count) + body + behind


INNER = b"forwarded:\n\n" + DATED + b"Subject: inner\n\ntext\n"


@pytest.mark.parametrize("behind", [b"\n", b"", b"\n\n"])
def test_content_length_is_believed_when_a_separator_follows(behind: bytes) -> None:
    data = counted(INNER, behind=behind) + counted(b"second\n")
    found = raws(data, content_length=True)
    assert [raw.partition(b"\n\n")[2] for raw in found] == [INNER, b"second\n"]
    assert len(raws(data)) > 2 or behind == b""


@pytest.mark.parametrize("count", [0, 3, len(INNER) - 1, len(INNER) + 2, 10**17])
def test_content_length_that_leads_nowhere_is_ignored(count: int) -> None:
    data = counted(b"no separator\n", count) + counted(b"second\n")
    found = raws(data, content_length=True)
    assert [raw.partition(b"\n\n")[2] for raw in found] == [b"no separator\n", b"second\n"]


def test_content_length_at_the_end_of_the_file() -> None:
    assert raws(counted(INNER, behind=b""), content_length=True)[0].endswith(INNER)
    assert raws(counted(INNER.rstrip(b"\n"), behind=b""), content_length=True)[0].endswith(b"text")
    assert len(raws(counted(INNER, len(INNER) + 9, behind=b""), content_length=True)) == 2  # cut off


def test_content_length_before_a_long_separator() -> None:
    long = b"From " + b"x" * 5000 + DATED[4:]
    data = counted(INNER) + long + b"Subject: b\n\n"
    assert [raw.partition(b"\n\n")[2] for raw in raws(data, content_length=True)] == [INNER, b""]


def test_content_length_needs_a_file_that_can_be_sought() -> None:
    class Pipe(Trickle):
        def seek(self, place: int, whence: int = 0, /) -> int:
            raise io.UnsupportedOperation

    with pytest.raises(io.UnsupportedOperation):
        _ = raws(Pipe(counted(INNER), 10), content_length=True)


def test_content_length_needs_a_header_that_ends() -> None:
    data = DATED + b"Content-Length: 3\n"
    assert raws(data, content_length=True) == [b"Content-Length: 3\n"]
    assert len(list(mbox(counted(INNER), content_length=True, limits=Limits(header_octets=4)))) == 1


def test_content_length_over_many_blocks(tmp_path: Path) -> None:
    body = INNER * 40_000  # over two megabytes
    path = tmp_path / "x"
    path.write_bytes(counted(body) + counted(b"second\n"))
    first, second = mbox_entries(path, content_length=True, quoting="none")
    assert first.message.to_bytes().partition(b"\n\n")[2] == body
    assert second.message.to_bytes().endswith(b"\n\nsecond\n")


# --- anything at all ---

LINES = [
    DATED,
    b"From \n",
    b"From x\n",
    b">From y\n",
    b"\n",
    b"\r\n",
    b"A: b\n",
    b"text\n",
    b"Content-Length: 6\n",
    b"F",
]


@given(st.lists(st.sampled_from(LINES), max_size=14).map(b"".join), st.integers(1, 20), st.booleans())
def test_whatever_it_is_it_is_read_the_same_in_any_pieces(data: bytes, step: int, counted: bool) -> None:
    whole = [(entry.message.to_bytes(), entry.offset, entry.raw_from) for entry in mbox_entries(data)]
    again = [(e.message.to_bytes(), e.offset, e.raw_from) for e in mbox_entries(Trickle(data, step))]
    assert [item[0] for item in again] == [item[0] for item in whole]
    assert [item[2] for item in again] == [item[2] for item in whole]
    for _, offset, raw in whole:
        assert data[offset : offset + len(raw)] == raw
    _ = raws(data, content_length=counted)


@pytest.mark.parametrize("unit", [b"\n\nFrom x\n", b"\n\nFrom ", b">" * 9, b"\n>From ", DATED + b"\n", b"\r\n"])
def test_time_is_linear(unit: bytes) -> None:
    assert_linear(
        lambda data: raws(data, content_length=True), lambda size: DATED + b"A: b\n\n" + unit * size, largest=100_000
    )


PROGRAM = """
import resource, sys
from mailwright.mime.mbox_reader import mbox
sample = b"From a@example.com Sun Nov  6 08:49:37 1994\\nA: b\\n\\nx\\n"
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
import tempfile
assert len(list(mbox(sample))) == 1
before = peak()
size = 0
for message in mbox(sys.argv[1]):
    assert message.parts
    size += sum(map(len, message.chunks()))
print(size, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
@pytest.mark.parametrize("each", [10_000, 96_000_000])
def test_a_hundred_megabytes_cost_less_than_sixteen(each: int, tmp_path: Path) -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n>From x\n"
    message = DATED + head + b"0123456789abcde\n" * (each // 16) + b"--b--\n\n"
    path = tmp_path / "big.mbox"
    count = max(1, 96_000_000 // each)
    with path.open("wb") as file:
        for _ in range(count):
            _ = file.write(message)
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    size, growth = map(int, done.stdout.split())
    assert size == count * (len(message) - len(DATED) - len(b">\n"))
    assert growth < 16 * 1024
