"""No string that is given to a message adds a line, a field, a part or a recipient to what is written.

It is refused with a ``ValueError`` when it is given, or what is written has exactly the lines it has without it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailwright import mime
from mailwright.grammar import authres, folding, lists, params, trace
from mailwright.grammar.address import Address, Group
from mailwright.mime import (
    DeliveryStatus,
    Disposition,
    DispositionNotification,
    Envelope,
    ExternalBody,
    FeedbackReport,
    Field,
    Headers,
    Maildir,
    MboxWriter,
    Message,
    Part,
    RecipientStatus,
    TypedAddress,
    TypedText,
    compose_report,
    external_part,
)

NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)

# What ends a line somewhere, what ends a string somewhere, and what no encoding knows.
LINES = [
    "\r",
    "\n",
    "\r\n",
    "\r\nBcc: x@evil.example\r\n",
    "\n\nbody",
    "\n.\n",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
]
CONTROLS = ["\x00", "\x7f", "\x1b", "\x1b[2J", "\x08", "\ud800", "\udcff", "\x9b"]
EVIL = [*LINES, *CONTROLS]

Place = Callable[[str], Message]


def new(**arguments: Any) -> Message:
    usual: dict[str, Any] = {
        "from_": "a@example.com",
        "to": "b@example.com",
        "date": NOW,
        "message_id": "<m@x.example>",
    }
    return Message(**usual | arguments)


def changed(name: str, value: Callable[[str], object]) -> Place:
    """A setter, of a message that is composed."""

    def place(evil: str) -> Message:
        message = new()
        setattr(message, name, value(evil))
        return message

    return place


def edited(name: str, value: Callable[[str], object]) -> Place:
    """A setter, of a message that was read."""

    def place(evil: str) -> Message:
        message = mime.parse(b"From: a@example.com\r\nContent-Type: text/plain\r\n\r\nx\r\n")
        setattr(message, name, value(evil))
        return message

    return place


def having(part: Part) -> Message:
    message = new(text="x")
    message.attach(part)
    return message


def holding(pair: tuple[str, str]) -> Message:
    return new(headers=[pair])


def reported(status: DeliveryStatus | DispositionNotification | FeedbackReport, **arguments: Any) -> Message:
    given: dict[str, Any] = {"from_": "a@example.com", "to": "b@example.com", "subject": "s", "text": "x"}
    return compose_report(status, date=NOW, message_id="<m@example.com>", **given | arguments)


def filled(arguments: dict[str, Any], evil: str) -> dict[str, Any]:
    return {key: value.format(evil) for key, value in arguments.items()}


def keyword(name: str, text: str) -> Place:
    """A keyword of a new message."""
    return lambda evil: new(**{name: text.format(evil)})


def item(name: str, text: str) -> Place:
    """A keyword of a new message that takes several."""
    return lambda evil: new(**{name: [text.format(evil)]})


def field(name: str, text: str) -> Place:
    """A field of a message."""
    return lambda evil: with_field(name, text.format(evil))


def clause(name: str) -> Place:
    """A clause of Received."""
    return lambda evil: received(**{name: f"a{evil}b"})


def told_of_recipient(name: str) -> Place:
    """A text about a recipient in a delivery status."""
    return lambda evil: reported(DeliveryStatus(recipients=(RecipientStatus(**filled({name: "a{}b"}, evil)),)))


def recipient(kind: str) -> Place:
    """An address in a delivery status."""
    return lambda evil: reported(
        DeliveryStatus(recipients=(RecipientStatus(final_recipient=TypedAddress(kind, f"a{evil}b@c")),))
    )


def complaint(name: str) -> Place:
    """A text in a feedback report."""
    return lambda evil: reported(FeedbackReport(**filled({name: "a{}b"}, evil)))


def complaints(name: str) -> Place:
    """Texts in a feedback report."""

    def place(evil: str) -> Message:
        values: dict[str, Any] = {name: (f"a{evil}b",)}
        return reported(FeedbackReport(**values))

    return place


def content_elsewhere(name: str) -> Place:
    """A parameter of message/external-body."""
    return lambda evil: elsewhere(access_type="ftp", **{name: f"a{evil}b"})


def attached(evil: str, **arguments: str) -> Message:
    message = new()
    message.attach(b"x", **filled({"name": "n"} | arguments, evil))
    return message


def embedded(evil: str, **arguments: str) -> Message:
    message = new(html="x")
    message.embed(b"x", **filled({"cid": "n"} | arguments, evil))
    return message


def with_field(name: str, value: str) -> Message:
    message = new()
    message.headers[name] = value
    return message


def with_part_field(name: str, value: str) -> Message:
    message = new()
    message.attach(b"x", name="n").headers.add(name, value)
    return message


def received(**arguments: Any) -> Message:
    usual: dict[str, Any] = {"by": "mx.example.com", "date": NOW}
    return holding(("Received", str(trace.Received(**usual | arguments))))


def verified(*given: Any, **arguments: Any) -> Message:
    return holding(("Authentication-Results", str(authres.AuthenticationResults(*given, **arguments))))


HEADERS = (("Content-ID", "<x@y>"), ("Content-Type", "text/plain"))


def elsewhere(**arguments: Any) -> Message:
    given: dict[str, Any] = {"access_type": "url", "headers": HEADERS}
    return having(external_part(ExternalBody(**given | arguments)))


COMPLAINTS = [
    *("feedback_type", "user_agent", "version", "original_envelope_id", "original_mail_from", "source_ip"),
    *("auth_failure", "delivery_result", "identity_alignment", "dkim_domain", "dkim_identity", "dkim_selector"),
]

PLACES: dict[str, Place] = {
    **{f"{name}=": keyword(name, "a{}b") for name in ("subject", "text", "html")},
    **{
        f"{name}= as text": keyword(name, "A{}B <a@example.com>")
        for name in ("from_", "to", "cc", "bcc", "reply_to", "sender")
    },
    **{
        f"{name}= as a list": item(name, "a{}b@example.com")
        for name in ("from_", "to", "cc", "bcc", "reply_to", "sender")
    },
    **{
        f"{name} set": changed(name, lambda evil: f"a{evil}b@example.com")
        for name in ("from_", "to", "cc", "bcc", "reply_to", "sender")
    },
    **{
        f"{name} edited": edited(name, lambda evil: f"a{evil}b@example.com")
        for name in ("from_", "to", "cc", "bcc", "reply_to", "sender")
    },
    **{f"{name} edited": edited(name, lambda evil: f"a{evil}b") for name in ("subject", "text")},
    **{f"{name}=": keyword(name, "<a{}b@c>") for name in ("message_id", "in_reply_to", "references")},
    **{
        f"{name} edited": edited(name, lambda evil: f"<a{evil}b@c>")
        for name in ("message_id", "in_reply_to", "references")
    },
    "references= as a list": lambda evil: new(references=["<a@b>", f"<c{evil}@d>"]),
    "domain": lambda evil: new(to=f"a@exam{evil}ple.com"),
    "address literal": lambda evil: new(to=Address("", "a", f"[192.0.2.1{evil}]")),
    "address name": lambda evil: new(to=Address(f"A{evil}B", "a", "example.com")),
    "address local part": lambda evil: new(to=Address("", f"a{evil}b", "example.com")),
    "address domain": lambda evil: new(to=Address("", "a", f"example{evil}.com")),
    "address parsed": lambda evil: new(to=Address.parse(f'"a{evil}b"@example.com')),
    "group name": lambda evil: new(to=Group(f"g{evil}h", [Address("", "a", "b.c")])),
    "quoted name": lambda evil: new(to=f'"A{evil}B" <a@example.com>'),
    "comment": lambda evil: new(to=f"a@example.com (A{evil}B)"),
    "encoded name": lambda evil: new(to=f"=?utf-8?q?A{evil}B?= <a@example.com>"),
    "header name=": lambda evil: new(headers={f"X-{evil}Y": "z"}),
    "header value=": lambda evil: new(headers={"X-Y": f"a{evil}b"}),
    "header name set": lambda evil: with_field(f"X-{evil}Y", "z"),
    "header name of a part": lambda evil: with_part_field(f"X-{evil}Y", "z"),
    **{
        f"header {name}": field(name, "a{}b")
        for name in ("X-Y", "Comments", "Received", "DKIM-Signature", "Message-ID", "References", "Content-Language")
    },
    **{f"header {name}": field(name, "<mailto:a{}b@example.com>") for name in ("List-Unsubscribe", "List-Post")},
    **{
        f"header {name}": field(name, "a{}b@example.com")
        for name in ("To", "Resent-To", "Disposition-Notification-To", "List-Id")
    },
    "external permission": lambda evil: elsewhere(url="https://a/", permission=f"read{evil}"),
    "header of a part": lambda evil: with_part_field("Content-Description", f"a{evil}b"),
    "Content-ID of a part": lambda evil: with_part_field("Content-ID", f"<a{evil}b>"),
    "Headers": lambda evil: new(headers=Headers([("X-Y", f"a{evil}b")]).items()),
    "Field.of": lambda evil: new(headers=[("X-Y", Field.of("X-Y", f"a{evil}b").value)]),
    "attach name": lambda evil: attached(evil, name="a{}b.txt"),
    "attach type": lambda evil: attached(evil, type="text/plain{}"),
    "attach parameter": lambda evil: attached(evil, type='text/plain; x="a{}b"'),
    "attach parameter name": lambda evil: attached(evil, type="text/plain; x{}y=z"),
    "attach legacy name": lambda evil: having_legacy(f"ä{evil}b.txt"),
    "attach message name": lambda evil: having(Part.of_message(new(text="y"), name=f"a{evil}b")),
    "embed cid": lambda evil: embedded(evil, cid="a{}b"),
    "embed name": lambda evil: embedded(evil, name="a{}b"),
    "embed type": lambda evil: embedded(evil, type="image/p{}ng"),
    "Part.of_text": lambda evil: having(Part.of_text(f"a{evil}b")),
    "Part.of_text subtype": lambda evil: having(Part.of_text("x", f"pl{evil}ain")),
    "Part.of_file name": lambda evil: having(Part.of_file(b"x", name=f"a{evil}b")),
    "Part.of_file cid": lambda evil: having(Part.of_file(b"x", name="n", cid=f"a{evil}b")),
    "Part.of_file type": lambda evil: having(Part.of_file(b"x", name="n", type=f"a/b{evil}")),
    "Part.of_parts subtype": lambda evil: having(Part.of_parts(f"mi{evil}xed", [Part.of_text("x")])),
    "Part.of_parts parameter": lambda evil: having(Part.of_parts("mixed", [Part.of_text("x")], {"x": f"a{evil}b"})),
    "Part.of_parts name": lambda evil: having(Part.of_parts("mixed", [Part.of_text("x")], {f"x{evil}y": "z"})),
    "params.format": lambda evil: holding(("X-Y", params.format("a", {"b": f"c{evil}d"}))),
    "folding.parameters": lambda evil: having_source(folding.parameters("X-Y", "a", [("b", f"c{evil}d")])),
    # traces and verdicts
    **{f"Received {name}": clause(name) for name in ("from_", "by", "via", "with_", "id", "for_")},
    "Received comment": lambda evil: received(comments=(f"a{evil}b",)),
    "Received clause": lambda evil: received(other=((f"a{evil}b", "c"),)),
    "Received TCP": lambda evil: received(from_="x", from_tcp=trace.TcpInfo(f"a{evil}b", "192.0.2.1")),
    "Authentication-Results server": lambda evil: verified(f"a{evil}b"),
    "Authentication-Results reason": lambda evil: verified(
        "a", (authres.MethodResult("spf", "pass", reason=f"a{evil}b"),)
    ),
    "Authentication-Results property": lambda evil: verified(
        "a", (authres.MethodResult("spf", "pass", properties=(authres.Property("smtp", "mailfrom", f"a{evil}b"),)),)
    ),
    "list command": lambda evil: holding(
        ("List-Help", str(lists.ListCommands([lists.ListCommand(f"https://a/{evil}")])))
    ),
    "list comment": lambda evil: holding(
        ("List-Help", str(lists.ListCommands([lists.ListCommand("https://a/", f"a{evil}b")])))
    ),
    "list name": lambda evil: holding(("List-Id", str(lists.ListId(f"a{evil}b", "c.d")))),
    "list id": lambda evil: holding(("List-Id", str(lists.ListId("x", f"a{evil}b.c")))),
    "unsubscribe": lambda evil: new(headers=lists.Unsubscribe(url=f"https://a/{evil}").fields()),
    "unsubscribe by mail": lambda evil: new(headers=lists.Unsubscribe(mailto=f"mailto:a{evil}b@c").fields()),
    # reports
    "report subject": lambda evil: reported(DeliveryStatus(), subject=f"a{evil}b"),
    "report text": lambda evil: reported(DeliveryStatus(), text=f"a{evil}b"),
    "report header": lambda evil: reported(DeliveryStatus(), headers={"X-Y": f"a{evil}b"}),
    "delivery envelope": lambda evil: reported(DeliveryStatus(original_envelope_id=f"a{evil}b")),
    "delivery MTA": lambda evil: reported(DeliveryStatus(reporting_mta=TypedText("dns", f"a{evil}b"))),
    "delivery MTA type": lambda evil: reported(DeliveryStatus(reporting_mta=TypedText(f"d{evil}ns", "a"))),
    "delivery field": lambda evil: reported(DeliveryStatus(more=(("X-Y", f"a{evil}b"),))),
    "delivery field name": lambda evil: reported(DeliveryStatus(more=((f"X{evil}-Y", "b"),))),
    **{f"recipient {name}": told_of_recipient(name) for name in ("action", "status", "final_log_id")},
    **{f"recipient address of {kind}": recipient(kind) for kind in ("rfc822", "utf-8", "x400")},
    "recipient diagnosis": lambda evil: reported(
        DeliveryStatus(recipients=(RecipientStatus(diagnostic_code=TypedText("smtp", f"550 a{evil}b")),))
    ),
    "notification agent": lambda evil: reported(DispositionNotification(reporting_ua=f"a{evil}b")),
    "notification message": lambda evil: reported(DispositionNotification(original_message_id=f"<a{evil}b>")),
    "notification error": lambda evil: reported(DispositionNotification(errors=(f"a{evil}b",))),
    "disposition": lambda evil: reported(DispositionNotification(disposition=Disposition("a", "b", f"c{evil}d"))),
    **{f"complaint {name}": complaint(name) for name in COMPLAINTS},
    **{
        f"complaint {name}": complaints(name)
        for name in ("original_rcpt_to", "reported_domain", "reported_uri", "authentication_results", "spf_dns")
    },
    # content that is elsewhere
    "external access": lambda evil: elsewhere(access_type=f"u{evil}rl", url="https://a/"),
    "external url": lambda evil: elsewhere(url=f"https://a/{evil}"),
    **{
        f"external {name}": content_elsewhere(name)
        for name in ("name", "site", "server", "subject", "directory", "mode")
    },
    "external header": lambda evil: elsewhere(headers=(("Content-ID", "<x@y>"), ("X-Y", f"a{evil}b"))),
    "external parameter": lambda evil: elsewhere(more=(("x", f"a{evil}b"),)),
    # from one message to the next
    "reply text": lambda evil: mime.parse(b"From: b@example.com\r\n\r\nx").reply(
        from_="a@example.com", text=f"a{evil}b"
    ),
    "reply from": lambda evil: mime.parse(b"From: b@example.com\r\n\r\nx").reply(from_=f"a{evil}@example.com"),
    "forward to": lambda evil: mime.parse(b"\r\n").forward(from_="a@example.com", to=f"a{evil}@example.com"),
    "envelope sender": lambda evil: delivered_for(Envelope(f"a{evil}@example.com", ["b@example.com"])),
    "envelope recipient": lambda evil: delivered_for(Envelope("a@example.com", [f"b{evil}@example.com"])),
}


def having_legacy(name: str) -> Message:
    message = new()
    message.attach(b"x", name=name, legacy_name=True)
    return message


def having_source(raw: bytes) -> Message:
    return mime.parse(raw + b"\r\n")


def delivered_for(envelope: Envelope) -> Message:
    assert envelope.recipients
    return new()


ENCODING = "content-transfer-encoding"  # a text has one or none, as it needs


def outline(message: Message) -> list[tuple[str, list[str]]]:
    """What a reader finds: each part's type and the names of its fields."""
    return [
        (part.content_type, sorted([field.key for field in part.headers if field.key != ENCODING]))
        for part in message.walk()
    ]


