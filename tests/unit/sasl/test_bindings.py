"""What names a TLS session to a login over it: RFC 5929 and RFC 9266, against real handshakes and certificates."""

from __future__ import annotations

import datetime
import hashlib
import ssl
from collections.abc import Callable

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from scramp.core import CBindData  # type: ignore[import-untyped]  # it has no types

from mailwright.net.certificate import Certificate
from mailwright.net.channel import TlsChannel
from mailwright.net.tls import TlsFacts

DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def signed(key: object, algorithm: object, **more: object) -> bytes:
    """A certificate signed in this way."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, DAY, DAY)  # type: ignore[attr-defined]
    return builder.sign(key, algorithm, **more).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def pss(algorithm: hashes.HashAlgorithm) -> bytes:
    return signed(RSA, algorithm, rsa_padding=padding.PSS(padding.MGF1(algorithm), 20))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: signed(RSA, hashes.SHA256()), "sha256"),
        (lambda: signed(RSA, hashes.SHA384()), "sha384"),
        (lambda: signed(RSA, hashes.SHA512()), "sha512"),
        (lambda: signed(EC, hashes.SHA224()), "sha224"),
        (lambda: signed(EC, hashes.SHA256()), "sha256"),
        (lambda: signed(EC, hashes.SHA384()), "sha384"),
        (lambda: signed(EC, hashes.SHA512()), "sha512"),
        (lambda: pss(hashes.SHA256()), "sha256"),
        (lambda: pss(hashes.SHA384()), "sha384"),
        (lambda: pss(hashes.SHA512()), "sha512"),
    ],
)
def test_a_certificate_is_named_by_the_hash_it_is_signed_with(make: Callable[[], bytes], name: str) -> None:
    der = make()
    assert Certificate.from_der(der).end_point == hashlib.new(name, der).digest()


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
@pytest.mark.parametrize("key", [RSA, EC])
def test_another_implementation_gives_it_the_same_name(key: object, algorithm: hashes.HashAlgorithm) -> None:
    der = signed(key, algorithm)
    assert Certificate.from_der(der).end_point == bytes(CBindData.from_der(der))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2a864886f70d01010b", "2a864886f70d010105"),  # sha1WithRSAEncryption
        ("2a864886f70d01010b", "2a864886f70d010104"),  # md5WithRSAEncryption
    ],
)
def test_what_is_signed_with_a_broken_hash_is_named_by_sha_256(before: str, after: str) -> None:
    der = signed(RSA, hashes.SHA256()).replace(bytes.fromhex(before), bytes.fromhex(after))
    assert Certificate.from_der(der).end_point == hashlib.sha256(der).digest()


def test_a_certificate_signed_without_a_hash_has_no_name() -> None:
    assert Certificate.from_der(signed(ed25519.Ed25519PrivateKey.generate(), None)).end_point is None


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_what_is_no_certificate_has_no_name(cut: int) -> None:
    assert Certificate(signed(EC, hashes.SHA256())[:cut]).end_point is None


def shaken(version: ssl.TLSVersion) -> tuple[TlsFacts, TlsFacts, ssl.SSLObject]:
    """The facts on both sides of a handshake, and the server's session."""
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.example.com").configure_cert(theirs)
    ours = ssl.create_default_context()
    ours.maximum_version = version
    authority.configure_trust(ours)
    client, server = TlsChannel(ours, "mail.example.com"), TlsChannel(theirs, None)
    sides = [client.handshake(), server.handshake()]
    facts: list[TlsFacts | None] = [None, None]
    waiting = [next(sides[0]), b""]
    next(sides[1])
    at = 1
    while None in facts:
        said, waiting[1 - at] = waiting[1 - at], b""
        try:
            waiting[at] += sides[at].send(said)
        except StopIteration as done:
            facts[at] = done.value
            waiting[at] += (client, server)[at].outgoing()
        at = 1 - at
    assert facts[0] is not None
    assert facts[1] is not None
    return facts[0], facts[1], server._session


def test_both_ends_of_an_older_session_know_its_finished_message() -> None:
    client, server, session = shaken(ssl.TLSVersion.TLSv1_2)
    assert client.bindings["tls-unique"] == session.get_channel_binding("tls-unique")
    assert len(client.bindings["tls-unique"]) == 12  # RFC 5246 7.4.9: verify_data
    assert client.certificate is not None
    assert client.bindings["tls-server-end-point"] == client.certificate.end_point
    assert server.bindings == {}


def test_tls_1_3_has_no_tls_unique() -> None:
    client, _, _ = shaken(ssl.TLSVersion.TLSv1_3)
    assert "tls-unique" not in client.bindings
    assert "tls-server-end-point" in client.bindings
    assert ("tls-exporter" in client.bindings) is ("tls-exporter" in ssl.CHANNEL_BINDING_TYPES)


def test_bindings_are_not_shown_and_make_no_difference() -> None:
    bare = TlsFacts("TLSv1.3", "A", 256, "a", None)
    bound = TlsFacts("TLSv1.3", "A", 256, "a", None, {"tls-exporter": b"secret"})
    assert repr(bound) == repr(bare)
    assert bound == bare
    assert hash(bound) == hash(bare)
