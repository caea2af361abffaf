"""The catcher as a program: it listens, shows, and ends when it is told to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailwright.cli.serve import _subject as subject_of
from mailwright.errors import AuthenticationFailed, SenderRefused
from mailwright.mime import Message
from mailwright.net import Security, Tls
from mailwright.smtp import SmtpClient
from unit.cli.conftest import PASSWORD, USER, Run, Start

MESSAGE = Message(from_="Alice <alice@example.com>", to="b@example.org", subject="Hello →", text="hi")


def read(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else b""
    found: dict[str, Any] = json.loads(line)
    return found


def send(listening: dict[str, Any], **options: Any) -> None:
    with SmtpClient("localhost", listening["port"], tls=Tls(ca=listening["ca"]), timeout=20, **options) as smtp:
        smtp.send(MESSAGE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_what_arrives_and_a_signal_ends_it_cleanly(end: signal.Signals, start: Start, tmp_path: Path) -> None:
    process = start("serve", "--port", "0", "--json", "--save", tmp_path)
    listening = read(process)
    assert (listening["event"], listening["host"]) == ("listening", "127.0.0.1")
    send(listening, security=Security.STARTTLS)
    mail = read(process)
    assert (mail["event"], mail["sender"], mail["recipients"]) == ("mail", "alice@example.com", ["b@example.org"])
    assert (mail["tls"], mail["size"]) == (True, len(MESSAGE.to_bytes()))
    assert (tmp_path / "00001.eml").read_bytes() == MESSAGE.to_bytes()
    process.send_signal(end)
    assert process.communicate(timeout=20) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals")
def test_people_get_a_line_for_each_mail(start: Start) -> None:
    process = start("serve", "--port", "0", "--no-tls")
    assert process.stdout is not None
    first = process.stdout.readline().decode()
    port = int(first.partition("port ")[2].partition(".")[0])
    with SmtpClient("127.0.0.1", port, security=Security.NONE) as smtp:
        smtp.send(b"Subject: \x1b[31mred\r\n\r\n", envelope=_envelope())
    line = process.stdout.readline().decode()
    assert "alice@example.com -> b@example.org" in line
    assert "\x1b" not in line
    process.terminate()
    assert process.wait(20) == 0


def _envelope() -> Any:
    from mailwright.mime import Envelope

    return Envelope("alice@example.com", ["b@example.org"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals")
def test_a_client_that_says_nothing_does_not_keep_it_alive(start: Start) -> None:
    process = start("serve", "--port", "0", "--json")
    with socket.create_connection(("127.0.0.1", read(process)["port"])) as idle:
        assert idle.recv(3) == b"220"
        process.terminate()
        assert process.wait(20) == 0


def test_with_a_user_mail_is_taken_only_after_a_login(start: Start) -> None:
    process = start("serve", "--port", "0", "--json", "--user", USER, MAILWRIGHT_PASSWORD=PASSWORD)
    listening = read(process)
    with pytest.raises(SenderRefused):
        send(listening)
    with pytest.raises(AuthenticationFailed):
        send(listening, username=USER, password="wrong one")
    send(listening, username=USER, password=PASSWORD)
    assert read(process)["user"] == USER
    process.kill()
    assert PASSWORD.encode() not in b"".join(process.communicate())


def test_without_tls_the_login_is_offered_in_the_clear(start: Start) -> None:
    process = start("serve", "--port", "0", "--no-tls", "--json", "--user", USER, MAILWRIGHT_PASSWORD=PASSWORD)
    listening = read(process)
    assert listening["ca"] is None
    with SmtpClient("127.0.0.1", listening["port"], username=USER, password=PASSWORD, security=Security.NONE) as smtp:
        smtp.send(MESSAGE)


def test_tls_without_the_extra_names_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    shown = run("serve", "--tls", "--port", "0")
    assert (shown.exit_code, shown.stderr.count("\n")) == (2, 1)
    assert "mailwright[crypto]" in shown.stderr


def test_a_second_port_speaks_tls_at_once(start: Start) -> None:
    listening = read(start("serve", "--port", "0", "--tls-port", "0", "--json"))
    tls = Tls(ca=listening["ca"])
    with SmtpClient("localhost", listening["tls_port"], security=Security.TLS, tls=tls) as smtp:
        assert smtp.send(MESSAGE).tls is not None


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        (MESSAGE.to_bytes(), "Hello →"),
        ("Subject: zoë\r\n\r\n".encode(), "zoë"),
        (b"Subject: a\r\n b\r\n\r\n", "a b"),
        (b"", ""),
        (b"no header at all", ""),
    ],
)
def test_the_subject_is_readable(content: bytes, subject: str) -> None:
    assert subject_of(content) == subject


@pytest.mark.parametrize("content", [b"Subject: \xff\r\n\r\n", b"From: <\r\nSubject: =?x?q?=?=\r\n\r\n", b"\0:\r\n"])
def test_malformed_mail_does_not_end_it(content: bytes) -> None:
    assert isinstance(subject_of(content), str)


# --- what cannot be ---


def test_a_port_in_use_is_one_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shown = run("serve", "--port", taken.getsockname()[1])
    assert shown.exit_code == 1
    assert shown.stderr.startswith("mailwright: cannot listen at 127.0.0.1 port")
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "70000"),
        (["--user", "alice"], "the password of alice is missing"),
        (["--user", "alice", "--password-file", "/no/such/file"], "/no/such/file: No such file"),
        (["--no-tls", "--tls-port", "0"], "--tls-port needs TLS"),
        (["--size", "0"], "--size"),
    ],
)
def test_a_command_that_makes_no_sense_ends_with_2(arguments: list[str], said: str, run: Run) -> None:
    shown = run("serve", *arguments)
    assert shown.exit_code == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.output


def test_a_folder_that_cannot_be_made_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shown = run("serve", "--save", tmp_path / "file" / "folder")
    assert shown.exit_code == 2
    assert str(tmp_path) in shown.stderr


def test_an_address_of_another_machine_is_one_sentence(run: Run) -> None:
    shown = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert (shown.exit_code, shown.stderr.count("\n")) == (1, 1)
