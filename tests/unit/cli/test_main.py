"""The way in: the version, the help, and what is said when the extra is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

import mailwright
from unit.cli.conftest import Run

# A finder that does not know a package: the interpreter as it is where the extra was not installed.
WITHOUT = """
import sys
MISSING = sys.argv.pop(1)
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.split(".")[0] == MISSING else PathFinder.find_spec(name, path, target)
sys.meta_path[:] = [Without if finder is PathFinder else finder for finder in sys.meta_path]
from mailwright.cli.main import main
main()
"""


def python(*arguments: str, shell: str | None = None) -> subprocess.CompletedProcess[str]:
    words = ["sh", "-c", shell, sys.executable] if shell else [sys.executable, *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)


def test_the_version() -> None:
    shown = python("-m", "mailwright", "--version")
    assert (shown.returncode, shown.stdout) == (0, f"mailwright, version {mailwright.__version__}\n")


def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    shown = python("-c", WITHOUT, "click")
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert shown.stderr == "The command line needs click: pip install 'mailwright[cli]'\n"


def test_the_demo_says_which_extra_makes_certificates() -> None:
    shown = python("-c", WITHOUT, "cryptography", "demo")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.count("\n") == 1
    assert "pip install 'mailwright[crypto]'" in shown.stderr


@pytest.mark.parametrize("command", ["demo", "parse", "send", "serve"])
def test_every_command_explains_itself_and_has_json(command: str, run: Run) -> None:
    shown: Result = run(command, "--help")
    assert shown.exit_code == 0
    assert "--json" in shown.output


def test_an_unknown_command_is_a_usage_error(run: Run) -> None:
    assert run("fly").exit_code == 2


def test_no_password_can_be_given_on_the_command_line(run: Run) -> None:
    shown = run("send", "--password", "hunter2")
    assert shown.exit_code == 2
    assert "hunter2" not in shown.output


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor the way a Unix shell does")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_it_works_with_a_standard_stream_closed(closed: str, tmp_path: Path) -> None:
    message = tmp_path / "a.eml"
    message.write_bytes(b"From: a@example.com\nTo: b@example.com\n\nhi\n")
    shown = python(shell=f'"$0" -m mailwright send "{message}" --dry-run {closed}')
    assert shown.returncode == 0, shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_terminal_that_knows_only_ascii_gets_escapes_not_a_crash(tmp_path: Path) -> None:
    message = tmp_path / "a.eml"
    message.write_bytes("From: a@example.com\nTo: zoë@example.com\n\nhi\n".encode())
    words = [sys.executable, "-m", "mailwright", "send", str(message), "--dry-run"]
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    shown = subprocess.run(words, capture_output=True, env=env, timeout=30, check=False)
    assert shown.returncode == 0, shown.stderr
    assert rb"zo\xeb@example.com" in shown.stdout
