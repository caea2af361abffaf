"""Invitations: what is written is iCalendar, what cannot be written is refused, and a message holds it twice."""

import base64
import re
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.grammar import Address, Group
from mailwright.mime import Message, Part, parse
from mailwright.mime.invitations import SEQUENCE_LIMIT, UID_LIMIT, Invitation
from mailwright.mime.inviting import FILE_NAME, METHODS

START = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=1)))
END = START + timedelta(hours=1)
GIVEN: dict[str, Any] = {
    "summary": "Lunch",
    "start": START,
    "end": END,
    "organizer": "Alice <alice@example.com>",
    "attendees": "bob@company.com",
    "uid": "1@example.com",
    "stamp": datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
}
CALENDAR = str(Invitation(**GIVEN))


def made(**changes: Any) -> Invitation:
    return Invitation(**{**GIVEN, **changes})


def unfolded(invitation: Invitation) -> list[str]:
    return str(invitation).replace("\r\n ", "").split("\r\n")


def line(invitation: Invitation, name: str) -> str:
    (found,) = [one for one in unfolded(invitation) if re.match(rf"{name}[;:]", one)]
    return found


# --- the text ---------------------------------------------------------------------------------------------------------


def test_it_is_an_event_in_a_calendar() -> None:
    assert unfolded(made(description="At the usual place.", location="Corner", url="https://example.com/lunch")) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailwright//mailwright//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:1@example.com",
        "DTSTAMP:20261101T080000Z",
        "SEQUENCE:0",
        "DTSTART:20261120T110000Z",
        "DTEND:20261120T120000Z",
        "SUMMARY:Lunch",
        "LOCATION:Corner",
        "DESCRIPTION:At the usual place.",
        "URL:https://example.com/lunch",
        'ORGANIZER;CN="Alice":mailto:alice@example.com',
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@company.com",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_whole_days_are_dates() -> None:
    holiday = made(start=date(2026, 12, 24), end=date(2026, 12, 27))
    assert line(holiday, "DTSTART") == "DTSTART;VALUE=DATE:20261224"
    assert line(holiday, "DTEND") == "DTEND;VALUE=DATE:20261227"


def test_seconds_are_kept_and_fractions_are_not() -> None:
    assert line(made(start=START.replace(second=7, microsecond=9)), "DTSTART") == "DTSTART:20261120T110007Z"


def test_a_cancellation_and_a_publication_say_so() -> None:
    cancelled = replace(made(), method="CANCEL", sequence=3)
    assert (line(cancelled, "METHOD"), line(cancelled, "SEQUENCE")) == ("METHOD:CANCEL", "SEQUENCE:3")
    assert (line(cancelled, "STATUS"), line(cancelled, "UID")) == ("STATUS:CANCELLED", "UID:1@example.com")
    assert line(cancelled, "ATTENDEE") == "ATTENDEE:mailto:bob@company.com"
    assert "ATTENDEE" not in str(made(method="PUBLISH", attendees=()))


def test_a_reply_names_the_one_who_answers() -> None:
    reply = made(method="REPLY", answer="TENTATIVE")
    assert line(reply, "ATTENDEE") == "ATTENDEE;PARTSTAT=TENTATIVE:mailto:bob@company.com"
    assert "STATUS" not in str(reply)


def test_text_is_escaped() -> None:
    assert line(made(summary=r"a\b;c,d:e"), "SUMMARY") == r"SUMMARY:a\\b\;c\,d:e"
    assert (
        line(made(description="one\r\ntwo\rthree\nfour\tfive"), "DESCRIPTION")
        == "DESCRIPTION:one\\ntwo\\nthree\\nfour\tfive"
    )


def test_names_are_quoted_and_encoded() -> None:
    boxes = [Address('Bob "B^" Doe; Jr', "bob", "company.com"), Address("", "c&d?e%f", "exämple.com")]
    first, second = [one for one in unfolded(made(attendees=boxes)) if one.startswith("ATTENDEE")]
    assert first.startswith("ATTENDEE;CN=\"Bob ^'B^^^' Doe; Jr\";ROLE=")
    assert second.endswith(":mailto:c%26d%3Fe%25f@xn--exmple-cua.com")


def test_attendees_come_in_every_form_of_addresses() -> None:
    bob, carol = Address("", "bob", "company.com"), Address("", "carol", "company.com")
    for given_ in ("bob@company.com, carol@company.com", [bob, "carol@company.com"], Group("All", [bob, carol])):
        assert made(attendees=given_).attendees == (bob, carol)
    assert made(attendees=iter([bob])).attendees == (bob,)


