"""What other readers of mail have got wrong, as promises; the rest stands in tests/corpus."""

import datetime

import pytest

from mailwright import mime
from mailwright.mime import Message, Offsets


@pytest.mark.parametrize(
    "header",
    [b"Message-ID: <>", b'To: "', b"To: <", b"To: a@", b"From: a@[", b"Message-ID: <[1234]@x>", b"Date: ", b"To: (((("],
)
def test_headers_that_crash_others_are_read(header: bytes) -> None:
    message = mime.parse(header + b"\r\nSubject: here\r\n\r\n.")
    _ = message.message_id, message.to, message.from_, message.date, message.defects, message.headers.items()
    assert message.subject == "here"


def test_three_hundred_nested_multiparts() -> None:
    opened = b"".join([b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300)])
    raw = opened + b"\ndeep\n" + b"".join([b"--b%d--\n" % n for n in reversed(range(300))])
    message = mime.parse(raw)
    assert len(list(message.walk())) == 301
    assert message.text == "deep"
    assert message.defects == ()
    assert message.to_bytes() == raw


def test_twenty_thousand_parts_are_read() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000 + b"--b--\n"
    assert len(mime.parse(raw).parts) == 20_000


def test_ten_thousand_comments() -> None:
    message = mime.parse(b"To: " + b"(" * 10_000 + b")" * 10_000 + b" a@b.c\n\n")
    assert [str(address) for address in message.to] == ["a@b.c"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"attachment" + b"".join([b"; filename*%d=%c" % (n, 97 + n) for n in reversed(range(12))]), "abcdefghijkl"),
        (b'attachment; filename="=?utf-8?q?=C3=BC?=.txt"', "ü.txt"),
        (b"attachment; filename==?utf-8?q?x?=", "x"),
        (b"attachment; filename=a b.txt", "a b.txt"),
        (b"attachment; filename*0*=utf-8''%C3; filename*1*=%BC", "ü"),
        (b"attachment; filename*=nonsense''%FC.txt", "ü.txt"),
        (b"attachment;;;; filename=x", "x"),
        (b"attachment", None),
    ],
)
def test_file_names(header: bytes, name: str | None) -> None:
    assert mime.parse(b"Content-Disposition: " + header + b"\n\n").filename == name


def test_an_unknown_charset_is_guessed() -> None:
    assert mime.parse(b"Content-Type: text/plain; charset=klingon\n\ncaf\xe9").text == "café"


def test_both_to_fields_count() -> None:
    message = mime.parse(b"To: a@b.c\nTo: d@e.f\n\n")
    assert [str(address) for address in message.to] == ["a@b.c", "d@e.f"]


def test_an_address_in_a_comment_is_none() -> None:
    assert [a.addr_spec for a in mime.parse(b"To: alice@example.org(<bob@example.org>\n\n").to.mailboxes] in (
        [],
        ["alice@example.org"],
    )
    assert mime.parse(b"To: a@b@c.com\n\n").to == ()


def test_what_a_part_knows() -> None:
    raw = (
        b"From: a@b.c\nDate: Mon, 2 Nov 2026 08:15:00 +0100\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: application/x-a; name=n.a\nContent-ID: <i@d>\nContent-Transfer-Encoding: base64\n\n"
        b"AAEC\n--b--\n"
    )
    message = mime.parse(raw)
    assert message.date == datetime.datetime(2026, 11, 2, 7, 15, tzinfo=datetime.UTC)
    (part,) = message.parts
    assert (part.content_type, part.filename, part.cid) == ("application/x-a", "n.a", "i@d")
    assert part.content == part.open().read() == b"\0\1\2"
    assert part.text is None
    assert part.message is None
    begin, end = raw.index(b"Content-Type: application"), raw.index(b"\n--b--")
    assert part.offsets == Offsets(begin, raw.index(b"AAEC"), end)
    assert part.raw == raw[begin:end]
    assert message.offsets == Offsets(0, raw.index(b"--b\n"), len(raw))
    assert message.raw == raw
    assert mime.Message(text="x").offsets is None
    assert repr(part) == "<Part application/x-a 'n.a'>"


def test_composed_parts_have_raw_octets_too() -> None:
    part = mime.Message(text="x").attach(b"y", name="y.bin")
    assert part.raw.endswith(b"\r\n\r\neQ==\r\n")


def test_the_charset_of_old_text_is_guessed_when_asked() -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 4
    part = mime.parse(b"Content-Type: text/plain\r\n\r\n" + text.encode("koi8-r"))
    assert part.read_text(detect=True) == text
    assert part.text == text.encode("koi8-r").decode("latin-1")


def test_every_part_counts_its_octets_and_lines() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\ntwo\r\n--b\r\n\r\n\r\n--b--\r\n"
    message = mime.parse(raw)
    assert [(part.octets, part.lines) for part in message.walk()] == [(33, 8), (8, 2), (0, 0)]
    composed = Message(from_="a@example.com", text="one\ntwo\n", html="<p>")
    composed.attach(b"x" * 60, name="x.bin")
    inner = Message(from_="a@example.com", text="x")
    composed.attach(inner)
    read = mime.parse(composed.to_bytes())
    assert [(p.octets, p.lines) for p in composed.walk()] == [(p.octets, p.lines) for p in read.walk()]
    assert mime.parse(b"\r\n").lines == 0
    assert mime.parse(b"\r\n\r\n").lines == 1


def test_the_way_a_message_came_is_typed_and_read_once() -> None:
    raw = (
        b"Received: from a.example ([192.0.2.1]) by b.example with ESMTP id 1; Fri, 20 Nov 2026 11:30:00 +0100\r\n"
        b"Received: by a.example; Fri, 20 Nov 2026 11:29:00 +0100\r\n"
        b"Authentication-Results: b.example; spf=pass smtp.mailfrom=a@a.example\r\n\r\n"
    )
    message = mime.parse(raw)
    assert [hop.by for hop in message.received] == ["b.example", "a.example"]
    assert message.received[0] is message.received[0]
    assert [result.authserv_id for result in message.authentication_results] == ["b.example"]
    assert not mime.parse(b"\r\n").received
    assert not mime.parse(b"\r\n").authentication_results
