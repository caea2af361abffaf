"""How many seconds each patience lasts, and what is said when they are over."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, fields
from typing import Final

from mailwright.dialogue import Patience
from mailwright.errors import Timeout

__all__ = ["Clock", "Timeouts"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait, by what is waited for: RFC 5321 4.5.3.2's, shortened where nobody waits that long.

    Attributes:
        connect: one deadline over name resolution, TCP, TLS, greeting, capabilities and login.
        greeting: the server's first line.
        handshake: a TLS handshake.
        reply: the reply to a command without a time of its own.
        sender: the reply to MAIL.
        recipient: the reply to each RCPT.
        go_ahead: the reply to DATA.
        body: accepting one block of the message.
        verdict: the reply to the end of the message; servers scan content here, so this one is long.
        goodbye: the reply to QUIT; nobody needs it.
        command: a server's wait for the client's next command.
    """

    connect: float = 60.0
    greeting: float = 60.0
    handshake: float = 30.0
    reply: float = 60.0
    sender: float = 300.0
    recipient: float = 300.0
    go_ahead: float = 120.0
    body: float = 180.0
    verdict: float = 600.0
    goodbye: float = 5.0
    command: float = 300.0

    def __post_init__(self) -> None:
        for item in fields(self):
            seconds = getattr(self, item.name)
            if type(seconds) not in (int, float) or not 0 < seconds < math.inf:
                raise ValueError(f"the timeout {item.name}={seconds!r} is not a positive number of seconds")

    @classmethod
    def of(cls, timeout: float | Timeouts | None) -> Timeouts:
        """One number for every wait, a full table, or ``None`` for the defaults."""
        if isinstance(timeout, Timeouts):
            return timeout
        return cls() if timeout is None else cls(*[timeout] * len(fields(cls)))

    def table(self) -> dict[Patience, float]:
        """Seconds by patience."""
        return {patience: getattr(self, patience.name.lower()) for patience in Patience}


_SHORTEST: Final = 0.001  # seconds; to a socket, a timeout of nothing means "do not block"

# What the peer did not do, with our reference and what to try.
_WAITS: Final = {
    Patience.GREETING: (
        "sent no greeting",
        "server-accepts-but-silent",
        "The port may expect TLS from the first byte (Security.TLS), or the server may be overloaded.",
    ),
    Patience.HANDSHAKE: ("did not finish the TLS handshake", "tls-handshake-timeout", "The port may not speak TLS."),
    Patience.BODY: ("stopped taking the message", "data-connection-lost", "A network path may lose large packets."),
    Patience.VERDICT: (
        "did not say whether it took the message",
        "data-final-reply-timeout",
        "It may have taken it: check before sending it again.",
    ),
}
_ANY_WAIT: Final = ("did not answer", "server-accepts-but-silent", "It may be overloaded; try again later.")


class Clock:
    """Seconds for each wait: its patience, within a deadline when one is set.

    Attributes:
        deadline: the time of the monotonic clock at which every wait ends.
    """

    __slots__ = ("_seconds", "_until", "deadline")

    def __init__(self, timeouts: Timeouts) -> None:
        self._seconds = timeouts.table()
        self._until = 0.0
        self.deadline = math.inf

    def seconds(self, patience: Patience, *, again: bool = False) -> float:
        """How long this wait may last from now; ``again`` continues the last one."""
        now = time.monotonic()
        if not again:
            self._until = min(now + self._seconds[patience], self.deadline)
            if self.deadline == math.inf:
                return self._seconds[patience]
        return max(self._until - now, _SHORTEST)

    def timed_out(self, patience: Patience) -> Timeout:
        """The error for a wait that is over."""
        what, reference, hint = _WAITS.get(patience, _ANY_WAIT)
        within = "before the deadline" if self.deadline < math.inf else f"within {self._seconds[patience]:g} seconds"
        return Timeout(f"The peer {what} {within}.", hint, reference=reference)
