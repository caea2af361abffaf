"""An invitation in a message (RFC 6047).

An invitation is a calendar with a METHOD, which travels as text/calendar. Programs look for it in two places, so it
stands in both::

    multipart/mixed
        multipart/alternative
            text/plain, text/html           what people read whose program knows no calendars
            text/calendar; method=REQUEST   what Outlook, Gmail and Apple Mail show with buttons
        application/ics; name invite.ics    what everybody else can save and open
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from mailwright.mime import composer, restructuring
from mailwright.mime.body import Wire, canonical_text
from mailwright.mime.field import Field
from mailwright.mime.headers import Headers
from mailwright.mime.invitations import Invitation, check_lines, one_kind
from mailwright.mime.part import CONTENT_FIELDS, Part

if TYPE_CHECKING:
    from mailwright.mime.draft import Draft
    from mailwright.mime.message import Message

__all__ = ["FILE_NAME", "METHODS", "CalendarLike", "ToIcal", "invite"]

METHODS: Final = frozenset(["PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"])
"""Every METHOD there is (RFC 5546 1.4); a calendar made elsewhere may have any of them."""

FILE_NAME: Final = "invite.ics"
"""What the file is called; Gmail knows an invitation by this name too."""

# RFC 5545 3.1: a line is unfolded by taking out a line end with one white space behind it.
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
# RFC 5545 3.7.2: method = "METHOD" metparam ":" metvalue CRLF. Parameters of it are never seen, and are passed over.
_METHOD = re.compile(r"^METHOD(?:;[^:\n]*+)?:(.*)$", re.IGNORECASE | re.MULTILINE)


class ToIcal(Protocol):
    """A calendar of another library, such as ``icalendar``."""

    def to_ical(self) -> bytes:
        """The iCalendar text in UTF-8."""
        ...


CalendarLike: TypeAlias = "Invitation | str | bytes | ToIcal"
"""What may be given where an invitation is wanted."""


def invite(message: Message, draft: Draft | None, calendar: CalendarLike) -> Part:
    """Put an invitation into a message; see ``Message.invite``.

    Args:
        message: which one.
        draft: what it is made from, when it is composed.
        calendar: the invitation.
    """
    text = _text(calendar)
    part = _calendar_part(text, _method(text))
    # QUIRK: application/ics, as Google Calendar attaches it: a second text/calendar would be a second invitation to
    # Outlook, and programs that know no calendars open the file by its name.
    file = composer.file_part(
        canonical_text(text, "calendar"), name=FILE_NAME, type="application/ics", disposition="attachment"
    )
    if draft is None:
        _place(message, part, file)
    else:
        draft.put_calendar(part, file)
    return part


def _text(calendar: CalendarLike) -> str:
    if isinstance(calendar, Invitation | str):
        text = str(calendar)
    else:
        octets = calendar if isinstance(calendar, bytes) else _to_ical(calendar)
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"calendar is no UTF-8 at octet {error.start} (RFC 5545 3.1.4); give its text") from None
    text = one_kind(text).strip("\ufeff\n ")
    check_lines(text, "calendar")
    folded = text.upper()
    if not (folded.startswith("BEGIN:VCALENDAR\n") and folded.endswith("\nEND:VCALENDAR")):
        raise ValueError(f"calendar {text[:40]!r} does not begin with BEGIN:VCALENDAR and end with END:VCALENDAR")
    return f"{text}\n"


def _to_ical(calendar: ToIcal) -> bytes:
    if not hasattr(calendar, "to_ical"):
        raise TypeError(f"calendar is an Invitation, text, bytes or has to_ical(), not {type(calendar).__name__}")
    return calendar.to_ical()


def _method(text: str) -> str:
    """RFC 5546 1.4, RFC 6047 2.4: the one METHOD, which the part's type repeats."""
    found = [line[1].strip().upper() for line in _METHOD.finditer(_FOLD.sub("", text))]
    if len(found) != 1:
        raise ValueError(f"calendar has {len(found)} METHOD lines; an invitation has one, such as METHOD:REQUEST")
    if found[0] not in METHODS:
        raise ValueError(f"calendar has METHOD {found[0]!r}, which is none of {', '.join(sorted(METHODS))}")
    return found[0]


def _calendar_part(text: str, method: str) -> Part:
    """RFC 6047 2.4: its type names the method, and always the charset."""
    encoding, wire = composer.encode_text(canonical_text(text, "calendar"))
    headers = Headers(written=CONTENT_FIELDS)
    headers.append(
        composer.parameter_field("Content-Type", "text/calendar", [("method", method), ("charset", "utf-8")])
    )
    headers.append(Field("Content-Transfer-Encoding", encoding))
    return Part(headers, Wire(wire, encoding), text=text)


def _place(message: Message, part: Part, file: Part) -> None:
    """Put it into a message that was read: beside what is read in it, and behind all there is."""
    shown = message if message.content_type != "multipart/mixed" or not message.parts else message.parts[0]
    if message.calendar is not None:
        raise ValueError("the message holds a calendar already; set the text of that part, or remove it first")
    if shown.content_type not in ("text/plain", "text/html", "multipart/alternative", "multipart/related") or (
        shown.disposition == "attachment"
    ):
        raise ValueError(
            f"a calendar cannot be put beside {shown.content_type}; write a new message, and attach this one"
        )
    takes_it = shown.content_type == "multipart/alternative"
    restructuring.attach(message, file)
    first = message.parts[0]
    if takes_it:
        first.append(part)
    else:
        restructuring.replace(message, first, composer.multipart("alternative", (first, part)))
