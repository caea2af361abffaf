"""Replies: read whole or in pieces, codes kept apart from text, and what is none refused by name."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Dialogue, Limits, Patience, Wire
from mailwright.errors import ConnectionLost, LimitExceeded, ProtocolError, TlsModeMismatch
from mailwright.smtp import Reply
from mailwright.smtp.reply import read_reply, take_reply
from mailwright.testing import converse


def read(script: str, limits: Limits | None = None) -> Reply:
    def begin() -> Dialogue[Reply]:
        return read_reply(Wire(limits or Limits()), Patience.REPLY)

    return converse(begin, script)


def received(data: bytes) -> Wire:
    wire = Wire()
    wire.put_back(data)
    return wire


@pytest.mark.parametrize(
    ("script", "reply"),
    [
        ("S: 250 OK", Reply(250, None, ("OK",))),
        ("S: 250", Reply(250, None, ("",))),
        ("S: 250-", Reply(250, None, ("", "b"))),
        (r"S| 250 bare line feed\n", Reply(250, None, ("bare line feed",))),
        (r"S| 250 two returns\r\r\n", Reply(250, None, ("two returns",))),
        ("S: 550 5.1.1 No such user", Reply(550, "5.1.1", ("No such user",))),
        ("S: 250 2.0.0", Reply(250, "2.0.0", ("",))),
        ("S: 450 5.1.1 class contradicts", Reply(450, None, ("5.1.1 class contradicts",))),
        ("S: 354 2.0.0 no class of its own", Reply(354, None, ("2.0.0 no class of its own",))),
        ("S: 250 2.0.0.1 is an address", Reply(250, None, ("2.0.0.1 is an address",))),
        ("S: 550 5.1234.1 too long", Reply(550, None, ("5.1234.1 too long",))),
        ("S: 299 unknown", Reply(299, None, ("unknown",))),
    ],
)
def test_a_reply_is_read_the_same_whole_by_line_and_by_byte(script: str, reply: Reply) -> None:
    if script.endswith("250-"):
        script += "\nS: 250 b"
    assert read(script) == reply


def test_the_enhanced_code_is_taken_off_every_line() -> None:
    script = "S: 550-5.7.1 first\nS: 550-5.7.1\nS: 550-without\nS: 550 5.7.1 last"
    assert read(script) == Reply(550, "5.7.1", ("first", "", "without", "last"))


def test_text_is_utf_8_and_else_latin_1() -> None:
    assert read(r"S| 250 gr\xc3\xbc\xc3\x9fe\r\n").text == "grüße"
    assert read(r"S| 250 gr\xfc\xdfe\r\n").text == "grüße"


@pytest.mark.parametrize(
    "line", ["hello", "", "25", "199 too low", "600 too high", "2x0 no", r"250 a\rb", "SSH-2.0-OpenSSH_9.6"]
)
def test_what_is_no_reply_is_quoted(line: str) -> None:
    with pytest.raises(ProtocolError, match="no SMTP reply") as caught:
        read(f"S| {line}\\r\\n")
    assert caught.value.reference == "protocol-syntax-error"


def test_a_code_that_changes_within_a_reply_is_refused() -> None:
    with pytest.raises(ProtocolError, match="began with 250 and went on with 550"):
        read("S: 250-a\nS: 550 b")


@pytest.mark.parametrize(
    "record", [r"\x15\x03\x01\x00\x02\x02\x0a", r"\x16\x03\x03\x00\x7a", r"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_tls_bytes_are_a_mode_mismatch_even_with_a_line_feed_in_them(record: str) -> None:
    with pytest.raises(TlsModeMismatch, match="answered with TLS"):
        read(f"S| {record}")


def test_a_reply_of_exactly_the_limit_passes_and_one_line_more_is_refused() -> None:
    limits = Limits(reply_lines=3)
    assert len(read("S: 250-a\nS: 250-b\nS: 250 c", limits).lines) == 3
    with pytest.raises(LimitExceeded, match="more than 3 lines") as caught:
        read("S: 250-a\nS: 250-b\nS: 250-c\nS: 250 d", limits)
    assert caught.value.limit == "reply_lines"


def test_a_close_in_the_middle_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLost):
        read("S: 250-a\nS| 250\n== close")


# --- the hot path ---


def test_a_short_reply_is_taken_without_waiting() -> None:
    wire = received(b"250 2.1.0 Ok\r\n354 go\r\n")
    assert take_reply(wire) == Reply(250, "2.1.0", ("Ok",))
    assert take_reply(wire) == Reply(354, None, ("go",))
    assert take_reply(wire) is None


@pytest.mark.parametrize("data", [b"250", b"250-a\r\n250 b\r\n", b"250 " + b"x" * 90 + b"\r\n"])
def test_what_is_no_short_reply_stays_for_the_reader(data: bytes) -> None:
    wire = received(data)
    assert take_reply(wire) is None
    assert wire.take_all() == data


def test_the_hot_path_refuses_garbage_too() -> None:
    with pytest.raises(ProtocolError):
        take_reply(received(b"garbage\r\n"))


# --- the value ---


@pytest.mark.parametrize(
    ("code", "kind"), [(250, "is_positive"), (354, "is_intermediate"), (450, "is_transient"), (550, "is_permanent")]
)
def test_a_reply_is_of_one_kind(code: int, kind: str) -> None:
    kinds = ["is_positive", "is_intermediate", "is_transient", "is_permanent"]
    assert [name for name in kinds if getattr(Reply(code, None, ("",)), name)] == [kind]


def test_a_reply_shows_as_one_line() -> None:
    assert str(Reply(550, "5.1.1", ("No", "such user"))) == "550 5.1.1 No such user"
    assert str(Reply(250, None, ("",))) == "250"
    assert Reply(550, None, ("No", "such user")).text == "No\nsuch user"


def test_a_code_is_three_digits_and_then_something_else() -> None:
    with pytest.raises(ProtocolError):
        read("S: 25012 ok")
    assert read("S: 250") == Reply(250, None, ("",))
