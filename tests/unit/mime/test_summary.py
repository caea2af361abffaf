"""What is said of a message and its parts in short."""

from __future__ import annotations

import pytest

from mailwright import mime
from mailwright.mime import Message
from mailwright.mime.outline import places
from mailwright.mime.summary import Measures, headline, measures, traits


def of(raw: bytes) -> Measures:
    return measures(mime.parse(raw))


@pytest.mark.parametrize(
    ("body", "lines"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\r\n\r\n", 2), (b"\n", 1), (b"a\n\rb", 2)],
)
def test_lines_are_counted_as_people_do(body: bytes, lines: int) -> None:
    assert of(b"Subject: x\n\n" + body) == Measures(len(body), len(body), lines)


def test_lines_of_an_old_macintosh() -> None:
    assert of(b"Subject: x\r\ra\rb\r").lines == 2
    assert of(b"Subject: x\r\ra\rb").lines == 2


def test_an_encoded_part_has_two_sizes() -> None:
    raw = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nQUJD\n"
    assert of(raw) == Measures(5, 3, None)


def test_what_holds_others_has_no_content_of_its_own() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"
    assert of(raw) == Measures(len(raw) - raw.index(b"--b\n"), None, None)
    assert of(b"Content-Type: message/rfc822\n\nSubject: x\n\nhi").size is None


def test_what_was_composed_is_measured_too() -> None:
    message = Message(from_="a@example.com", text="hi")
    message.attach(b"12345", name="five.bin")
    assert measures(message) == Measures(None, None, None)
    assert measures(message.attachments[0]) == Measures(None, 5, None)


def test_traits_say_what_people_ask() -> None:
    raw = (
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-ID: <logo>\n"
        b'Content-Disposition: inline; filename="a\x1b.png"\n\nQQ==\n'
    )
    (place,) = places(mime.parse(raw))
    assert traits(place) == 'base64, 1 byte, inline, "a.png", <logo>'


def test_long_words_do_not_fill_the_screen() -> None:
    long = b"x" * 5000
    raw = b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\nContent-ID: <%s>\n" % (
        long,
        long,
        long,
    )
    (place,) = places(mime.parse(raw + b"Content-Disposition: %s\n\n" % long))
    assert len(traits(place)) < 400


def test_a_part_that_is_cut_says_so() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"
    (place,) = places(mime.parse(raw), depth=0)
    assert traits(place) == "holds parts too deep to be shown"


def test_the_headline_has_what_is_there_in_order() -> None:
    raw = (
        b"Message-ID: <1@x>\nSubject: =?utf-8?q?z=C3=A4h?=\nDate: tomorrow\nTo: b@example.org\n"
        b"From: =?utf-8?q?bank=40example=2Ecom?= <thief@example.net>\nX-Other: 1\n\n"
    )
    assert headline(mime.parse(raw)) == [
        ("From", '"bank@example.com" <thief@example.net>'),
        ("To", "b@example.org"),
        ("Subject", "zäh"),
        ("Date", "tomorrow"),
        ("Message-ID", "<1@x>"),
    ]


def test_addresses_that_are_none_are_shown_as_they_are() -> None:
    assert headline(mime.parse(b"From: MAILER DAEMON <>\n\n")) == [("From", "MAILER DAEMON <>")]
    assert headline(mime.parse(b"")) == []
