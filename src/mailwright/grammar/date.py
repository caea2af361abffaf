"""Dates in header fields (RFC 5322 3.3, obsolete forms 4.3).

What follows the RFC is one match; asctime() is another. For the rest the words are looked at one by one, in whatever
order they stand: a time has colons, a zone a sign or a known name, a month letters, a year four digits. A date of
numbers only is ISO 8601, ``2024-01-05``; else the separator tells, month first before a slash and day first before a
hyphen or dot, unless a number above 12 says otherwise.

What made reading fast (four times as fast together, on bench/headers.py): one match of the usual form before anything
is unfolded or searched for comments, and remembering zones.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from mailwright.grammar.lexer import strip_comments, text_of, unfold

__all__ = ["format", "parse"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBER = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}
_LONGEST = 256  # characters; a date with its comments is under 60, and nothing longer is worth a look

# The common case in one match: RFC 5322 3.3 as it is written, one space between words, a comment behind it.
_USUAL = re.compile(
    r"(?:[A-Z][a-z][a-z], )?([0-9]{1,2}) ([A-Z][a-z][a-z]) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-5][0-9]) "
    r"([+-][0-9]{4}|(?![AP]M)[A-Z]{1,4})(?: \([A-Za-z0-9 +-]*\))?"
)
# RFC 5322 3.3: date-time = [ day-of-week "," ] day month year hour ":" minute [":" second] zone
# RFC 5322 4.3: obs-year = 2*DIGIT; obs-zone = "UT" / "GMT" / "EST" ... / military letters; CFWS between all of it.
# QUIRK: any day name, no comma behind it, "." for ":", a missing zone, "-" between day, month and year (RFC 850).
_RFC5322 = re.compile(
    r"\s*(?:[A-Za-z]+\s*,?\s*)?"
    r"(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*[\s.,-]+(\d{2,4})\s*,?\s+"
    r"(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:\.\d+)?)?"
    r"(?:\s*([+-]\d{4}|(?![AaPp]\.?[Mm]\b)[A-Za-z]+(?=\s|$))(?:\s(?!\s*[AaPp]\.?[Mm]\b).*)?)?\s*",
    re.DOTALL,
)
# QUIRK: asctime(), as Unix programs of the last century wrote it: Sun Nov  6 08:49:37 [GMT] 1994
_ASCTIME = re.compile(
    r"\s*[A-Za-z]{3,9},?\s+([A-Za-z]{3})[A-Za-z]*\s+(\d{1,2})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s+(?:([+-]\d{4}|[A-Za-z]+)\s+)?(\d{4})\s*"
)
# The time: 1:02, 01:02:03.5, 1:02 PM. QUIRK: "a.m.".
_CLOCK = re.compile(r"(?<![0-9:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![0-9:])(?:[ \t]?(?i:([AP])\.?M\b\.?))?")
# The zone: EST, +0100, +01:00, GMT+1, Z.
_ZONE = re.compile(
    r"\b(?P<name>(?i:UTC?|GMT|Z|[ECMP][SD]T|[JK]ST|CES?T|MES?T|EES?T|BST))(?![A-Za-z])(?P<east>[+-][0-9:]{1,5}(?!\d))?"
    r"|(?<![0-9A-Za-z])(?P<sign>[+-][0-9:]{1,5})(?!\d)"
)
_SHIFT = re.compile(r"([+-])(\d{1,2}?):?(\d{2})?")
_MONTH = re.compile(
    r"(?<![A-Za-z])(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![A-Za-z])"
)
_DIGITS = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")
_NUMERIC = re.compile(r"(?<![0-9])([0-9]{4}|[0-9]{1,2})([/. -])[ ]?([0-9]{1,2})\2[ ]?([0-9]{4}|[0-9]{1,2})(?![0-9])")
# RFC 5322 4.3: the zones of North America. Military letters were specified backwards in RFC 822 and mean "-0000".
_ZONES = {"EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8}
# QUIRK: not in the RFC, common in mail, and unambiguous.
_ZONES_BEYOND = {"JST": 9, "KST": 9, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "BST": 1}


def parse(text: str | bytes) -> datetime | None:
    """Read a date-time (RFC 5322 3.3 and 4.3).

    Args:
        text: the field's value.

    Returns:
        An aware datetime, or None when it is no date. A missing or unknown zone counts as UTC, a leap second as
        second 59; two-digit years below 50 are 20xx. Never raises.
    """
    source = text if isinstance(text, str) else text_of(text)
    if usual := _USUAL.fullmatch(source):
        return _usual(*usual.groups())
    source = strip_comments(unfold(source[:_LONGEST]))
    if found := _RFC5322.fullmatch(source):
        day, month, year, hour, minute, second, zone = found.groups()
    elif found := _ASCTIME.fullmatch(source):
        month, day, hour, minute, second, zone, year = found.groups()
    else:
        return _in_any_order(source)
    number = _MONTH_NUMBER.get(month.lower())
    if number is None:
        return None
    return _moment(_year(year), number, int(day), (hour, minute, second), _zone(zone))


def _usual(day: str, month: str, year: str, hour: str, minute: str, second: str, zone: str) -> datetime | None:
    try:
        number = _MONTH_NUMBER[month.lower()]
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), 0, _zone(zone))
    except (KeyError, ValueError):
        return None


def _moment(year: int, month: int, day: int, clock: tuple[str, str, str | None], zone: timezone) -> datetime | None:
    hour, minute, second = clock
    seconds = min(int(second or 0), 59) if int(second or 0) <= 60 else 60  # 60 is refused below, as it should
    try:
        return datetime(year, month, day, int(hour), int(minute), seconds, tzinfo=zone)
    except ValueError:
        return None


def _in_any_order(source: str) -> datetime | None:
    """Read a date that keeps to no standard; there must be a time in it, and all of day, month and year."""
    clock = _CLOCK.search(source)
    if clock is None:
        return None
    hour, minute, second, half = clock.groups()
    if half is not None:
        hour = str(int(hour) % 12 + (12 if half in "pP" else 0))
    around = f"{source[: clock.start()]} ", f" {source[clock.end() :]}"
    # The zone stands behind the time; a sign before it belongs to the date.
    zone = _ZONE.search(around[1])
    rest = around[0] + (around[1][: zone.start()] + " " + around[1][zone.end() :] if zone else around[1])
    day = _day(rest)
    return _moment(*day, (hour, minute, second), _offset(zone)) if day else None


def _day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day out of what is left when time and zone are gone."""
    if named := _MONTH.search(text):
        numbers = _DIGITS.findall(text)
        if len(numbers) < 2:
            return None
        year, day = _year_first(numbers[0], numbers[1])
        return _year(year), _MONTH_NUMBER[named[0][:3].lower()], int(day)
    found = _NUMERIC.search(text)
    if found is None:
        return None
    first, separator, second, third = found.groups()
    if len(first) == 4 or int(first) > 31:  # ISO 8601: 2024-01-05
        return _year(first), int(second), int(third)
    if len(third) == 1:
        return None
    month, day = (first, second) if separator == "/" else (second, first)
    if int(month) > 12:
        month, day = day, month
    return _year(third), int(month), int(day)


