"""The line that separates the messages of an mbox file: ``From sender date`` (RFC 4155, Appendix A).

Nothing in a message forbids a line that begins with "From ", and most writers of mbox files quote it when it does, but
not all. So a reader has to guess, and both mistakes are bad: a message cut in two, or two glued together. The rule here
was chosen so that no sentence of a letter is taken for a separator. ``From ...`` is one when it begins the file or
follows an empty line, and

* ends with a date as ``asctime`` writes it or one close to it: a day of the week, a month, a day, a time, a year; or
* has nothing between ``From`` and the end of the line but one address or ``-``, and a header field stands below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mailwright.grammar import date as dates
from mailwright.grammar.lexer import refuse_controls, replace_controls, text_of

__all__ = ["LINE_LIMIT", "LOOK_AHEAD", "NOBODY", "FromLine", "read", "write"]

LINE_LIMIT: Final = 65_536
"""Octets of a separator line; the senders of some lists are encoded into kilobytes, and nothing is longer."""

LOOK_AHEAD: Final = 128
"""Octets of the line below that are looked at: any field name fits (``field.NAME_LIMIT``)."""

NOBODY: Final = "MAILER-DAEMON"
"""What stands for a null reverse-path, as Sendmail and Postfix write it; RFC 4155 has no word for it."""

_DATED_WITHIN: Final = 256
"""Octets at the end of a line in which its date has to be: a date is under 40, and a UUCP host may follow."""

# RFC 4155 A: when the message was received, in UTC, in the syntax of ctime: Www Mmm dd hh:mm:ss yyyy
# QUIRK: zones before the year (elm, Google Takeout: "Fri Nov 20 10:11:12 +0000 2015") or behind it (Mailman, MHonArc),
# no seconds (4.2BSD), "remote from host" behind all of it (UUCP).
_ZONE = rb"[+-]\d{4}|[A-Z][A-Za-z]{1,4}"
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_TIME = rb"\d{1,2}:\d{2}(?::\d{2})?"
_CTIME = re.compile(
    rb"[ \t](" + _DAY + rb",?[ \t]++" + _MONTH + rb"[ \t]++\d{1,2}[ \t]++" + _TIME + rb")"
    rb"(?:[ \t]++(" + _ZONE + rb")(?:[ \t]++[A-Z]{3,5})?)?[ \t]++(\d{4})"
    rb"(?:[ \t]++(" + _ZONE + rb"))?(?:[ \t]++remote from [^ \t]++)?[ \t]*+\Z"
)
# QUIRK: RFC 5322 dates, as some converters write them.
_RFC5322 = re.compile(
    rb"[ \t](" + _DAY + rb",[ \t]++\d{1,2}[ \t]++" + _MONTH + rb"[ \t]++\d{4}[ \t]++" + _TIME + rb"(?:[ \t]++(?:"
    rb"" + _ZONE + rb"))?)(?:[ \t]++\([A-Za-z ]{1,40}\))?[ \t]*+\Z"
)
# QUIRK: Thunderbird writes "From " or "From - " alone, some scripts an address without a date.
_UNDATED = re.compile(rb"(?:-|(?=[^ \t]*@)[^ \t]++|MAILER-DAEMON)?[ \t]*+\Z")
_FIELD = re.compile(rb"[!-9;-~]++[ \t]*+:")  # RFC 5322 2.2


@dataclass(frozen=True, slots=True)
class FromLine:
    """A separator that was read.

    Attributes:
        sender: the reverse-path as it stands there; nothing for ``-`` or when there is none.
        date: when the message was delivered, in UTC when no zone is told; None when it is missing or impossible.
        raw: the line without its line end.
    """

    sender: str
    date: datetime | None
    raw: bytes


def read(raw: bytes, below: bytes) -> FromLine | None:
    """Decide whether a line is a separator, and read it (RFC 4155 A).

    Args:
        raw: a line that begins with ``From ``, without its line end.
        below: the beginning of the line below it.

    Returns:
        What it says, or None when it is a line of a message.
    """
    start = max(len(b"From"), len(raw) - _DATED_WITHIN)
    found = _CTIME.search(raw, start)
    if found is not None:
        head, zone, year, late = found.groups()
        text = b" ".join([head, zone or late or b"UTC", year])
        return FromLine(_sender(raw[5 : found.start()]), dates.parse(text), raw)
    found = _RFC5322.search(raw, start)
    if found is not None:
        return FromLine(_sender(raw[5 : found.start()]), dates.parse(found[1]), raw)
    if _UNDATED.match(raw, len(b"From ")) and _FIELD.match(below):
        return FromLine(_sender(raw[5:]), None, raw)
    return None


def _sender(octets: bytes) -> str:
    text = replace_controls(text_of(octets.strip(b" \t")))
    return "" if text == "-" else text


def write(sender: str, when: datetime) -> bytes:
    """Write a separator (RFC 4155 A).

    Args:
        sender: the reverse-path without angle brackets; nothing for the null one.
        when: when the message was delivered.

    Returns:
        The line, without a line end.

    Raises:
        ValueError: the sender holds white space or controls, or the date is naive.
    """
    refuse_controls(sender, "sender")
    if any(character.isspace() for character in sender):
        raise ValueError(f"sender {sender!r} holds white space, which ends it in an mbox; give an address without")
    if when.utcoffset() is None:
        raise ValueError(f"date {when!r} is naive; give it a zone, as in datetime.now(UTC)")
    return f"From {sender or NOBODY} {when.astimezone(UTC).ctime()}".encode()
