"""A message taken apart and put together (RFC 2046 5.2.2)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime import Message, parse
from mailwright.mime.partial import PIECES_LIMIT, join, split


def large(lines: int = 200) -> Message:
    text = "\n".join([f"line {number} and what is said in it" for number in range(lines)]) + "\n"
    return Message(from_="a@example.com", to="b@example.com", bcc="c@example.com", subject="große Post", text=text)


def piece(number: object, body: bytes = b"Subject: s\r\n\r\nx\r\n", **params: object) -> Message:
    said = "".join([f"; {name}={value}" for name, value in params.items()])
    header = f"From: a@example.com\r\nContent-Type: message/partial; id=i; number={number}{said}\r\n\r\n"
    return parse(header.encode() + body)


# --- the example of RFC 2046 5.2.2.2 ---

FIRST = b"""\
X-Weird-Header-1: Foo
From: Bill@host.com
To: joe@otherhost.com
Date: Fri, 26 Mar 1993 12:59:38 -0500 (EST)
Subject: Audio mail (part 1 of 2)
Message-ID: <id1@host.com>
MIME-Version: 1.0
Content-type: message/partial; id="ABC@host.com";
              number=1; total=2

X-Weird-Header-1: Bar
X-Weird-Header-2: Hello
Message-ID: <anotherid@foo.com>
Subject: Audio mail
MIME-Version: 1.0
Content-type: audio/basic
Content-transfer-encoding: base64

  ... first half of encoded audio data goes here ...
"""
SECOND = b"""\
From: Bill@host.com
To: joe@otherhost.com
Date: Fri, 26 Mar 1993 12:59:38 -0500 (EST)
Subject: Audio mail (part 2 of 2)
MIME-Version: 1.0
Message-ID: <id2@host.com>
Content-type: message/partial;
              id="ABC@host.com"; number=2; total=2

  ... second half of encoded audio data goes here ...
"""
JOINED = b"""\
X-Weird-Header-1: Foo
From: Bill@host.com
To: joe@otherhost.com
Date: Fri, 26 Mar 1993 12:59:38 -0500 (EST)
Message-ID: <anotherid@foo.com>
Subject: Audio mail
MIME-Version: 1.0
Content-type: audio/basic
Content-transfer-encoding: base64

  ... first half of encoded audio data goes here ...
  ... second half of encoded audio data goes here ...
