"""TLS: what the caller may set, what was negotiated, and the contexts behind it.

Verification is on, against the operating system's trust store, TLS 1.2 at least. There is no switch that turns it off:
a certificate that no authority vouches for is trusted by saying which one (``pinned``), or by a function that looks at
the facts (``verify``).
"""

from __future__ import annotations

import functools
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import truststore

from mailwright.errors import CertificateError
from mailwright.net.certificate import Certificate

__all__ = ["CertificateFacts", "Context", "ServerTls", "Tls", "TlsFacts", "Verify"]

_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What was negotiated.

    Attributes:
        version: the protocol version, such as ``TLSv1.3``.
        cipher: the cipher suite, by OpenSSL's name.
        bits: the strength of the cipher's key.
        server_name: whom the client asked for.
        certificate: what the peer showed; ``None`` when a server asked for nothing.
        bindings: what names this session to a login over it, by type, such as ``tls-server-end-point`` (RFC 5056).
    """

    version: str
    cipher: str
    bits: int
    server_name: str | None
    certificate: Certificate | None
    bindings: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.version} {self.cipher}"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a verification function is asked to judge.

    Attributes:
        server_name: whom the connection is meant for.
        certificate: what the server showed.
        problem: why it was not accepted, in OpenSSL's words; ``None`` when nothing is wrong with it.
        verify_code: OpenSSL's X509_V_ERR number for the problem; 0 when there is none.
    """

    server_name: str
    certificate: Certificate
    problem: str | None
    verify_code: int


Verify: TypeAlias = Callable[[CertificateFacts], bool]
Context: TypeAlias = ssl.SSLContext
"""The standard library's, for those who bring their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How a client does TLS.

    Attributes:
        ca: trust these authorities instead of the operating system's: a PEM file's or directory's path, or PEM bytes.
        certificate: a PEM file with the client's certificate (and chain), for servers that ask for one.
        key: a PEM file with its private key, when that is not in the same file.
        key_password: the private key's password.
        pinned: SHA-256 fingerprints (hexadecimal, colons allowed) of the only certificates to accept. A pinned
            certificate needs no authority and no matching name: it is known exactly.
        verify: a function that sees the facts of every certificate, accepted or not, and has the last word. When it
            accepts one that verification refused, a second connection is made that accepts exactly that certificate.
        server_name: ask for and expect this name instead of the host's.
        minimum_version: the oldest protocol version to speak.
        ciphers: an OpenSSL cipher list for TLS 1.2.
        context: an ``ssl.SSLContext`` of your own; ``pinned``, ``verify`` and ``server_name`` apply besides, but can
            only refuse what it accepts.
    """

    ca: str | os.PathLike[str] | bytes | None = None
    certificate: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    key_password: str | None = field(default=None, repr=False)
    pinned: tuple[str, ...] = ()
    verify: Verify | None = None
    server_name: str | None = None
    minimum_version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    ciphers: str | None = None
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pinned", tuple(_fingerprint(pin) for pin in self.pinned))
        if self.key is not None and self.certificate is None:
            raise ValueError("a key without its certificate is of no use; give certificate= as well")
        for path in (self.ca, self.certificate, self.key):
            if path is not None and not isinstance(path, bytes) and not os.path.exists(path):
                raise FileNotFoundError(f"there is no file {os.fspath(path)!r} to read certificates or keys from")

    @classmethod
    def of(cls, tls: Tls | ssl.SSLContext | None) -> Tls:
        """Settings, a context of the standard library, or ``None`` for the defaults."""
        if isinstance(tls, ssl.SSLContext):
            return cls(context=tls)
        if tls is None:
            return cls()
        if not isinstance(tls, Tls):  # pyright: ignore[reportUnnecessaryIsInstance]  callers may be untyped
            raise TypeError(f"tls={tls!r} is neither Tls(...) nor an ssl.SSLContext")
        return tls

    def client_context(self) -> ssl.SSLContext:
        """The context to shake hands with; made once per settings."""
        return _client_context(self)

    def check(self, facts: TlsFacts, server_name: str) -> None:
        """Hold an established session against the pins and the verification function.

        Raises:
            CertificateError: the certificate is none of the pinned ones, or the function refused it.
        """
        shown = facts.certificate
        if self.pinned and (shown is None or shown.fingerprint not in self.pinned):
            raise _refused(
                shown,
                f"The certificate of {server_name} is not one of the {len(self.pinned)} pinned: its SHA-256 "
                f"fingerprint is {shown.fingerprint if shown else 'unknown'}.",
                "If the server has a new certificate, pin that fingerprint; if not, somebody is in between.",
            )
        if self.verify is None or shown is None or self.pinned:
            return
        if not self.verify(CertificateFacts(server_name, shown, None, 0)):
            raise _refused(
                shown,
                f"The verification function refused the certificate of {server_name}.",
                "It was valid by the usual rules.",
            )

    def after_verdict(self, error: CertificateError) -> Tls:
        """Ask the verification function about a refused certificate.

        Returns:
            settings that accept exactly this certificate, for a second connection.

        Raises:
            CertificateError: the same error, when there is no function, or it refuses, too.
        """
        shown = error.peer_certificate
        is_settled = self.pinned or self.context is not None or error.is_final
        if self.verify is None or is_settled or not isinstance(shown, Certificate):
            raise error
        facts = CertificateFacts(self.server_name or error.host or "", shown, error.what, error.verify_code or 0)
        if not self.verify(facts):
            raise error
        return replace(self, pinned=(shown.fingerprint,), verify=None)


@dataclass(frozen=True, slots=True)
class ServerTls:
    """How a server does TLS.

    Attributes:
        certificate: a PEM file with the certificate and its chain.
        key: a PEM file with the private key.
        client_ca: ask clients for a certificate and accept those of this authority.
    """

    certificate: str | os.PathLike[str]
    key: str | os.PathLike[str] | None = None
    client_ca: str | os.PathLike[str] | None = None

    def context(self) -> ssl.SSLContext:
        """The context to accept connections with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        if self.client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.client_ca)
        return context


def _fingerprint(pin: str) -> str:
    plain = pin.lower().removeprefix("sha256:").replace(":", "")
    if not _FINGERPRINT.match(plain):
        raise ValueError(f"{pin!r} is no SHA-256 fingerprint: 64 hexadecimal digits are wanted")
    return plain


def _refused(shown: Certificate | None, what: str, hint: str) -> CertificateError:
    error = CertificateError(what, hint, reference="cert-intercepted", stage="certificate", peer_certificate=shown)
    error.is_final = True
    return error


@functools.lru_cache(maxsize=64)  # loading the trust store takes milliseconds; settings are values
def _client_context(settings: Tls) -> ssl.SSLContext:
    if settings.context is not None:
        return settings.context
    context = _trusting(settings)
    context.minimum_version = settings.minimum_version
    if settings.ciphers is not None:
        context.set_ciphers(settings.ciphers)
    if settings.certificate is not None:
        context.load_cert_chain(settings.certificate, settings.key, settings.key_password)
    return context


def _trusting(settings: Tls) -> ssl.SSLContext:
    if settings.pinned:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # check() compares the fingerprint before anything is sent
        return context
    if settings.ca is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if isinstance(settings.ca, bytes):
        context.load_verify_locations(cadata=settings.ca.decode("ascii"))
    elif os.path.isdir(settings.ca):
        context.load_verify_locations(capath=settings.ca)
    else:
        context.load_verify_locations(cafile=settings.ca)
    return context
