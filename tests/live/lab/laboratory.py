"""A Postfix and a Dovecot that know each other, in a directory of their own, on ports of their own."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from live.lab.dovecot import Dovecot
from live.lab.mailbox import Account, Mailbox
from live.lab.pki import HOST, Pki, make_pki
from live.lab.postfix import Postfix


@dataclass(frozen=True, slots=True)
class Lab:
    """Real servers, running.

    Attributes:
        postfix: takes mail in; its attributes are ports.
        dovecot: keeps the mailboxes; its attributes are ports.
        pki: the authority behind the servers' certificate.
        host: the name the servers call themselves. It is in their certificate, together with localhost and 127.0.0.1.
    """

    postfix: Postfix
    dovecot: Dovecot
    pki: Pki
    host: str = HOST

    @property
    def ca(self) -> Path:
        """What to trust: the path of the authority's certificate (PEM)."""
        return self.pki.ca

    def tls(self) -> ssl.SSLContext:
        """Make a client's context that trusts this lab and nobody else."""
        return ssl.create_default_context(cafile=self.ca)

    def user(self, name: str = "user", password: str | None = None) -> Account:
        """Make a user nobody else has, with an empty mailbox.

        Args:
            name: how its address begins.
            password: any text; one is made up when it is missing.
        """
        account = Account(f"{name}-{secrets.token_hex(4)}@{self.host}", password or secrets.token_urlsafe(12))
        self.dovecot.add_user(account.address, account.password)
        return account

    def stranger(self) -> str:
        """An address in the servers' own domain that nobody has."""
        return f"nobody.{secrets.token_hex(4)}@{self.host}"

    def mailbox(self, account: Account) -> Mailbox:
        """What this account has received."""
        return Mailbox(account, self.dovecot.imap, self.log_tail)

    def log_tail(self, lines: int = 40) -> str:
        """The end of both servers' logs."""
        return f"{self.postfix.log_tail(lines)}\n{self.dovecot.log_tail(lines)}"

    def ensure_running(self) -> None:
        """Start again what a test has left stopped."""
        for server in (self.dovecot, self.postfix):
            if not server.running:
                server.start()


@contextlib.contextmanager
def open_lab() -> Iterator[Lab]:
    """Start the servers, and end them with everything they started."""
    # Not pytest's own temporary directory: that is closed to the users the servers change to, and its long name
    # leaves little of the 107 characters a Unix socket's path may have.
    directory = Path(tempfile.mkdtemp(prefix="mail-", dir="/tmp"))
    try:
        directory.chmod(0o755)
        pki = make_pki(directory)
        dovecot = Dovecot(directory / "d", pki)
        postfix = Postfix(directory / "p", pki, dovecot)
        with contextlib.ExitStack() as running:
            for server in (dovecot, postfix):
                running.callback(server.stop)
                server.start()
            yield Lab(postfix, dovecot, pki)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
