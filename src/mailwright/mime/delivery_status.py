"""What became of a message: message/delivery-status (RFC 3464) and message/global-delivery-status (RFC 6533)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from mailwright.grammar.lexer import strip_comments
from mailwright.mime.status_fields import FieldGroup, FieldLines, Pairs, check_pairs, groups
from mailwright.mime.typed_values import TypedAddress, TypedText, check_text

__all__ = ["DeliveryStatus", "RecipientStatus", "StatusCode", "parse_delivery_status"]

StatusCode: TypeAlias = "tuple[int, int, int]"
"""Class, subject and detail (RFC 3463 2): ``(5, 1, 1)``."""

# RFC 3463 2: status-code = class "." subject "." detail
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")

# Fields that only a recipient has, and once (RFC 3464 2.3).
_STARTERS: Final = frozenset({"original-recipient", "final-recipient", "action", "status"})
_NAMED: Final = frozenset({"original-recipient", "final-recipient"})

_Group: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """What became of a message for one recipient (RFC 3464 2.3).

    Attributes:
        final_recipient: where it was to be delivered.
        original_recipient: whom the sender named, when that is somebody else.
        action: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``, in lower case.
        status: why, as class, subject and detail; as text when it is none that is known; None when there is none.
        remote_mta: who said so.
        diagnostic_code: what it said.
        last_attempt_date: when it was tried last.
        will_retry_until: until when it will be tried.
        final_log_id: what the log of the reporting MTA calls it.
        more: all other fields, in order.
    """

    final_recipient: TypedAddress | None = None
    original_recipient: TypedAddress | None = None
    action: str = ""
    status: StatusCode | str | None = None
    remote_mta: TypedText | None = None
    diagnostic_code: TypedText | None = None
    last_attempt_date: datetime | None = None
    will_retry_until: datetime | None = None
    final_log_id: str = ""
    more: Pairs = ()

    def __post_init__(self) -> None:
        check_text(self.action, "action")
        check_text(self.final_log_id, "final_log_id")
        if isinstance(self.status, str):
            check_text(self.status, "status")
        elif self.status is not None and not _STATUS.fullmatch(".".join(map(str, self.status))):
            raise ValueError(f"status {self.status!r} is not allowed; (2, 4 or 5, 0-999, 0-999) is (RFC 3463 2)")
        check_pairs(self.more)

    def write(self, lines: FieldLines) -> None:
        """Write its fields."""
        lines.add("Original-Recipient", self.original_recipient)
        lines.add("Final-Recipient", self.final_recipient)
        lines.add("Action", self.action)
        lines.add("Status", ".".join(map(str, self.status)) if isinstance(self.status, tuple) else self.status)
        lines.add("Remote-MTA", self.remote_mta)
        lines.add("Diagnostic-Code", self.diagnostic_code)
        lines.add("Last-Attempt-Date", self.last_attempt_date)
        lines.add("Final-Log-ID", self.final_log_id)
        lines.add("Will-Retry-Until", self.will_retry_until)
        lines.add_all(self.more)

    @classmethod
    def read(cls, pairs: _Group) -> RecipientStatus:
        """Read its fields."""
        group = FieldGroup(pairs)
        return cls(
            final_recipient=group.address("final-recipient"),
            original_recipient=group.address("original-recipient"),
            action=group.word("action"),
            status=_status(group.text("status")),
            remote_mta=group.typed("remote-mta"),
            diagnostic_code=group.typed("diagnostic-code"),
            last_attempt_date=group.date("last-attempt-date"),
            will_retry_until=group.date("will-retry-until"),
            final_log_id=group.text("final-log-id"),
            more=group.rest(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """A delivery status notification (RFC 3464).

    Attributes:
        reporting_mta: who tried to deliver the message.
        original_envelope_id: what the sender called the transaction (ENVID of RFC 3461).
        received_from_mta: from whom the reporting MTA had it.
        arrival_date: when.
        dsn_gateway: who translated a notification of another mail system.
        recipients: what became of it for each.
        more: all other fields about the message, in order.
    """

    reporting_mta: TypedText | None = None
    original_envelope_id: str = ""
    received_from_mta: TypedText | None = None
    arrival_date: datetime | None = None
    dsn_gateway: TypedText | None = None
    recipients: tuple[RecipientStatus, ...] = ()
    more: Pairs = ()

    def __post_init__(self) -> None:
        check_text(self.original_envelope_id, "original_envelope_id")
        check_pairs(self.more)

    def to_bytes(self, *, utf8: bool = False) -> bytes:
        """Write it as the content of a part.

        Args:
            utf8: for message/global-delivery-status (RFC 6533 4) instead of message/delivery-status.

        Raises:
            ValueError: something is not ASCII and ``utf8`` is not set; or a word is too long.
        """
        lines = FieldLines(utf8=utf8)
        lines.add("Original-Envelope-Id", self.original_envelope_id)
        lines.add("Reporting-MTA", self.reporting_mta)
        lines.add("DSN-Gateway", self.dsn_gateway)
        lines.add("Received-From-MTA", self.received_from_mta)
        lines.add("Arrival-Date", self.arrival_date)
        lines.add_all(self.more)
        for recipient in self.recipients:
            lines.gap()
            recipient.write(lines)
        return lines.to_bytes()

    def __str__(self) -> str:
        return self.to_bytes(utf8=True).decode("utf-8").replace("\r\n", "\n")


def parse_delivery_status(data: bytes) -> DeliveryStatus:
    """Read the content of a message/delivery-status or message/global-delivery-status (RFC 3464 2, RFC 6533 4).

    Tolerates empty lines too many and too few: a field that a recipient has once begins another recipient.

    Args:
        data: the content, decoded.

    Returns:
        What it says; without recipients when it says nothing. Never raises.
    """
    head, recipients = _sorted(groups(data))
    group = FieldGroup(head)
    return DeliveryStatus(
        reporting_mta=group.typed("reporting-mta"),
        original_envelope_id=group.text("original-envelope-id"),
        received_from_mta=group.typed("received-from-mta"),
        arrival_date=group.date("arrival-date"),
        dsn_gateway=group.typed("dsn-gateway"),
        recipients=tuple([RecipientStatus.read(pairs) for pairs in recipients]),
        more=group.rest(),
    )


def _sorted(found: list[_Group]) -> tuple[_Group, list[_Group]]:
    """Sort groups into the message's and the recipients'."""
    head: _Group = []
    recipients: list[_Group] = []
    keys: set[str] = set()  # of the last recipient
    for number, whole in enumerate(found):
        group = whole
        if number == 0:  # the message's fields, and perhaps those of recipients without an empty line between
            first = next((index for index, pair in enumerate(group) if pair[0].lower() in _STARTERS), len(group))
            head, group = group[:first], group[first:]
        for pairs in _split(group):
            own = {name.lower() for name, _ in pairs} & _STARTERS
            if not own and not recipients:
                head = head + pairs
            elif recipients and not own & _NAMED and not own & keys:  # an empty line within a recipient
                recipients[-1] += pairs
                keys |= own
            else:
                recipients.append(list(pairs))
                keys = own
    return head, recipients


def _split(group: _Group) -> list[_Group]:
    """Cut where fields begin again that a recipient has once."""
    names = [name.lower() for name, _ in group]
    if not any(names.count(starter) > 1 for starter in _STARTERS):
        return [group] if group else []
    cut: list[_Group] = [[]]
    seen: set[str] = set()
    for name, pair in zip(names, group, strict=True):
        told = bool(seen & {"action", "status"}) and "final-recipient" in seen
        if name in _STARTERS and (name in seen or (name in _NAMED and told)):
            cut.append([])
            seen = set()
        seen.add(name)
        cut[-1].append(pair)
    return cut


def _status(text: str) -> StatusCode | str | None:
    """Read a status; what some servers write behind it is a comment without its brackets."""
    if not text:
        return None
    found = _STATUS.match(strip_comments(text))
    return (int(found[1]), int(found[2]), int(found[3])) if found else text
