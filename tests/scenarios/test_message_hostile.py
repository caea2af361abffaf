"""Hostile mail does no harm when it is read, answered, passed on and saved: nothing of it acts, nothing of it grows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailwright import mime
from mailwright.grammar.address import Address, Group
from mailwright.mime import Message

NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)


def new(**arguments: Any) -> Message:
    usual: dict[str, Any] = {
        "from_": "a@example.com",
        "to": "b@example.com",
        "date": NOW,
        "message_id": "<m@x.example>",
    }
    return Message(**usual | arguments)


# --- what came by mail and goes out again -----------------------------------------------------------------------------

WORDS = [
    "=?utf-8?q?a=0D=0ABcc:_x=40evil.example?=",
    "=?utf-8?q?a=0Ab?=",
    "=?utf-8?b?YQ0KQmNjOiB4QGV2aWw=?=",
    "=?utf-8?q?a=00b?=",
    "=?utf-8?q?a=1B[2Jb?=",
    "=?utf-8?q?a=E2=80=A8b?=",
    "=?utf-7?q?a+AA0ACg-Bcc:_x?=",
    "=?utf-16?b?YQAKAEIA?=",
    "=?iso-2022-jp?q?=1B$B=0A?=",
    "=?utf-8?q?a=0D?= =?utf-8?q?=0ABcc:_x@y?=",
]
HOSTILE = [
    "Subject: {}",
    "From: {} <b@example.com>",
    'From: "{}" <b@example.com>',
    "Reply-To: {} <b@example.com>",
    "To: {} <b@example.com>, c@example.com",
    "Cc: {}: b@example.com;",
    "Cc: b@example.com ({})",
    "Message-ID: <{}@x>",
    "References: <a@b> <{}>",
    "Date: {}",
    "X-Y: {}",
    "List-Post: <mailto:b@example.com> ({})",
    'Content-Disposition: attachment; filename="{}"',
    'Content-Type: text/plain; name="{}"',
    'Content-Type: text/plain; charset="{}"',
    "Content-ID: <{}>",
    "Content-Description: {}",
    "Disposition-Notification-To: {} <b@example.com>",
]


@pytest.mark.parametrize("word", [*WORDS, "a\rBcc: x", "a\0b", "a\x1bb", "a\x7fb", "\udcff\udcfe"], ids=ascii)
@pytest.mark.parametrize("line", HOSTILE)
def test_nothing_that_was_decoded_reaches_another_message(line: str, word: str) -> None:
    raw = line.format(word).encode("utf-8", "surrogateescape") + b"\r\n"
    raw = (b"" if line.startswith("From") else b"From: b@example.com\r\n") + raw + b"\r\ntext\r\n"
    read = mime.parse(raw)
    made = [
        read.reply(from_="a@example.com", to="all", html="<p>"),
        read.forward(from_="a@example.com", to="c@example.com", html="<p>"),
        read.forward(from_="a@example.com", to="c@example.com"),
        read.template(),
    ]
    fresh = new(text="x", subject="y")
    for field in read.headers:
        try:
            fresh.headers.add(field.name, field.value)
        except ValueError:
            continue
    made.append(fresh)
    for message in made:
        if message.headers.get("from") is None:
            message.from_ = "a@example.com"
        written = message.to_bytes()
        again = mime.parse(written)
        assert "bcc" not in again.headers
        assert [d.kind for d in again.defects if d.kind.startswith("header-")] == []
        for part in again.walk():
            header = b"".join([field.raw for field in part.headers])
            assert not any(octet in header for octet in b"\0\x7f\x1b")
        assert not {b"\r", b"\n"} & {bytes([octet]) for octet in written.replace(b"\r\n", b"")}


# --- addresses ------------------------------------------------------------------------------------------------------

LOCALS = [
    "a@b> ORCPT=x",
    'a"b',
    "a\\",
    "a b",
    "a,b",
    "a;b",
    "a:b",
    "(a)",
    "<a>",
    ".",
    "a..b",
    "=?utf-8?q?a?=",
    " ",
    "@",
    "ü@x",
]


@pytest.mark.parametrize("local", LOCALS)
@pytest.mark.parametrize(
    "name", ["", "A, B", '"', "a@evil.example,", "=?utf-8?q?x?=", "ü" * 90, "\\", "<x@y>", "(c)", ":;"]
)
def test_an_address_stays_the_same_address_wherever_it_goes(local: str, name: str) -> None:
    address = Address(name, local, "example.com")
    message = new(from_=address, to=[address, Group("g, h", [address])], cc=str(address), text="x")
    written = message.to_bytes()
    narrow = written if message.is_international else mime.parse(written).to_bytes(transport="7bit")
    for read in (mime.parse(written), mime.parse(narrow)):
        for field in (read.from_, read.to, read.cc):
            assert {box.addr_spec for box in field.mailboxes} == {address.addr_spec}
            assert {box.local for box in field.mailboxes} == {local}
        assert len(read.from_) == len(read.cc) == 1
        answer = read.reply(from_="other@example.com")
        assert [box.addr_spec for box in mime.parse(answer.to_bytes()).to.mailboxes] == [address.addr_spec]


# --- files and places -----------------------------------------------------------------------------------------------


def test_no_file_and_no_place_is_read_because_a_message_names_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    lines = [
        b"From: b@example.com",
        b"Content-Type: multipart/mixed; boundary=a",
        b"",
        b"--a",
        b"Content-Type: text/html",
        b"",
        f'<img src="file://{secret}"><img src="http://127.0.0.1:9/x"><link href="{secret}">'.encode(),
        b"--a",
        f'Content-Type: message/external-body; access-type=local-file; name="{secret}"'.encode(),
        b"",
        b"Content-Type: text/plain",
        b"Content-ID: <x@y>",
        b"",
        b"--a",
        f'Content-Type: text/plain; name="{secret}"'.encode(),
        f'Content-Disposition: attachment; filename="{secret}"; path="{secret}"'.encode(),
        f"Content-Location: file://{secret}".encode(),
        b"",
        b"--a--",
    ]
    read = mime.parse(b"\r\n".join(lines))
    opened: list[object] = []
    real = open

    def spy(file: Any, *args: Any, **kwargs: Any) -> Any:
        opened.append(file)
        return real(file, *args, **kwargs)

    monkeypatch.setattr("builtins.open", spy)
    made = [
        read,
        read.template(),
        read.reply(from_="a@x.y", html="<p>"),
        read.forward(from_="a@x.y", to="c@x.y", html=""),
    ]
    html = new(html=f'<img src="{secret}"><img src="file://{secret}">', text=f"file://{secret}")
    html.attach(b"x", name=str(secret))
    for message in (*made, html):
        _ = message.as_text(), message.as_html(), [mime.external(part) for part in message.walk()]
        assert b"top secret" not in message.to_bytes()
        assert not message.streams_from_disk
    assert [file for file in opened if str(secret) in str(file)] == []


@pytest.mark.parametrize(
    "name", ["../x", "..\\x", "/etc/passwd", "C:\\x", "..", "x/../../y", "\u202etxt.exe", "con", "a\0b", "~/x"]
)
def test_a_file_is_saved_in_the_directory_and_nowhere_else(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "in" / "side"
    inside.mkdir(parents=True)
    raw = f'Content-Disposition: attachment; filename="{name}"\r\n\r\nx'.replace("\\", "\\\\").encode()
    saved = mime.parse(raw).save(inside)
    assert saved.parent == inside
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [saved]


# --- bombs ----------------------------------------------------------------------------------------------------------

BOMBS: dict[str, bytes] = {
    "base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"AAAA" * 50_000,
    "quoted-printable": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"a=\r\n" * 50_000,
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + b"M\r\n" * 70_000 + b"end\r\n",
    "uuencode, short lines": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + b"~\n" * 100_000,
    "yEnc": b"Content-Transfer-Encoding: x-yenc\r\n\r\n=ybegin size=999999999999 name=x\r\n" + b"=" * 200_000,
    "HTML of tables": b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td colspan=1000 width=9999>x" * 5_000,
    "HTML of quotations": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>x<br>" * 2_000,
    "HTML of lists": b"Content-Type: text/html\r\n\r\n" + b"<ol start=99999999><li>x" * 8_000,
    "HTML of rules": b"Content-Type: text/html\r\n\r\n" + b"<hr>" * 50_000,
    "HTML references": b"Content-Type: text/html\r\n\r\n" + b"&NotEqualTilde;" * 15_000,
    "HTML of links": b"Content-Type: text/html\r\n\r\n<base href=" + b"x" * 9_000 + b">" + b"<a href=y>z</a>" * 9_000,
    "text of quotations": b"Content-Type: text/plain; format=flowed\r\n\r\n" + b">" * 200_000,
    "text of quoted lines": b"\r\n" + b"> x\r\n" * 40_000,
    "text of brackets": b"\r\n" + b'<&>"' * 50_000,
    "text of links": b"\r\n" + b"http://a.b " * 18_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?x?= " * 14_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: text/plain; name*0*=utf-8''a" + b"; name*1*=%41" * 15_000 + b"\r\n\r\n",
    "UTF-7": b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA-" * 40_000,
    "HZ": b"Content-Type: text/plain; charset=hz\r\n\r\n" + b"~{VP~}" * 33_000,
}
MULTIPLE = 24
"""Octets or characters for an octet of mail: a line of uuencode that lost its end on the way still has 45 octets."""


@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_what_is_decoded_is_a_small_multiple_of_what_came(bomb: str) -> None:
    raw = BOMBS[bomb]
    read = mime.parse(raw)
    room = MULTIPLE * len(raw)
    _ = read.subject, read.defects
    assert len(read.content) <= room
    assert sum(map(len, read.body.octets())) <= room
    for text in (read.text, read.html, read.as_text(), read.as_html(), read.subject, read.filename):
        assert len(text or "") <= room
    answer = mime.parse(b"From: b@example.com\r\n" + raw).reply(from_="a@example.com", html="<p>")
    assert answer.size() <= 4 * room
