from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailwright.grammar import date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"),
        ("21 Nov 97 09:55 GMT", "1997-11-21T09:55:00+00:00"),
        ("21 Nov 03 09:55 EST", "2003-11-21T09:55:00-05:00"),
        ("21 Nov 103 09:55 PDT", "2003-11-21T09:55:00-07:00"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00"),
        ("Fri, 21 Nov 1997 09:55:06 A", "1997-11-21T09:55:06+00:00"),
        ("Fri, 21 Nov 1997 09:55:06 -0000 (UTC)", "1997-11-21T09:55:06+00:00"),
        ("Fri, 21 Nov 1997 23:59:60 +0000", "1997-11-21T23:59:59+00:00"),
        ("Fri, 21 Nov 1997 09:55:06 +9900", "1997-11-21T09:55:06+00:00"),
        ("Fri, 21 Nov 1997 09:55:06", "1997-11-21T09:55:06+00:00"),
        ("Fri,\r\n 21 Nov 1997\r\n 09:55:06 -0600\r\n", "1997-11-21T09:55:06-06:00"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37+00:00"),
    ],
)
def test_dates_are_read(text: str, expected: str) -> None:
    assert date.parse(text) == datetime.fromisoformat(expected)
    assert date.parse(text.encode()) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-05 10:11:12 +0100", "2024-01-05T10:11:12+01:00"),
        ("2024-01-05T10:11:12.123Z", "2024-01-05T10:11:12+00:00"),
        ("2024-01-05T10:11:12+01:00", "2024-01-05T10:11:12+01:00"),
        ("2024/01/05 10:11", "2024-01-05T10:11:00+00:00"),
        ("01/05/2024 1:02 PM", "2024-01-05T13:02:00+00:00"),
        ("13/05/2024 12:02 AM", "2024-05-13T00:02:00+00:00"),
        ("05.01.2024 10:11", "2024-01-05T10:11:00+00:00"),
        ("05-01-24 10:11:12", "2024-01-05T10:11:12+00:00"),
        ("99/12/31 10:11", "1999-12-31T10:11:00+00:00"),
        ("Mon, 29 02 2024 10:00:00 +0000", "2024-02-29T10:00:00+00:00"),
        ("Jan 5, 2024 10:11:12 AM EST", "2024-01-05T10:11:12-05:00"),
        ("Friday, January 5, 2024 10:11 PM", "2024-01-05T22:11:00+00:00"),
        ("Sun, 06 Nov 1994 08:49:37 PM", "1994-11-06T20:49:37+00:00"),
        ("6 Nov 1994 12:49:37 p.m. -0500", "1994-11-06T12:49:37-05:00"),
        ("2024 Jan 5 10:11", "2024-01-05T10:11:00+00:00"),
        ("97 Jan 5 10:11", "1997-01-05T10:11:00+00:00"),
        ("10:11:12 5 Jan 2024 GMT", "2024-01-05T10:11:12+00:00"),
        ("10:11 2024-01-05", "2024-01-05T10:11:00+00:00"),
        ("Fri Jan 05 2024 10:11:12 GMT+0100 (CET)", "2024-01-05T10:11:12+01:00"),
        ("Fri, 5 Jan 2024 10:11:12 GMT-05:00", "2024-01-05T10:11:12-05:00"),
        ("Fri, 05 Jan 2024 10:11:12 +1", "2024-01-05T10:11:12+01:00"),
        ("Fri, 05 Jan 2024 10:11:12 -24:00", "2024-01-05T10:11:12+00:00"),
        ("Fri, 05 Jan 2024 10:11:12 +:::", "2024-01-05T10:11:12+00:00"),
        ("Wed Dec 31 17:00:00 PST 2003", "2003-12-31T17:00:00-08:00"),
        ("5 Jan 2024 10:11 JST", "2024-01-05T10:11:00+09:00"),
        ("5-Jan-24 10:11:12 UT", "2024-01-05T10:11:12+00:00"),
    ],
)
def test_dates_in_any_order_are_read(text: str, expected: str) -> None:
    assert date.parse(text) == datetime.fromisoformat(expected)
    assert date.parse(text.encode()) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "5 Jan 2024",  # no time: no moment
        "12:00",
        "1 2 3 10:11",
        "Nov 97 10:00",
        "Sat, 31 Apr 2024 10:00:00 +0000",
        "2024-13-41 10:00",
        "Jan 5, 2024 13:99 PM",
        "Marketing 5 2024 10:11",
        "Jan 10:11",
        "32 Nov 1997 09:55:06 +0000",
        "1 Foo 1997 1:2:3 +0000",
        "1 Nov 1997 25:00",
        "(" * 9999,
        "1" * 9999,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert date.parse(text) is None


def test_dates_are_written() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    when = datetime(2024, 2, 5, 3, 4, 5, 999, zone)
    assert date.format(when) == "Mon, 05 Feb 2024 03:04:05 -0330"
    assert (
        date.format(datetime(2024, 2, 5, tzinfo=timezone(timedelta(seconds=90)))) == "Sun, 04 Feb 2024 23:58:30 +0000"
    )


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        date.format(datetime(2024, 1, 1))  # noqa: DTZ001, RUF100
    with pytest.raises(ValueError, match="1900"):
        date.format(datetime(1899, 1, 1, tzinfo=UTC))
