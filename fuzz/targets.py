"""What must hold for any octets: one function per promise. An exception is a finding.

Each takes octets, and is run by ``fuzz/run.py`` over octets that a fuzzer makes up, and by the tests over the seeds.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable

from mailwright import mime
from mailwright.encodings import charset, flowed, html_text, incremental, text_html
from mailwright.grammar import address, authres, date, ids, lists, params, trace, words
from mailwright.mime import KINDS, Message, Part

__all__ = ["TARGETS"]


def message(raw: bytes) -> None:
    """Any octets are a message; everything in it can be asked for, and the octets come back."""
    read = mime.parse(raw)
    assert read.to_bytes() == raw
    waiting = [read]
    while waiting:
        each = waiting.pop()
        waiting += _ask(each)[:3]
    assert read.to_bytes() == raw
    assert read.size() == len(raw)


def _ask(read: Message) -> list[Message]:
    for name in ("subject", "from_", "to", "cc", "bcc", "sender", "reply_to", "date", "message_id", "references"):
        getattr(read, name)
    _ = read.in_reply_to, read.text, read.html, read.as_text(), read.as_html(), read.attachments
    assert all(defect.kind in KINDS and str(defect) for defect in read.defects)
    found: list[Message] = []
    for part in read.walk():
        offsets = part.offsets
        assert offsets is not None
        assert 0 <= offsets.begin <= offsets.header_end <= offsets.end
        assert part.open().read() == part.content
        _ = part.text, part.filename, part.cid, part.charset, part.disposition, repr(part), part.raw
        _ = [(field.name, field.value, field.raw, field.addresses, field.parameters) for field in part.headers]
        if part.message is not None:
            found.append(part.message)
    return found


def editing(raw: bytes) -> None:
    """What is changed reads back; what is not stays."""
    read = mime.parse(raw)
    before = [part.content for part in read.walk() if not part.parts and part.message is None]
    read.subject = "changed"
    try:
        read.attach(b"new", name="new.bin")
    except ValueError as error:
        assert "the boundary" in str(error)  # noqa: PT017 - the one reason there is
        return
    again = mime.parse(read.to_bytes())
    assert again.subject == "changed"
    after = [part.content for part in again.walk() if not part.parts and part.message is None]
    assert after == [*before, b"new"], (before, after)
    assert copy.copy(read).to_bytes() == read.to_bytes()


def passing_on(raw: bytes) -> None:
    """Any mail can be answered, passed on and used as a template, and what comes of it can be written and read."""
    read = mime.parse(b"From: a@example.com\r\nX: y\r\n" + raw)
    for made in (
        read.reply(from_="b@example.com", to="all", html="<p>"),
        read.forward(from_="b@example.com", to="c@example.com"),
        read.template(),
    ):
        written = made.to_bytes()
        assert len(mime.parse(written).headers.get_all("from")) == 1
        if not any(part.message for part in made.walk()):  # one that is enclosed has its own lines
            assert max(map(len, written.split(b"\r\n"))) <= 998


def transport(raw: bytes) -> None:
    """Any mail that is not signed can be written in seven bits, and holds the same."""
    read = mime.parse(raw)
    try:
        narrow = read.to_bytes(transport="7bit")
    except ValueError as error:
        if not ("signed" in str(error) or "written as UTF-8" in str(error)):
            raise
        return
    assert narrow.isascii()
    if b"\r" not in raw.replace(b"\r\n", b""):
        assert sum(1 for _ in mime.parse(narrow).walk()) == sum(1 for _ in read.walk())


def mbox(raw: bytes) -> None:
    """Any octets are a mailbox."""
    for read in mime.mbox(io.BytesIO(raw)):
        _ = read.subject, read.text


def mailbox(raw: bytes) -> None:
    """A mailbox that is written is read again, message for message, with the line ends of the file."""
    file = io.BytesIO()
    given = [mime.parse(piece) for piece in raw.split(b"\0\0")]
    with mime.MboxWriter(file) as writer:
        for read in given:
            _ = writer.add(read, sender="a@example.com")
    again = [read.to_bytes() for read in mime.mbox(file.getvalue())]
    wanted = [read.to_bytes().replace(b"\r\n", b"\n") for read in given]
    assert again == [data if data.endswith(b"\n") or not data else data + b"\n" for data in wanted], (again, wanted)


def report(raw: bytes) -> None:
    """Any octets may be a report."""
    read = mime.parse(b"Content-Type: multipart/report; boundary=a\r\n\r\n" + raw)
    _ = mime.report(read)
    for kind in ("delivery-status", "disposition-notification", "feedback-report"):
        head = f"Content-Type: multipart/report; boundary=a\n\n--a\n\nx\n--a\nContent-Type: message/{kind}\n\n"
        found = mime.report(mime.parse(head.encode() + raw))
        if found is not None:
            _settled(found)


def _settled(found: mime.Report) -> None:
    """What a report says is written so that it is read as the same, unless it cannot be written."""
    try:
        made = mime.compose_report(found.status, text="x", from_="a@example.com", to="b@example.com", subject="s")
    except ValueError:
        return
    again = mime.parse(made.to_bytes()).report
    assert again is not None
    assert again.status == found.status, (again.status, found.status)


def pieces(raw: bytes) -> None:
    """A message that is split is put together again."""
    whole = Message(from_="a@example.com", subject="s", text=raw.decode("latin-1"))
    try:
        split = mime.partial.split(whole, octets=len(raw) // 2 + 500)
    except ValueError:
        return
    if len(split) > 1:
        joined = mime.partial.join(reversed(split))
        assert (joined.subject, joined.text, joined.message_id) == (
            whole.subject,
            mime.parse(whole.to_bytes()).text,
            whole.message_id,
        )


def header(raw: bytes) -> None:
    """Any octets may stand in any field."""
    address.parse_list(raw)
    date.parse(raw)
    words.decode(raw)
    params.parse(raw)
    ids.parse_list(raw)
    trace.parse_received(raw)
    authres.parse(raw)
    lists.parse_commands(raw)
    lists.parse_id(raw)


def written(raw: bytes) -> None:
    """What may be set is written so that it reads back, and adds no line."""
    text = raw.decode("utf-8", "surrogateescape")
    made = Message(from_="a@example.com", text="t")
    try:
        made.subject = text
        made.to = [address.Address(text, "local", "example.com")]
        made.attach(b"x", name=text or "x")
    except ValueError:
        return
    count = len(made.headers)
    read = mime.parse(made.to_bytes())
    assert len(read.headers) == count
    assert read.subject.strip(" \t") == text.strip(" \t")  # white space around a value is no part of it
    assert [box.addr_spec for box in read.to.mailboxes] == ["local@example.com"]


def bodies(raw: bytes) -> None:
    """Any octets may be a body in any encoding, charset and form."""
    for encoding in ("base64", "quoted-printable", "x-uuencode", "x-yenc", "8bit"):
        half = len(raw) // 2
        part = mime.parse(f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + raw)
        assert b"".join(incremental.decode_chunks((raw[:half], raw[half:]), encoding)) == part.content
    name, _, rest = raw.partition(b"\n")
    text = charset.decode(rest, name.decode("latin-1"))
    html_text.to_text(text)
    flowed.decode(text)
    page = text_html.to_html(text)
    assert "<script" not in page.lower()


def parts(raw: bytes) -> None:
    """A part that is put in can be taken out again, and nothing has changed."""
    read = mime.parse(raw)
    around = [part for part in read.walk() if part.parts]
    if not around:
        return
    here = around[-1]
    before = [part.raw for part in here.parts]
    new = Part.of_text("new")
    try:
        here.insert(0, new)
    except ValueError:
        return
    _ = read.to_bytes()
    read.remove(new)
    assert read.to_bytes() == raw
    place = len(raw) % len(before)
    read.replace(here.parts[place], new)
    written = read.to_bytes()
    again = mime.parse(written)
    count = sum(1 for _ in again.walk())
    assert count == sum(1 for _ in read.walk()), (count, written)
    assert [part.raw for part in here.parts if part is not new] == [*before[:place], *before[place + 1 :]]


TARGETS: dict[str, Callable[[bytes], None]] = {
    function.__name__: function
    for function in (
        message,
        editing,
        passing_on,
        transport,
        mbox,
        mailbox,
        report,
        pieces,
        header,
        written,
        bodies,
        parts,
    )
}
"""Every promise by its name."""
