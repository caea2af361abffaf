"""Every exception mailwright raises, and nothing else: the bottom of the house.

::

    MailError
    ├── Refused                     the server said no; the connection is usable
    │   ├── AuthenticationFailed
    │   ├── SenderRefused
    │   ├── RecipientsRefused       every recipient, or one under partial="abort"
    │   └── MessageRefused
    ├── NotSupported                it cannot be asked of this server; nothing was sent
    │   └── CleartextCredentials    a password on an unencrypted connection
    ├── ConnectError                (ConnectionError) no connection came about
    │   ├── NameResolutionError
    │   ├── ConnectRefused
    │   ├── Unreachable
    │   └── ConnectTimeout          (also Timeout, TimeoutError)
    ├── TlsError
    │   ├── CertificateError
    │   └── TlsModeMismatch         one side speaks TLS, the other does not
    ├── ProtocolError               the peer broke the protocol
    │   ├── LimitExceeded           ... by sending more than a named limit allows
    │   ├── PlaintextInjection      ... by sending plaintext behind its STARTTLS go-ahead
    │   └── ServerNotProven         ... by accepting a login without knowing the password itself
    ├── ConnectionLost              (ConnectionError) it was there and went away
    │   └── NotConnected
    ├── Timeout                     (TimeoutError)
    └── Busy                        a second conversation on one connection

An error is either *in step* (the server and we agree on what comes next, so the connection stays usable) or fatal to
its connection. The class says which: see :attr:`MailError.in_step`.

Each error says in one sentence what happened and in a second what to try, carries plain facts, and has a stable
``reference`` that documentation and programs can rely on. This module imports nothing of mailwright.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

__all__ = [
    "AuthenticationFailed",
    "Busy",
    "CertificateError",
    "CleartextCredentials",
    "ConnectError",
    "ConnectRefused",
    "ConnectTimeout",
    "ConnectionLost",
    "LimitExceeded",
    "MailError",
    "MessageRefused",
    "NameResolutionError",
    "NotConnected",
    "NotSupported",
    "PlaintextInjection",
    "ProtocolError",
    "RecipientsRefused",
    "Refused",
    "SenderRefused",
    "ServerNotProven",
    "ServerReply",
    "Timeout",
    "TlsError",
    "TlsModeMismatch",
    "Unreachable",
]


class ServerReply(Protocol):
    """What an error knows of a server's answer, whatever the protocol."""

    @property
    def code(self) -> int | str:
        """The status: 550 in SMTP, a word elsewhere."""
        ...

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), such as ``5.7.1``."""
        ...

    @property
    def text(self) -> str:
        """What the server said, without its codes."""
        ...


class PeerCertificate(Protocol):
    """What an error knows of the certificate a server showed."""

    @property
    def names(self) -> tuple[str, ...]:
        """The host names and addresses the certificate is for."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER form, in lower-case hexadecimal."""
        ...


class MailError(Exception):
    """The root of everything mailwright raises.

    Attributes:
        what: one sentence: what happened.
        hint: one sentence: what to try; may be empty.
        reference: a stable name for the finding, such as ``tls-mode-mismatch``.
        stage: where in the conversation: ``dns``, ``tcp``, ``greeting``, ``capability``, ``tls``,
            ``certificate``, ``authentication``, ``session``, ``sender``, ``recipient`` or ``data``.
        host: the server's name as the caller gave it.
        port: the server's port.
        reply: the server's answer, when there was one.
        peer_certificate: the certificate the server showed, when it was read.
        in_doubt: a message was sent whole and the server's verdict is missing, so it may have been accepted.
    """

    in_step: ClassVar[bool] = False
    default_reference: ClassVar[str] = "mail-error"

    def __init__(
        self,
        what: str,
        hint: str = "",
        *,
        reference: str | None = None,
        stage: str | None = None,
        host: str | None = None,
        port: int | None = None,
        reply: ServerReply | None = None,
        peer_certificate: PeerCertificate | None = None,
    ) -> None:
        super().__init__(what)  # one argument: OSError reads two as errno and strerror
        self.what = what
        self.hint = hint
        self.reference = reference or self.default_reference
        self.stage = stage
        self.host = host
        self.port = port
        self.reply = reply
        self.peer_certificate = peer_certificate
        self.in_doubt = False

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        # Exception pickles only its positional arguments; the facts travel in the state.
        return type(self), (self.what, self.hint), self.__dict__

    def located(self, host: str, port: int) -> None:
        """Note where it happened, unless that is known already."""
        if self.host is None:
            self.host, self.port = host, port