def _year_first(first: str, second: str) -> tuple[str, str]:
    """Of two numbers beside a month's name the longer one, or the one above 31, is the year; else the second."""
    return (first, second) if len(first) > 2 or int(first) > 31 else (second, first)


def _offset(zone: re.Match[str] | None) -> timezone:
    if zone is None:
        return UTC
    shift = _SHIFT.fullmatch(zone["east"] or zone["sign"] or "")
    if shift is None:
        return _zone(zone["name"])
    sign, hours, minutes = shift.groups()
    return _zone(f"{sign}{hours:0>2}{minutes or '00'}")


def _year(digits: str) -> int:
    """RFC 5322 4.3: two digits below 50 are of this century; other two or three digits count from 1900."""
    year = int(digits)
    if len(digits) == 2 and year < 50:
        return year + 2000
    return year + 1900 if len(digits) < 4 else year


@lru_cache(maxsize=256)  # the same few zones in all mail; making one takes as long as reading the rest
def _zone(zone: str | None) -> timezone:
    if not zone:
        return UTC
    if zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[3:5])
        if hours > 23 or minutes > 59:  # QUIRK: an impossible offset says nothing about the time
            return UTC
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if zone[0] == "-" else offset) if offset else UTC
    hours = _ZONES.get(zone.upper()) or _ZONES_BEYOND.get(zone.upper(), 0)
    return timezone(timedelta(hours=hours)) if hours else UTC


def format(when: datetime) -> str:  # noqa: A001 - grammar.date.format reads as what it is
    """Write a date-time (RFC 5322 3.3).

    Args:
        when: an aware datetime; fractions of a second are dropped.

    Returns:
        Such as ``Fri, 21 Nov 1997 09:55:06 -0600``.

    Raises:
        ValueError: the datetime is naive, or before 1900, which RFC 5322 does not allow.
    """
    offset = when.utcoffset()
    if offset is None:
        raise ValueError(f"date {when!r} is naive; give it a zone, as in datetime.now(UTC)")
    if offset.seconds % 60 or offset.microseconds:  # a zone is written in minutes
        when, offset = when.astimezone(UTC), timedelta()
    if when.year < 1900:
        raise ValueError(f"date {when!r} is before 1900, the first year RFC 5322 can write")
    minutes = int(offset.total_seconds()) // 60
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return (
        f"{_DAYS[when.weekday()]}, {when.day:02d} {_MONTHS[when.month - 1]} {when.year:04d} "
        f"{when.hour:02d}:{when.minute:02d}:{when.second:02d} {sign}{minutes // 60:02d}{minutes % 60:02d}"
    )
