"""The line before a message in an mbox file."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailwright.mime import from_line
from mailwright.mime.from_line import FromLine

WHEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "sender", "date"),
    [
        (b"From a@example.com Sun Nov  6 08:49:37 1994", "a@example.com", WHEN),
        (b"From - Sun Nov 06 08:49:37 1994", "", WHEN),
        (b"From MAILER-DAEMON  Sun Nov  6 08:49:37 1994 ", "MAILER-DAEMON", WHEN),
        (b"From ???@??? Sun Nov  6 08:49:37 1994", "???@???", WHEN),
        (b"From a Sun Nov  6 08:49 GMT 1994", "a", WHEN.replace(second=0)),
        (b"From a Sun Nov  6 08:49:37 PST 1994", "a", WHEN.replace(tzinfo=timezone(timedelta(hours=-8)))),
        (b"From 1520@xxx Sun Nov  6 08:49:37 +0000 1994", "1520@xxx", WHEN),
        (b"From a Sun Nov  6 08:49:37 1994 +0100", "a", WHEN.replace(tzinfo=timezone(timedelta(hours=1)))),
        (b"From host!a Sun Nov  6 08:49:37 1994 remote from host", "host!a", WHEN),
        (b'From "a b"@example.com Sun Nov  6 08:49:37 1994', '"a b"@example.com', WHEN),
        (b"From a@example.com Sun, 06 Nov 1994 08:49:37 +0000 (UTC)", "a@example.com", WHEN),
        (b"From a@example.com Sun Nov 99 08:49:37 1994", "a@example.com", None),
        (b"From \xe9\x01 Sun Nov  6 08:49:37 1994", "é�", WHEN),
    ],
)
def test_dated_lines_are_separators(line: bytes, sender: str, date: datetime | None) -> None:
    assert from_line.read(line, b"") == FromLine(sender, date, line)


@pytest.mark.parametrize(
    "line", [b"From now on", b"From 08:49 to 1994", b"From me, Sun Nov 6 1994", b"From Sun Nov  6 08:49:37 1994, all"]
)
def test_sentences_are_not(line: bytes) -> None:
    assert from_line.read(line, b"Subject: x") is None


@pytest.mark.parametrize(("sender", "written"), [("a@example.com", "a@example.com"), ("", "MAILER-DAEMON")])
def test_what_is_written_is_read(sender: str, written: str) -> None:
    line = from_line.write(sender, WHEN.astimezone(timezone(timedelta(hours=5))))
    assert line == f"From {written} Sun Nov  6 08:49:37 1994".encode()
    assert from_line.read(line, b"") == FromLine(written, WHEN, line)


@pytest.mark.parametrize("sender", ["a b", "a\nFrom x", "a\r", "a\0", "a\x7f", "a\ud800", "a\u00a0b", "a\tb"])
def test_a_sender_that_would_break_the_line_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        _ = from_line.write(sender, WHEN)


def test_a_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        _ = from_line.write("a@example.com", WHEN.replace(tzinfo=None))
