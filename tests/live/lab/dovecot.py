"""Dovecot: mailboxes over IMAP, delivery over LMTP, and the passwords Postfix asks about."""

from __future__ import annotations

import base64
from pathlib import Path

from live.lab.daemon import Daemon
from live.lab.obstacles import program
from live.lab.pki import Pki
from live.lab.ports import free_ports

MECHANISMS = "plain login cram-md5 scram-sha-1 scram-sha-256"

CONFIGURATION = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {run}
state_dir = {state}
log_path = {log}
ssl = yes
ssl_cert = <{pki.chain}
ssl_key = <{pki.chain}
first_valid_uid = 1
mail_uid = mail
mail_gid = mail
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_username_chars =
passdb {{
  driver = passwd-file
  args = username_format=%u {passwords}/%u
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={mail}/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener postfix-auth {{
    mode = 0666
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


class Dovecot(Daemon):
    """Dovecot in a directory of its own.

    Attributes:
        imap: the port for IMAP, with STARTTLS on offer.
        imaps: the port for IMAP behind implicit TLS.
        lmtp: the port that delivers without asking who you are.
        auth_socket: where Postfix asks about passwords.
    """

    def __init__(self, directory: Path, pki: Pki) -> None:
        self.imap, self.imaps, self.lmtp = free_ports(3)
        self.auth_socket = directory / "run" / "postfix-auth"
        self._passwords = directory / "passwords"
        self._prepare(directory, pki)
        command = [program("dovecot") or "dovecot", "-F", "-c", str(directory / "dovecot.conf")]
        ready = {self.imap: True, self.imaps: False, self.lmtp: True}
        super().__init__("dovecot", command, directory / "dovecot.log", ready)

    def add_user(self, address: str, password: str) -> None:
        """Make a user known, in a file of its own: Dovecot looks for changes to a file only once a second."""
        secret = base64.b64encode(password.encode()).decode("ascii")
        (self._passwords / address).write_text(f"{address}:{{PLAIN.b64}}{secret}::::::\n", "utf-8")

    def _prepare(self, directory: Path, pki: Pki) -> None:
        mail = directory / "mail"
        mail.mkdir(parents=True)
        mail.chmod(0o777)  # the mail user makes each home when the first message comes
        self._passwords.mkdir()
        text = CONFIGURATION.format(
            run=directory / "run",
            state=directory / "state",
            log=directory / "dovecot.log",
            mail=mail,
            passwords=self._passwords,
            pki=pki,
            mechanisms=MECHANISMS,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
        )
        (directory / "dovecot.conf").write_text(text, "utf-8")
