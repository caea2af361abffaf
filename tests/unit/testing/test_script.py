"""Scripts are data: what is wrong with one is said with its line, and so is what a client says instead."""

from __future__ import annotations

import pytest

from mailwright.errors import Timeout
from mailwright.testing import Feed, Player, Script


def player(text: str, feed: Feed = "whole") -> Player:
    return Player(Script.parse(text), feed)


def test_every_form_of_line_is_read() -> None:
    script = Script.parse(
        "# comment\n\n  S: 220 hi\nS:\nC: EHLO x\nC: *\nS| a\\x00b\\n\nC| \\xff\n== tls\n== close\n== silence\n"
    )
    assert [(step.who, step.data) for step in script.steps] == [
        ("S", b"220 hi\r\n"),
        ("S", b"\r\n"),
        ("C", b"EHLO x\r\n"),
        ("C", b"*\r\n"),
        ("S", b"a\0b\n"),
        ("C", b"\xff"),
        ("=", b"tls"),
        ("=", b"close"),
        ("=", b"silence"),
    ]
    assert script.steps[0].number == 3


@pytest.mark.parametrize("line", ["hello", "X: hello", "== later", "S 220", "=="])
def test_any_other_line_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 of the script"):
        Script.parse(f"S: 220\n{line}")


@pytest.mark.parametrize(("feed", "pieces"), [("whole", 1), ("line", 2), ("byte", 10)])
def test_what_the_server_says_comes_in_the_pieces_asked_for(feed: Feed, pieces: int) -> None:
    playing = player("S: 220\nS: 221", feed)
    said = []
    while (piece := playing.say()) is not None:
        said.append(piece)
    assert (len(said), b"".join(said)) == (pieces, b"220\r\n221\r\n")


def test_a_client_may_speak_in_pieces_and_run_ahead() -> None:
    playing = player("C: EHLO x\nS: 250 ok\nC: *\nC: QUIT\nS: 221 bye")
    for piece in (b"EH", b"LO x\r", b"\nNO", b"OP\r\nQUIT\r\n"):
        playing.hear(piece)
    assert (playing.say(), playing.say()) == (b"250 ok\r\n", b"221 bye\r\n")
    assert playing.finished


def test_other_words_than_scripted_are_quoted_with_the_line() -> None:
    with pytest.raises(AssertionError, match=r"line 2: expected b'EHLO x\\r\\n', the client said b'HELO"):
        player("# first\nC: EHLO x").hear(b"HELO x\r\n")


def test_words_nobody_expects_are_an_error() -> None:
    with pytest.raises(AssertionError, match="the script expects nothing more"):
        player("C: a").hear(b"a\r\nb\r\n")
    with pytest.raises(AssertionError, match=r"the script expects line 1: = b'tls'"):
        player("== tls").hear(b"a\r\n")


def test_waiting_when_it_is_the_clients_turn_is_an_error() -> None:
    with pytest.raises(AssertionError, match=r"the client waits .* expects line 1: C b'a"):
        player("C: a").read()
    with pytest.raises(AssertionError, match="the script expects nothing more"):
        player("").read()


def test_close_and_silence_are_read_as_such() -> None:
    assert player("== close").read() == b""
    with pytest.raises(Timeout):
        player("== silence").read()


def test_tls_happens_where_it_is_scripted_and_nowhere_else() -> None:
    playing = player("== tls\nS: 220")
    assert playing.event == "tls"
    assert playing.secure("a.example").server_name == "a.example"
    assert playing.read() == b"220\r\n"
    with pytest.raises(AssertionError, match="the client begins TLS, and the script expects nothing more"):
        playing.secure("a.example")


def test_an_event_waits_until_everything_before_it_was_said() -> None:
    playing = player("S: 220\n== close", "byte")
    playing.say()
    assert playing.event is None


@pytest.mark.parametrize(
    ("text", "ends"), [("", True), ("== silence", True), ("== close", True), ("C: a", False), ("S: a", False)]
)
def test_what_is_left_at_the_end_is_an_error(text: str, ends: bool) -> None:
    if ends:
        player(text).expect_end()
    else:
        with pytest.raises(AssertionError, match="the conversation ended, and the script expects line 1"):
            player(text).expect_end()
