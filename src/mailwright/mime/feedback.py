"""What somebody complains about: message/feedback-report (RFC 5965), also of failed authentication (RFC 6591)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from mailwright.encodings import base64
from mailwright.mime.status_fields import FieldGroup, FieldLines, Pairs, check_pairs, groups
from mailwright.mime.typed_values import TypedText, check_text

__all__ = ["FeedbackReport", "parse_feedback_report"]

_DIGITS: Final = 9  # of incidents: nobody has a milliard of them in one report
_WORD: Final = 48  # characters of base64 between spaces: one fits the line beside the longest name


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """A feedback report, in the Abuse Reporting Format (RFC 5965).

    Attributes:
        feedback_type: ``abuse``, ``fraud``, ``virus``, ``auth-failure``, ``not-spam``, ``other``, in lower case.
        user_agent: what made the report.
        version: of the format; ``1``.
        original_envelope_id: what the sender called the transaction.
        original_mail_from: the reverse-path, without angle brackets; None when it is not told, nothing when null.
        arrival_date: when the message came.
        reporting_mta: who had it.
        source_ip: from where.
        incidents: how many messages this is about; None when it is not told.
        original_rcpt_to: for whom it was, without angle brackets.
        reported_domain: domains that are thought to be involved.
        reported_uri: addresses of web pages and others.
        authentication_results: what was verified, as in the field of RFC 8601.
        auth_failure: ``adsp``, ``bodyhash``, ``revoked``, ``signature``, ``spf``, ``dmarc`` (RFC 6591 3.1).
        delivery_result: ``delivered``, ``spam``, ``policy``, ``reject``, ``other`` (RFC 6591 3.2.2).
        identity_alignment: which mechanisms were aligned (RFC 7489 7.3.1).
        dkim_domain: the signing domain (RFC 6591 3.2.3).
        dkim_identity: the identity it signed for.
        dkim_selector: which of its keys.
        dkim_canonicalized_header: the header as the verifier saw it.
        dkim_canonicalized_body: the body as the verifier saw it.
        spf_dns: records that SPF was evaluated with.
        more: all other fields, in order.
    """

    feedback_type: str = ""
    user_agent: str = ""
    version: str = ""
    original_envelope_id: str = ""
    original_mail_from: str | None = None
    arrival_date: datetime | None = None
    reporting_mta: TypedText | None = None
    source_ip: str = ""
    incidents: int | None = None
    original_rcpt_to: tuple[str, ...] = ()
    reported_domain: tuple[str, ...] = ()
    reported_uri: tuple[str, ...] = ()
    authentication_results: tuple[str, ...] = ()
    auth_failure: str = ""
    delivery_result: str = ""
    identity_alignment: str = ""
    dkim_domain: str = ""
    dkim_identity: str = ""
    dkim_selector: str = ""
    dkim_canonicalized_header: bytes = b""
    dkim_canonicalized_body: bytes = b""
    spf_dns: tuple[str, ...] = ()
    more: Pairs = ()

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value: object = getattr(self, name)
            for text in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
                if isinstance(text, str):
                    check_text(text, name)
        if self.incidents is not None and self.incidents < 0:
            raise ValueError(f"incidents={self.incidents} is less than nothing")
        check_pairs(self.more)

    def to_bytes(self, *, utf8: bool = False) -> bytes:
        """Write it as the content of a part.

        Args:
            utf8: write characters as they are.

        Raises:
            ValueError: something is not ASCII and ``utf8`` is not set; or a word is too long.
        """
        lines = FieldLines(utf8=utf8)
        lines.add("Feedback-Type", self.feedback_type)
        lines.add("User-Agent", self.user_agent)
        lines.add("Version", self.version)
        lines.add("Original-Envelope-Id", self.original_envelope_id)
        lines.add("Original-Mail-From", None if self.original_mail_from is None else f"<{self.original_mail_from}>")
        lines.add("Arrival-Date", self.arrival_date)
        lines.add("Reporting-MTA", self.reporting_mta)
        lines.add("Source-IP", self.source_ip)
        lines.add("Incidents", None if self.incidents is None else str(self.incidents))
        self._write_lists(lines)
        self._write_failure(lines)
        lines.add_all(self.more)
        return lines.to_bytes()

    def _write_lists(self, lines: FieldLines) -> None:
        for name, values in (
            ("Original-Rcpt-To", [f"<{address}>" for address in self.original_rcpt_to]),
            ("Reported-Domain", self.reported_domain),
            ("Reported-URI", self.reported_uri),
            ("Authentication-Results", self.authentication_results),
        ):
            lines.add_all(tuple([(name, value) for value in values]))

    def _write_failure(self, lines: FieldLines) -> None:
        lines.add("Auth-Failure", self.auth_failure)
        lines.add("Delivery-Result", self.delivery_result)
        lines.add("Identity-Alignment", self.identity_alignment)
        lines.add("DKIM-Domain", self.dkim_domain)
        lines.add("DKIM-Identity", self.dkim_identity)
        lines.add("DKIM-Selector", self.dkim_selector)
        lines.add("DKIM-Canonicalized-Header", _encoded(self.dkim_canonicalized_header))
        lines.add("DKIM-Canonicalized-Body", _encoded(self.dkim_canonicalized_body))
        lines.add_all(tuple([("SPF-DNS", record) for record in self.spf_dns]))

    def __str__(self) -> str:
        return self.to_bytes(utf8=True).decode("utf-8").replace("\r\n", "\n")


def parse_feedback_report(data: bytes) -> FeedbackReport:
    """Read the content of a message/feedback-report (RFC 5965 3, RFC 6591 3).

    Args:
        data: the content, decoded.

    Returns:
        What it says. Never raises.
    """
    group = FieldGroup([pair for pairs in groups(data) for pair in pairs])
    sender = group.texts("original-mail-from")
    incidents = group.word("incidents")
    arrived = group.date("arrival-date")
    return FeedbackReport(
        feedback_type=group.word("feedback-type"),
        user_agent=group.text("user-agent"),
        version=group.text("version"),
        original_envelope_id=group.text("original-envelope-id"),
        original_mail_from=_bare(sender[0]) if sender else None,
        # QUIRK: Received-Date is of the drafts before RFC 5965, and still written.
        arrival_date=arrived if arrived is not None else group.date("received-date"),
        reporting_mta=group.typed("reporting-mta"),
        source_ip=group.text("source-ip"),
        incidents=int(incidents) if incidents.isascii() and incidents.isdigit() and len(incidents) <= _DIGITS else None,
        original_rcpt_to=tuple([_bare(address) for address in group.texts("original-rcpt-to")]),
        reported_domain=group.texts("reported-domain"),
        reported_uri=group.texts("reported-uri"),
        authentication_results=group.texts("authentication-results"),
        auth_failure=group.word("auth-failure"),
        delivery_result=group.word("delivery-result"),
        identity_alignment=group.text("identity-alignment"),
        dkim_domain=group.text("dkim-domain"),
        dkim_identity=group.text("dkim-identity"),
        dkim_selector=group.text("dkim-selector"),
        dkim_canonicalized_header=base64.decode(_ascii(group.text("dkim-canonicalized-header"))),
        dkim_canonicalized_body=base64.decode(_ascii(group.text("dkim-canonicalized-body"))),
        spf_dns=group.texts("spf-dns"),
        more=group.rest(),
    )


def _bare(text: str) -> str:
    return text[1:-1].strip(" ") if text.startswith("<") and text.endswith(">") and len(text) > 1 else text


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "ignore")


def _encoded(data: bytes) -> str:
    """Base64 in words, so that it can be folded."""
    text = base64.encode(data).decode("ascii").replace("\r\n", "")
    return " ".join([text[start : start + _WORD] for start in range(0, len(text), _WORD)])
