"""However deep a message is nested, reading, changing, copying and writing it takes no recursion."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable, Iterator

import pytest

from mailwright import mime
from mailwright.encodings import flowed, html_text, text_html
from mailwright.grammar import address, authres, ids, lists, params, trace, words
from mailwright.mime import Limits, Message, Part
from properties.attacks import deep, nested

DEPTH = 100_000
LESS = 10_000  # for what costs some microseconds a level, many times over
FRAMES = 120  # what a test may stand on beside those that pytest needs: a few calls, and an import
BOUNDLESS = Limits(depth=10 * DEPTH, parts=10 * DEPTH)
INNER = b"From: a@example.com\r\nSubject: inner\r\n\r\ntext\r\n"


def depth_now() -> int:
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


@pytest.fixture(autouse=True)
def few_frames() -> Iterator[None]:
    everything(mime.parse(INNER))  # loads what is loaded late
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(depth_now() + FRAMES)
    yield
    sys.setrecursionlimit(usual)


def everything(message: Message) -> None:
    """Ask for what there is, of the message and of its innermost part."""
    _ = message.defects, message.text, message.html, message.attachments, message.as_text(), message.as_html()
    _ = message.is_international, message.is_eight_bit, message.streams_from_disk, message.size(), message.report
    for part in message.walk():
        _ = part.content_type, part.filename
    message.headers["From"] = "a@example.com"
    for made in (
        message.reply(from_="b@example.com", html=""),
        message.forward(from_="b@example.com", to="c@example.com"),
        message.forward(from_="b@example.com", to="c@example.com", as_attachment=True),
        message.template(),
    ):
        assert made.to_bytes()
        assert made.size() == len(made.to_bytes())


def innermost(message: Message) -> Part:
    """The part that holds no other."""
    part: Part = message
    while True:
        below = part.message if part.message is not None else next(iter(part.parts), None)
        if below is None:
            return part
        part = below


MESSAGES: dict[str, Callable[[int], bytes]] = {
    "multiparts": deep,
    "multiparts never closed": nested,
    "messages": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n + INNER,
    "both": lambda n: b"Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\n" * (n // 2) + INNER,
}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_it_is_read_to_its_bottom_and_written(name: str) -> None:
    raw = MESSAGES[name](DEPTH)
    message = mime.parse(raw, limits=BOUNDLESS)
    _ = message.defects, innermost(message), message.text, message.as_text()
    assert message.to_bytes() == raw
    message.headers["X-Mine"] = "1"
    assert len(message.to_bytes()) == len(raw) + len("X-Mine: 1\r\n")


@pytest.mark.parametrize("name", sorted(MESSAGES))
@pytest.mark.parametrize("limits", [Limits(), BOUNDLESS], ids=["limited", "boundless"])
def test_everything_can_be_asked_and_every_octet_comes_back(name: str, limits: Limits) -> None:
    raw = MESSAGES[name](LESS)
    message = mime.parse(raw, limits=limits)
    assert message.to_bytes() == raw
    everything(message)
    del message.headers["From"]
    if mime.parse(raw).headers.get("From") is None:
        assert message.to_bytes() == raw


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_innermost_part_is_changed(name: str) -> None:
    raw = MESSAGES[name](LESS)
    message = mime.parse(raw, limits=BOUNDLESS)
    part = innermost(message)
    part.headers["X-Mine"] = "1"
    part.text = "changed"
    changed = message.to_bytes()
    assert len(changed) > len(raw)
    again = innermost(mime.parse(changed, limits=BOUNDLESS))
    assert again.headers["x-mine"] == "1"
    assert (again.text or "").rstrip() == "changed"


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_copies_are_made(name: str) -> None:
    raw = MESSAGES[name](LESS)
    message = mime.parse(raw, limits=BOUNDLESS)
    assert pickle.loads(pickle.dumps(message)).to_bytes() == raw
    assert copy.deepcopy(message).to_bytes() == raw
    assert copy.deepcopy(innermost(message)).raw


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_it_is_put_into_another_message(name: str) -> None:
    raw = MESSAGES[name](LESS)
    outer = Message(from_="a@example.com", text="see below")
    outer.attach(mime.parse(raw, limits=BOUNDLESS))
    assert raw in outer.to_bytes()
    for transport in ("7bit", "8bit", "binary"):
        assert raw in outer.to_bytes(transport=transport)
    read = mime.parse(INNER)
    read.attach(mime.parse(raw, limits=BOUNDLESS))
    assert raw in read.to_bytes()
    assert raw in mime.parse(read.to_bytes()).to_bytes()


def encoded(count: int) -> bytes:
    """Messages in messages in quoted-printable, which needs no more room for each."""
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head * count + INNER


@pytest.mark.parametrize("limits", [Limits(), Limits(depth=5000)], ids=["limited", "deeper"])
def test_messages_that_are_encoded(limits: Limits) -> None:
    raw = encoded(limits.depth + 1)
    message = mime.parse(raw, limits=limits)
    _ = innermost(message).text, message.defects
    assert message.to_bytes() == raw


def test_a_message_that_is_encoded_often_can_be_changed() -> None:
    message = mime.parse(encoded(500))
    part = innermost(message)
    part.headers["X-Mine"] = "1"
    changed = message.to_bytes()
    assert innermost(mime.parse(changed)).headers["X-Mine"] == "1"


# --- what is composed -----------------------------------------------------------------------------------------------


def test_multiparts_that_are_composed() -> None:
    part = Part.of_text("innermost")
    for _ in range(2000):
        part = Part.of_parts("mixed", [part])
    assert b"innermost" in part.raw
    message = Message(from_="a@example.com")
    message.attach(part)
    written = message.to_bytes()
    assert message.size() == len(written)
    assert innermost(mime.parse(written, limits=BOUNDLESS)).text == "innermost"


@pytest.mark.parametrize(
    ("author", "depth"),
    # each message/global is base64 within base64, a third larger: only a program of one's own nests them, and not often
    [("a@example.com", 50), ("ü@example.com", 12)],
)
def test_messages_that_are_composed(author: str, depth: int) -> None:
    message = Message(from_=author, text="innermost")
    for _ in range(depth):
        outer = Message(from_=author)
        outer.attach(message)
        message = outer
    written = message.to_bytes()
    assert message.size(utf8=True) == len(message.to_bytes(utf8=True))
    assert (innermost(mime.parse(written)).text or "").rstrip() == "innermost"


# --- header text and bodies -----------------------------------------------------------------------------------------

UNITS = ["(", "((a)", "a:", "g: a@b;", "<", "<@a,", '"', "[", "=?utf-8?q?", "x*0*=", ";", "\\", "\r\n ", "by (", "a/b;"]
READERS: list[Callable[[str], object]] = [
    address.parse_list,
    authres.parse,
    ids.parse_list,
    lists.parse_commands,
    lists.parse_id,
    params.parse,
    trace.parse_received,
    words.decode,
]


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_header_text(unit: str) -> None:
    for read in READERS:
        _ = read(unit * LESS), read("x" + unit * LESS)


MARKUP = ["<blockquote>", "<ul><li>", "<table><tr><td>", "<div>", "<b>", "<a href=x>", "<pre>", "<span hidden>", "<!--"]


@pytest.mark.parametrize("unit", [*MARKUP, "> ", ">", "-- \n> "])
def test_bodies(unit: str) -> None:
    text = unit * (LESS) + "x"
    _ = html_text.to_text(text), html_text.to_text(text, width=72), text_html.to_html(text)
    _ = flowed.decode(text), flowed.encode(text)
