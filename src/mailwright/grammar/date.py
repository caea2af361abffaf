"""Dates in header fields (RFC 5322 3.3, obsolete forms 4.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from mailwright.grammar.lexer import strip_comments, text_of, unfold

__all__ = ["format", "parse"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBER = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}
_LONGEST = 256  # characters; a date with its comments is under 60, and nothing longer is worth a look

# RFC 5322 3.3: date-time = [ day-of-week "," ] day month year hour ":" minute [":" second] zone
# RFC 5322 4.3: obs-year = 2*DIGIT; obs-zone = "UT" / "GMT" / "EST" ... / military letters; CFWS between all of it.
# QUIRK: any day name, no comma behind it, "." for ":", a missing zone, "-" between day, month and year (RFC 850).
_RFC5322 = re.compile(
    r"\s*(?:[A-Za-z]+\s*,?\s*)?"
    r"(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*[\s.,-]+(\d{2,4})\s*,?\s+"
    r"(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:\.\d+)?)?"
    r"(?:\s*([+-]\d{4}|[A-Za-z]+(?=\s|$))|\s*[+-]?\d{1,3}(?!\d))?(?:\s.*)?\s*",
    re.DOTALL,
)
# QUIRK: asctime(), as Unix programs of the last century wrote it: Sun Nov  6 08:49:37 [GMT] 1994
_ASCTIME = re.compile(
    r"\s*[A-Za-z]{3,9},?\s+([A-Za-z]{3})[A-Za-z]*\s+(\d{1,2})\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s+(?:([+-]\d{4}|[A-Za-z]+)\s+)?(\d{4})\s*"
)
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
    source = strip_comments(unfold(text_of(text)[:_LONGEST]))
    if found := _RFC5322.fullmatch(source):
        day, month, year, hour, minute, second, zone = found.groups()
    elif found := _ASCTIME.fullmatch(source):
        month, day, hour, minute, second, zone, year = found.groups()
    else:
        return None
    number = _MONTH_NUMBER.get(month.lower())
    if number is None:
        return None
    seconds = min(int(second or 0), 59) if int(second or 0) <= 60 else 60  # 60 is refused below, as it should
    try:
        return datetime(_year(year), number, int(day), int(hour), int(minute), seconds, tzinfo=_zone(zone))
    except ValueError:
        return None


def _year(digits: str) -> int:
    """RFC 5322 4.3: two digits below 50 are of this century; other two or three digits count from 1900."""
    year = int(digits)
    if len(digits) == 2 and year < 50:
        return year + 2000
    return year + 1900 if len(digits) < 4 else year


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
