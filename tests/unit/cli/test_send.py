"""Sending from the command line: what arrives, what is said, and what is never said."""

from __future__ import annotations

import base64
import json
import socket
import sys
from pathlib import Path

import pytest

from mailwright.devserver import Receiver
from mailwright.testing import ScriptedServer
from unit.cli.conftest import PASSWORD, USER, Run

MAIL = ["send", "--from", "alice@example.com", "--to", "b@example.com", "--subject", "Hi", "--text", "hello"]


def test_it_arrives(run: Run, receiver: Receiver, to_server: list[str]) -> None:
    shown = run(*MAIL, "--bcc", "carol@example.com", *to_server)
    assert shown.exit_code == 0, shown.output
    (caught,) = receiver.inbox.wait(1)
    assert [address.addr_spec for address in caught.recipients] == ["b@example.com", "carol@example.com"]
    assert caught.is_secured
    assert b"hello" in caught.content
    assert b"carol@" not in caught.content
    assert "b@example.com, carol@example.com" in shown.stdout
    assert "TLSv1.3" in shown.stdout


def test_the_receipt_as_json(run: Run, to_server: list[str]) -> None:
    shown = run(*MAIL, *to_server, "--json")
    found = json.loads(shown.stdout)
    assert (found["ok"], found["sent"], found["accepted"]) == (True, True, ["b@example.com"])
    assert found["tls"]["version"] == "TLSv1.3"
    assert (found["reply"]["code"], found["refused"]) == (250, {})


def test_a_file_arrives_byte_for_byte_without_its_bcc(
    run: Run, receiver: Receiver, to_server: list[str], tmp_path: Path
) -> None:
    message = tmp_path / "m.eml"
    head, tail = b"From: a@example.com\r\nTo:  b@example.com\r\n", b"X-Odd:  y \r\n\r\n.dot\r\nFrom x\r\n"
    message.write_bytes(head + b"Bcc: c@example.com\r\n" + tail)
    assert run("send", message, *to_server).exit_code == 0
    (caught,) = receiver.inbox.wait(1)
    assert caught.content == head + tail
    assert len(caught.recipients) == 2


def test_implicit_tls_by_url(run: Run, receiver: Receiver) -> None:
    shown = run(*MAIL, "--url", f"smtps://localhost:{receiver.tls_port}", "--ca", receiver.ca)
    assert shown.exit_code == 0, shown.output


def test_a_pinned_certificate_needs_no_authority(run: Run, receiver: Receiver) -> None:
    import hashlib
    import ssl

    der = ssl.PEM_cert_to_DER_cert(receiver.ca.read_text())
    pin = hashlib.sha256(der).hexdigest()
    server = ["--host", "localhost", "--port", str(receiver.port), "--security", "starttls"]
    assert run(*MAIL, *server, "--pin", pin).exit_code == 0
    refused = run(*MAIL, *server, "--pin", "0" * 64, "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["error"]["stage"]) == (1, "certificate")


# --- refusals ---


def test_a_partly_refused_message_ends_with_1_and_the_list(run: Run, receiver: Receiver, to_server: list[str]) -> None:
    shown = run(*MAIL, "--to", "nobody@example.com", *to_server)
    assert shown.exit_code == 1
    assert "nobody@example.com: 550 5.1.1 No such user" in shown.stdout
    found = json.loads(run(*MAIL, "--to", "nobody@example.com", *to_server, "--json").stdout)
    assert (found["ok"], found["accepted"]) == (False, ["b@example.com"])
    assert found["refused"]["nobody@example.com"]["code"] == 550
    assert len(receiver.inbox.wait(2)) == 2


def test_all_or_nothing_can_be_asked_for(run: Run, receiver: Receiver, to_server: list[str]) -> None:
    shown = run(*MAIL, "--to", "nobody@example.com", "--partial", "abort", *to_server, "--json")
    assert shown.exit_code == 1
    error = json.loads(shown.stdout)["error"]
    assert (error["error"], list(error["refused"])) == ("RecipientsRefused", ["nobody@example.com"])
    assert len(receiver.inbox) == 0


def test_a_wrong_password_ends_with_1_and_is_not_shown(run: Run, to_server: list[str]) -> None:
    shown = run(*MAIL, "--user", USER, *to_server, "--json", MAILWRIGHT_PASSWORD="wrong-and-secret")
    error = json.loads(shown.stdout)["error"]
    assert (shown.exit_code, error["reference"], error["reply"]["code"]) == (1, "auth-bad-credentials", 535)
    assert "wrong-and-secret" not in shown.output


def test_a_port_where_nobody_listens(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    shown = run(*MAIL, "--host", "localhost", "--port", port, "--timeout", "5")
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert "tcp-refused" in shown.stderr


def test_the_wrong_kind_of_tls_is_explained_in_options(run: Run, receiver: Receiver, to_server: list[str]) -> None:
    shown = run(*MAIL, *to_server, "--security", "tls")
    assert shown.exit_code == 1
    assert "tls-mode-mismatch" in shown.stderr
    assert "use --security starttls" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which server?"),
        (["--host", "a b"], "'a b' is not a valid name"),
        (["--host", "localhost", "--port", "99999"], "99999 is not between"),
        (["--host", "localhost", "--timeout", "-1"], "timeout"),
        (["--host", "localhost", "--ca", "/no/such.pem"], "/no/such.pem"),
        (["--host", "localhost", "--pin", "abc"], "no SHA-256 fingerprint"),
        (["--host", "localhost", "--local-hostname", "a b"], "a b"),
        (["--host", "localhost", "--url", "smtp://localhost"], "--host cannot be given as well"),
        (["--url", "http://localhost"], "scheme"),
        (["--host", "localhost", "--user", "alice"], "MAILWRIGHT_PASSWORD"),
        (["--host", "localhost", "--user", "alice", "--password-env", "OTHER"], "OTHER"),
    ],
)
def test_what_cannot_be_is_one_line_and_ends_with_2(arguments: list[str], said: str, run: Run) -> None:
    shown = run(*MAIL, *arguments)
    assert shown.exit_code == 2, shown.output
    assert said in shown.stderr
    assert (shown.stdout, shown.stderr.count("\n")) == ("", 1)


