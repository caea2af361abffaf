"""From options and files to a message and its envelope."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mailwright.cli.composing import without_bcc
from unit.cli.conftest import Run

ADDRESSES = ["--from", "Alice <alice@example.com>", "--to", "b@example.com"]


def dry(run: Run, *arguments: object, **more: Any) -> dict[str, Any]:
    shown: Result = run("send", "--dry-run", "--json", *arguments, **more)
    assert shown.exit_code == 0, shown.output
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# --- made from options ---


def test_text_html_and_attachments(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "report.pdf", b"%PDF")
    found = dry(run, *ADDRESSES, "--subject", "s", "--text", "hi", "--html", "<p>hi</p>", "--attach", file)
    alternative, attached = found["structure"]["parts"]
    assert [part["type"] for part in alternative["parts"]] == ["text/plain", "text/html"]
    assert (attached["type"], attached["name"], attached["size"]) == ("application/pdf", "report.pdf", 4)
    assert found["sent"] is False


def test_recipients_may_be_lists_and_may_be_repeated(run: Run) -> None:
    more = ["--to", "C <c@example.com>, d@example.com", "--cc", "e@example.com", "--bcc", "f@example.com"]
    found = dry(run, *ADDRESSES, *more, "--text", "x")
    assert found["envelope"]["recipients"] == [f"{who}@example.com" for who in "bcdef"]


@pytest.mark.parametrize("option", ["--text", "--text-file", "--html", "--html-file"])
def test_a_dash_is_standard_input(option: str, run: Run) -> None:
    found = dry(run, *ADDRESSES, option, "-", stdin="12345\n")
    assert found["structure"]["size"] >= 5


def test_text_and_html_from_files(run: Run, tmp_path: Path) -> None:
    text, html = written(tmp_path / "a.txt", "größe".encode()), written(tmp_path / "a.html", b"<p>")
    found = dry(run, *ADDRESSES, "--text-file", text, "--html-file", html)
    assert [part["type"] for part in found["structure"]["parts"]] == ["text/plain", "text/html"]


def test_a_header_replaces_and_its_repetition_adds(run: Run, tmp_path: Path) -> None:
    found = dry(run, *ADDRESSES, "--text", "x", "--header", "Sender: s@example.com", "--header", "X-A: 1")
    assert found["envelope"]["sender"] == "s@example.com"


def test_a_dry_run_shows_people_the_same(run: Run) -> None:
    shown = run("send", "--dry-run", *ADDRESSES, "--text", "x")
    assert shown.exit_code == 0
    assert "Nothing is sent" in shown.output
    assert "   from      alice@example.com\n   to        b@example.com\n" in shown.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "there is nothing to send"),
        (["--text", "x"], "give --from"),
        (["--from", "a@example.com", "--text", "x"], "give --to, --cc or --bcc"),
        (["--from", "a@example.com", "--to", "nobody", "--text", "x"], "'nobody' is no address"),
        (["--from", "a@b@c", "--to", "a@example.com", "--text", "x"], "From"),
        ([*ADDRESSES, "--text", "-", "--html", "-"], "only one option can be -"),
        ([*ADDRESSES, "--text", "x", "--text-file", "y"], "not both"),
        ([*ADDRESSES, "--text-file", "/no/such/file"], "/no/such/file: No such file or directory"),
        ([*ADDRESSES, "--attach", "/no/such/file"], "/no/such/file"),
        ([*ADDRESSES, "--attach", "/"], "/"),
        ([*ADDRESSES, "--text", "x", "--header", "X-A"], '"Name: value"'),
        ([*ADDRESSES, "--text", "x", "--header", "X-A: a\nBcc: v@example.com"], "X-A"),
        ([*ADDRESSES, "--subject", "a\r\nBcc: v@example.com"], "Subject"),
        (["/no/such.eml"], "/no/such.eml: No such file or directory"),
        (["message.eml", "--subject", "s"], "--subject is for a message made here"),
    ],
)
def test_what_cannot_be_is_one_line_and_ends_with_2(arguments: list[str], said: str, run: Run) -> None:
    shown = run("send", "--dry-run", *arguments)
    assert shown.exit_code == 2
    assert said.lower() in shown.stderr.lower()
    assert (shown.stdout, shown.stderr.count("\n")) == ("", 1)
    as_json = run("send", "--dry-run", "--json", *arguments)
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["error"]["reference"] == "bad-input"


def test_text_that_is_not_utf8_ends_with_2(run: Run, tmp_path: Path) -> None:
    shown = run("send", "--dry-run", *ADDRESSES, "--text-file", written(tmp_path / "a", b"\xff"))
    assert (shown.exit_code, shown.stderr.count("\n")) == (2, 1)


# --- there already ---

MAIL = b"From: a@example.com\nTo: b@example.com\nBCC: c@example.com,\n d@example.com\nSubject: s\n\nBcc: stays\n"


def test_a_message_names_its_envelope(run: Run, tmp_path: Path) -> None:
    found = dry(run, written(tmp_path / "m.eml", MAIL))
    recipients = [f"{who}@example.com" for who in "bcd"]
    assert found["envelope"] == {"sender": "a@example.com", "recipients": recipients}


def test_options_overrule_its_envelope(run: Run) -> None:
    found = dry(run, "-", "--from", "Bounces <x@example.com>", "--to", "y@example.com,z@example.com", stdin=MAIL)
    assert found["envelope"] == {"sender": "x@example.com", "recipients": ["y@example.com", "z@example.com"]}
    assert dry(run, "-", "--from", "", stdin=MAIL)["envelope"]["sender"] is None


def test_options_stand_in_for_what_its_header_lacks(run: Run) -> None:
    found = dry(run, "-", "--from", "x@example.com", "--to", "y@example.com", stdin=b"Subject: s\n\nhi\n")
    assert found["envelope"] == {"sender": "x@example.com", "recipients": ["y@example.com"]}


@pytest.mark.parametrize("mail", [b"", b"\n", b"Subject: s\n\nhi\n", b"From: a@example.com\n\nhi\n"])
def test_a_message_without_sender_or_recipient_ends_with_2(mail: bytes, run: Run) -> None:
    shown = run("send", "-", "--dry-run", stdin=mail)
    assert (shown.exit_code, shown.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (MAIL, b"From: a@example.com\nTo: b@example.com\nSubject: s\n\nBcc: stays\n"),
        (b"Bcc: a\r\n\r\nx", b"\r\nx"),
        (b"Resent-Bcc : a\r\n\tb\r\nX: 1\r\n\r\n", b"X: 1\r\n\r\n"),
        (b"X: 1\rBcc: a\r\rBcc: b", b"X: 1\r\rBcc: b"),
        (b"X: 1\nBcc: a", b"X: 1\n"),
        (b"X: 1\nbcc:\n \n a\nY: 2\n\n", b"X: 1\nY: 2\n\n"),
        (b"", b""),
        (b"\n\nBcc: b", b"\n\nBcc: b"),
    ],
)
def test_bcc_is_cut_out_and_every_other_byte_stays(raw: bytes, kept: bytes) -> None:
    assert without_bcc(raw) == kept


def test_cutting_takes_linear_time() -> None:
    assert without_bcc(b"Bcc: a\n" * 200_000 + b"\n") == b"\n"
