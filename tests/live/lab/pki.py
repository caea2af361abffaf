"""A certificate authority of our own, and the one certificate every server of the lab shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

HOST = "mail.example.test"


@dataclass(frozen=True, slots=True)
class Pki:
    """Where the certificates are.

    Attributes:
        ca: the authority's certificate (PEM): what a client must trust.
        chain: the server's key, certificate and chain in one file (PEM).
        authority: for tests that need further certificates.
    """

    ca: Path
    chain: Path
    authority: trustme.CA


def make_pki(directory: Path) -> Pki:
    """Make the authority and a certificate for localhost, 127.0.0.1 and the lab's host name."""
    authority = trustme.CA()
    pki = Pki(directory / "ca.pem", directory / "server.pem", authority)
    authority.cert_pem.write_to_path(pki.ca)
    certificate = authority.issue_cert("localhost", HOST, "127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(pki.chain)
    pki.chain.chmod(0o600)
    return pki