# --- secrets ---


@pytest.mark.parametrize("extra", [[], ["--transcript"], ["--json", "--transcript"]])
def test_a_login_from_the_environment_shows_no_secret(
    extra: list[str], run: Run, receiver: Receiver, to_server: list[str]
) -> None:
    shown = run(*MAIL, "--user", USER, *to_server, *extra, MAILWRIGHT_PASSWORD=PASSWORD)
    assert shown.exit_code == 0, shown.output
    assert receiver.inbox.wait(1)[0].username == USER
    plain = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    assert [secret for secret in (PASSWORD, plain) if secret in shown.output] == []
    assert ("AUTH PLAIN ********" in shown.stderr) is ("--transcript" in extra)


def test_a_server_that_repeats_the_password_is_starred(run: Run) -> None:
    plain = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    script = f"""
        S: 220 mail.example.com
        C: *
        S: 250-mail.example.com
        S: 250 AUTH PLAIN
        C: *
        S: 535 5.7.8 {PASSWORD} is wrong, and so is {plain}
        == close
    """
    for extra in ([], ["--json"]):
        with ScriptedServer(script) as server:
            to = ["--host", "localhost", "--port", server.port, "--user", USER, "--transcript", *extra]
            shown = run(*MAIL, *to, MAILWRIGHT_PASSWORD=PASSWORD)
        assert shown.exit_code == 1
        assert "******** is wrong, and so is ********" in shown.output
        assert [secret for secret in (PASSWORD, plain) if secret in shown.output] == []


def test_a_login_from_a_file_and_from_another_variable(
    run: Run, receiver: Receiver, to_server: list[str], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    assert run(*MAIL, "--user", USER, "--password-file", tmp_path / "password", *to_server).exit_code == 0
    assert run(*MAIL, "--user", USER, "--password-env", "OTHER", *to_server, OTHER=PASSWORD).exit_code == 0
    assert [caught.username for caught in receiver.inbox.wait(2)] == [USER, USER]


def test_an_empty_password_file_ends_with_2(run: Run, to_server: list[str], tmp_path: Path) -> None:
    (tmp_path / "password").touch()
    shown = run(*MAIL, "--user", USER, "--password-file", tmp_path / "password", *to_server)
    assert (shown.exit_code, "is empty" in shown.stderr) == (2, True)


def test_a_terminal_is_asked(
    run: Run, receiver: Receiver, to_server: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailwright.cli.server.sys", _Terminal)
    shown = run(*MAIL, "--user", USER, *to_server, stdin=f"{PASSWORD}\n")
    assert shown.exit_code == 0, shown.output
    assert "Password of alice" in shown.stderr
    assert PASSWORD not in shown.output
    assert receiver.inbox.wait(1)[0].username == USER


class _Terminal:
    class stdin:  # noqa: N801  stands in for sys.stdin
        @staticmethod
        def isatty() -> bool:
            return True


@pytest.mark.parametrize(
    "url",
    ["smtp://alice:hunter2@localhost", "smtp://:hunter2@localhost", "smtp://al:hunter2/x@localhost", "x://a:hunter2@h"],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str, run: Run) -> None:
    shown = run(*MAIL, "--url", url)
    assert shown.exit_code == 2
    assert "hunter2" not in shown.output
    assert shown.stderr.count("\n") == 1


def test_a_url_in_the_environment_may_hold_a_password(run: Run, receiver: Receiver) -> None:
    url = f"smtp+starttls://{USER}:{PASSWORD.replace(' ', '%20')}@localhost:{receiver.port}"
    shown = run(*MAIL, "--ca", receiver.ca, "--transcript", MAILWRIGHT_URL=url)
    assert shown.exit_code == 0, shown.output
    assert receiver.inbox.wait(1)[0].username == USER
    assert PASSWORD not in shown.output


def test_a_host_on_the_command_line_does_not_get_the_environments_password(
    run: Run, receiver: Receiver, to_server: list[str]
) -> None:
    shown = run(*MAIL, *to_server, MAILWRIGHT_URL="smtps://bob:hunter2@smtp.example.com")
    assert shown.exit_code == 0, shown.output
    assert receiver.inbox.wait(1)[0].username is None


# --- large ones ---


def test_a_large_message_shows_a_bar_on_a_terminal(
    run: Run, receiver: Receiver, to_server: list[str], tmp_path: Path
) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(3_000_000))
    shown = run(*MAIL, "--attach", tmp_path / "large.bin", *to_server, "--json", FORCE_COLOR="1")
    assert shown.exit_code == 0, shown.output
    assert "sending" in shown.stderr
    assert json.loads(shown.stdout)["size"] == len(receiver.inbox.wait(1)[0].content)
    assert sys.getsizeof(shown.stderr) < 100_000
