"""Invitations: one event as iCalendar text (RFC 5545, RFC 5546); ``inviting`` puts it into a message.

Times are written in UTC, which every program converts and which needs no description of a time zone. Whole days are
written as dates, which belong to no zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote as percent_encode

from mailwright.grammar.address import Address, Group
from mailwright.grammar.lexer import first_control, refuse_controls
from mailwright.mime.field import AddressLike, to_address_list

__all__ = [
    "SEQUENCE_LIMIT",
    "UID_LIMIT",
    "Answer",
    "Invitation",
    "Method",
    "check_lines",
    "one_kind",
]

Method: TypeAlias = Literal["REQUEST", "CANCEL", "REPLY", "PUBLISH"]
"""What an invitation is for: asking, calling off, answering, or telling without asking (RFC 5546 1.4)."""

Answer: TypeAlias = Literal["ACCEPTED", "DECLINED", "TENTATIVE"]
"""What a reply says (RFC 5545 3.2.12)."""

UID_LIMIT: Final = 255
"""Octets of an identifier that every program keeps (RFC 5545 3.8.4.7)."""

SEQUENCE_LIMIT: Final = 2_147_483_647
"""The largest integer (RFC 5545 3.3.8)."""

_LINE: Final = 75
"""Octets of a content line without its line end (RFC 5545 3.1)."""

_PRODUCT: Final = "-//mailwright//mailwright//EN"

_WRITTEN: Final = ("REQUEST", "CANCEL", "REPLY", "PUBLISH")
_ANSWERS: Final = ("ACCEPTED", "DECLINED", "TENTATIVE")
# RFC 5545 3.3.11: ESCAPED-CHAR = ("\\\\" / "\\;" / "\\," / "\\N" / "\\n")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# RFC 6868 3.1: within a parameter "^" stands before what a quoted value cannot hold.
_CARETS: Final = str.maketrans({"^": "^^", '"': "^'"})
# RFC 6068 2: what of an addr-spec may stand in a mailto: URL; the others are percent-encoded.
_MAILTO: Final = "!$'*+-._`{|}~@[]:^"
# RFC 3986 3.1, as in grammar/lists.py; the value type URI of RFC 5545 3.3.13 is not escaped.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event, as an invitation to it, its cancellation or an answer; ``str`` gives the iCalendar text.

    Made with another text by ``dataclasses.replace``: for a change or a cancellation keep ``uid`` and count
    ``sequence`` up.

    Attributes:
        summary: what it is called.
        start: when it begins: an aware datetime, or a date for whole days.
        end: when it ends, later than ``start`` and of the same kind; for whole days the day after the last.
        organizer: who invites.
        attendees: who is invited; in a reply the one who answers.
        location: where it is.
        description: what it is about; may have several lines.
        uid: what it is known by, drawn when None.
        sequence: counts its changes, from 0.
        method: ``REQUEST`` invites, ``CANCEL`` calls off, ``REPLY`` answers, ``PUBLISH`` tells without asking.
        url: where there is more about it.
        answer: of a reply: ``ACCEPTED``, ``DECLINED`` or ``TENTATIVE``; else None.
        stamp: when this text was made (RFC 5545 3.8.7.2), now when None.

    Raises:
        ValueError: a value that cannot be written, a naive datetime, an end that is not after its start, an address
            that is none, or attendees or an answer that do not go with the method (RFC 5546 3.2).
        TypeError: a time that is no date and no datetime.
    """

    summary: str
    start: date
    end: date
    organizer: Address
    attendees: tuple[Address, ...]
    location: str
    description: str
    uid: str
    sequence: int
    method: Method
    url: str
    answer: Answer | None
    stamp: datetime

    def __init__(
        self,
        summary: str,
        start: date,
        end: date,
        *,
        organizer: AddressLike,
        attendees: AddressLike = (),
        location: str = "",
        description: str = "",
        uid: str | None = None,
        sequence: int = 0,
        method: Method = "REQUEST",
        url: str = "",
        answer: Answer | None = None,
        stamp: datetime | None = None,
    ) -> None:
        values = {
            "summary": summary,
            "start": start,
            "end": end,
            "organizer": _organizer(organizer),
            "attendees": _mailboxes(attendees, "attendees"),
            "location": location,
            "description": description,
            "uid": _drawn() if uid is None else uid,
            "sequence": sequence,
            "method": method,
            "url": url,
            "answer": answer,
            "stamp": datetime.now(UTC).replace(microsecond=0) if stamp is None else stamp,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        _check(self)

    def __str__(self) -> str:
        return "".join([f"{_folded(line)}\r\n" for line in _lines(self)])


# --- what is refused ------------------------------------------------------------------------------------------------


def _organizer(value: AddressLike) -> Address:
    boxes = _mailboxes(value, "organizer")
    if len(boxes) != 1:
        raise ValueError(f"organizer is exactly one mailbox (RFC 5545 3.8.4.3), not {len(boxes)}; give local@domain")
    return boxes[0]


def _mailboxes(value: AddressLike, what: str) -> tuple[Address, ...]:
    if not isinstance(value, str | Address | Group):
        value = tuple(value)
    if value in ("", ()):
        return ()
    try:
        return to_address_list(value, what).mailboxes
    except ValueError as error:
        raise ValueError(f"{what}: {str(error).removeprefix(f'header {what!r}: ')}") from None


def _drawn() -> str:
    """RFC 7986 5.3: a random UUID, and nothing that tells where it was made."""
    from uuid import uuid4  # which few messages need

    return str(uuid4())


def _check(event: Invitation) -> None:
    for name in ("summary", "uid"):
        refuse_controls(getattr(event, name), name)
        if not getattr(event, name).strip():
            raise ValueError(f"{name} is empty; give some text")
    for name in ("location", "description"):
        check_lines(getattr(event, name), name)
    if len(event.uid.encode("utf-8")) > UID_LIMIT:
        raise ValueError(
            f"uid {event.uid[:40]!r}... is longer than {UID_LIMIT} octets (RFC 5545 3.8.4.7); leave it away"
        )
    if not 0 <= event.sequence <= SEQUENCE_LIMIT:
        raise ValueError(f"sequence {event.sequence!r} is not allowed; 0 to {SEQUENCE_LIMIT} is (RFC 5545 3.3.8)")
    if event.url and _URI.fullmatch(event.url) is None:
        raise ValueError(f"url {event.url!r} is not allowed; scheme:rest of printable ASCII without spaces is")
    _ = _utc(event.stamp, "stamp")
    _check_span(event)
    _check_method(event)


def check_lines(text: str, what: str) -> None:
    """Refuse controls but line ends and tabs, and lone surrogates."""
    found = first_control(one_kind(text).replace("\n", " "), allow_tab=True)
    if found is not None:
        raise ValueError(f"{what} holds {found}; control characters but line ends and TAB are not allowed")


def _check_span(event: Invitation) -> None:
    start, end = event.start, event.end
    for name, value in (("start", start), ("end", end)):
        if not isinstance(value, date):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
            raise TypeError(f"{name} is a datetime, or a date for whole days, not {type(value).__name__}")
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise ValueError(f"start {start!r} and end {end!r} are of two kinds; give two datetimes, or two dates")
    if _moment(start, "start") >= _moment(end, "end"):
        hint = "" if isinstance(end, datetime) else "; whole days end the day after the last one"
        raise ValueError(f"end {end} is not after start {start} (RFC 5545 3.8.2.2){hint}")


def _check_method(event: Invitation) -> None:
    method, asked = event.method, len(event.attendees)
    if method not in _WRITTEN:
        raise ValueError(f"method {method!r} is not allowed; one of {', '.join(_WRITTEN)} is")
    if (method == "REPLY") != (event.answer is not None) or event.answer not in (None, *_ANSWERS):
        raise ValueError(f"answer {event.answer!r} with {method}: a REPLY, and nothing else, has {', '.join(_ANSWERS)}")
    if method == "REPLY" and asked != 1:
        raise ValueError(f"a REPLY has the one attendee who answers (RFC 5546 3.2.3), not {asked}")
    if method == "REQUEST" and not asked:
        raise ValueError("a REQUEST without attendees (RFC 5546 3.2.2); give attendees=, or method='PUBLISH'")
    if method == "PUBLISH" and asked:
        raise ValueError("a PUBLISH with attendees (RFC 5546 3.2.1); leave them away, or use method='REQUEST'")


# --- iCalendar text -------------------------------------------------------------------------------------------------


def _lines(event: Invitation) -> Iterator[str]:
    """Content lines, unfolded (RFC 5545 3.4, 3.6.1)."""
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", f"METHOD:{event.method}")
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(event.uid)}"
    yield f"DTSTAMP:{_moment(event.stamp, 'stamp')}"
    yield f"SEQUENCE:{event.sequence}"
    kind = "" if isinstance(event.start, datetime) else ";VALUE=DATE"
    yield f"DTSTART{kind}:{_moment(event.start, 'start')}"
    yield f"DTEND{kind}:{_moment(event.end, 'end')}"
    yield f"SUMMARY:{_escaped(event.summary)}"
    if event.location:
        yield f"LOCATION:{_escaped(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{_escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"ORGANIZER{_name(event.organizer)}:{_mailto(event.organizer)}"
    for box in event.attendees:
        yield f"ATTENDEE{_name(box)}{_role(event)}:{_mailto(box)}"
    if event.method != "REPLY":  # RFC 5546 3.2.5: a cancellation of the whole event says so in its STATUS
        yield f"STATUS:{'CANCELLED' if event.method == 'CANCEL' else 'CONFIRMED'}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _role(event: Invitation) -> str:
    if event.answer is not None:
        return f";PARTSTAT={event.answer}"
    return ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if event.method == "REQUEST" else ""


