"""Scripts: conversations as data, and whoever plays the server's part of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from mailwright.errors import Timeout
from mailwright.net.tls import TlsFacts

__all__ = ["FEEDS", "Feed", "Player", "Script", "Step"]

Feed = Literal["whole", "line", "byte"]
FEEDS: Final[tuple[Feed, ...]] = ("whole", "line", "byte")

_ANY: Final = b"*\r\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script."""

    number: int
    who: Literal["S", "C", "="]
    data: bytes


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation as data."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> Script:
        """Read a script.

        Raises:
            ValueError: a line is none of the forms above; the message gives its number.
        """
        return cls(tuple(_steps(text)))


def _steps(text: str) -> Iterator[Step]:
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip(" ") if line.lstrip().startswith(("#", "==")) else line.lstrip(" ")
        mark, rest = line[:2], line[2:].removeprefix(" ")
        if not line or line.startswith("#"):
            continue
        if mark == "S:":
            yield Step(number, "S", rest.encode() + b"\r\n")
        elif mark == "C:":
            yield Step(number, "C", rest.encode() + b"\r\n")
        elif mark == "S|":
            yield Step(number, "S", _unescaped(rest))
        elif mark == "C|":
            yield Step(number, "C", _unescaped(rest))
        elif mark == "==" and rest in ("tls", "close", "silence"):
            yield Step(number, "=", rest.encode())
        else:
            raise ValueError(
                f"line {number} of the script is neither S:, C:, S|, C|, == tls, close nor silence: {line!r}"
            )


def _unescaped(text: str) -> bytes:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


class Player:
    """The server's part of a script, played against whoever is the client.

    Args:
        script: what is to be said.
        feed: how much of what the server says arrives at once.
    """

    def __init__(self, script: Script, feed: Feed = "whole") -> None:
        self._steps = list(script.steps)
        self._at = 0
        self._feed = feed
        self._saying = b""
        self._heard = b""

    @property
    def event(self) -> str | None:
        """``tls``, ``close`` or ``silence``, when that comes next."""
        step = self._step("=")
        return None if self._saying or step is None else step.data.decode()

    @property
    def finished(self) -> bool:
        """Whether everything has been said."""
        return self._at >= len(self._steps) and not self._saying

    def hear(self, data: bytes) -> None:
        """Take what the client said.

        Raises:
            AssertionError: the script expects something else.
        """
        self._heard += data
        while self._heard and (step := self._step("C")) is not None:
            if step.data == _ANY:
                end = self._heard.find(b"\n") + 1
                if not end:
                    return
            elif self._heard.startswith(step.data):
                end = len(step.data)
            elif step.data.startswith(self._heard):
                return
            else:
                raise AssertionError(f"line {step.number}: expected {step.data!r}, the client said {self._heard!r}")
            self._heard = self._heard[end:]
            self._at += 1
        # A flight may run ahead of the script only while the server still has something to say first.
        if self._heard and self._step("S") is None and self.event not in ("close", "silence"):
            raise AssertionError(f"the client said {self._heard!r}, and the script expects {self._expected()}")

    def say(self) -> bytes | None:
        """What arrives at the client next; ``None`` when it is the client's turn."""
        if not self._saying:
            parts: list[bytes] = []
            while (step := self._step("S")) is not None:
                parts.append(step.data)
                self._at += 1
            self._saying = b"".join(parts)
            self.hear(b"")
        if not self._saying:
            return None
        size = {"whole": len(self._saying), "line": self._saying.find(b"\n") + 1 or len(self._saying), "byte": 1}
        said, self._saying = self._saying[: size[self._feed]], self._saying[size[self._feed] :]
        return said

    def pass_event(self) -> None:
        """Note that the event that came next has happened."""
        self._at += 1

    def expect_end(self) -> None:
        """Check that the whole script was played.

        Raises:
            AssertionError: something is left, other than silence.
        """
        if not self.finished and self.event not in ("silence", "close"):
            raise AssertionError(f"the conversation ended, and the script expects {self._expected()}")

    def read(self) -> bytes:
        """What a reading client gets: bytes, ``b""`` at the close, ``Timeout`` in silence."""
        said = self.say()
        if said is not None:
            return said
        if self.event == "close":
            return b""
        if self.event == "silence":
            raise Timeout("The script has the server say nothing.")
        raise AssertionError(f"the client waits for the server, and the script expects {self._expected()}")

    def secure(self, server_name: str | None) -> TlsFacts:
        """What a handshake gives."""
        if self.event != "tls":
            raise AssertionError(f"the client begins TLS, and the script expects {self._expected()}")
        self.pass_event()
        return TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, server_name, None)

    def _step(self, who: str) -> Step | None:
        step = self._steps[self._at] if self._at < len(self._steps) else None
        return step if step is not None and step.who == who else None

    def _expected(self) -> str:
        if self._saying:
            return f"the client to read {self._saying!r}"
        if self._at >= len(self._steps):
            return "nothing more"
        step = self._steps[self._at]
        return f"line {step.number}: {step.who} {step.data!r}"
