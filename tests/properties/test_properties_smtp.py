"""SMTP: what is written is read back, and nothing a caller gives adds a line."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright import Address
from mailwright.dialogue import Patience, Wire
from mailwright.errors import NotSupported
from mailwright.smtp import Reply
from mailwright.smtp.commands import command, mail, rcpt
from mailwright.smtp.data import DotStuffer, DotUnstuffer
from mailwright.smtp.paths import parse_path
from mailwright.smtp.reply import read_reply

PIECES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\xff"]), max_size=12).map(b"".join)
CHUNKS = st.lists(PIECES, max_size=8)


def canonical(content: bytes) -> bytes:
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return lines if not lines or lines.endswith(b"\r\n") else lines + b"\r\n"


def stuffed(chunks: list[bytes]) -> bytes:
    stuffer = DotStuffer()
    return b"".join([stuffer.feed(chunk) for chunk in chunks]) + stuffer.finish()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *[place % (len(data) + 1) for place in places]})
    return [data[begin:end] for begin, end in itertools.pairwise(marks)]


@given(CHUNKS)
def test_stuffing_does_not_depend_on_the_chunks(chunks: list[bytes]) -> None:
    assert stuffed(chunks) == stuffed([b"".join(chunks)])


@given(CHUNKS, st.lists(st.integers(0, 200), max_size=8), PIECES)
def test_what_was_stuffed_is_read_back_whatever_the_cuts(chunks: list[bytes], places: list[int], after: bytes) -> None:
    unstuffer = DotUnstuffer()
    content = b""
    rest: bytes | None = None
    for piece in cut(stuffed(chunks) + after, places):
        if rest is None:
            got, rest = unstuffer.feed(piece)
            content += got
        else:
            rest += piece
    assert (content, rest, unstuffer.bare) == (canonical(b"".join(chunks)), after, False)


# --- replies ---

WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)


@given(
    st.integers(200, 599),
    st.none() | st.tuples(st.integers(0, 999), st.integers(0, 999)),
    st.lists(WORDS, min_size=1, max_size=5),
)
def test_a_reply_is_read_back(code: int, detail: tuple[int, int] | None, lines: list[str]) -> None:
    plain = [line for line in lines if not re.match(r"[245]\.\d", line)] or [""]
    enhanced = None if detail is None or code // 100 == 3 else f"{code // 100}.{detail[0]}.{detail[1]}"
    wire = Wire()
    last = len(plain) - 1
    for at, line in enumerate(plain):
        text = line if enhanced is None else f"{enhanced} {line}"
        wire.put_back(wire.take_all() + f"{code}{' ' if at == last else '-'}{text}\r\n".encode())
    talk = read_reply(wire, Patience.REPLY)
    with pytest.raises(StopIteration) as done:
        next(talk)
    assert done.value.value == Reply(code, enhanced, tuple(plain))


# --- commands ---


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["example.com", "münchen.example", "[192.0.2.1]"]))
def test_no_address_that_can_be_made_adds_a_line_or_a_parameter(name: str, local: str, domain: str) -> None:
    try:
        address = Address(name, local, domain)
    except ValueError:
        return
    for verb, utf8 in ((mail, True), (rcpt, True), (mail, False), (rcpt, False)):
        try:
            line = verb(address, utf8=utf8)
        except NotSupported:
            assert not local.isascii()
            continue
        assert line.endswith(b">\r\n")
        assert not re.search(rb"[\r\n\0]", line[:-2])
        prefix = "FROM:" if verb is mail else "TO:"
        path = parse_path(prefix, line[5:-2].decode())
        assert path.address is not None
        assert (path.address.local, path.parameters) == (local, {})
        assert path.address.ascii_domain == address.ascii_domain


@given(st.text(max_size=40))
def test_no_argument_adds_a_line(argument: str) -> None:
    try:
        line = command("VRFY", argument)
    except ValueError:
        return
    assert line.endswith(b"\r\n")
    assert not re.search(rb"[\r\n\0]", line[:-2])
