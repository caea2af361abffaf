"""The demo does what it says, everywhere, and its exit code tells the truth."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from mailwright.cli import demo
from mailwright.cli.mistakes import Mistake, mistakes
from mailwright.devserver import Receiver
from unit.cli.conftest import Run


def test_everything_goes_as_it_should(run: Run) -> None:
    shown = run("demo")
    assert shown.exit_code == 0, shown.output
    assert "Everything went as it should" in shown.output
    assert "AUTH PLAIN ********" in shown.output
    assert "image/png  letter.png" in shown.output
    for reference in ("tls-mode-mismatch", "auth-bad-credentials", "cert-hostname-mismatch"):
        assert reference in shown.output


def test_the_same_facts_as_json(run: Run) -> None:
    shown = run("demo", "--json")
    found = json.loads(shown.stdout)
    assert (shown.exit_code, found["ok"], found["delivery"]["intact"]) == (0, True, True)
    assert found["delivery"]["structure"]["type"] == "multipart/mixed"
    assert [each["error"]["reference"] for each in found["mistakes"]] == [
        each["expected"] for each in found["mistakes"]
    ]
    assert shown.stderr == ""


def test_it_fits_eighty_columns(run: Run) -> None:
    lines = run("demo", COLUMNS="80").output.splitlines()
    assert [line for line in lines if len(line) > 80 or line != line.rstrip()] == []


def test_it_needs_no_terminal_no_input_and_little_time() -> None:
    began = time.monotonic()
    words = [sys.executable, "-m", "mailwright", "demo"]
    shown = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert time.monotonic() - began < 10


def test_the_password_is_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "hunter2hunter2")
    for arguments in (["demo"], ["demo", "--json"]):
        assert "hunter2" not in run(*arguments).output


@pytest.mark.parametrize("expected", ["another-reference", None])
def test_a_mistake_that_gives_another_error_fails(
    expected: str | None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing() -> None: ...

    def other(*args: object) -> tuple[Mistake, ...]:
        first = mistakes(*args)[0]  # type: ignore[arg-type]  # handed on as they are
        return (Mistake("m", expected or "x", nothing if expected is None else first.make),)

    monkeypatch.setattr(demo, "mistakes", other)
    shown = run("demo")
    assert shown.exit_code == 1
    assert "Something did not go as it should" in shown.output


def test_a_message_that_does_not_arrive_byte_for_byte_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = demo._arrived

    def altered(console: object, receiver: Receiver, sent: bytes, said: str, password: str) -> object:
        return real(console, receiver, sent + b"x", said, password)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(demo, "_arrived", altered)
    shown = run("demo", "--json")
    assert (shown.exit_code, json.loads(shown.stdout)["delivery"]["intact"]) == (1, False)


def test_a_machine_where_nothing_can_listen_fails_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(13, "not here")

    monkeypatch.setattr(demo, "make_certificate", refuse)
    shown = run("demo")
    assert (shown.exit_code, shown.stderr) == (1, "mailwright: not here\n")
