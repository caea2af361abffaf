"""Certificates of every kind the tests of the network need, made here and now."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mailwright.net import ServerTls

NAME = "mail.example.com"


@functools.cache
def authority() -> trustme.CA:
    return trustme.CA()


def ca_file(folder: Path) -> Path:
    path = folder / "ca.pem"
    authority().cert_pem.write_to_path(path)
    return path


def server_tls(folder: Path, *names: str, client_ca: Path | None = None, **options: Any) -> ServerTls:
    """A server with a certificate of the tests' authority."""
    leaf = authority().issue_cert(*(names or (NAME,)), **options)
    path = folder / "server.pem"
    leaf.private_key_and_cert_chain_pem.write_to_path(path)
    return ServerTls(path, None, client_ca)


def made(
    *,
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    begin: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    end: datetime | None = None,
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> tuple[bytes, bytes]:
    """A self-made certificate: DER, and PEM with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = subject or x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end or datetime.now(UTC) + timedelta(days=9))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return certificate.public_bytes(serialization.Encoding.DER), pem + private


def self_signed_tls(folder: Path, **options: Any) -> ServerTls:
    """A server nobody vouches for."""
    names = x509.SubjectAlternativeName([x509.DNSName(NAME)])
    path = folder / "self.pem"
    path.write_bytes(made(extensions=(names,), **options)[1])
    return ServerTls(path)