def _name(box: Address) -> str:
    return f';CN="{box.name.translate(_CARETS)}"' if box.name else ""


def _mailto(box: Address) -> str:
    return f"mailto:{percent_encode(box.ascii_addr_spec, safe=_MAILTO)}"


def _escaped(text: str) -> str:
    return one_kind(text).translate(_ESCAPES)


def one_kind(text: str) -> str:
    """Line ends of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _moment(value: date, what: str) -> str:
    """A date, or a time in UTC (RFC 5545 3.3.4, 3.3.5); the later of two is also the greater text."""
    if not isinstance(value, datetime):
        return value.isoformat().replace("-", "")
    plain = _utc(value, what).replace(microsecond=0, tzinfo=None).isoformat()
    return plain.replace("-", "").replace(":", "") + "Z"


def _utc(value: datetime, what: str) -> datetime:
    if value.utcoffset() is None:
        raise ValueError(
            f"{what} {value!r} is naive; give it a time zone, such as tzinfo=zoneinfo.ZoneInfo('Europe/Bonn')"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{what} {value!r} is out of range in UTC; give a year from 2 to 9998") from None


def _folded(line: str) -> str:
    """RFC 5545 3.1: up to 75 octets a line, and a character in one of them."""
    octets = line.encode("utf-8")
    pieces: list[bytes] = []
    here, room = 0, _LINE
    while len(octets) - here > room:
        end = here + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        if octets[end - 1] == 0x20:  # at the end of a line it could get lost on the way
            end -= 1
        pieces.append(octets[here:end])
        here, room = end, _LINE - 1
    pieces.append(octets[here:])
    return b"\r\n ".join(pieces).decode("utf-8")
