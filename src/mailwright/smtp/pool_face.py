"""What both pools of SMTP connections have in common: what they are told, what they hold, and what they say."""

from __future__ import annotations

import copy
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, Generic, Self, TypeVar, Unpack

from mailwright.errors import AuthenticationFailed, NotConnected, Timeout
from mailwright.net.endpoint import Endpoint
from mailwright.smtp.face import Face
from mailwright.smtp.pooled import ClientOptions
from mailwright.smtp.pooling import Check, Pace, Rate, Rules, Shelf, Worn
from mailwright.smtp.reply import Reply
from mailwright.smtp.settings import from_url
from mailwright.smtp.turnstile import Turn, Turnstile

__all__ = ["LENT", "PoolFace"]

SIZE: Final = 8  # connections; Postfix's server takes 50 from one client (smtpd_client_connection_count_limit)
MAX_AGE: Final = 300.0  # seconds; as long as Postfix's client uses one (smtp_connection_reuse_time_limit)
MAX_MESSAGES: Final = 100  # on one connection; nodemailer's number, and within what Gmail and Exim allow
MAX_IDLE: Final = 60.0  # seconds; RFC 5321 4.5.3.2.7 has servers wait for 5 minutes, and many do not
ACQUIRE: Final = 30.0  # seconds a caller waits; as in psycopg's pool
LENT: Final = 30.0  # seconds that closing waits for connections that are in use

_REFUSED_FOR: Final = 10.0  # seconds a refused login stands; a queue of callers repeating it gets an account locked


class _Told(Face):
    """What is told to a client, checked as a client checks it."""

    @property
    def endpoint(self) -> Endpoint:
        """The server."""
        return self._settings.endpoint

    def without_password(self, options: ClientOptions) -> ClientOptions:
        """The same options with the password where it cannot be printed."""
        kept = options.copy()
        kept.pop("username", None)
        kept.pop("password", None)
        kept["credentials"] = self._settings.credentials
        return kept


P = TypeVar("P", bound=Worn)


class PoolFace(Generic[P]):
    """What both pools know: their rules, their connections, and who is waiting."""

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        size: int = SIZE,
        max_age: float | None = MAX_AGE,
        max_messages: int | None = MAX_MESSAGES,
        max_idle: float | None = MAX_IDLE,
        rate: float | Rate | None = None,
        acquire_timeout: float | None = ACQUIRE,
        **options: Unpack[ClientOptions],
    ) -> None:
        self._rules = Rules.of(
            size=size,
            max_age=max_age,
            max_messages=max_messages,
            max_idle=max_idle,
            acquire_timeout=acquire_timeout,
        )
        limit = Rate.of(rate)
        self._pace = None if limit is None else Pace(limit)
        told = _Told(host, port, **options)  # what is wrong with the options comes out now
        self._host, self._port = host, port
        self._options = told.without_password(options)
        self._endpoint = told.endpoint
        self._refusal: tuple[float, AuthenticationFailed] | None = None
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        """Start with nobody in the pool."""
        self._shelf: Shelf[P] = Shelf(self._rules)
        self._places = Turnstile(self._rules.size)
        self._gate = Turnstile(1)  # behind it waits whoever is next to send, when there is a rate
        self._sleepers: list[Callable[[], None]] = []  # wake who waits for the rate
        self._closers: list[Callable[[], None]] = []  # wake who waits for the pool to be empty

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        """Make a pool from ``smtps://alice:secret@smtp.example.com``; see :meth:`mailwright.SmtpClient.from_url`.

        Args:
            url: scheme ``smtp``, ``smtps`` or ``smtp+starttls``; user and password percent-encoded.
            options: as for the constructor.

        Raises:
            ValueError: it is no such URL; the message never contains the password.
        """
        parsed, security = from_url(url)
        known: dict[str, Any] = {"security": security, "username": parsed.username, "password": parsed.password}
        return cls(parsed.host, parsed.port, **{**known, **options})

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{self._places.taken} of {self._rules.size} lent"
        return f"<{type(self).__name__} {self._endpoint} {state}, {len(self._shelf)} resting>"

    def _deadline(self) -> float:
        return monotonic() + self._rules.acquire_timeout

    def _shut(self) -> list[P]:
        """Let nobody in any more; returns the connections that rest."""
        self._closed = True
        self._places.disperse()
        for wake in self._sleepers:  # and who queues behind them is let in, and told
            wake()
        return self._shelf.clear()

    def _leave(self, places: Turnstile) -> None:
        """Let the next one in."""
        places.leave()
        self._tell_whether_empty()

    def _forsake(self, turnstile: Turnstile, turn: Turn) -> None:
        """Give up a turn; a place that just came is the next one's."""
        turnstile.forsake(turn)
        self._tell_whether_empty()

    def _tell_whether_empty(self) -> None:
        """Wake who is closing the pool, when nobody is left in it."""
        if self._closed and not self._places.taken:
            for wake in self._closers:
                wake()

    def _reusable(self, client: P) -> bool:
        """Whether a connection that comes back may rest, which begins now."""
        now = client.wear.resting = monotonic()
        return not self._closed and self._rules.check(client.wear, now) is not Check.RETIRE

    # Logins

    def _refuse_again(self) -> None:
        """Spare a server, and the account, a login it has just refused."""
        if self._refusal is not None and monotonic() < self._refusal[0]:
            raise copy.copy(self._refusal[1])  # each caller's own: a traceback grows where it is raised

    def _note_refusal(self, error: AuthenticationFailed) -> None:
        if isinstance(error.reply, Reply) and error.reply.is_permanent:
            self._refusal = (monotonic() + _REFUSED_FOR, copy.copy(error))

    # Errors

    def _check_open(self) -> None:
        if self._closed:
            raise NotConnected(
                f"The pool of connections to {self._endpoint} is closed.",
                "Nothing was sent; make another pool.",
                host=self._endpoint.host,
                port=self._endpoint.port,
            )

    def _none_free(self) -> Timeout:
        return self._too_late(
            f"All {self._rules.size} connections to {self._endpoint} were in use",
            "A larger size, where the server allows it, or a longer acquire_timeout may help.",
        )

    def _too_fast(self, pace: Pace) -> Timeout:
        return self._too_late(
            f"The rate of {pace.rate.count} messages in {pace.rate.per:g} seconds let no more leave",
            "A longer acquire_timeout lets more callers queue.",
        )

    def _too_late(self, what: str, hint: str) -> Timeout:
        return Timeout(
            f"{what} within {self._rules.acquire_timeout:g} seconds.",
            f"Nothing was sent. {hint}",
            reference="pool-timeout",
            stage="session",
            host=self._endpoint.host,
            port=self._endpoint.port,
        )
