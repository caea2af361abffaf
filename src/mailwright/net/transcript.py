"""A record of a conversation that is safe to paste: secrets are starred before they are stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["Entry", "Transcript"]

Who = Literal["C", "S", "*"]

_STARS: Final = b"********"
_LINE: Final = 1_000  # characters shown of one line
_BODY_LINES: Final = 60  # lines shown of one write; a message's body is not the conversation
_ENTRIES: Final = 20_000  # after that many, only the count goes on: a transcript must not eat the memory
_SHORTEST_ECHO: Final = 6  # a shorter secret would star innocent text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a conversation.

    Attributes:
        seconds: since the transcript began.
        who: ``C`` the client, ``S`` the server, ``*`` something that happened.
        text: the line without its end, secrets starred, control characters made visible.
    """

    seconds: float
    who: Who
    text: str

    def __str__(self) -> str:
        return f"{self.seconds:8.3f} {self.who}: {self.text}"


class Transcript:
    """Both directions of a connection, with times and secrets starred; ``print(transcript)`` is safe to paste.

    Args:
        show: called with each entry as it happens, to watch a conversation live.
    """

    def __init__(self, show: Callable[[Entry], None] | None = None) -> None:
        self._show = show
        self._began = time.monotonic()
        self._unfinished: tuple[Who, bytes] = ("*", b"")
        self._secrets: set[bytes] = set()
        self.entries: list[Entry] = []
        self.left_out = 0

    def __str__(self) -> str:
        lines = [str(entry) for entry in self.entries]
        if self.left_out:
            lines.append(f"... and {self.left_out} more lines")
        return "\n".join(lines)

    def sent(self, data: bytes, secrets: tuple[tuple[int, int], ...] = ()) -> None:
        """Record what we sent; ``secrets`` are the spans to star."""
        self._secrets.update(data[begin:end] for begin, end in secrets if end - begin >= _SHORTEST_ECHO)
        for begin, end in reversed(secrets):
            data = data[:begin] + _STARS + data[end:]
        lines = data.split(b"\n", _BODY_LINES)
        if len(lines) > _BODY_LINES:
            rest = lines.pop()
            self._record("C", b"\n".join(lines) + b"\n")
            self._add("C", f"... {len(rest)} more octets")
        else:
            self._record("C", data)

    def received(self, data: bytes) -> None:
        """Record what the server sent; should it repeat a secret, that is starred as well."""
        self._record("S", data)

    def noted(self, text: str) -> None:
        """Record something that happened: connected, TLS, closed."""
        self._finish()
        self._add("*", text)

    def _record(self, who: Who, data: bytes) -> None:
        if self._unfinished[0] != who:
            self._finish()
        elif self._unfinished[1]:
            data = self._unfinished[1] + data
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._add(who, self._shown(line.removesuffix(b"\r")))
        self._unfinished = (who, rest[-16 * _LINE :])

    def _finish(self) -> None:
        who, rest = self._unfinished
        self._unfinished = ("*", b"")
        if rest:
            self._add(who, self._shown(rest))

    def _shown(self, line: bytes) -> str:
        for secret in self._secrets:  # in whole lines, for an echo may come in pieces
            line = line.replace(secret, _STARS)
        return _visible(line)

    def _add(self, who: Who, text: str) -> None:
        if len(self.entries) >= _ENTRIES:
            self.left_out += 1
            return
        entry = Entry(time.monotonic() - self._began, who, text)
        self.entries.append(entry)
        if self._show is not None:
            self._show(entry)


def _visible(line: bytes) -> str:
    text = line[: 4 * _LINE].decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() or c == "\t" else f"\\x{ord(c):02x}" for c in text)
    return shown if len(shown) <= _LINE else shown[:_LINE] + f"... {len(line)} octets"
