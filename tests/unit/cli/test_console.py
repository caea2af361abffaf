"""What is printed is harmless, fits, and holds no secret."""

from __future__ import annotations

import base64
import json

import click
import pytest

from mailwright.cli.console import Console, harmless, outcome
from mailwright.errors import AuthenticationFailed, Timeout
from mailwright.net import Entry


def test_control_characters_are_made_visible() -> None:
    assert harmless("a\x1b[31mb\r\nc\u202e") == r"a\x1b[31mb\x0d\x0ac\x202e"


def test_a_subject_cannot_write_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Console().say("\x1b]0;owned\x07")
    assert capsys.readouterr().out == "\\x1b]0;owned\\x07\n"


def test_markup_is_not_interpreted(capsys: pytest.CaptureFixture[str]) -> None:
    Console().say("[red]:smile: [/nowhere]")
    assert capsys.readouterr().out == "[red]:smile: [/nowhere]\n"


def test_a_pipe_gets_long_lines_unbroken_and_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    Console().row("what", "word " * 60 + "end", "red")
    assert capsys.readouterr().out == "   what      " + "word " * 60 + "end\n"


def test_eighty_columns_are_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    Console().row("what", "word " * 60 + "end")
    Console().conversation(Entry(0, "S", "250 " + "x" * 300))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("             word")
    assert lines[-1].endswith("x…")


def test_no_color_is_respected(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    Console().say("hello", "red")
    assert "\x1b[31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    Console().say("hello", "red")
    assert "\x1b[31m" not in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_is_starred_in_every_form_it_travels_in(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(json=as_json)
    console.keep_secret("alice", "hunter2")
    plain = base64.b64encode(b"\0alice\0hunter2").decode()
    login = base64.b64encode(b"hunter2").decode()
    said = f"no: hunter2 {plain} {login}"
    console.say(said)
    console.note(said)
    console.row(said, said)
    console.part("", said, said)
    console.conversation(Entry(0, "S", said))
    console.document({"x": [said, {said: said}]})
    console.failed(AuthenticationFailed(said, said))
    console.unusable(said)
    shown = capsys.readouterr()
    assert "********" in shown.out + shown.err
    assert [form for form in ("hunter2", plain, login) if form in shown.out + shown.err] == []


def test_json_is_ascii_whatever_mail_holds(capsys: pytest.CaptureFixture[str]) -> None:
    Console(json=True).document({"subject": "zoë \x9b \udc80"})
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert json.loads(shown)["subject"].startswith("zoë \x9b")


def test_doubt_about_delivery_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    error = Timeout("The peer did not say.", "Wait.")
    error.in_doubt = True
    Console().failed(error)
    assert "check before sending it again" in capsys.readouterr().err


def test_mail_errors_end_with_1_and_others_with_2() -> None:
    for error, code in ((Timeout("x"), 1), (ValueError("x"), 2), (FileNotFoundError(2, "no", "x"), 2)):
        with pytest.raises(click.exceptions.Exit) as left, outcome(Console()):
            raise error
        assert left.value.exit_code == code


def test_a_bug_is_not_disguised() -> None:
    with pytest.raises(KeyError), outcome(Console()):
        raise KeyError("x")


def test_text_that_is_not_utf8_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit), outcome(Console()):
        b"\xff".decode()
    assert capsys.readouterr().err == "mailwright: this text is not UTF-8: invalid start byte at byte 0\n"


def test_small_messages_and_pipes_get_no_progress_bar() -> None:
    with Console().progress(10) as small, Console().progress(10**8) as piped:
        assert (small, piped) == (None, None)


def test_a_large_message_has_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal then
    with Console().progress(2_000_000) as progress:
        assert progress is not None
        progress(1_000_000)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "sending" in shown.err
