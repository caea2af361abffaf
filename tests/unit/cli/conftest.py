"""The command line under test: in this process, or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from mailwright.cli.program import program
from mailwright.devserver import Receiver

Run: TypeAlias = Callable[..., Result]
Start: TypeAlias = Callable[..., "subprocess.Popen[bytes]"]

USER, PASSWORD = "alice", "correct horse battery"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILWRIGHT_PASSWORD", "MAILWRIGHT_URL", "COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""

    def run_it(*arguments: object, stdin: str | bytes | None = None, **env: str) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner(env=env).invoke(program, words, input=stdin, prog_name="mailwright")

    return run_it


@pytest.fixture
def start() -> Iterator[Start]:
    """Start it as a program of its own; ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start_it(*arguments: object, **env: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "mailwright", *(str(argument) for argument in arguments)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **env}))
        return started[-1]

    yield start_it
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes everything, in the clear or over TLS, and refuses the unknown."""

    def refuse(role: str, address: str) -> tuple[int, str] | None:
        return (550, "5.1.1 No such user") if role == "recipient" and address.startswith("nobody") else None

    with Receiver(tls_port=0, users={USER: PASSWORD}, refuse=refuse) as running:
        yield running


@pytest.fixture
def to_server(receiver: Receiver) -> list[str]:
    """The options that lead to the receiver, over STARTTLS."""
    return ["--host", "localhost", "--port", str(receiver.port), "--ca", str(receiver.ca)]