"""


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_example_of_the_rfc(end: bytes) -> None:
    parts = [parse(raw.replace(b"\n", end)) for raw in (SECOND, FIRST, SECOND)]
    assert join(parts).to_bytes() == JOINED.replace(b"\n", end)


def test_what_another_library_made_of_it(corpora: Path) -> None:
    directory = corpora / "mimekit/UnitTests/TestData/partial"
    for name, count in (("message-partial", 3), ("rfc2046", 2)):
        parts = [parse(directory / f"{name}.{number}.eml") for number in range(count)]
        expected = parse(directory / f"{name}.eml")
        joined = join(reversed(parts))
        assert sorted(joined.headers.items()) == sorted(expected.headers.items())
        assert joined.to_bytes().partition(b"\n\n")[2] == expected.to_bytes().partition(b"\n\n")[2]


# --- apart and together ---


@given(st.integers(600, 12_000))
def test_what_was_split_is_joined(octets: int) -> None:
    message = large()
    parts = split(message, octets=octets)
    assert all(part.size() <= octets for part in parts)
    joined = join(reversed(parts)) if len(parts) > 1 else parts[0]
    assert sorted(joined.headers.items()) == sorted(
        (name, value) for name, value in message.headers.items() if name != "Bcc" or len(parts) == 1
    )
    assert joined.text == message.text


def test_each_piece_is_a_message_of_its_own() -> None:
    message = large()
    parts = split(message, octets=2000)
    total = len(parts)
    assert total > 3
    assert [part.subject for part in parts] == [f"große Post ({number}/{total})" for number in range(1, total + 1)]
    assert len({part.message_id for part in parts} | {message.message_id}) == total + 1
    identifiers = set()
    for number, part in enumerate(parts, 1):
        params = part.headers.field("content-type").parameters.params  # type: ignore[union-attr]  # it was written
        assert (params["number"], params["total"]) == (str(number), str(total))
        identifiers.add(params["id"])
        assert (str(part.from_), str(part.to), part.date) == ("a@example.com", "b@example.com", message.date)
        assert b"\nBcc:" not in part.to_bytes()
        assert part.to_bytes().endswith(b"\r\n")
    assert len(identifiers) == 1
    inner = parse(parts[0].content)
    assert inner.headers.keys() == [
        field.name for field in message.headers if field.key not in ("from", "to", "bcc", "date")
    ]


def test_a_small_message_is_not_split() -> None:
    message = large(1)
    assert split(message, octets=10_000) == [message]


def test_a_message_that_was_read_with_lf_is_split() -> None:
    raw = b"From: a@[192.0.2.1]\nSubject: s\n\n" + b"0123456789\n" * 200
    parts = split(parse(raw), octets=1000)
    assert join(parts).to_bytes() == raw.replace(b"\n", b"\r\n")
    assert (parts[0].message_id or "").endswith("@localhost>")


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(ValueError, match="over 127"):
        _ = split(parse(b"Subject: s\n\n" + "ä\n".encode() * 900), octets=1000)
    with pytest.raises(ValueError, match=r"a line of 901 octets has \d+ beside"):
        _ = split(parse(b"Subject: s\n\n" + b"x" * 899 + b"\n" * 800), octets=1000)
    with pytest.raises(ValueError, match="has 0 beside"):
        _ = split(large(), octets=10)
    with pytest.raises(ValueError, match=f"more than {PIECES_LIMIT}"):
        _ = split(parse(b"Subject: s\n\n" + b"0123456789abcdefgh\n" * 10 * PIECES_LIMIT), octets=345)


# --- pieces that do not fit ---


def test_the_total_may_stand_in_any_piece() -> None:
    body = b"Subject: s\r\n\r\n1\r\n"
    assert join([piece(2, b"2\r\n", total=2), piece(1, body)]).text == "1\n2\n"
    assert join([piece(1, body, total=2), piece(2, b"2\r\n")]).text == "1\n2\n"
    assert join([piece("01", body, total=1)]).text == "1\n"


def test_a_lost_line_end_is_put_back() -> None:
    assert join([piece(1, b"Subject: s\n\n1", total=3), piece(2, b"2"), piece(3, b"")]).content == b"1\n2\n"


def test_an_inner_message_without_body() -> None:
    assert join([piece(1, b"Subject: s", total=1)]).to_bytes() == b"From: a@example.com\r\nSubject: s\n\n"
    assert join([piece(1, b"", total=1)]).subject == ""


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([], "exactly one total"),
        ([piece(1), piece(2)], r"say \[\]"),
        ([piece(1, total=2), piece(2, total=3)], r"say \[2, 3\]"),
        ([piece(1, total=4), piece(3)], "of 4 pieces 2, 4 are missing"),
        ([piece(2, total=2)], "1 is missing"),
        ([piece(1, total=PIECES_LIMIT)], "and 9979 more are missing"),
        ([piece(1, total=1), piece(2), piece(3)], "2, 3 are beyond"),
        ([piece(1, total=PIECES_LIMIT + 1)], "more than"),
        ([piece(0, total=2)], "number='0'"),
        ([piece("x", total=2)], "number='x'"),
        ([piece(9999999999, total=2)], "number='9999999999'"),
        ([piece(1, total="x")], "exactly one total"),
        ([parse(b"Subject: x\n\n")], "text/plain is no piece"),
    ],
)
def test_pieces_that_do_not_fit_are_named(parts: list[Message], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _ = join(parts)


def test_pieces_of_two_messages_are_not_mixed() -> None:
    other = parse(re.sub(rb"id=i", b"id=j", piece(2, total=2).to_bytes()))
    with pytest.raises(ValueError, match="pieces of 2 messages: 'i', 'j'"):
        _ = join([piece(1, total=2), other])