def test_what_is_not_given_is_drawn_once() -> None:
    first, second = made(uid=None, stamp=None), made(uid=None, stamp=None)
    assert first.uid != second.uid
    assert re.fullmatch(r"[0-9a-f-]{36}", first.uid)
    assert str(first) == str(first)
    assert abs(first.stamp - datetime.now(UTC)) < timedelta(minutes=5)


def test_it_is_a_value() -> None:
    assert made() == made()
    assert hash(made()) == hash(made())
    with pytest.raises(FrozenInstanceError):
        made().summary = "x"  # type: ignore[misc]  # that is what is tested


writable = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=120)


@given(writable.filter(str.strip), st.lists(writable).map("\n".join))
def test_every_text_reads_back_in_short_lines_of_whole_characters(summary: str, description: str) -> None:
    invitation = made(summary=summary, description=description)
    octets = str(invitation).encode("utf-8")
    assert all(len(one) <= 75 and one.decode("utf-8") for one in octets.removesuffix(b"\r\n").split(b"\r\n"))
    assert unescaped(line(invitation, "SUMMARY")) == f"SUMMARY:{summary}"
    if description:
        assert unescaped(line(invitation, "DESCRIPTION")) == f"DESCRIPTION:{description}"


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def test_no_line_ends_with_a_space_that_could_get_lost() -> None:
    for shift in ("", "y"):
        text = str(made(description=f"{shift}{'x ' * 400}x"))
        assert [one for one in text.split("\r\n") if one.endswith(" ")] == []


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"start": START.replace(tzinfo=None)}, r"start datetime.* is naive; give it a time zone"),
        ({"end": END.replace(tzinfo=None)}, "end .* is naive"),
        ({"stamp": datetime(2026, 1, 1)}, "stamp .* is naive"),
        ({"end": START}, "end 2026.* is not after start"),
        ({"end": START - timedelta(days=1)}, "is not after start"),
        ({"start": date(2026, 1, 2), "end": date(2026, 1, 2)}, "whole days end the day after the last"),
        ({"start": date(2026, 1, 2)}, "are of two kinds; give two datetimes, or two dates"),
        ({"end": date(2026, 12, 2)}, "are of two kinds"),
        ({"start": datetime.min.replace(tzinfo=timezone(timedelta(hours=3)))}, "out of range in UTC"),
        ({"summary": " "}, "summary is empty"),
        ({"summary": "a\r\nATTENDEE:mailto:x@y.z"}, r"summary .* holds U\+000D"),
        ({"summary": "a\x7f"}, r"U\+007F \(DEL\)"),
        ({"summary": "a\ud800"}, "lone surrogate"),
        ({"description": "a\0"}, r"description holds U\+0000 \(NUL\)"),
        ({"location": "a\ud800"}, "location holds .*lone surrogate"),
        ({"uid": ""}, "uid is empty"),
        ({"uid": "a\nb"}, r"uid .* holds U\+000A"),
        ({"uid": "ä" * 128}, f"longer than {UID_LIMIT} octets"),
        ({"sequence": -1}, "sequence -1 is not allowed"),
        ({"sequence": SEQUENCE_LIMIT + 1}, "is not allowed; 0 to"),
        ({"url": "no url"}, "url 'no url' is not allowed; scheme:rest"),
        ({"url": "https://example.com/\r\nX:1"}, "is not allowed; scheme:rest"),
        ({"organizer": "alice"}, "organizer: .*'alice' is no address; local@domain is allowed"),
        ({"organizer": "a@b.c, d@e.f"}, "organizer is exactly one mailbox .*, not 2"),
        ({"organizer": ""}, "organizer is exactly one mailbox .*, not 0"),
        ({"attendees": ["bob"]}, "attendees: .*'bob' is no address"),
        ({"attendees": "bob@company.com\nX: 1"}, "attendees: .* holds U"),
        ({"attendees": ()}, "a REQUEST without attendees .*give attendees=, or method='PUBLISH'"),
        ({"method": "PUBLISH"}, "a PUBLISH with attendees"),
        ({"method": "request"}, "method 'request' is not allowed; one of REQUEST, CANCEL, REPLY, PUBLISH is"),
        ({"method": "REPLY"}, "answer None with REPLY"),
        ({"method": "REPLY", "answer": "YES"}, "answer 'YES' with REPLY"),
        ({"answer": "ACCEPTED"}, "answer 'ACCEPTED' with REQUEST"),
        ({"method": "REPLY", "answer": "ACCEPTED", "attendees": ()}, "has the one attendee who answers .*not 0"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        made(**changes)


@pytest.mark.parametrize("name", ["start", "end"])
def test_a_time_is_no_text(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} is a datetime, or a date for whole days, not str"):
        made(**{name: "2026-11-20"})


# --- in a message that is composed ------------------------------------------------------------------------------------


def types(message: Message) -> list[str]:
    return [part.content_type for part in message.walk()]


def composed(**given_: Any) -> Message:
    return Message(from_="alice@example.com", to="bob@company.com", subject="Lunch", **given_)


def test_it_is_the_last_alternative_and_a_file() -> None:
    message = composed(text="At noon?", html="<p>At noon?</p>")
    part = message.invite(made())
    again = parse(message.to_bytes())
    assert again.defects == ()
    assert types(again) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert part.headers["content-type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert (again.text, again.html) == ("At noon?", "<p>At noon?</p>")
    assert again.calendar == message.calendar == CALENDAR.replace("\r\n", "\n")
    file = again.attachments[-1]
    assert (file.filename, file.disposition, file.content) == (FILE_NAME, "attachment", CALENDAR.encode())


def test_it_stands_beside_related_pictures_and_before_other_files() -> None:
    message = composed(text="x", html='<img src="cid:a">')
    message.embed(b"GIF89a", cid="a", name="a.gif")
    message.attach(b"1", name="one.bin")
    message.invite(made())
    assert types(message)[1:] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/gif",
        "text/calendar",
        "application/octet-stream",
        "application/ics",
    ]


def test_without_a_text_it_is_all_there_is() -> None:
    message = composed()
    message.invite(made())
    assert types(message) == ["multipart/mixed", "text/calendar", "application/ics"]
    assert message.text is None


def test_the_last_invitation_counts() -> None:
    message = composed(text="x")
    message.invite(made())
    message.attach(b"1", name="one.bin")
    message.invite(replace(made(), method="CANCEL", sequence=1))
    assert [part.filename for part in message.attachments] == [FILE_NAME, "one.bin"]
    assert types(message).count("text/calendar") == 1
    assert "METHOD:CANCEL" in (message.calendar or "")
    assert b"METHOD:CANCEL" in message.attachments[0].content


def test_its_parts_are_removed_like_others() -> None:
    message = composed(text="x")
    part = message.invite(made())
    message.remove(part)
    message.remove(message.attachments[0])
    assert types(message) == ["text/plain"]
    assert message.calendar is None
    message.invite(made())
    assert types(message).count("application/ics") == 1


def test_a_body_from_elsewhere_takes_none() -> None:
    message = Message.from_email(composed(text="x").to_email())
    with pytest.raises(ValueError, match="calendar cannot be set: this message's body came from elsewhere"):
        message.invite(made())


# --- calendars from elsewhere -----------------------------------------------------------------------------------------


class Elsewhere:
    def to_ical(self) -> bytes:
        return CALENDAR.encode()


@pytest.mark.parametrize("calendar", [CALENDAR, CALENDAR.replace("\r\n", "\n"), CALENDAR.encode(), Elsewhere()])
def test_text_octets_and_other_libraries_are_taken(calendar: Any) -> None:
    message = composed(text="x")
    message.invite(calendar)
    assert message.calendar == CALENDAR.replace("\r\n", "\n")
    assert message.attachments[0].content == CALENDAR.encode()


@pytest.mark.parametrize("method", sorted(METHODS))
def test_the_method_is_that_of_the_calendar(method: str) -> None:
    message = composed(text="x")
    part = message.invite(CALENDAR.replace("METHOD:REQUEST", f"method;x-y=1:{method[:2]}\r\n {method[2:].lower()}"))
    assert part.headers["content-type"] == f"text/calendar; method={method}; charset=utf-8"


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        ("", "does not begin with BEGIN:VCALENDAR"),
        ("Hello", "calendar 'Hello' does not begin with BEGIN:VCALENDAR"),
        (CALENDAR.replace("END:VCALENDAR", ""), "end with END:VCALENDAR"),
        (
            CALENDAR.replace("METHOD:REQUEST\r\n", ""),
            "has 0 METHOD lines; an invitation has one, such as METHOD:REQUEST",
        ),
        (CALENDAR.replace("METHOD:", "METHOD:ADD\r\nMETHOD:"), "has 2 METHOD lines"),
        (CALENDAR.replace("METHOD:REQUEST", "METHOD:x; y=1"), "METHOD 'X; Y=1', which is none of ADD, CANCEL"),
        (CALENDAR.replace("Lunch", "Lun\0ch"), r"calendar holds U\+0000 \(NUL\)"),
        (CALENDAR.replace("Lunch", "Lun\ud800ch"), "lone surrogate"),
        (CALENDAR.encode().replace(b"Lunch", b"L\xfcnch"), "calendar is no UTF-8 at octet"),
    ],
)
def test_what_is_no_invitation_is_refused(calendar: str | bytes, says: str) -> None:
    message = composed(text="x")
    with pytest.raises(ValueError, match=says):
        message.invite(calendar)
    assert types(message) == ["text/plain"]


