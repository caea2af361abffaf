"""Reading what has arrived, with the standard library's own client."""

from __future__ import annotations

import contextlib
import imaplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

POLL = 0.02


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has a mailbox and may submit mail."""

    address: str
    password: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What one account has received.

    Attributes:
        account: whose it is.
        port: where its IMAP server listens.
        explain: the end of the servers' logs, for failure messages.
    """

    account: Account
    port: int
    explain: Callable[[], str]

    def messages(self, count: int = 1, *, within: float = 15.0) -> list[bytes]:
        """Wait until ``count`` messages are there, then return all there are, oldest first, as they are stored.

        Args:
            count: how many must have arrived. ``0`` returns what is there at once.
            within: seconds to wait for them.
        """
        with self._open() as imap:
            self._wait_for(imap, count, within)
            return [_fetch(imap, number) for number in _numbers(imap)]

    def message(self, *, within: float = 15.0) -> bytes:
        """Wait for the one message there should be."""
        (only,) = self.messages(1, within=within)
        return only

    def _wait_for(self, imap: imaplib.IMAP4, count: int, within: float) -> None:
        deadline = time.monotonic() + within
        while (arrived := len(_numbers(imap))) < count:
            assert time.monotonic() < deadline, (
                f"{arrived} of {count} messages for {self.account.address} arrived in {within} s\n{self.explain()}"
            )
            time.sleep(POLL)
            imap.noop()

    @contextlib.contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as imap:
            imap.login(self.account.address, self.account.password)
            imap.select(readonly=True)
            yield imap


def _numbers(imap: imaplib.IMAP4) -> list[str]:
    _, found = imap.search(None, "ALL")
    return [number.decode("ascii") for number in (found[0] or b"").split()]


def _fetch(imap: imaplib.IMAP4, number: str) -> bytes:
    _, data = imap.fetch(number, "(BODY.PEEK[])")
    answer = data[0]
    assert isinstance(answer, tuple), f"no message in the answer to FETCH: {data!r}"
    body = answer[1]
    assert isinstance(body, bytes)
    return body
