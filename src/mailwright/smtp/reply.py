"""Replies: what a server says to each command (RFC 5321 4.2).

::

    Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    Reply-code = %x32-35 %x30-35 %x30-39

QUIRK: the second digit may be up to 9 and the line may end in a bare LF; both occur and neither is ambiguous.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from mailwright.dialogue import Dialogue, Patience, Wire
from mailwright.errors import LimitExceeded, ProtocolError, TlsModeMismatch

__all__ = ["Reply", "read_reply", "take_reply"]

_SHORT: Final = 80  # octets of a line worth remembering

_LINE: Final = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?\r*\n\Z")

# RFC 3463 2: status-code = class "." subject "." detail; RFC 2034 4: at the beginning of each line's text.
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?: |\Z)")


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer.

    Attributes:
        code: the three digits.
        enhanced: the enhanced status code (RFC 3463), such as ``5.7.1``, when there is one.
        lines: the text of each line, without codes.
    """

    code: int
    enhanced: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the server said, without its codes."""
        return "\n".join(self.lines)

    @property
    def is_positive(self) -> bool:
        """2xx: done."""
        return 200 <= self.code < 300

    @property
    def is_intermediate(self) -> bool:
        """3xx: go on."""
        return 300 <= self.code < 400

    @property
    def is_transient(self) -> bool:
        """4xx: not now; the same may work later."""
        return 400 <= self.code < 500

    @property
    def is_permanent(self) -> bool:
        """5xx: not like this."""
        return self.code >= 500

    def __str__(self) -> str:
        enhanced = f" {self.enhanced}" if self.enhanced else ""
        return f"{self.code}{enhanced} {' '.join(self.lines)}".rstrip()

    @classmethod
    def of(cls, code: int, lines: tuple[str, ...]) -> Reply:
        """Make a reply from its lines, taking the enhanced code out of them.

        A code whose class contradicts the reply's is left in the text (RFC 2034 4).
        """
        found = _ENHANCED.match(lines[0])
        if found is None or found[0][0] != str(code)[0]:
            return cls(code, None, lines)
        enhanced = found[1]
        prefix = f"{enhanced} "
        bare = tuple("" if line == enhanced else line.removeprefix(prefix) for line in lines)
        return cls(code, enhanced, bare)


def take_reply(wire: Wire) -> Reply | None:
    """Take a reply of one line from what has been received; ``None`` when it is not there, or has more lines."""
    line = wire.take_line()
    if line is None:
        return None
    if line[3:4] == b"-" or len(line) > _SHORT:
        wire.untake_line(line)
        return None
    return _short(line)


@functools.lru_cache(maxsize=256)  # servers say the same few things to everybody
def _short(line: bytes) -> Reply:
    code, _, text = _parsed(line)
    return Reply.of(code, (text,))


def read_reply(wire: Wire, patience: Patience) -> Dialogue[Reply]:
    """Read one reply, however many lines it has.

    Raises:
        ProtocolError: what came is not a reply.
        TlsModeMismatch: what came is TLS.
        LimitExceeded: too many lines, or one too long.
        ConnectionLost: the server closed first.
    """
    line = wire.take_line()
    if line is None:
        line = yield from _line(wire, patience, again=False)
    code, more, text = _parsed(line)
    lines = [text]
    while more:
        if len(lines) >= wire.limits.reply_lines:
            raise _too_many(wire.limits.reply_lines)
        line = wire.take_line()
        if line is None:
            line = yield from _line(wire, patience, again=True)
        next_code, more, text = _parsed(line)
        if next_code != code:
            raise ProtocolError(
                f"The server's reply began with {code} and went on with {next_code}.",
                "The conversation is out of step; connect again.",
            )
        lines.append(text)
    return Reply.of(code, tuple(lines))


def _line(wire: Wire, patience: Patience, *, again: bool) -> Dialogue[bytes]:
    """Wait for a line, unless what comes is none: a TLS record holds no line end to wait for."""
    while True:
        yield from wire.more(patience, again=again)
        if wire.looks_like_tls():
            raise TlsModeMismatch(
                "A plaintext reply was expected and the server answered with TLS.",
                "This port speaks TLS from the first byte: use Security.TLS.",
            )
        line = wire.take_line()
        if line is not None:
            return line
        again = True


def _parsed(line: bytes) -> tuple[int, bool, str]:
    found = _LINE.match(line)
    if found is None:
        raise ProtocolError(
            f"The server said {line[:80]!r}, which is no SMTP reply.", "Check that this is an SMTP port."
        )
    code, separator, text = found[1], found[2], found[3] or b""
    try:
        return int(code), separator == b"-", text.decode("utf-8")
    except UnicodeDecodeError:
        return int(code), separator == b"-", text.decode("latin-1")


def _too_many(limit: int) -> LimitExceeded:
    error = LimitExceeded(f"The server's reply has more than {limit} lines.", "Raise Limits(reply_lines=...).")
    error.limit = "reply_lines"
    return error