# --- in step: the connection goes on -------------------------------------------------------------------------


class Refused(MailError):
    """The server said no. The connection is usable."""

    in_step = True
    default_reference = "refused"


class AuthenticationFailed(Refused):
    """The server did not accept the credentials.

    Attributes:
        oauth: what the server said of an OAuth token it refused: ``status``, ``scope``, ``schemes`` (RFC 7628 3.2.2).
    """

    default_reference = "auth-bad-credentials"
    oauth: Mapping[str, str] = {}


class SenderRefused(Refused):
    """The server did not accept the envelope's sender."""

    default_reference = "sender-not-allowed"


class RecipientsRefused(Refused):
    """The server accepted no recipient, or not all of them where all were asked for.

    Attributes:
        refused: each refused address with the server's reply to it.
    """

    default_reference = "no-valid-recipients"
    refused: Mapping[str, ServerReply] = {}


class MessageRefused(Refused):
    """The server did not accept the message itself."""

    default_reference = "policy-rejected"


class NotSupported(MailError):
    """What was asked needs something this server does not offer. Nothing was sent."""

    in_step = True
    default_reference = "not-supported"


class CleartextCredentials(NotSupported):
    """A password or token would have travelled unencrypted, so it was not sent."""

    default_reference = "cleartext-credentials-risk"


# --- no connection came about --------------------------------------------------------------------------------


class ConnectError(MailError, ConnectionError):
    """No connection came about."""

    default_reference = "host-unreachable"


class NameResolutionError(ConnectError):
    """The host name could not be turned into an address."""

    default_reference = "dns-nxdomain"


class ConnectRefused(ConnectError, ConnectionRefusedError):
    """Nothing listens on that port."""

    default_reference = "tcp-refused"


class Unreachable(ConnectError):
    """No way leads to the host."""


class Timeout(MailError, TimeoutError):
    """The peer did not answer within its patience."""

    default_reference = "server-accepts-but-silent"


class ConnectTimeout(ConnectError, Timeout):
    """The connection did not come about within its deadline."""

    default_reference = "tcp-timeout-all"


# --- the connection is closed --------------------------------------------------------------------------------


class TlsError(MailError):
    """The TLS handshake failed, or the protected stream was broken.

    Attributes:
        alert: the TLS alert's number the server sent, when it sent one (RFC 8446 6).
    """

    default_reference = "tls-handshake-dropped"
    alert: int | None = None


class CertificateError(TlsError):
    """The server's certificate was not accepted.

    Attributes:
        verify_code: OpenSSL's X509_V_ERR number, when the verification gave one.
        is_final: pins or the verification function have spoken; asking again would not change it.
    """

    default_reference = "cert-unknown-ca"
    verify_code: int | None = None
    is_final: bool = False


class TlsModeMismatch(TlsError):
    """One side speaks TLS from the first byte and the other does not."""

    default_reference = "tls-mode-mismatch"


class ProtocolError(MailError):
    """The peer said something its protocol does not allow."""

    default_reference = "protocol-syntax-error"


class LimitExceeded(ProtocolError):
    """The peer sent more than a named limit allows.

    Attributes:
        limit: the limit's name, as in :class:`mailwright.dialogue.Limits`.
    """

    default_reference = "limit-exceeded"
    limit: str = ""


class PlaintextInjection(ProtocolError):
    """Plaintext followed the go-ahead for TLS: somebody may be writing into the conversation (CVE-2011-0411)."""

    default_reference = "starttls-plaintext-injection"


class ServerNotProven(ProtocolError):
    """The server accepted a login and did not prove that it knows the password, too: an impostor, perhaps."""

    default_reference = "auth-server-not-proven"


class ConnectionLost(MailError, ConnectionError):
    """The connection went away."""

    default_reference = "connection-lost"


class NotConnected(ConnectionLost):
    """There is no connection: not yet, or not any more."""

    default_reference = "not-connected"


class Busy(MailError):
    """Another conversation is using this connection."""

    in_step = True
    default_reference = "busy"