def test_something_else_is_no_calendar() -> None:
    with pytest.raises(TypeError, match=r"has to_ical\(\), not int"):
        composed().invite(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - that is what is tested


def refused(text: str) -> None:
    with pytest.raises(ValueError, match="calendar"):
        composed(text="x").invite(text)


@pytest.mark.parametrize("filling", ["METHOD;", "\n ", "METHOD;x=", "\nMETHOD;"])
def test_looking_for_the_method_takes_linear_time(filling: str) -> None:
    assert_linear(refused, lambda size: f"BEGIN:VCALENDAR\n{filling * size}\nEND:VCALENDAR")


@pytest.mark.parametrize("filling", ["x", " ", "漢", ";"])
def test_folding_takes_linear_time(filling: str) -> None:
    assert_linear(str, lambda size: made(description=filling * size))


# --- in a message that was read ---------------------------------------------------------------------------------------


def plain(**given_: Any) -> bytes:
    return composed(**given_).to_bytes()


def with_file(**given_: Any) -> bytes:
    message = composed(**given_)
    message.attach(b"1", name="one.bin")
    return message.to_bytes()


def with_picture() -> bytes:
    message = composed(html='<img src="cid:a">')
    message.embed(b"GIF89a", cid="a", name="a.gif")
    return message.to_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\r\n\r\nhi\r\n",
        b"Subject: x\n\nhi\n",
        plain(text="x"),
        plain(html="<p>x</p>"),
        plain(text="x", html="<p>x</p>"),
        with_file(text="x", html="<p>x</p>"),
        with_file(html="<p>x</p>"),
        with_picture(),
    ],
)
def test_a_simple_message_that_was_read_takes_one(raw: bytes) -> None:
    message, before = parse(raw), parse(raw)
    message.invite(made())
    after = parse(message.to_bytes())
    assert after.defects == ()
    assert (after.text, after.html, after.subject) == (before.text, before.html, before.subject)
    assert types(after)[:2] == ["multipart/mixed", "multipart/alternative"]
    assert after.parts[0].parts[-1].content_type == "text/calendar"
    assert types(after).count("multipart/alternative") == 1
    assert after.parts[-1].filename == FILE_NAME
    assert after.calendar == CALENDAR.replace("\r\n", "\n")


