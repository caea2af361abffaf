import email
import io
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailwright.mime import Address, Message


def read(message: Message) -> EmailMessage:
    parsed = email.message_from_bytes(message.to_bytes(), policy=policy.default)
    assert not list(parsed.defects)
    return parsed


def simple(**more: Any) -> Message:
    return Message(from_="Alice <alice@example.com>", to=["Bob <bob@company.com>"], **more)


def shape(message: Message) -> list[str]:
    return [part.content_type for part in message.walk()]


def test_the_smallest_structure_is_written() -> None:
    message = simple()
    assert shape(message) == ["text/plain"]
    message.text = "hello"
    assert shape(message) == ["text/plain"]
    message.html = "<b>hello</b>"
    assert shape(message) == ["multipart/alternative", "text/plain", "text/html"]
    message.embed(b"png", cid="logo", type="image/png")
    related = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert shape(message) == related
    message.attach(b"pdf", name="a.pdf")
    assert shape(message) == ["multipart/mixed", *related, "application/pdf"]
    message.text = None
    assert shape(message)[1] == "multipart/related"
    message.html = None
    assert shape(message) == ["multipart/mixed", "image/png", "application/pdf"]
    alone = simple()
    alone.attach(b"pdf", name="a.pdf")
    assert shape(alone) == ["application/pdf"]
    assert read(alone).get_filename() == "a.pdf"


def test_the_standard_library_reads_what_was_meant() -> None:
    message = simple(
        cc="Zoë <zoe@bücher.example>",
        bcc="secret@example.com",
        reply_to=Address("Last, First", "r", "x.y"),
        sender="s@x.y",
        subject="Größe: ünïcode and a long line " * 5 + "end",
        text="Grüße\n.\nFrom me\n" + "x" * 2000,
        html="<p>é</p>",
        in_reply_to="<a@b>",
        references=["<a@b>", "c@d"],
        headers={"X-Order": "42"},
    )
    message.attach(b"\x00\xff" * 5000, name="dät a.bin")
    message.attach("ü,1\n".encode(), name="table.csv")
    parsed = read(message)
    assert parsed["subject"] == message.subject
    assert parsed["from"].addresses[0].addr_spec == "alice@example.com"
    assert parsed["cc"].addresses[0].display_name == "Zoë"
    assert parsed["cc"].addresses[0].domain == "xn--bcher-kva.example"
    assert parsed["reply-to"].addresses[0].display_name == "Last, First"
    assert parsed["references"] == "<a@b> <c@d>"
    assert parsed["in-reply-to"] == message.in_reply_to == "<a@b>"
    assert parsed["x-order"] == message.headers["X-Order"] == "42"
    assert parsed["bcc"] is None
    assert b"secret" not in message.to_bytes()
    body = parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == message.text
    html = parsed.get_body(("html",))
    assert html is not None
    assert html.get_content().rstrip("\n") == "<p>é</p>"
    files = list(parsed.iter_attachments())
    assert [part.get_filename() for part in files] == ["dät a.bin", "table.csv"]
    assert files[0].get_content() == b"\x00\xff" * 5000
    assert files[1].get_content() == "ü,1\n"


def test_writing_twice_gives_the_same_bytes_and_every_line_end_is_crlf() -> None:
    message = simple(text="a\nb\rc\r\nd", html="x")
    message.attach(b"a\nb", name="x.txt")
    raw = message.to_bytes()
    assert raw == message.to_bytes() == b"".join(message.chunks())
    assert raw.isascii()
    bare = raw.replace(b"\r\n", b"")
    assert b"\n" not in bare
    assert b"\r" not in bare
    assert raw.endswith(b"\r\n")
    file = io.BytesIO()
    assert message.write(file) == len(raw) == message.size()
    assert file.getvalue() == raw


def test_editing_changes_what_is_written() -> None:
    message = simple(subject="one", text="first")
    first = message.to_bytes()
    message.subject = "two"
    message.text = "second"
    message.to = None
    message.headers["X-New"] = "1"
    message.cc = (Address("", "c", "d.e") for _ in range(1))
    parsed = read(message)
    assert (parsed["subject"], parsed["to"], parsed["cc"], parsed["x-new"]) == ("two", None, "c@d.e", "1")
    assert parsed.get_content() == "second\r\n"
    assert b"first" in first
    assert parsed["message-id"] == message.message_id
    message.attach(b"x", name="x.bin")
    del message.headers["X-New"]
    assert read(message)["x-new"] is None
    assert read(message).get_content_type() == "multipart/mixed"


