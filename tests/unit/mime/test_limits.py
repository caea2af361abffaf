"""Each limit stops at what it says, loses nothing, and is told."""

from collections.abc import Callable

import pytest

from mailwright import mime
from mailwright.mime import Limits, Message
from mailwright.mime.limits import DEFAULT

MIXED = b"Content-Type: multipart/mixed; boundary=a\n\n"


def kinds(message: Message) -> list[str]:
    return [defect.kind for defect in message.defects]


def messages(count: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * count + b"A: b\n\nx"


@pytest.mark.parametrize("raw", [b"", messages(3), MIXED + b"--a\n\nx\n" * 3 + b"--a--\n"])
def test_what_is_within_the_limits_is_told_nothing_of(raw: bytes) -> None:
    assert kinds(mime.parse(raw, limits=DEFAULT)) == []


CASES: dict[str, tuple[Limits, Callable[[int], bytes], int, str]] = {
    "depth": (Limits(depth=5), messages, 5, "nesting-too-deep"),
    "parts": (Limits(parts=5), lambda n: MIXED + b"--a\n\nx\n" * n + b"--a--\n", 5, "parts-too-many"),
    "fields": (Limits(fields=1000), lambda n: b"A: b\n" * n + b"\nx", 1000, "header-too-many-fields"),
    "header_octets": (Limits(header_octets=500), lambda n: b"A: bcdefg\n" * n + b"\nx", 50, "header-too-large"),
    "parameters": (
        Limits(parameters=5),
        lambda n: b"Content-Type: a/b" + b"".join([b"; p%d=v" % number for number in range(n)]) + b"\n\nx",
        5,
        "parameters-too-many",
    ),
    "addresses": (Limits(addresses=5), lambda n: b"To: " + b"a@b, " * (n - 1) + b"a@b\n\nx", 5, "addresses-too-many"),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_more_than_the_limit_is_told_and_kept(name: str) -> None:
    limits, make, most, kind = CASES[name]
    little, much = make(most - 2), make(most + 20)
    assert kind not in kinds(mime.parse(little, limits=limits))
    assert kind not in kinds(mime.parse(much))
    read = mime.parse(much, limits=limits)
    assert kinds(read).count(kind) >= 1
    assert read.to_bytes() == much
    _ = read.text, read.as_text(), read.to, read.attachments


def test_an_encoded_message_counts_what_is_around_it() -> None:
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
    message = mime.parse(head * 9 + b"A: b\n\nx", limits=Limits(depth=4))
    depth = 0
    while message.message is not None:
        message, depth = message.message, depth + 1
    assert depth == 4


def test_defects_are_told_up_to_their_number() -> None:
    assert len(mime.parse(b"A: b\nodd\n" * 50, limits=Limits(defects=3)).defects) == 3
    assert mime.parse(b"A: b\nodd\n" * 50, limits=Limits(defects=0)).defects == ()