def test_what_is_not_simple_takes_none_and_stays_as_it_is() -> None:
    signed = b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n'
    file = b"Content-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    for raw in (signed, file, b"Content-Type: image/png\r\n\r\n"):
        message = parse(raw)
        with pytest.raises(ValueError, match=r"a calendar cannot be put beside .*; write a new message"):
            message.invite(made())
        assert message.to_bytes() == raw


def test_a_second_calendar_is_refused_in_what_was_read() -> None:
    message = parse(plain(text="x"))
    message.invite(made())
    with pytest.raises(ValueError, match="holds a calendar already"):
        message.invite(made())


def test_the_first_calendar_is_read_in_its_charset() -> None:
    octets = base64.b64encode(CALENDAR.replace("Lunch", "Grüße").encode("latin-1"))
    raw = b"Content-Type: text/calendar; charset=latin-1\r\nContent-Transfer-Encoding: base64\r\n\r\n" + octets
    assert "SUMMARY:Grüße\n" in (parse(raw).calendar or "")
    assert parse(b"Subject: x\r\n\r\nBEGIN:VCALENDAR\r\n").calendar is None


def test_a_part_of_the_type_is_found_wherever_it_stands() -> None:
    message = composed(text="x")
    message.attach(Part.of_text(CALENDAR, "calendar"))
    assert message.calendar == CALENDAR.replace("\r\n", "\n")
