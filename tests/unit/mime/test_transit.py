"""What a transport must know of a message: of what is composed, of what was read, of one within the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailwright import mime
from mailwright.mime import Message, Part
from mailwright.mime.transit import is_eight_bit, is_international, streams_from_disk

READ = b"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"


def enclosing(inner: Message) -> Message:
    outer = Message(from_="a@example.com", text="x")
    outer.attach(inner)
    return outer


PLAIN: dict[str, Callable[[], Message]] = {
    "composed": lambda: Message(from_="a@example.com", text="ü", subject="ü"),
    "read": lambda: mime.parse(READ + b"x"),
    "enclosed": lambda: enclosing(Message(from_="a@example.com", text="ü")),
    "hidden": lambda: Message(from_="a@example.com", bcc="ü@example.com"),
    "a name": lambda: Message(from_="Ü <a@example.com>"),
    "a domain": lambda: Message(from_="a@ü.example"),
    "taken out": lambda: without_to(mime.parse("From: a@b\r\nTo: ü@b\r\n\r\n".encode())),
}
EIGHT: dict[str, Callable[[], Message]] = {
    "read": lambda: mime.parse(READ + b"\xc3\xbc"),
    "a field": lambda: mime.parse(b"Subject: \xff\r\n\r\nx"),
    "enclosed": lambda: enclosing(mime.parse(READ + b"\xc3\xbc")),
    "enclosed twice": lambda: enclosing(enclosing(mime.parse(READ + b"\xc3\xbc"))),
    "a part": lambda: with_part(
        mime.parse(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n\xff\r\n--a--").parts[0]
    ),
}
INTERNATIONAL: dict[str, Callable[[], Message]] = {
    "composed": lambda: Message(from_="ü@example.com"),
    "read": lambda: mime.parse("From: ü@example.com\r\n\r\n".encode()),
    "a group": lambda: Message(from_="a@example.com", to="g: ü@example.com;"),
    "set": lambda: setting(mime.parse(READ)),
}


def without_to(message: Message) -> Message:
    message.to = None
    return message


def setting(message: Message) -> Message:
    message.to = "ü@example.com"
    return message


def with_part(part: Part) -> Message:
    message = Message(from_="a@example.com", text="x")
    message.attach(part)
    return message


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_what_needs_nothing(name: str) -> None:
    message = PLAIN[name]()
    assert (is_international(message), is_eight_bit(message), streams_from_disk(message)) == (False, False, False)
    assert message.to_bytes().isascii()


@pytest.mark.parametrize("name", sorted(EIGHT))
def test_what_needs_eight_bits(name: str) -> None:
    message = EIGHT[name]()
    assert is_eight_bit(message)
    assert not is_international(message)
    assert not message.to_bytes().isascii()


@pytest.mark.parametrize("name", sorted(INTERNATIONAL))
def test_what_needs_utf8(name: str) -> None:
    message = INTERNATIONAL[name]()
    assert is_international(message)
    assert is_eight_bit(message)
    assert not message.to_bytes().isascii()
    outer = enclosing(message)
    assert not is_international(outer), "it travels as message/global"


def test_what_reads_files(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x")
    message = Message(from_="a@example.com", text="x")
    message.attach(path)
    read = mime.parse(READ + b"x")
    read.attach(path)
    for one in (message, read, enclosing(message), enclosing(enclosing(read))):
        assert streams_from_disk(one)
    assert not streams_from_disk(mime.parse(message.to_bytes()))
