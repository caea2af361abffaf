"""A TLS session as a pure machine: bytes in, bytes out, no socket.

Both worlds use this instead of ``ssl.SSLSocket`` and anyio's ``TLSStream``, for three reasons: the handshake is
written once; the first bytes the peer sent are kept, and they say what went wrong more reliably than OpenSSL's wording,
which changes between its versions; and a refused certificate can still be shown to the person who must decide about it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator
from typing import Final

from mailwright.errors import CertificateError, ConnectionLost, MailError, TlsError, TlsModeMismatch
from mailwright.net.certificate import Certificate
from mailwright.net.tls import Tls, TlsFacts

__all__ = ["TlsChannel"]

Handshake = Generator[bytes, bytes, TlsFacts]

_READ_SIZE: Final = 65_536
_KEPT: Final = 160  # octets of the peer's first words; enough for an alert or a banner

# RFC 8446 5.1: ContentType change_cipher_spec(20), alert(21), handshake(22), application_data(23), then 0x03.
_RECORD_TYPES: Final = range(20, 24)
_ALERT: Final = 21

# RFC 8446 6.2: the alerts that say something to a person, with our reference and what to try.
_ALERTS: Final = {
    40: ("handshake_failure", "tls-no-shared-cipher", "Client and server share no cipher, or it wants a certificate."),
    42: ("bad_certificate", "tls-client-cert-rejected", "The server did not like the client certificate."),
    43: ("unsupported_certificate", "tls-client-cert-rejected", "The server did not like the client certificate."),
    44: ("certificate_revoked", "tls-client-cert-rejected", "The client certificate has been revoked."),
    45: ("certificate_expired", "tls-client-cert-rejected", "The client certificate has expired."),
    46: ("certificate_unknown", "tls-client-cert-rejected", "The server did not like the client certificate."),
    48: ("unknown_ca", "tls-client-cert-rejected", "The server does not know who signed the client certificate."),
    70: ("protocol_version", "tls-protocol-version-alert", "Client and server share no TLS version; update the older."),
    71: ("insufficient_security", "tls-no-shared-cipher", "The server wants stronger ciphers."),
    80: ("internal_error", "tls-server-internal-error", "The server's log says more."),
    112: ("unrecognized_name", "tls-sni-rejected", "The server does not know this name; check the host."),
    116: ("certificate_required", "tls-client-cert-required", "Give a client certificate: Tls(certificate=...)."),
}
_ALERT_BY_REASON: Final = {name.upper(): number for number, (name, _, _) in _ALERTS.items()}

# X509_V_ERR_...: OpenSSL's verification codes with our reference and what to try.
_VERIFY: Final = {
    9: ("cert-not-yet-valid", "Check this machine's clock, then the server's certificate."),
    10: ("cert-expired", "The server's operator must renew it; check this machine's clock, too."),
    18: ("cert-self-signed", "Trust it with Tls(ca=...) or Tls(pinned=...), if it is yours."),
    19: ("cert-unknown-ca", "Trust its authority with Tls(ca=...), if it is yours."),
    20: ("cert-unknown-ca", "Trust its authority with Tls(ca=...), or have the server send the whole chain."),
    21: ("cert-missing-intermediate", "The server must send the whole chain."),
    23: ("cert-revoked", "The server's operator must replace it."),
    26: ("cert-wrong-purpose", "The certificate is not meant for servers."),
    62: ("cert-hostname-mismatch", "Connect by a name it is for, or set Tls(server_name=...)."),
    64: ("cert-hostname-mismatch", "Connect by a name it is for, or set Tls(server_name=...)."),
}


class TlsChannel:
    """One TLS session, over buffers.

    Attributes:
        ended: the peer has said goodbye, or broken the session; nothing more can be read.

    Args:
        context: made by :meth:`Tls.client_context` or :meth:`ServerTls.context`.
        server_name: whom to ask for; ``None`` for the server's side.
        settings: pins and verification function to hold the result against; ``None`` for the server's side.
    """

    __slots__ = ("_first", "_incoming", "_outgoing", "_session", "_settings", "ended", "server_name")

    def __init__(self, context: ssl.SSLContext, server_name: str | None, settings: Tls | None = None) -> None:
        self.server_name = server_name
        self.ended = False
        self._settings = settings
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._first = b""
        self._session = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_name is None, server_hostname=server_name
        )

    def handshake(self) -> Handshake:
        """Shake hands: yields bytes to send, wants the bytes received in turn, ends with the facts.

        When it has ended or failed, :meth:`outgoing` holds what remains to be sent (the last flight, or an alert).

        Raises:
            TlsModeMismatch: the peer does not speak TLS here.
            CertificateError: its certificate was not accepted.
            TlsError: anything else.
        """
        while True:
            try:
                self._session.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            except (ssl.SSLError, ssl.CertificateError) as error:
                raise self._explained(error) from error
            received = yield self._outgoing.read()
            if not received:
                raise self._dropped()
            self._first += received[: _KEPT - len(self._first)]
            self._incoming.write(received)
        facts = self._facts()
        if self._settings is not None and self.server_name is not None:
            self._settings.check(facts, self.server_name)
        return facts

    def outgoing(self) -> bytes:
        """What is to be sent to the peer now."""
        return self._outgoing.read()

    def encrypt(self, data: bytes) -> bytes:
        """Protect ``data``; returns what to send."""
        try:
            self._session.write(data)
        except ssl.SSLError as error:
            raise self._explained(error) from error
        return self._outgoing.read()

    def decrypt(self, received: bytes) -> bytes | None:
        """Take received bytes; returns plaintext, ``b""`` at the peer's orderly end, ``None`` when more is needed."""
        self._incoming.write(received)
        parts: list[bytes] = []
        try:
            while part := self._session.read(_READ_SIZE):
                parts.append(part)
        except ssl.SSLWantReadError:
            return b"".join(parts) or None
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            if not parts:
                raise self._explained(error) from error
        self.ended = True
        return b"".join(parts)

    def farewell(self) -> bytes:
        """The close_notify to send before closing."""
        try:
            self._session.unwrap()
        except (ssl.SSLError, ValueError):
            pass  # the peer's own close_notify is not waited for: SMTP frames its replies by itself
        return self._outgoing.read()

    def _facts(self) -> TlsFacts:
        cipher, _, bits = self._session.cipher() or ("", "", 0)
        shown = self._session.getpeercert(binary_form=True)
        certificate = Certificate.from_der(shown) if shown else None
        version = self._session.version() or ""
        bindings = {} if self.server_name is None else self._bindings(version, certificate)
        return TlsFacts(version, cipher, bits, self.server_name, certificate, bindings)

    def _bindings(self, version: str, certificate: Certificate | None) -> dict[str, bytes]:
        """The channel bindings a client has: one of the session where Python can tell it, one of the certificate."""
        # In TLS 1.3 tls-unique is not defined, though OpenSSL gives something (RFC 9266 1), and tls-exporter takes its
        # place; no Python up to 3.14 has that, and one that does will say so in CHANNEL_BINDING_TYPES.
        kind = "tls-exporter" if version == "TLSv1.3" else "tls-unique"
        found = self._session.get_channel_binding(kind) if kind in ssl.CHANNEL_BINDING_TYPES else None
        end_point = None if certificate is None else certificate.end_point
        return {name: data for name, data in ((kind, found), ("tls-server-end-point", end_point)) if data}

    # What went wrong

    def _explained(self, error: ssl.SSLError | ssl.CertificateError) -> MailError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._unverified(error)
        if self._first and (self._first[0] not in _RECORD_TYPES or self._first[1:2] != b"\x03"):
            return _not_tls(self._first)
        number = self._alert(error)
        if number is None:
            reason = getattr(error, "reason", None) or str(error)
            return TlsError(
                f"The TLS session failed: {str(reason).lower().replace('_', ' ')}.",
                "openssl s_client -connect shows the same handshake in detail.",
                stage="tls",
            )
        name, reference, hint = _ALERTS.get(number, (f"alert {number}", "tls-handshake-dropped", ""))
        alert = TlsError(
            f"The peer ended the TLS handshake with the alert {name} ({number}).",
            hint,
            reference=reference,
            stage="tls",
        )
        alert.alert = number
        return alert

    def _alert(self, error: ssl.SSLError | ssl.CertificateError) -> int | None:
        # An alert before the ServerHello is in the clear: type, 03 xx, 00 02, level, description (RFC 8446 6).
        if len(self._first) >= 7 and self._first[0] == _ALERT:
            return self._first[6]
        reason = getattr(error, "reason", None) or ""
        _, found, name = str(reason).partition("ALERT_")
        return _ALERT_BY_REASON.get(name) if found else None

    def _unverified(self, error: ssl.SSLCertVerificationError) -> CertificateError:
        shown = self._shown()
        code = getattr(error, "verify_code", None)
        reference, hint = _VERIFY.get(
            code or 0, ("cert-unknown-ca", "Trust its authority with Tls(ca=...), if it is yours.")
        )
        message = getattr(error, "verify_message", None) or str(error)
        refused = CertificateError(
            f"The certificate of {self.server_name} is not accepted: {_reason(message, reference, shown)}.",
            hint,
            reference=reference,
            stage="certificate",
            peer_certificate=shown,
        )
        refused.verify_code = code
        return refused

    def _shown(self) -> Certificate | None:
        """The certificate of a handshake that failed over it; OpenSSL 3 keeps it, Python 3.13 shows it openly."""
        openly: Callable[[], list[bytes]] | None = getattr(self._session, "get_unverified_chain", None)
        if openly is not None:
            chain = openly()
            return Certificate.from_der(chain[0]) if chain else None
        inner = getattr(self._session, "_sslobj", None)
        if inner is None:
            return None
        kept = inner.get_unverified_chain()
        # public_bytes() without an argument gives PEM (the encoding is an undocumented number).
        return Certificate.from_der(ssl.PEM_cert_to_DER_cert(kept[0].public_bytes())) if kept else None

    def _dropped(self) -> MailError:
        if self.server_name is None:
            return ConnectionLost("The client closed the connection during the TLS handshake.", stage="tls")
        return TlsError(
            "The server closed the connection during the TLS handshake" + ("." if self._first else " without a word."),
            "It may not speak TLS on this port, or want a client certificate; its log says which.",
            stage="tls",
        )


def _reason(message: str, reference: str, shown: Certificate | None) -> str:
    reason = message[:1].lower() + message[1:].rstrip(".")
    if reference == "cert-hostname-mismatch" and shown is not None and shown.names:
        more = f" and {len(shown.names) - 5} more" if len(shown.names) > 5 else ""
        return f"it is for {', '.join(shown.names[:5])}{more}"
    if reference == "cert-expired" and shown is not None and shown.not_after is not None:
        return f"it expired on {shown.not_after:%Y-%m-%d}"
    return reason


def _not_tls(first: bytes) -> TlsModeMismatch:
    line = first.split(b"\n", 1)[0].decode("ascii", "replace").strip()
    shown = "".join(c if c.isprintable() else "�" for c in line)[:80]
    hint = "This port begins in plaintext: use Security.STARTTLS, or port 465 (SMTP) for TLS from the first byte."
    if line.startswith("HTTP/"):
        hint = "This is a web server's answer; check host and port."
    return TlsModeMismatch(f'TLS was expected and the server answered in plaintext: "{shown}".', hint, stage="tls")
