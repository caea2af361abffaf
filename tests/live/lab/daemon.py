"""A server as a child process: started in the foreground, waited for, ended with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

START_DEADLINE = 10.0  # seconds; a start takes a tenth of one on an idle machine
STOP_DEADLINE = 5.0
POLL = 0.01


class Daemon:
    """One server on fixed ports. It can be stopped and started again; the ports stay the same.

    Args:
        name: what failure messages call it.
        command: the program and its arguments; it must stay in the foreground.
        log: the file the server writes its log to.
        ready: the ports that must answer before the server counts as started, each with whether its server speaks
            first (behind implicit TLS it does not).
        environment: variables to add to ours.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        ready: Mapping[int, bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self._ready = dict(ready)
        self._environment = {**os.environ, **(environment or {})}
        self._console = log.with_suffix(".console")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the server was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def group(self) -> int:
        """The process group everything the server starts belongs to."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    def start(self) -> None:
        """Start the server and return when every port answers."""
        assert not self.running, f"{self.name} is running already"
        with self._console.open("ab") as console:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=self._environment,
                start_new_session=True,
            )
        try:
            self._wait_until(self._answers, START_DEADLINE, "did not start")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and its children; every open connection closes. Nothing happens when it is not running."""
        process = self._process
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_DEADLINE)
        self._kill_group(process.pid)
        process.wait(STOP_DEADLINE)
        self._wait_until(lambda: not group_exists(process.pid), STOP_DEADLINE, "left processes behind")
        self._process = None

    def restart(self) -> None:
        """Stop, then start on the same ports."""
        self.stop()
        self.start()

    def log_tail(self, lines: int = 40) -> str:
        """The end of the server's log, for failure messages."""
        kept = [file for file in (self._console, self.log) if file.exists()]
        texts = [line for file in kept for line in file.read_text("utf-8", "replace").splitlines()[-lines:]]
        return "\n".join([f"--- {self.name}, the end of its log ---", *texts])

    def _answers(self) -> bool:
        assert self.running, f"{self.name} ended while starting\n{self.log_tail()}"
        return all(_greets(port, speaks) for port, speaks in self._ready.items())

    def _wait_until(self, condition: Callable[[], bool], seconds: float, complaint: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{self.name} {complaint} in {seconds} s\n{self.log_tail()}"
            time.sleep(POLL)

    @staticmethod
    def _kill_group(group: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def group_exists(group: int) -> bool:
    """Whether any process of this group is alive. Zombies have ended; somebody else has yet to collect them."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended while we looked
            state, _parent, its_group = stat.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def _greets(port: int, speaks: bool) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
            return bool(probe.recv(1)) if speaks else True
    except OSError:
        return False
