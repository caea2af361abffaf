"""``python -m mailwright.mime`` needs nothing but the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailwright.mime import KINDS
from mailwright.mime.__main__ import main
from source_files import ROOT

CORPUS = ROOT / "tests" / "corpus"

# As where the extra cli was never installed; and nothing may load what only the network needs.
BARE = """
import sys, runpy
for name in ("click", "rich", "ssl", "socket", "asyncio", "cryptography"):
    sys.modules[name] = None
runpy.run_module("mailwright.mime", run_name="__main__", alter_sys=True)
"""

NONSENSE = """\
  From: Ada <ada@example.com>
  To: Ben <ben@example.org>
  Subject: x
  Date: Mon, 2 Nov 2026 08:15:00 +0100
  1  text/plain  klingon, shouting, 1 line, 16 bytes
  type-invalid at 0 (text; charset=klingon): {type_invalid}
  encoding-unknown at 0 (shouting): Content-Transfer-Encoding is none that is known; the content is taken as it is.
  charset-unknown at 0 (klingon): The charset of a text is none that is known; it is guessed.
  field-repeated at 106 (Date): A field that may occur once occurs again (RFC 5322 3.6).
  date-invalid at 106 (yesterday evening): Date cannot be read (RFC 5322 3.3).

"""


def bare(*names: object, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-c", BARE, *map(str, names)]
    env = {"PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(words, input=stdin, capture_output=True, env=env, timeout=30, check=False)


def test_it_runs_without_click_rich_and_the_network() -> None:
    path = CORPUS / "malformed" / "nonsense-everywhere.eml"
    shown = bare(path)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.decode() == f"{path}\n{NONSENSE.format(type_invalid=KINDS['type-invalid'])}"


def test_trees_are_drawn_in_what_the_terminal_knows() -> None:
    raw = (CORPUS / "wild" / "apple-inline-photo.eml").read_bytes()
    assert '  ├── 2  image/jpeg  base64, 3 bytes, inline, "beach.jpg"\n' in bare("-", stdin=raw).stdout.decode()
    assert (
        b'  +-- 2  image/jpeg  base64, 3 bytes, inline, "beach.jpg"\n'
        in bare("-", stdin=raw, PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout
    )
    assert rb"na\xefve" in bare("-", stdin="Subject: naïve\n\n".encode(), PYTHONIOENCODING="ascii").stdout


def test_a_file_that_is_not_there_does_not_hide_the_others(tmp_path: Path) -> None:
    shown = bare(tmp_path / "none", CORPUS / "rfc" / "plain.eml")
    assert shown.returncode == 1
    assert shown.stderr.decode().endswith("none: No such file or directory\n")
    assert b"Subject: Keys" in shown.stdout


def test_a_mailbox_has_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"From - \nSubject: one\n\n\nFrom - \nSubject: two\n\n")
    assert main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "message" in line] == [f"{path}, message 1", f"{path}, message 2"]


def test_a_report_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m"
    path.write_bytes(
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        b"Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\n"
    )
    assert main([str(path)]) == 0
    assert "  failed: bob@example.org 5.1.1\n" in capsys.readouterr().out


def test_nothing_in_mail_controls_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"Subject: \x1b]0;x\x07\nFrom: a@example.com\nContent-Type: text/\x1b[31m\n\n")
    assert main([str(path)]) == 0
    shown = capsys.readouterr().out
    assert r"Subject: \x1b]0;x\x07" in shown
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["--", "x"]])
def test_it_says_how_it_is_used(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("usage: python -m mailwright.mime FILE...")


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor the way a Unix shell does")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_it_works_with_a_standard_stream_closed(closed: str) -> None:
    path = CORPUS / "rfc" / "plain.eml"
    words = ["sh", "-c", f'"$0" -m mailwright.mime "{path}" {closed}', sys.executable]
    shown = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert (shown.returncode, shown.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_it_is_quiet_when_nobody_reads_any_more(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"From - \nSubject: x\n\nx\n\n" * 5000)
    words = [sys.executable, "-m", "mailwright.mime", str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline()
        program.stdout.close()
        assert (program.stderr.read(), program.wait(30)) == (b"", 1)
