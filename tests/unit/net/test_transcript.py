"""A transcript can be pasted anywhere: no secret, no control character, no endless line."""

from __future__ import annotations

import pytest

from mailwright.net import Entry, Transcript

SECRET = b"AGFsaWNlAHNlY3JldA=="
AUTH = b"AUTH PLAIN " + SECRET + b"\r\n"
SPAN = ((11, 31),)


def texts(transcript: Transcript) -> list[tuple[str, str]]:
    return [(entry.who, entry.text) for entry in transcript.entries]


def test_both_directions_are_recorded_line_by_line() -> None:
    transcript = Transcript()
    transcript.noted("connecting")
    transcript.received(b"220-a\r\n220 b\r\n")
    transcript.sent(b"EHLO x\r\nNOOP\r\n")
    assert texts(transcript) == [("*", "connecting"), ("S", "220-a"), ("S", "220 b"), ("C", "EHLO x"), ("C", "NOOP")]


def test_it_prints_with_times() -> None:
    assert str(Entry(1.5, "S", "220 a")) == "   1.500 S: 220 a"
    transcript = Transcript()
    transcript.sent(b"a\r\nb\r\n")
    assert [line[9:] for line in str(transcript).splitlines()] == ["C: a", "C: b"]


def test_secrets_are_starred() -> None:
    transcript = Transcript()
    transcript.sent(b"AUTH LOGIN\r\nabc\r\nsecond\r\n", ((12, 15), (17, 23)))
    assert texts(transcript) == [("C", "AUTH LOGIN"), ("C", "********"), ("C", "********")]


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_secret_is_starred_when_the_server_repeats_it_in_any_pieces(step: int) -> None:
    transcript = Transcript()
    transcript.sent(AUTH, SPAN)
    said = b"501 what is " + SECRET + b"?\r\nand " + SECRET
    for at in range(0, len(said), step):
        transcript.received(said[at : at + step])
    transcript.noted("closed")
    assert texts(transcript)[1:] == [("S", "501 what is ********?"), ("S", "and ********"), ("*", "closed")]


def test_a_very_short_secret_does_not_star_innocent_text() -> None:
    transcript = Transcript()
    transcript.sent(b"ok\r\n", ((0, 2),))
    transcript.received(b"250 ok\r\n")
    assert texts(transcript) == [("C", "********"), ("S", "250 ok")]


def test_control_characters_are_visible() -> None:
    transcript = Transcript()
    transcript.received("250 \x1b[2J\0 ü \u202e \t.\r.\r\n".encode() + b"\xff\r\n")
    assert texts(transcript) == [("S", "250 \\x1b[2J\\x00 ü \\x202e \t.\\x0d."), ("S", "\\xff")]


def test_a_line_in_pieces_is_one_line() -> None:
    transcript = Transcript()
    for octet in b"220 hello\r\n":
        transcript.received(bytes([octet]))
    assert texts(transcript) == [("S", "220 hello")]


def test_an_unfinished_line_ends_when_the_other_side_speaks_or_something_happens() -> None:
    transcript = Transcript()
    transcript.received(b"220 he")
    transcript.sent(b"NO")
    transcript.noted("aborted")
    transcript.received(b"late")
    assert texts(transcript) == [("S", "220 he"), ("C", "NO"), ("*", "aborted")]


def test_a_long_line_is_cut_and_counted() -> None:
    transcript = Transcript()
    transcript.received(b"x" * 5_000 + b"\r\n")
    assert texts(transcript) == [("S", "x" * 1_000 + "... 5000 octets")]


def test_a_long_message_is_cut_and_counted() -> None:
    transcript = Transcript()
    transcript.sent(b"line\r\n" * 60 + b"rest\r\n" * 10)
    assert len(transcript.entries) == 61
    assert transcript.entries[-1].text == "... 60 more octets"
    transcript.sent(b"line\r\n" * 59)
    assert len(transcript.entries) == 61 + 59


def test_a_very_long_conversation_is_only_counted() -> None:
    shown: list[Entry] = []
    transcript = Transcript(shown.append)
    for _ in range(20_005):
        transcript.noted("x")
    assert (len(transcript.entries), transcript.left_out, len(shown)) == (20_000, 5, 20_000)
    assert str(transcript).endswith("\n... and 5 more lines")


def test_entries_can_be_watched() -> None:
    shown: list[Entry] = []
    transcript = Transcript(shown.append)
    transcript.sent(AUTH, SPAN)
    assert [entry.text for entry in shown] == ["AUTH PLAIN ********"]
