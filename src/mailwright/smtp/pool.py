"""A pool of SMTP connections for threads. Its rules are in ``pooling``; ``async_pool`` has the same for tasks."""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Self

from mailwright.errors import AuthenticationFailed, Timeout
from mailwright.mime.envelope import Envelope
from mailwright.mime.outgoing import Sendable
from mailwright.smtp.client import SmtpClient
from mailwright.smtp.mailing import Progress
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.pool_face import LENT, PoolFace
from mailwright.smtp.pooled import BRIEFLY, GOODBYE, PooledClient, part
from mailwright.smtp.pooling import Pace
from mailwright.smtp.receipt import Receipt
from mailwright.smtp.transaction import Partial
from mailwright.smtp.turnstile import Turn, Turnstile

__all__ = ["SmtpPool"]

_pools: weakref.WeakSet[SmtpPool] = weakref.WeakSet()  # those a fork concerns


class SmtpPool(PoolFace[PooledClient]):
    """Keeps connections to one server open, and lends each to one thread at a time.

    Connections are opened when they are needed and not before. A caller for whom there is none waits in a queue; first
    come, first served. What the server closed while it rested is replaced before anything is said on it, unseen by the
    caller. From MAIL on nothing is repeated: a connection that is lost then is the caller's error, with ``in_doubt``.

    A login that was refused for good is not repeated for ten seconds: who asks meanwhile gets the same refusal, since
    a queue of callers with a wrong password would get the account locked.

    A pool may be used by any number of threads. After a fork, the child's copy of it is empty and opens connections of
    its own.

    Args:
        host: the server's name or IP address.
        port: as for :class:`mailwright.SmtpClient`.
        size: how many connections there may be at once.
        max_age: seconds after which a connection is not used again; ``None`` for no limit, as for the next two.
        max_messages: messages after which it is not used again.
        max_idle: seconds it may rest between two uses.
        rate: how many messages may leave on all connections together: a number of them per second, evenly spaced, or
            ``Rate(count, per)`` for at most so many in any span of ``per`` seconds. Who has to wait for it, waits.
        acquire_timeout: seconds a caller waits for a connection and for the rate together; ``None`` for as long as it
            takes. Connecting has its own time.
        options: everything else as for :class:`mailwright.SmtpClient`. A transcript records all connections, mixed.

    Raises:
        ValueError: one of these cannot be what it should; the message names it.
    """

    def _begin(self) -> None:
        super()._begin()
        self._lock = threading.Lock()
        _pools.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.close(wait=LENT if error is None else 0)

    @contextmanager
    def connection(self) -> Generator[SmtpClient, None, None]:
        """Lend a connected client for several operations; it is the pool's again at the end of the ``with`` statement.

        What is sent on it keeps to the rate. Should it be left in the middle of something, it is closed.

        Yields:
            a client that nobody else uses meanwhile.

        Raises:
            Timeout: no connection became free within ``acquire_timeout``.
            NotConnected: the pool is closed.
            MailError: no connection came about; as for :meth:`mailwright.SmtpClient.connect` and its login.
        """
        with self._place(self._deadline()), self._lent() as client:
            yield client

    def send(
        self,
        message: Sendable,
        *,
        envelope: Envelope | None = None,
        partial: Partial = "deliver",
        options: DeliveryOptions | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Send a message on a connection of the pool; arguments and result as for :meth:`mailwright.SmtpClient.send`.

        Raises:
            Timeout, NotConnected, MailError: as for :meth:`connection`; nothing was sent.
            Exception: as for :meth:`mailwright.SmtpClient.send`. When the connection was lost, nothing was repeated.
        """
        deadline = self._deadline()
        with self._place(deadline):
            self._wait_for_rate(deadline)  # before choosing a connection, which would grow old meanwhile
            with self._lent() as client:
                return client.hand_over(message, envelope, partial, options, progress)

    def close(self, *, wait: float | None = LENT) -> None:
        """Close the pool. Who is waiting for a connection gets ``NotConnected``; those that rest are said goodbye to.

        Connections in use stay so, and are closed when they come back. Harmless when repeated.

        Args:
            wait: seconds to wait for that; ``None`` for as long as it takes.
        """
        empty = threading.Event()
        with self._lock:
            self._closers.append(empty.set)
            resting = self._shut()
            self._tell_whether_empty()
        part(resting, GOODBYE)
        empty.wait(wait)

    # A place, and what comes with it

    @contextmanager
    def _place(self, deadline: float) -> Generator[None, None, None]:
        places = self._places  # a fork makes new ones
        self._enter(places, deadline, self._none_free)
        try:
            yield
        finally:
            with self._lock:
                self._leave(places)

    def _enter(self, turnstile: Turnstile, deadline: float, late: Callable[[], Timeout]) -> None:
        """Pass a turnstile."""
        woken = threading.Event()
        turn = Turn(woken.set)
        with self._lock:
            self._check_open()
            turnstile.join(turn)
            if turn.is_admitted:
                return
        try:
            woken.wait(_left(deadline))
            with self._lock:
                self._check_open()
                if not turn.is_admitted:
                    raise late()
        except BaseException:
            with self._lock:
                self._forsake(turnstile, turn)
            raise

    @contextmanager
    def _lent(self) -> Generator[PooledClient, None, None]:
        shelf = self._shelf
        client = self._taken() or self._connected()
        try:
            yield client
        finally:
            if shelf is self._shelf:
                self._put_back(client)
            else:  # lent before a fork: nothing is said on the parent's connection
                client.abort()

    def _taken(self) -> PooledClient | None:
        """A connection that rested and can be used.

        After one that turns out to be dead no other is tried: those beneath it have rested longer.
        """
        now = monotonic()
        with self._lock:
            self._check_open()
            worn = self._shelf.cull(now)
            client = self._shelf.take()
        try:
            part(worn, BRIEFLY)
            if client is None or client.is_sound(self._rules.check(client.wear, now)):
                return client
        except BaseException:
            if client is not None:
                client.abort()
            raise
        client.abort()
        return None

    def _connected(self) -> PooledClient:
        self._refuse_again()
        pace = None if self._pace is None else self._wait_for_rate
        client = PooledClient(pace, self._host, self._port, **self._options)
        try:
            return client.__enter__()
        except AuthenticationFailed as error:
            self._note_refusal(error)
            raise

    def _put_back(self, client: PooledClient) -> None:
        """Let a connection rest, or close it, before its place is free: so there is never one too many."""
        is_at_rest = client.is_at_rest()
        with self._lock:
            if is_at_rest and self._reusable(client):
                self._shelf.put(client)
                return
        part([client], BRIEFLY)

    def _wait_for_rate(self, deadline: float | None = None) -> None:
        """Wait until another message may leave, and count it."""
        pace = self._pace
        if pace is None:
            return
        deadline = self._deadline() if deadline is None else deadline
        gate = self._gate
        self._enter(gate, deadline, lambda: self._too_fast(pace))
        try:
            self._keep_pace(pace, deadline)
        finally:
            with self._lock:
                gate.leave()

    def _keep_pace(self, pace: Pace, deadline: float) -> None:
        now = monotonic()
        seconds = pace.wait(now)
        if now + seconds > deadline:
            raise self._too_fast(pace)
        if seconds:
            interrupted = threading.Event()
            with self._lock:
                self._check_open()
                self._sleepers.append(interrupted.set)
            try:
                interrupted.wait(seconds)
            finally:
                with self._lock:
                    self._sleepers.remove(interrupted.set)
            self._check_open()
        pace.begin(monotonic())

    def forked(self) -> None:
        """Begin anew in a child process: the connections, and whoever uses or awaits them, are the parent's."""
        for client in self._shelf.clear():
            client.abort()
        self._begin()


def _left(deadline: float) -> float | None:
    return None if deadline == math.inf else max(deadline - monotonic(), 0.0)


def _forked() -> None:
    for pool in list(_pools):
        pool.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
