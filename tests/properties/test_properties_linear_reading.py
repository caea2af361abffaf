"""Whatever a message is made of, each thing that can be asked of it takes linear time."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from linear import assert_linear
from mailwright import mime
from mailwright.mime import Limits, Message, Part
from properties.attacks import ATTACKS, mailbox, parts

BOUNDLESS = Limits(
    depth=1_000_000, parts=10_000_000, fields=10_000_000, header_octets=10**9, parameters=10**7, addresses=10**7
)
LARGEST = 4096
"""Where to stop with what is not measurable: making four times as much takes longer than what is measured."""


def parsed(raw: bytes) -> Message:
    return mime.parse(raw, limits=BOUNDLESS)


def fields(message: Message) -> None:
    for part in message.walk():
        _ = [(field.name, field.value, field.addresses, field.parameters) for field in part.headers]
        _ = part.filename, part.cid, part.charset, part.disposition, part.content_type, repr(part), part.offsets
    for name in ("subject", "from_", "to", "cc", "bcc", "sender", "reply_to", "date", "message_id", "references"):
        getattr(message, name)
    _ = message.headers.get_all("X"), repr(message.headers), message.headers == Message().headers


def contents(message: Message) -> None:
    _ = message.text, message.html, message.attachments
    for part in message.walk():
        _ = part.content, part.text, part.message, part.open().read(), mime.external(part)


def texts(message: Message) -> None:
    _ = message.as_text(), message.as_html()


def answers(message: Message) -> None:
    message.headers["From"] = "a@example.com"
    _ = message.report
    message.reply(from_="b@example.com", to="all", html="").to_bytes()
    message.forward(from_="b@example.com", to="c@example.com", html="").to_bytes()
    message.forward(from_="b@example.com", to="c@example.com", as_attachment=True).to_bytes()


def edited(message: Message) -> None:
    message.subject = "changed"
    for part in message.walk():
        part.headers["X-Mine"] = "1"
    _ = message.to_bytes(), message.size()
    try:
        message.attach(b"x", name="x")
    except ValueError:  # a boundary that several multiparts have
        return
    _ = message.to_bytes()


def copied(message: Message) -> None:
    _ = pickle.loads(pickle.dumps(message)).to_bytes(), copy.deepcopy(message).raw


def sent(message: Message) -> None:
    _ = message.is_international, message.is_eight_bit, message.streams_from_disk
    _ = b"".join(mime.Outgoing.of(message).chunks()), message.to_bytes(transport="7bit")


ASKED: list[Callable[[Message], None]] = [fields, contents, texts, answers, edited, copied, sent]


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_reading_is_linear(attack: str) -> None:
    assert_linear(parsed, ATTACKS[attack], largest=4 * LARGEST)


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_defects_are_linear(attack: str) -> None:
    assert_linear(lambda message: message.defects, lambda n: parsed(ATTACKS[attack](n)), largest=LARGEST)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.__name__)
@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_asking_is_linear(attack: str, asked: Callable[[Message], None]) -> None:
    assert_linear(asked, lambda n: parsed(ATTACKS[attack](n)), largest=LARGEST)


# --- mailboxes, pieces, reports -------------------------------------------------------------------------------------


def template(raw: bytes) -> None:
    parsed(raw).template().to_bytes()


READERS: dict[str, tuple[Callable[[bytes], object], Callable[[int], bytes]]] = {
    "an mbox": (lambda raw: [message.subject for message in mime.mbox(raw)], mailbox),
    "an mbox of separators": (lambda raw: list(mime.mbox(raw)), lambda n: b"From \n" * n),
    "an mbox of quoted separators": (lambda raw: list(mime.mbox_entries(raw)), lambda n: b">From \n>>From " * n),
    "a template of parts": (template, parts),
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_other_readers_are_linear(name: str) -> None:
    read, make = READERS[name]
    assert_linear(read, make, largest=LARGEST)


def pieces(count: int) -> list[Message]:
    head = "Content-Type: message/partial; id=x; number={}; total={}\n\nSubject: x\n\ny\n"
    return [mime.parse(head.format(number, count).encode()) for number in range(count, 0, -1)]


def test_pieces_are_joined_in_linear_time() -> None:
    assert_linear(mime.partial.join, pieces, largest=2048)


UNITS = [
    *(b"\n", b"A\n", b"A: b\n", b" ", b"Status: 5.0.0\n\n", b"Original-Rcpt-To: <a@b>\n", b"Diagnostic-Code: x; ("),
]


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification", "feedback-report"])
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_reports_are_read_in_linear_time(kind: str, unit: bytes) -> None:
    def made(count: int) -> Message:
        head = b"Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/%s\n\n" % kind.encode()
        return mime.parse(head + b"Reporting-MTA: dns; x\n\n" + unit * count)

    assert_linear(lambda message: message.report, made)


def test_the_parts_of_a_message_that_is_composed_are_walked_in_linear_time() -> None:
    def made(count: int) -> Part:
        return Part.of_parts("mixed", [Part.of_text("x") for _ in range(count)])

    assert_linear(lambda part: list(part.walk()), made)
