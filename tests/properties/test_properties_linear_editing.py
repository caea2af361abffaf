"""Changing something many times, and writing what has been changed in many places, takes linear time."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from linear import assert_linear
from mailwright import mime
from mailwright.mime import Address, Message, Part

HEAD = b"From: a@example.com\r\nMIME-Version: 1.0\r\n"
ONE = b"--a\r\nContent-Type: text/plain\r\n\r\ntext\r\n"


def read(count: int) -> Message:
    """A multipart of so many texts."""
    return mime.parse(HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + ONE * max(count, 1) + b"--a--\r\n")


def composed(count: int) -> Message:
    """A message with so many attachments."""
    message = Message(from_="a@example.com", text="x")
    for _ in range(count):
        message.attach(b"x", name="x")
    return message


@dataclass
class Given:
    """A message, and how often something is done with it."""

    message: Message
    count: int


def large(count: int) -> Given:
    return Given(read(count), count)


def small(count: int) -> Given:
    return Given(read(1), count)


def shown(count: int) -> Given:
    return Given(mime.parse(HEAD + b"Content-Type: text/html\r\n\r\n<p>"), count)


def new_and_shown(count: int) -> Given:
    return Given(Message(from_="a@example.com", html="<p>"), count)


def with_fields(count: int) -> Given:
    return Given(mime.parse(HEAD + b"".join([b"X-%d: y\r\n" % n for n in range(count)]) + b"\r\nx"), count)


def new(count: int) -> Given:
    return Given(Message(from_="a@example.com", text="x"), count)


def with_attachments(count: int) -> Given:
    return Given(composed(count), count)


# --- one edit in a message of many parts ----------------------------------------------------------------------------


def set_subject(given: Given) -> None:
    given.message.subject = "new"
    _ = given.message.to_bytes()


def set_last_text(given: Given) -> None:
    given.message.parts[-1].text = "new"
    _ = given.message.to_bytes()


def attach_one(given: Given) -> None:
    given.message.attach(b"x", name="x")
    _ = given.message.to_bytes()


def remove_last(given: Given) -> None:
    given.message.remove(given.message.parts[-1])
    _ = given.message.to_bytes()


def copy_it(given: Given) -> None:
    _ = copy.deepcopy(given.message).to_bytes()


# --- many edits, written once ---------------------------------------------------------------------------------------


def set_every_text(given: Given) -> None:
    for part in given.message.parts:
        part.text = "new"
    _ = given.message.to_bytes(), given.message.size()


def set_a_field_of_every_part(given: Given) -> None:
    for part in given.message.parts:
        part.headers["X-New"] = "x"
    _ = given.message.to_bytes()


def set_a_field_often(given: Given) -> None:
    for number in range(given.count):
        given.message.headers["X-New"] = str(number)
    _ = given.message.to_bytes()


def add_fields(given: Given) -> None:
    for number in range(given.count):
        given.message.headers.add("X-New", str(number))
    _ = given.message.to_bytes(), given.message.headers.get_all("x-new")


def set_recipients_often(given: Given) -> None:
    for _ in range(given.count):
        given.message.to = "b@example.com"
    _ = given.message.to_bytes()


def set_text_often(given: Given) -> None:
    for number in range(given.count):
        given.message.text = str(number)
    _ = given.message.to_bytes()


def write_often(given: Given) -> None:
    for _ in range(given.count):
        _ = given.message.to_bytes()


# --- many parts -----------------------------------------------------------------------------------------------------


def attach_many(given: Given) -> None:
    for _ in range(given.count):
        given.message.attach(b"x", name="x")
    _ = given.message.to_bytes()


def embed_many(given: Given) -> None:
    for number in range(given.count):
        given.message.embed(b"x", cid=f"{number}@x")
    _ = given.message.to_bytes()


def insert_many(given: Given) -> None:
    for _ in range(given.count):
        given.message.insert(0, Part.of_text("x"))
    _ = given.message.to_bytes()


def remove_many(given: Given) -> None:
    for part in given.message.parts[1:]:
        given.message.remove(part)
    _ = given.message.to_bytes()


def replace_many(given: Given) -> None:
    for part in given.message.parts:
        given.message.replace(part, Part.of_text("x"))
    _ = given.message.to_bytes()


def write(given: Given) -> None:
    message = given.message
    _ = message.to_bytes(), message.size(), list(message.walk()), message.attachments, message.is_eight_bit
    _ = message.to_bytes(transport="8bit"), message.write(io.BytesIO(), transport="binary"), message.streams_from_disk


def attach_one_message_often(given: Given) -> None:
    inner = Message(from_="b@example.com", text="y")
    for _ in range(given.count):
        given.message.attach(inner)
    _ = given.message.to_bytes()


def put_many_parts_together(given: Given) -> None:
    _ = Part.of_parts("mixed", [Part.of_text("x") for _ in range(given.count)]).raw


WORK: dict[str, tuple[Callable[[Given], None], Callable[[int], Given]]] = {
    f"{work.__name__}, {make.__name__}": (work, make)
    for work, makers in {
        set_subject: [large, with_fields, with_attachments],
        set_last_text: [large],
        attach_one: [large, with_fields, with_attachments],
        remove_last: [large],
        copy_it: [large, with_fields, with_attachments],
        set_every_text: [large],
        set_a_field_of_every_part: [large],
        set_a_field_often: [small, new],
        add_fields: [small, new],
        set_recipients_often: [small, new],
        set_text_often: [new],
        write_often: [small, new],
        attach_many: [new, small],
        insert_many: [small],
        write: [with_attachments, large],
        attach_one_message_often: [new],
        put_many_parts_together: [new],
    }.items()
    for make in makers
}


@pytest.mark.parametrize("name", sorted(WORK))
def test_changing_is_linear(name: str) -> None:
    work, make = WORK[name]
    assert_linear(work, make, largest=8192)


# What looks for a part among all others each time is quadratic when it is done with each: a program that has thousands
# to exchange makes a multipart of them with Part.of_parts, which is linear. It may not be worse than that.
ONE_BY_ONE: dict[str, tuple[Callable[[Given], None], Callable[[int], Given]]] = {
    f"{work.__name__}, {make.__name__}": (work, make)
    for work, makers in {
        embed_many: [new_and_shown, shown],
        remove_many: [large],
        replace_many: [large],
    }.items()
    for make in makers
}


@pytest.mark.parametrize("name", sorted(ONE_BY_ONE))
def test_what_is_done_one_by_one_is_no_worse_than_quadratic(name: str) -> None:
    work, make = ONE_BY_ONE[name]
    assert_linear(work, lambda size: make(int(size**0.5)), size=2500)


# --- many values ----------------------------------------------------------------------------------------------------

VALUES: dict[str, Callable[[int], object]] = {
    "recipients": lambda n: Message(from_="a@x.y", to=["b@x.y"] * n).to_bytes(),
    "recipients as text": lambda n: Message(from_="a@x.y", to="b@x.y, " * n + "c@x.y").to_bytes(),
    "names": lambda n: Message(from_="a@x.y", to=[Address("Jürgen, J.", "b", "x.y")] * n).to_bytes(),
    "one name": lambda n: Address("ü" * n, "b", "x.y"),
    "a written name": lambda n: Message(from_="a@x.y", to=Address("ü, " * n, "b", "x.y")).to_bytes(),
    "a quoted name": lambda n: Message(from_="a@x.y", to=Address('"\\' * n, "b", "x.y")).to_bytes(),
    "subject": lambda n: Message(from_="a@x.y", subject="ü " * n).to_bytes(),
    "subject of words": lambda n: Message(from_="a@x.y", subject="word " * n).to_bytes(),
    "subject of spaces": lambda n: Message(from_="a@x.y", subject=f"a{' ' * n}b").to_bytes(),
    "subject without spaces": lambda n: Message(from_="a@x.y", subject="x" * n).to_bytes(),
    "subject that looks encoded": lambda n: Message(from_="a@x.y", subject="=?" * n).to_bytes(),
    "subject as UTF-8": lambda n: Message(from_="a@x.y", subject="ü " * n).to_bytes(utf8=True),
    "references": lambda n: Message(from_="a@x.y", references=["<a@b>"] * n).to_bytes(),
    "fields": lambda n: Message(from_="a@x.y", headers=[("X", "y")] * n).to_bytes(),
    "text": lambda n: Message(from_="a@x.y", text="= From .\n" * n).to_bytes(),
    "text in one line": lambda n: Message(from_="a@x.y", text="ü" * n).to_bytes(),
    "html": lambda n: Message(from_="a@x.y", html="<p>" * n).to_bytes(),
    "name of a file": lambda n: Message().attach(b"x", name="ü" * n).raw,
    "name of a file for old programs": lambda n: Message().attach(b"x", name="ü" * n, legacy_name=True).raw,
    "parameters of a type": lambda n: Message().attach(b"x", name="x", type="a/b" + "; c=d" * n).raw,
}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_values_are_written_in_linear_time(name: str) -> None:
    assert_linear(VALUES[name], lambda size: size, size=100, largest=16_384)


def mailbox(count: int) -> list[Message]:
    return [mime.parse(b"A: b\n\nFrom x\n") for _ in range(count)]


def test_an_mbox_is_written_in_linear_time() -> None:
    def append(messages: list[Message]) -> None:
        with mime.MboxWriter(io.BytesIO()) as writer:
            for message in messages:
                _ = writer.add(message, sender="")

    assert_linear(append, mailbox)


def test_a_message_is_split_in_linear_time() -> None:
    message = Message(from_="a@example.com", text="x\n" * 1000)
    octets = message.size() // 2

    def made(count: int) -> Message:
        return mime.parse(Message(from_="a@example.com", text="x\n" * 100 * count).to_bytes())

    assert_linear(lambda given: mime.partial.split(given, octets=octets), made, size=10, largest=1000)
