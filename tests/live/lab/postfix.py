"""Postfix with a port for every kind of server a client meets."""

from __future__ import annotations

import os
import pwd
import shutil
import time
from pathlib import Path

from live.lab.daemon import Daemon
from live.lab.dovecot import Dovecot
from live.lab.obstacles import POSTFIX_MASTER
from live.lab.pki import HOST, Pki
from live.lab.ports import free_ports

SMALL_LIMIT = 50_000  # octets: what the "small" port takes at most

MAIN = """\
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = {directory}
myhostname = {host}
mydomain = example.test
myorigin = {host}
mydestination =
mynetworks = 192.0.2.1/32
inet_interfaces = loopback-only
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
lmtp_host_lookup = native
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
default_transport = discard:
relay_transport = discard:
virtual_mailbox_domains = {host}
virtual_mailbox_maps = regexp:{directory}/users
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
unknown_local_recipient_reject_code = 550
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_auth_rate_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_tls_security_level = may
smtpd_tls_chain_files = {pki.chain}
smtpd_tls_loglevel = 1
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_sasl_auth_enable = no
in_flow_delay = 0
message_size_limit = 20480000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
"""

AUTHENTICATED = "smtpd_recipient_restrictions=permit_sasl_authenticated,reject"

# What each port does differently from MAIN, by the attribute that holds its number.
VARIANTS: dict[str, tuple[str, ...]] = {
    "smtp": (),
    "submission": ("smtpd_tls_security_level=encrypt", "smtpd_sasl_auth_enable=yes", AUTHENTICATED),
    "submissions": ("smtpd_tls_wrappermode=yes", "smtpd_sasl_auth_enable=yes", AUTHENTICATED),
    "cleartext": (
        "smtpd_tls_security_level=none",
        "smtpd_tls_auth_only=no",
        "smtpd_sasl_auth_enable=yes",
        AUTHENTICATED,
    ),
    "small": (f"message_size_limit={SMALL_LIMIT}",),
    "spartan": ("smtpd_discard_ehlo_keywords=pipelining,chunking,8bitmime,smtputf8,dsn",),
}

# name, type, private, unprivileged, chroot, wake-up, processes, program
SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

OWN_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved", "trace")
SHARED_QUEUES = {"private": 0o700, "maildrop": 0o730, "public": 0o710}


class Postfix(Daemon):
    """Postfix in a directory of its own, delivering to Dovecot.

    Attributes:
        smtp: as on port 25: STARTTLS on offer, no AUTH, only our own recipients.
        submission: as on port 587: STARTTLS before anything else, then AUTH.
        submissions: as on port 465: TLS from the first byte, then AUTH.
        cleartext: AUTH without any TLS.
        small: like ``smtp`` with a size limit of ``SMALL_LIMIT`` octets.
        spartan: like ``smtp`` without PIPELINING, CHUNKING, 8BITMIME, SMTPUTF8 and DSN.
    """

    def __init__(self, directory: Path, pki: Pki, dovecot: Dovecot) -> None:
        ports = dict(zip(VARIANTS, free_ports(len(VARIANTS)), strict=True))
        self.smtp = ports["smtp"]
        self.submission = ports["submission"]
        self.submissions = ports["submissions"]
        self.cleartext = ports["cleartext"]
        self.small = ports["small"]
        self.spartan = ports["spartan"]
        self._write_configuration(directory, pki, dovecot, ports)
        _make_queue(directory)
        configuration = str(directory / "etc")
        super().__init__(
            "postfix",
            [str(POSTFIX_MASTER), "-c", configuration, "-d"],
            directory / "postfix.log",
            {port: port != self.submissions for port in ports.values()},
            {"MAIL_CONFIG": configuration},
        )

    def _write_configuration(self, directory: Path, pki: Pki, dovecot: Dovecot, ports: dict[str, int]) -> None:
        etc = directory / "etc"
        etc.mkdir(parents=True)
        values = {
            "directory": directory,
            "queue": directory / "queue",
            "data": directory / "data",
            "log": directory / "postfix.log",
            "host": HOST,
            "pki": pki,
            "lmtp": dovecot.lmtp,
            "auth_socket": dovecot.auth_socket,
        }
        (etc / "main.cf").write_text(MAIN.format(**values), "utf-8")
        (etc / "master.cf").write_text("".join(map(_listener, VARIANTS, ports.values())) + SERVICES, "utf-8")
        # Every address that ends like the ones Lab.user() makes exists; no other does.
        host = HOST.replace(".", r"\.")
        (directory / "users").write_text(f"/^[^@]+-[0-9a-f]{{8}}@{host}$/ present\n", "utf-8")
        for file in etc.iterdir():
            _make_older(file)


def _listener(name: str, port: int) -> str:
    options = "".join(f" -o {option}" for option in (f"syslog_name=postfix/{name}", *VARIANTS[name]))
    return f"127.0.0.1:{port} inet n - n - - smtpd{options}\n"


def _make_older(file: Path) -> None:
    """Back-date a file: Postfix naps until its configuration is old enough to be trusted."""
    before = time.time() - 120
    os.utime(file, (before, before))


def _make_queue(directory: Path) -> None:
    """Make the directories ``postfix post-install`` would make, with the owners the daemons insist on."""
    owner = pwd.getpwnam("postfix").pw_uid
    queue, data = directory / "queue", directory / "data"
    (queue / "pid").mkdir(parents=True)
    for box, mode in [
        (data, 0o700),
        *((queue / name, 0o700) for name in OWN_QUEUES),
        *((queue / name, mode) for name, mode in SHARED_QUEUES.items()),
    ]:
        box.mkdir()
        box.chmod(mode)
        os.chown(box, owner, -1)
    for name in ("maildrop", "public"):
        shutil.chown(queue / name, group="postdrop")
