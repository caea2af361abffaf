"""Certificates are read for people: whose, for what, until when; and nothing in one can raise."""

from __future__ import annotations

import hashlib
import ipaddress
import random
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type

from mailwright.net import Certificate
from unit.net.certificates import made

CN = x509.NameOID.COMMON_NAME
SAN_OID = x509.ObjectIdentifier("2.5.29.17")


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])


def test_names_and_addresses_come_from_the_alternative_names() -> None:
    alternatives = x509.SubjectAlternativeName(
        [
            x509.DNSName("mail.example.com"),
            x509.RFC822Name("postmaster@example.com"),
            x509.DNSName("*.example.com"),
            x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
            x509.IPAddress(ipaddress.ip_address("2001:db8::1")),
        ]
    )
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    der, _ = made(subject=name((CN, "ignored")), extensions=(constraints, alternatives))
    assert Certificate.from_der(der).names == ("mail.example.com", "*.example.com", "192.0.2.1", "2001:db8::1")


def test_without_alternative_names_the_common_name_counts() -> None:
    assert Certificate.from_der(made(subject=name((CN, "old.example.com")))[0]).names == ("old.example.com",)
    organisation = name((x509.NameOID.ORGANIZATION_NAME, "Example Ltd"))
    assert Certificate.from_der(made(subject=organisation)[0]).names == ()


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ([(x509.NameOID.ORGANIZATION_NAME, "Org"), (CN, "Common")], "Common"),
        ([(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "Unit"), (x509.NameOID.ORGANIZATION_NAME, "Org")], "Org"),
        ([(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "Unit")], "Unit"),
        ([(x509.NameOID.COUNTRY_NAME, "DE")], ""),
        ([(CN, "First"), (CN, "Second")], "First"),
        ([(CN, "line\nbreak")], "line�break"),
    ],
)
def test_the_most_telling_attribute_is_shown(attributes: list[tuple[x509.ObjectIdentifier, str]], shown: str) -> None:
    assert Certificate.from_der(made(subject=name(*attributes))[0]).subject == shown


@pytest.mark.parametrize("kind", [_ASN1Type.BMPString, _ASN1Type.UniversalString, _ASN1Type.UTF8String])
def test_old_string_types_are_read(kind: _ASN1Type) -> None:
    text = "Bücher"
    if kind is not _ASN1Type.UTF8String:
        raw = text.encode("utf-16-be" if kind is _ASN1Type.BMPString else "utf-32-be")
        der, _ = made(subject=name((CN, "x" * len(raw))))
        plain = b"\x0c" + bytes([len(raw)]) + b"x" * len(raw)
        assert plain in der
        der = der.replace(plain, bytes([kind.value, len(raw)]) + raw)
    else:
        der, _ = made(subject=name((CN, text)))
    assert Certificate.from_der(der).subject == text


@pytest.mark.parametrize(
    "end", [datetime(2049, 12, 31, 23, 59, 59), datetime(2050, 1, 1), datetime(9999, 12, 31, 23, 59, 59)]
)
def test_dates_on_both_sides_of_2050_are_read(end: datetime) -> None:
    certificate = Certificate.from_der(made(begin=datetime(1999, 5, 6), end=end)[0])
    assert certificate.not_before == datetime(1999, 5, 6, tzinfo=UTC)
    assert certificate.not_after == end.replace(tzinfo=UTC)


def test_days_left_are_counted_down_below_zero() -> None:
    certificate = Certificate(b"", not_after=datetime(2026, 1, 10, tzinfo=UTC))
    assert certificate.days_left(datetime(2026, 1, 1, tzinfo=UTC)) == 9
    assert certificate.days_left(datetime(2026, 1, 10, tzinfo=UTC) + timedelta(hours=1)) == -1
    assert Certificate(b"").days_left(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_self_signed_certificate_is_recognised() -> None:
    ours, theirs = name((CN, "a")), name((CN, "b"))
    assert Certificate.from_der(made(subject=ours)[0]).self_signed
    signed = Certificate.from_der(made(subject=ours, issuer=theirs)[0])
    assert (signed.self_signed, signed.issuer) == (False, "b")


def test_the_fingerprint_is_over_the_der_form_even_when_it_cannot_be_read() -> None:
    assert Certificate.from_der(b"garbage").fingerprint == hashlib.sha256(b"garbage").hexdigest()
    assert "garbage" not in repr(Certificate.from_der(b"garbage"))


# --- hostile certificates ---


def test_no_cut_raises() -> None:
    der, _ = made(extensions=(x509.SubjectAlternativeName([x509.DNSName("a.example")]),))
    for cut in range(len(der)):
        assert Certificate.from_der(der[:cut]) == Certificate(der[:cut])


def test_no_flipped_octet_raises() -> None:
    der, _ = made(extensions=(x509.SubjectAlternativeName([x509.DNSName("a.example")]),))
    chance = random.Random(7)
    for _ in range(5_000):
        at = chance.randrange(len(der))
        Certificate.from_der(der[:at] + bytes([chance.randrange(256)]) + der[at + 1 :])


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x80", b"\x30\x85\x01\x01\x01\x01\x01", b"\x30\x84\xff\xff\xff\xff", b"\x00" * 99]
)
def test_garbage_is_an_empty_certificate(der: bytes) -> None:
    assert Certificate.from_der(der) == Certificate(der)


@pytest.mark.parametrize(("value", "names"), [(b"", ("mail.example.com",)), (b"\x30\x00", ("mail.example.com",))])
def test_alternative_names_that_name_nothing_leave_the_common_name(value: bytes, names: tuple[str, ...]) -> None:
    der, _ = made(extensions=(x509.UnrecognizedExtension(SAN_OID, value),))
    assert Certificate.from_der(der).names == names


def test_names_cannot_hold_control_characters() -> None:
    evil = b"a\r\nb\x1b"
    value = b"\x30" + bytes([len(evil) + 2]) + b"\x82" + bytes([len(evil)]) + evil
    der, _ = made(extensions=(x509.UnrecognizedExtension(SAN_OID, value),))
    assert Certificate.from_der(der).names == ("a��b�",)