def test_date_and_message_id_are_filled_in_once() -> None:
    message = simple()
    assert message.message_id is not None
    assert message.message_id.endswith("@example.com>")
    assert message.date is not None
    assert message.date.tzinfo is not None
    late = Message(text="x")
    late.headers["X"] = "1"
    late.from_ = "a@bücher.example"
    assert "@xn--bcher-kva.example>" in (late.message_id or "")
    assert "@localhost>" in (Message().message_id or "")
    assert b"@localhost>" in Message(from_="a@[192.0.2.1]", text="").to_bytes()
    when = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    given = simple(date=when, message_id="x@y")
    assert given.date == when
    assert given.message_id == "<x@y>"
    assert given.headers.get_all("date") == ["Tue, 02 Jan 2024 03:04:05 +0000"]
    del given.headers["Message-ID"]
    assert b"Message-ID" not in given.to_bytes()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"subject": "a\r\nBcc: x@y"}, r"'Subject'.*U\+000D"),
        ({"to": "a@b\nBcc: x@y"}, r"'To'.*U\+000A"),
        ({"to": ["a@b, c@d"]}, "exactly one"),
        ({"from_": "nobody"}, "'From'"),
        ({"message_id": "a b"}, "message_id"),
        ({"references": "nothing"}, "'References'"),
        ({"date": datetime(2024, 1, 1)}, "naive"),  # noqa: DTZ001, RUF100
        ({"text": "a\udc80"}, "text holds a lone surrogate.*index 1"),
        ({"html": "\ud800"}, "html holds"),
        ({"headers": {"X": "\0"}}, r"'X'.*NUL"),
        ({"headers": {"Content-Type": "text/plain"}}, "written by mailwright"),
    ],
)
def test_what_cannot_be_written_is_refused_when_set(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Message(**arguments)


def test_international_addresses_need_utf8() -> None:
    message = Message(from_="jörg@bücher.example", to="b@c.d", subject="Grüße", text="x")
    assert message.is_international
    with pytest.raises(ValueError, match=r"jörg@bücher\.example"):
        message.chunks()
    with pytest.raises(ValueError, match=r"jörg@bücher\.example"):
        message.size(utf8=False)
    raw = message.to_bytes()
    assert "From: jörg@bücher.example\r\n".encode() in raw
    assert "Subject: Grüße\r\n".encode() in raw
    assert message.size(utf8=True) == len(raw)
    parsed = email.message_from_string(raw.decode(), policy=policy.SMTPUTF8)
    assert parsed["from"].addresses[0].username == "jörg"
    assert not Message(from_="a@b.c", bcc="jörg@x.y").is_international


# --- files ----------------------------------------------------------------------------------------


def test_files_are_streamed_and_their_size_is_known(tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(bytes(range(256)) * 3000)
    message = simple(text="see file")
    part = message.attach(path)
    assert message.streams_from_disk
    assert (part.filename, part.path, part.disposition) == ("big.bin", str(path), "attachment")
    chunks = list(message.chunks())
    assert len(chunks) > 1
    assert all(len(chunk) >= 65_536 for chunk in chunks[:-1])
    assert sum(map(len, chunks)) == message.size()
    attached = next(iter(read(message).iter_attachments()))
    assert attached.get_content() == path.read_bytes() == part.content
    assert not simple(text="x").streams_from_disk


def test_size_does_not_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(10**12)  # a terabyte of nothing
    message = simple(text="x")
    message.attach(str(path), name="huge.bin")
    assert message.size() > 10**12
    assert len(next(message.chunks())) < 10**6


def test_large_content_in_memory_is_streamed() -> None:
    data = bytes(range(256)) * 2000
    message = simple(text="x")
    message.attach(data, name="x.bin")
    assert len(list(message.chunks())) > 1
    assert sum(map(len, message.chunks())) == message.size()
    assert next(iter(read(message).iter_attachments())).get_content() == data
    assert len(list(simple(text="x" * 30_000).chunks())) == 1


def test_a_file_that_is_not_there_is_named_at_once(tmp_path: Path) -> None:
    message = simple(text="x")
    with pytest.raises(FileNotFoundError, match=r"missing\.pdf"):
        message.attach(tmp_path / "missing.pdf")
    with pytest.raises(ValueError, match="no regular file"):
        message.attach(tmp_path)
    assert message.attachments == ()


def test_a_file_that_changed_is_named_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("one")
    message = simple(text="x")
    message.attach(path)
    path.write_text("one two")
    with pytest.raises(ValueError, match=r"log\.txt.*attach it again"):
        message.chunks()
    path.write_text("one")
    chunks = message.chunks()
    path.write_text("one two")
    with pytest.raises(ValueError, match=r"log\.txt"):
        list(chunks)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        message.chunks()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.exe", "x.exe"),
        ("a/b/c.txt", "c.txt"),
        ("n" * 200, "n" * 200),
        ('q"\\z', "z"),
    ],
)
def test_only_the_last_component_of_a_name_is_kept(name: str, shown: str) -> None:
    message = simple(text="x")
    assert message.attach(b"x", name=name).filename == shown
    assert next(iter(read(message).iter_attachments())).get_filename() == shown