# Bodies are free to hold what a line may end with; everything else is one line of a header.
BODIES = {"text=", "html=", "text edited", "Part.of_text", "report text", "reply text"}


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_it_is_refused_or_adds_nothing(place: str, evil: str) -> None:
    try:
        harmless = PLACES[place]("x")
    except ValueError:
        harmless = PLACES[place]("")  # what takes one word of a few
    try:
        message = PLACES[place](evil)
    except ValueError:
        return
    written = message.to_bytes(utf8=None)
    for transport in ("7bit", "8bit"):
        read = mime.parse(message.to_bytes(transport=transport))
        assert outline(read) == outline(mime.parse(harmless.to_bytes(transport=transport)))
    read = mime.parse(written)
    assert outline(read) == outline(mime.parse(harmless.to_bytes()))
    assert not {b"\r", b"\n"} & {bytes([octet]) for octet in written.replace(b"\r\n", b"")}
    for part in read.walk():
        header = b"".join([field.raw for field in part.headers])
        assert not any(octet in header for octet in b"\0\x7f\x1b\x08\x0b\x0c")
    if place not in BODIES:
        assert evil not in [*"\r\n\0\x7f\x1b\x08\x0b\x0c", "\r\n"], "it should have been refused"


@pytest.mark.parametrize(
    "evil", ["\r", "\n", "\r\nX: y", "\0", "\x7f", "\x1b", "\x85", "\u2028", "\ud800", " ", "\t", ">", "/"]
)
def test_a_sender_in_an_mbox_is_one_word(evil: str) -> None:
    file = io.BytesIO()
    with MboxWriter(file) as writer:
        try:
            _ = writer.add(new(text="x"), sender=f"a{evil}b@example.com", date=NOW)
        except ValueError:
            assert file.getvalue() == b""
            return
    assert evil in (">", "/")
    assert len(list(mime.mbox(file.getvalue()))) == 1


@pytest.mark.parametrize(
    "evil", ["../x", "/etc/x", "..", ".", "", "a/b", "a\\b", "a\0b", "a\nb", "a:2,S", "\ud800", "a\x7f"]
)
def test_no_name_leads_out_of_a_maildir(tmp_path: Path, evil: str) -> None:
    maildir = Maildir(tmp_path / "mail", create=True)
    entry = maildir.add(new(text="x"))
    if evil != "a:2,S":
        with pytest.raises(ValueError, match="not allowed"):
            maildir.folder(evil, create=True)
    with pytest.raises(ValueError, match="not allowed"):
        entry.with_flags([evil or "?"])
    if evil not in ("..", ".", "\ud800", "a\\b"):
        with pytest.raises(ValueError, match="not allowed"):
            maildir.get(evil)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mail"]
