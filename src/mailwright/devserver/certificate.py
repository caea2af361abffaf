"""A certificate the server makes for itself, valid on this machine and nowhere else."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mailwright.net.tls import ServerTls

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["make_certificate"]

_LIFETIME: Final = timedelta(days=30)
_CLOCK_SKEW: Final = timedelta(hours=1)


def make_certificate(folder: Path, names: Sequence[str]) -> ServerTls:
    """Make a self-signed certificate and its key.

    Args:
        folder: where to put ``certificate.pem`` and ``key.pem``; the key is readable for its owner only.
        names: host names and IP addresses it is for.

    Returns:
        how a server uses them; clients trust it with ``Tls(ca=...certificate)``.

    Raises:
        ModuleNotFoundError: the extra that brings X.509 is not installed.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "making a certificate needs the package cryptography: pip install 'mailwright[crypto]'"
        ) from None

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(paths[1], "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(private)
    return ServerTls(*paths)


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509  # the caller has seen to it that it is there

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
