"""What an X.509 certificate says, read from its DER form (RFC 5280 4.1).

The standard library tells nothing of a certificate it did not accept, and that is the one a person must see: whose it
is, for which names, until when. This reads those few fields and verifies nothing; verification is OpenSSL's.

::

    Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
    TBSCertificate ::= SEQUENCE {
        version [0] EXPLICIT, serialNumber INTEGER, signature, issuer Name, validity, subject Name,
        subjectPublicKeyInfo, issuerUniqueID [1], subjectUniqueID [2], extensions [3] EXPLICIT }
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

__all__ = ["Certificate"]

_SEQUENCE = 0x30
_EXPLICIT_0, _EXPLICIT_3 = 0xA0, 0xA3
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_OCTET_STRING = 0x04
_BMP_STRING, _UNIVERSAL_STRING, _LATIN1_STRING = 0x1E, 0x1C, 0x14

_COMMON_NAME = bytes.fromhex("550403")
_ORGANIZATION = bytes.fromhex("55040a")
_ORGANIZATIONAL_UNIT = bytes.fromhex("55040b")
_SUBJECT_ALT_NAME = bytes.fromhex("551d11")

_RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")
# Signature algorithms and, for RSASSA-PSS, hash algorithms. Ed25519 and Ed448 name no hash, so they have no binding.
_HASHES = {
    **dict.fromkeys(map(bytes.fromhex, ("2a864886f70d010104", "2a864886f70d010105")), "sha256"),  # RSA, MD5 and SHA-1
    **dict.fromkeys(map(bytes.fromhex, ("2a8648ce3d0401", "2a8648ce380403", "2b0e03021a")), "sha256"),  # ECDSA, DSA
    **dict.fromkeys(map(bytes.fromhex, ("2a864886f70d01010e", "2a8648ce3d040301", "608648016503040204")), "sha224"),
    **dict.fromkeys(map(bytes.fromhex, ("2a864886f70d01010b", "2a8648ce3d040302", "608648016503040201")), "sha256"),
    **dict.fromkeys(map(bytes.fromhex, ("2a864886f70d01010c", "2a8648ce3d040303", "608648016503040202")), "sha384"),
    **dict.fromkeys(map(bytes.fromhex, ("2a864886f70d01010d", "2a8648ce3d040304", "608648016503040203")), "sha512"),
    bytes.fromhex("608648016503040302"): "sha256",  # DSA
}

# GeneralName ::= CHOICE { ... dNSName [2] IA5String, ... iPAddress [7] OCTET STRING } (RFC 5280 4.2.1.6)
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate a peer showed.

    Attributes:
        der: the certificate itself.
        subject: whom it is for, as a common name or organisation; may be empty.
        issuer: who signed it, likewise.
        names: the host names and addresses it is valid for; without any, the common name.
        not_before: when it begins to be valid.
        not_after: when it ends to be valid.
        self_signed: issuer and subject are the same.
    """

    der: bytes = field(repr=False)
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    self_signed: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER form, in lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def end_point(self) -> bytes | None:
        """The channel binding ``tls-server-end-point`` (RFC 5929 4.1); ``None`` when its hash is not defined."""
        try:
            name = _signature_hash(self.der)
        except (ValueError, IndexError, StopIteration):
            return None
        return hashlib.new(name, self.der).digest() if name else None

    def days_left(self, now: datetime) -> int | None:
        """Whole days from ``now`` until it ends; negative when it has ended."""
        return None if self.not_after is None else (self.not_after - now).days

    @classmethod
    def from_der(cls, der: bytes) -> Certificate:
        """Read a certificate; what cannot be read stays empty, for the fingerprint is worth showing all the same."""
        try:
            return _parse(der)
        except (ValueError, IndexError, StopIteration):
            return cls(der)


def _parse(der: bytes) -> Certificate:
    (_, certificate) = next(_elements(der))
    (_, tbs) = next(_elements(certificate))
    fields = _elements(tbs)
    tag, _ = next(fields)
    if tag == _EXPLICIT_0:
        next(fields)  # the serial number
    next(fields)  # the signature algorithm
    _, issuer = next(fields)
    _, validity = next(fields)
    _, subject = next(fields)
    begin, end = (_time(tag, value) for tag, value in _elements(validity))
    names = _alternative_names(fields)
    common = _attribute(subject, _COMMON_NAME)
    return Certificate(
        der,
        subject=_shown(subject),
        issuer=_shown(issuer),
        names=names or ((common,) if common else ()),
        not_before=begin,
        not_after=end,
        self_signed=issuer == subject,
    )


def _signature_hash(der: bytes) -> str | None:
    """The hash function a certificate is signed with, SHA-256 instead of MD5 and SHA-1 (RFC 5929 4.1)."""
    (_, certificate) = next(_elements(der))
    _, (_, algorithm), *_ = _elements(certificate)
    (_, kind), *parameters = _elements(algorithm)
    if kind == _RSASSA_PSS:  # RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, ... } (RFC 4055 3.1)
        tagged = dict(_elements(parameters[0][1])) if parameters else {}
        if _EXPLICIT_0 not in tagged:
            return "sha256"
        (_, chosen) = next(_elements(tagged[_EXPLICIT_0]))
        (_, kind) = next(_elements(chosen))
    return _HASHES.get(kind)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each tag with its content, one level deep (X.690 8.1)."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4:
                raise ValueError("a length of more than four octets")
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("an element longer than what holds it")
        yield tag, data[at : at + length]
        at += length


def _time(tag: int, value: bytes) -> datetime | None:
    text = value.decode("ascii", "replace")
    if tag == _UTC_TIME:  # two-digit years: 50 and later are 19xx (RFC 5280 4.1.2.5.1)
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        return None
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _attributes(name: bytes) -> Iterator[tuple[bytes, str]]:
    # Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
    for _, relative in _elements(name):
        for _, pair in _elements(relative):
            (_, kind), (tag, value) = _elements(pair)
            yield kind, _text(tag, value)


def _attribute(name: bytes, wanted: bytes) -> str:
    return next((text for kind, text in _attributes(name) if kind == wanted), "")


def _shown(name: bytes) -> str:
    found = dict(reversed(list(_attributes(name))))
    return found.get(_COMMON_NAME) or found.get(_ORGANIZATION) or found.get(_ORGANIZATIONAL_UNIT) or ""


def _text(tag: int, value: bytes) -> str:
    encoding = {_BMP_STRING: "utf-16-be", _UNIVERSAL_STRING: "utf-32-be", _LATIN1_STRING: "latin-1"}.get(tag, "utf-8")
    return _printable(value.decode(encoding, "replace"))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def _alternative_names(fields: Iterator[tuple[int, bytes]]) -> tuple[str, ...]:
    extensions = next((value for tag, value in fields if tag == _EXPLICIT_3), b"")
    for _, listed in _elements(extensions):
        for _, extension in _elements(listed):
            parts = list(_elements(extension))
            if parts[0][1] == _SUBJECT_ALT_NAME and parts[-1][0] == _OCTET_STRING:
                return tuple(_general_names(parts[-1][1]))
    return ()


def _general_names(octets: bytes) -> Iterator[str]:
    _, names = next(_elements(octets), (0, b""))  # not StopIteration: it may not leave a generator (PEP 479)
    for tag, value in _elements(names):
        if tag == _DNS_NAME:
            yield _printable(value.decode("ascii", "replace"))
        elif tag == _IP_ADDRESS and len(value) in (4, 16):
            yield str(ipaddress.ip_address(value))