@pytest.mark.parametrize("name", ["", "..", "a/", "a\r\nb", "a\0", "\udc80", "/"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        simple().attach(b"x", name=name)


@pytest.mark.parametrize(
    "type_", ["", "text", "a/b\r\nX: y", "message/rfc822", "multipart/mixed", "te xt/plain", "a/b; x y=\0"]
)
def test_types_that_are_none_are_refused(type_: str) -> None:
    with pytest.raises(ValueError, match=r"type|stand before"):
        simple().attach(b"x", name="x", type=type_)


def test_types_are_guessed_or_given() -> None:
    message = simple()
    names = ["a.pdf", "a.html", "a.tar.gz", "a.eml", "a", "a.png"]
    types = [message.attach(b"x", name=name).content_type for name in names]
    octets = "application/octet-stream"
    assert types == ["application/pdf", "text/html", "application/gzip", octets, octets, "image/png"]
    part = message.attach(b"x", name="x", type="text/calendar; method=REQUEST; charset=utf-8")
    assert part.headers["Content-Type"] == "text/calendar; method=REQUEST; charset=utf-8"


def test_bytes_need_a_name_and_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="give name="):
        simple().attach(b"x")
    wrong: Any = 5
    with pytest.raises(TypeError, match="not int"):
        simple().attach(wrong)


@pytest.mark.parametrize("cid", ["", "a b", "a>b", "ü", "a\r\nb", "<>"])
def test_content_ids_that_are_none_are_refused(cid: str) -> None:
    with pytest.raises(ValueError, match="content id"):
        simple().embed(b"x", cid=cid)


def test_embedded_parts_are_found_by_their_id() -> None:
    message = simple(html='<img src="cid:logo">')
    part = message.embed(b"x", cid="<logo>")
    assert (part.cid, part.disposition, part.headers["Content-ID"]) == ("logo", "inline", "<logo>")
    with pytest.raises(ValueError, match="used already"):
        message.embed(b"y", cid="logo")
    assert 'type="text/html"' in message.headers["Content-Type"]


# --- messages in messages -------------------------------------------------------------------------


def test_messages_are_attached_as_they_will_be() -> None:
    inner = simple(subject="inner", text="old", bcc="secret@x.y")
    outer = simple(subject="outer", text="see")
    part = outer.attach(inner, name="inner.eml")
    inner.text = "new"
    parsed = read(outer)
    enclosed = next(iter(parsed.iter_attachments()))
    assert enclosed.get_content_type() == "message/rfc822"
    assert enclosed.get_content()["subject"] == "inner"
    assert enclosed.get_content().get_content() == "new"
    assert part.message is inner
    assert b"secret" not in outer.to_bytes()
    assert outer.size() == len(outer.to_bytes())


def test_an_international_message_travels_as_message_global() -> None:
    inner = Message(from_="jörg@x.y", to="a@b.c", text="x")
    outer = simple(text="see")
    part = outer.attach(inner)
    raw = outer.to_bytes()
    assert raw.isascii()
    assert b"Content-Type: message/global\r\nContent-Transfer-Encoding: base64" in raw
    assert outer.size() == len(raw)
    inner.from_ = "joerg@x.y"
    assert b"message/rfc822" in outer.to_bytes()
    assert part.content_type == "message/rfc822"


def test_a_message_cannot_contain_itself() -> None:
    first, second = simple(text="1"), simple(text="2")
    first.attach(second)
    with pytest.raises(ValueError, match="attached to itself"):
        second.attach(first)
    with pytest.raises(ValueError, match="attached to itself"):
        first.attach(first)


def test_a_thousand_messages_in_messages_take_no_recursion() -> None:
    message = simple(text="innermost")
    for _ in range(300):
        outer = Message(from_="a@b.c")
        outer.attach(message)
        message = outer
    assert b"innermost" in message.to_bytes()
    assert message.size() == len(message.to_bytes())
    assert not message.streams_from_disk


def test_a_boundary_never_occurs_in_the_content() -> None:
    message = simple(text="x", html="y")
    before = message.to_bytes()
    message.text = before.decode()
    assert read(message).get_body(("plain",)) is not None
    boundary = read(message).get_boundary()
    assert boundary is not None
    assert boundary.encode() not in before
    inner = simple(text="z")
    message.attach(inner)
    inner.text = message.to_bytes().decode()
    parsed = read(message)
    assert len(list(parsed.iter_parts())) == 2
