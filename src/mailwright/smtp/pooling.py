"""The rules of a pool of connections: who is next, which connection is fit for use, how fast messages may leave.

Nothing here waits, looks at a clock or touches a connection. Both pools ask these rules, and do what they say: the
blocking one under a lock, the awaiting one between two awaits.

A caller passes two turnstiles. The first has as many places as the pool may have connections; whoever has a place may
take a connection that rests on the shelf, or else open one, so there are never more connections than places. The
second has one place, for whoever is next to wait until the rate allows another message: one who gives up in the queue
or while waiting has used up nothing.

A connection that comes off the shelf may be dead without knowing it. What is done about that depends on how long it
rested (:class:`Check`), and it is always done before MAIL: a server that has closed meanwhile costs a new connection
and nothing else. From MAIL on, a failure is the caller's, because only the caller knows whether sending a message
twice is worse than not at all.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Protocol, TypeVar

from mailwright.dialogue import Dialogue, Patience
from mailwright.errors import MailError, Refused, Timeout
from mailwright.smtp.session import Session

__all__ = ["Check", "Pace", "Rate", "Rules", "Shelf", "Wear", "Worn", "answers", "says_nothing"]

# A look costs a millisecond or more, so it is taken where that is little beside the time the connection rested.
LOOK_AFTER: Final = 0.1
# Home routers and firewalls forget quiet connections, some within half a minute, and then nothing tells us so.
ASK_AFTER: Final = 15.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How many messages may leave in how many seconds: in no span of that length do more begin to.

    Attributes:
        count: messages.
        per: seconds.
    """

    count: int
    per: float = 1.0

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1:
            raise ValueError(f"the rate's count={self.count!r} is not a positive number of messages")
        _require_seconds("rate's per", self.per)

    @classmethod
    def of(cls, rate: float | Rate | None) -> Rate | None:
        """A plain number is messages per second, evenly spaced; ``None`` is no limit."""
        if rate is None or isinstance(rate, Rate):
            return rate
        _require_seconds("rate", rate, "messages per second, a Rate(count, per) or None")
        return cls(1, 1 / rate)


class Pace:
    """Keeps to a rate.

    Args:
        rate: what to keep to.
    """

    __slots__ = ("_begun", "rate")

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._begun: deque[float] = deque(maxlen=rate.count)

    def wait(self, now: float) -> float:
        """Seconds until another message may begin."""
        if len(self._begun) < self.rate.count:
            return 0.0
        return max(self._begun[0] + self.rate.per - now, 0.0)

    def begin(self, now: float) -> None:
        """Note that a message begins."""
        self._begun.append(now)


# --- which connection -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Wear:
    """What a connection has behind it.

    Attributes:
        since: when it was opened.
        resting: when it was last put down.
        messages: how many were sent on it.
    """

    since: float
    resting: float
    messages: int = 0


class Worn(Protocol):
    """What has wear."""

    wear: Wear


C = TypeVar("C", bound=Worn)


class Check(Enum):
    """What to do with a connection before it is used.

    Attributes:
        USE: use it.
        LOOK: see whether a goodbye has come.
        ASK: see whether it answers.
        RETIRE: say goodbye and open another.
    """

    USE = "use"
    LOOK = "look"
    ASK = "ask"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Rules:
    """How many connections there may be, and how long each is used.

    Attributes:
        size: connections at once.
        max_age: seconds.
        max_messages: sent on one connection.
        max_idle: seconds it may rest between two uses.
        acquire_timeout: seconds a caller waits for a connection and for the rate; ``math.inf`` for as long as it takes.
    """

    size: int
    max_age: float
    max_messages: float
    max_idle: float
    acquire_timeout: float

    @classmethod
    def of(
        cls,
        *,
        size: int,
        max_age: float | None,
        max_messages: int | None,
        max_idle: float | None,
        acquire_timeout: float | None,
    ) -> Rules:
        """Check what the caller gave, where ``None`` is no limit; a ``ValueError`` names what is wrong."""
        if type(size) is not int or size < 1:
            raise ValueError(f"size={size!r} is not a positive number of connections")
        if max_messages is not None and (type(max_messages) is not int or max_messages < 1):
            raise ValueError(f"max_messages={max_messages!r} is neither a positive number nor None")
        spans = {"max_age": max_age, "max_idle": max_idle, "acquire_timeout": acquire_timeout}
        for name, seconds in spans.items():
            if seconds is not None:
                _require_seconds(name, seconds)
        unlimited = math.inf
        return cls(
            size,
            unlimited if max_age is None else max_age,
            unlimited if max_messages is None else max_messages,
            unlimited if max_idle is None else max_idle,
            unlimited if acquire_timeout is None else acquire_timeout,
        )

    def check(self, wear: Wear, now: float) -> Check:
        """What to do with a connection before it is used now."""
        rested = now - wear.resting
        is_worn = now - wear.since >= self.max_age or wear.messages >= self.max_messages or rested >= self.max_idle
        if is_worn:
            return Check.RETIRE
        if rested >= ASK_AFTER:
            return Check.ASK
        return Check.LOOK if rested >= LOOK_AFTER else Check.USE


def _require_seconds(name: str, seconds: float, wanted: str = "a positive number of seconds") -> None:
    if type(seconds) not in (int, float) or not 0 < seconds < math.inf:
        raise ValueError(f"the {name}={seconds!r} is not {wanted}")


class Shelf(Generic[C]):
    """Connections that rest. The one put down last is taken first, so that those nobody needs grow old.

    Args:
        rules: which are fit for use.
    """

    __slots__ = ("_resting", "_rules")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._resting: list[C] = []

    def __len__(self) -> int:
        return len(self._resting)

    def put(self, client: C) -> None:
        """Let a connection rest."""
        self._resting.append(client)

    def take(self) -> C | None:
        """The connection that was put down last; ``None`` when there is none."""
        return self._resting.pop() if self._resting else None

    def cull(self, now: float) -> list[C]:
        """Remove the connections that are not to be used again."""
        worn = [client for client in self._resting if self._rules.check(client.wear, now) is Check.RETIRE]
        if worn:
            self._resting = [client for client in self._resting if client not in worn]
        return worn

    def clear(self) -> list[C]:
        """Remove all."""
        removed, self._resting = self._resting, []
        return removed


def says_nothing(session: Session) -> Dialogue[bool]:
    """Look whether a server has said goodbye, or just left; for a performer with next to no time.

    A server that is asked nothing says nothing, so whatever it does say is a reason not to go on.
    """
    try:
        yield from session.wire.more(Patience.COMMAND)
    except Timeout:
        return True
    except MailError:
        pass  # it has left
    return False


def answers(session: Session) -> Dialogue[bool]:
    """Ask a server whether it is still there."""
    try:
        yield from session.noop()
    except Refused:
        pass  # an answer, too
    except MailError:
        return False
    return not session.wire.pending
