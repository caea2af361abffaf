"""Feedback reports (RFC 5965, RFC 6591)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.mime.feedback import FeedbackReport, parse_feedback_report
from mailwright.mime.typed_values import TypedText

WHEN = datetime(2005, 3, 8, 18, 0, tzinfo=UTC)
FULL = FeedbackReport(
    feedback_type="auth-failure",
    user_agent="SomeGenerator/1.0",
    version="1",
    original_envelope_id="x",
    original_mail_from="somespammer@example.net",
    arrival_date=WHEN,
    reporting_mta=TypedText("dns", "mail.example.com"),
    source_ip="2001:db8::1",
    incidents=7,
    original_rcpt_to=("a@example.com", "b@example.com"),
    reported_domain=("example.net", "example.org"),
    reported_uri=("http://example.net/earn_money.html", "mailto:user@example.com"),
    authentication_results=("mail.example.com; spf=fail smtp.mail=somespammer@example.com",),
    auth_failure="bodyhash",
    delivery_result="policy",
    identity_alignment="none",
    dkim_domain="example.net",
    dkim_identity="@example.net",
    dkim_selector="s",
    dkim_canonicalized_header=bytes(range(256)),
    dkim_canonicalized_body=b"x" * 57,
    spf_dns=('txt : example.net : "v=spf1 -all"',),
    more=(("Removal-Recipient", "user@example.com"),),
)


def test_what_is_written_is_read() -> None:
    assert parse_feedback_report(FULL.to_bytes()) == FULL
    assert parse_feedback_report(str(FULL).encode()) == FULL
    assert parse_feedback_report(b"") == FeedbackReport()
    assert max(map(len, FULL.to_bytes().split(b"\r\n"))) <= 78


def test_the_null_reverse_path_is_not_no_reverse_path() -> None:
    assert parse_feedback_report(b"Original-Mail-From: <>\n").original_mail_from == ""
    assert parse_feedback_report(b"Original-Mail-From: a@b\n").original_mail_from == "a@b"
    assert replace(FeedbackReport(), original_mail_from="").to_bytes() == b"Original-Mail-From: <>\r\n"


def test_the_old_name_of_the_date_is_understood() -> None:
    assert parse_feedback_report(b"Received-Date: Thu, 8 Mar 2005 14:00:00 EDT").arrival_date == WHEN
    assert parse_feedback_report(b"Arrival-Date: x\n").more == (("Arrival-Date", "x"),)


@pytest.mark.parametrize(("text", "incidents"), [(b"12 (a)", 12), (b"x", None), (b"-1", None), (b"9" * 10, None)])
def test_incidents_are_counted(text: bytes, incidents: int | None) -> None:
    assert parse_feedback_report(b"Incidents: " + text).incidents == incidents


NAMES = [b"DKIM-Canonicalized-Body", b"Original-Rcpt-To", b"Incidents", b"SPF-DNS"]


@given(st.binary(max_size=60), st.sampled_from(NAMES))
def test_whatever_it_is_it_is_read_and_written(text: bytes, name: bytes) -> None:
    _ = str(parse_feedback_report(name + b": " + text))


@pytest.mark.parametrize(
    "change",
    [
        {"user_agent": "a\nb"},
        {"original_mail_from": "a\0"},
        {"reported_uri": ("a", "b\r")},
        {"spf_dns": ("\ud800",)},
        {"more": (("A", "\n"),)},
        {"incidents": -1},
    ],
)
def test_what_cannot_be_written_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"LF|NUL|CR|surrogate|incidents"):
        _ = replace(FULL, **change)  # type: ignore[arg-type]  # whatever it is
