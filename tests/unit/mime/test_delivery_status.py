"""Delivery status notifications, as the RFC has them and as servers send them (RFC 3464)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.encodings import base64
from mailwright.mime.delivery_status import DeliveryStatus, RecipientStatus, parse_delivery_status
from mailwright.mime.typed_values import TypedAddress, TypedText

WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def rfc822(address: str) -> TypedAddress:
    return TypedAddress("rfc822", address)


FULL = DeliveryStatus(
    reporting_mta=TypedText("dns", "mx.example.com"),
    original_envelope_id="QQ314159",
    received_from_mta=TypedText("dns", "client.example.com"),
    arrival_date=WHEN,
    dsn_gateway=TypedText("dns", "gate.example.com"),
    recipients=(
        RecipientStatus(
            final_recipient=rfc822("a@example.com"),
            original_recipient=rfc822("b@example.com"),
            action="failed",
            status=(5, 1, 1),
            remote_mta=TypedText("dns", "mx.example.org"),
            diagnostic_code=TypedText("smtp", "550 5.1.1 <a@example.com>: " + "long words of a server " * 9 + "end"),
            last_attempt_date=WHEN,
            will_retry_until=WHEN,
            final_log_id="4711",
            more=(("X-More", "x"), ("X-None", "")),
        ),
        RecipientStatus(final_recipient=rfc822("c@example.com"), action="delayed", status="soon"),
    ),
    more=(("X-Queue-ID", "1"), ("X-Queue-ID", "2")),
)


def test_what_is_written_is_read() -> None:
    assert parse_delivery_status(FULL.to_bytes()) == FULL
    assert parse_delivery_status(str(FULL).encode()) == FULL
    assert max(map(len, FULL.to_bytes().split(b"\r\n"))) <= 78
    assert parse_delivery_status(b"") == DeliveryStatus()


def test_utf_8_addresses_are_written_in_both_forms() -> None:
    status = DeliveryStatus(recipients=(RecipientStatus(final_recipient=TypedAddress("utf-8", "jörg@example.com")),))
    assert status.to_bytes() == b"\r\nFinal-Recipient: utf-8; j\\x{F6}rg@example.com\r\n"
    assert status.to_bytes(utf8=True) == "\r\nFinal-Recipient: utf-8; jörg@example.com\r\n".encode()
    assert parse_delivery_status(status.to_bytes()) == parse_delivery_status(status.to_bytes(utf8=True)) == status
    with pytest.raises(ValueError, match="utf8=True"):
        _ = DeliveryStatus(recipients=(RecipientStatus(final_recipient=rfc822("jörg@a")),)).to_bytes()


def finals(data: bytes) -> list[tuple[str, str]]:
    found = parse_delivery_status(data).recipients
    return [(item.final_recipient.address if item.final_recipient else "", item.action) for item in found]


A, B = b"Final-Recipient: rfc822; a@x\n", b"Final-Recipient: rfc822; b@x\n"
OTHER = b"Original-Recipient: rfc822; c@x\n"
FAILED, CODE = b"Action: failed\nStatus: 5.0.0\n", b"Diagnostic-Code: smtp; 550 no\n"
BOTH = [("a@x", "failed"), ("b@x", "failed")]


@pytest.mark.parametrize(
    "data",
    [
        b"Reporting-MTA: dns; m\n\n" + A + FAILED + b"\n" + B + FAILED,
        b"Reporting-MTA: dns; m\n" + A + FAILED + B + FAILED,
        b"Reporting-MTA: dns; m\n\n\n\n" + A + b"\n" + FAILED + b"\n" + CODE + b"\n\n" + B + FAILED,
        b"Reporting-MTA: dns; m\n\n" + FAILED + A + FAILED + B,
        b"Reporting-MTA: dns; m\n\n" + A + FAILED + OTHER + B + FAILED,
        b"Reporting-MTA: dns; m\n\n" + OTHER + A + FAILED + OTHER + B + FAILED,
        b"Reporting-MTA: dns; m\n\n" + base64.encode(A + FAILED + b"\n" + B + FAILED),
        A + FAILED + b"\n" + B + FAILED,
    ],
)  # fmt: skip
def test_empty_lines_too_many_and_too_few(data: bytes) -> None:
    for end in (b"\n", b"\r\n"):
        assert finals(data.replace(b"\r\n", b"\n").replace(b"\n", end)) == BOTH
    status = parse_delivery_status(data)
    assert (status.reporting_mta == TypedText("dns", "m")) == data.startswith(b"Reporting")
    assert status.more == ()


def test_an_original_recipient_behind_belongs_to_the_one_before() -> None:
    data = b"Reporting-MTA: dns; m\n\n" + A + FAILED + b"Original-Recipient: rfc822; c@x\n"
    (recipient,) = parse_delivery_status(data).recipients
    assert recipient.original_recipient == rfc822("c@x")


def test_other_groups_belong_to_what_is_before_them() -> None:
    status = parse_delivery_status(b"X: 1\n\nY: 2\n\n" + A + b"\nZ: 3\n")
    assert status.more == (("X", "1"), ("Y", "2"))
    assert [recipient.more for recipient in status.recipients] == [(("Z", "3"),)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1", (5, 1, 1)),
        ("4.2.2 (mailbox full)", (4, 2, 2)),
        ("(x) 2.0.999 fine", (2, 0, 999)),
        ("5.1.1000", "5.1.1000"),
        ("3.0.0", "3.0.0"),
        ("failed", "failed"),
        ("", None),
    ],
)
def test_a_status_is_three_numbers_or_text(text: str, status: object) -> None:
    (recipient,) = parse_delivery_status(A + b"Status: " + text.encode()).recipients
    assert recipient.status == status


def test_what_cannot_be_read_is_kept() -> None:
    status = parse_delivery_status(b"Arrival-Date: soon\n\n" + A + b"Last-Attempt-Date: x\nWill-Retry-Until:\n")
    assert (status.arrival_date, status.more) == (None, (("Arrival-Date", "soon"),))
    assert status.recipients[0].more == (("Last-Attempt-Date", "x"), ("Will-Retry-Until", ""))


LINES = [A, B, FAILED, CODE, b"\n", b"X: y\n", b"Status:\n", b"Original-Recipient:\n", b"\xff;\n"]


@given(st.lists(st.sampled_from(LINES)))
def test_whatever_it_is_it_is_read_and_written(lines: list[bytes]) -> None:
    status = parse_delivery_status(b"".join(lines))
    _ = status.to_bytes(utf8=True), str(status)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"action": "a\r\nb"}, "action"),
        ({"final_log_id": "a\0"}, "final_log_id"),
        ({"status": "a\n"}, "status"),
        ({"status": (3, 0, 0)}, r"status \(3, 0, 0\)"),
        ({"status": (5, 1, 1000)}, "status"),
        ({"more": (("a:", "b"),)}, "field name"),
    ],
)
def test_what_cannot_be_written_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _ = replace(FULL.recipients[0], **change)  # type: ignore[arg-type]  # whatever it is


def test_what_cannot_be_written_of_the_message_is_refused() -> None:
    with pytest.raises(ValueError, match="original_envelope_id"):
        _ = replace(FULL, original_envelope_id="a\nb")
    with pytest.raises(ValueError, match="field 'a'"):
        _ = replace(FULL, more=(("a", "b\n"),))
    with pytest.raises(ValueError, match="naive"):
        _ = replace(FULL, arrival_date=WHEN.replace(tzinfo=None)).to_bytes()
