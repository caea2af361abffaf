"""What may be asked for with a message, where the server offers it: reports, times, priority, TLS all the way.

Everything here becomes a parameter of MAIL or RCPT. What the server does not offer is refused by name before a word is
said, for whoever asks for a report or for TLS all the way wants to know that nobody will see to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from mailwright.errors import NotSupported
from mailwright.grammar.address import Address
from mailwright.smtp.extensions import Capabilities

__all__ = ["DeliveryOptions", "Event"]

Event = Literal["success", "failure", "delay"]

_EVENTS: Final = ("success", "failure", "delay")
_ENVELOPE_ID: Final = 100  # characters before encoding (RFC 3461 4.4)
_SECONDS: Final = 999_999_999  # nine digits (RFC 2852 4, RFC 4865 4)
_PRIORITIES: Final = range(-9, 10)  # RFC 6710 4.1

# RFC 6533 3: beyond ASCII characters stand for themselves; controls, space, "\\", "+" and "=" are \\x{HEX}.
_NOT_UNITEXT: Final = re.compile(r"[\x00-\x20\\+=\x7f]")
# RFC 3461 4: xchar = any CHAR from "!" to "~", except "+" and "="; hexchar = "+" and two upper-case hex digits.
_NOT_XCHAR: Final = re.compile(r"[^!-~]|[+=]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOptions:
    """What to ask the server for.

    Attributes:
        notify: when to send a report: any of ``success``, ``failure``, ``delay``, or ``never`` (RFC 3461 4.1).
        return_content: what a report of failure gives back: the ``full`` message, or its ``headers`` (RFC 3461 4.3).
        envelope_id: what reports call this message: up to 100 printable ASCII characters (RFC 3461 4.4).
        require_tls: every server on the way must use verified TLS, or give the message back (RFC 8689).
        deliver_within: seconds after which the message is late (RFC 2852).
        when_late: give a late message back (``return``), or go on and report it (``notify``).
        priority: from -9 to 9, 0 being ordinary (RFC 6710).
        hold_for: seconds to hold the message before it is sent on (RFC 4865).
        hold_until: an aware time until which to hold it.
        body: how little of what was composed is to be encoded, where the server offers that: with ``8bit`` texts go as
            they are (8BITMIME, RFC 6152), with ``binary`` files as well (BINARYMIME with CHUNKING, RFC 3030).
            ``7bit`` is safe with every server on the way. What was read goes as it came in any case.
        mail_parameters: further parameters of MAIL, as ``KEYWORD`` or ``KEYWORD=value``.
        rcpt_parameters: further parameters of every RCPT.

    Raises:
        ValueError: a value cannot be what it should; the message names it.
    """

    notify: Collection[Event] | Literal["never"] | None = None
    return_content: Literal["full", "headers"] | None = None
    envelope_id: str | None = None
    require_tls: bool = False
    deliver_within: int | None = None
    when_late: Literal["return", "notify"] = "return"
    priority: int | None = None
    hold_for: int | None = None
    hold_until: datetime | None = None
    body: Literal["7bit", "8bit", "binary"] = "7bit"
    mail_parameters: tuple[str, ...] = ()
    rcpt_parameters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.notify is not None and self.notify != "never" and not _are_events(self.notify):
            raise ValueError(f'notify={self.notify!r} is neither "never" nor some of {", ".join(_EVENTS)}')
        if self.return_content not in (None, "full", "headers"):
            raise ValueError(f'return_content={self.return_content!r} is neither "full" nor "headers"')
        if self.envelope_id is not None:
            _check_envelope_id(self.envelope_id)
        if self.when_late not in ("return", "notify"):
            raise ValueError(f'when_late={self.when_late!r} is neither "return" nor "notify"')
        if self.body not in ("7bit", "8bit", "binary"):
            raise ValueError(f'body={self.body!r} is none of "7bit", "8bit" and "binary"')
        if self.priority is not None and self.priority not in _PRIORITIES:
            raise ValueError(f"priority={self.priority!r} is not between -9 and 9")
        for name, seconds in (("deliver_within", self.deliver_within), ("hold_for", self.hold_for)):
            if seconds is not None and not 1 <= seconds <= _SECONDS:
                raise ValueError(f"{name}={seconds!r} is not between 1 and {_SECONDS} seconds")
        if self.hold_for is not None and self.hold_until is not None:
            raise ValueError("give hold_for or hold_until, not both")
        if self.hold_until is not None and self.hold_until.tzinfo is None:
            raise ValueError(f"hold_until={self.hold_until} has no time zone; an aware datetime is wanted")

    def for_mail(self, capabilities: Capabilities, *, is_secured: bool) -> list[str]:
        """The parameters of MAIL.

        Raises:
            NotSupported: the server does not offer what is asked for.
        """
        parameters = list(self._reports(capabilities))
        if self.require_tls:
            _offered(capabilities, "REQUIRETLS", "require_tls")
            if not is_secured:
                raise NotSupported(
                    "TLS is required all the way, and this connection is not encrypted.",
                    "Use Security.STARTTLS or Security.TLS.",
                    reference="tls-required-by-receiver",
                    stage="sender",
                )
            parameters.append("REQUIRETLS")
        if self.deliver_within is not None:
            _offered(capabilities, "DELIVERBY", "deliver_within")
            parameters.append(f"BY={self.deliver_within};{'R' if self.when_late == 'return' else 'N'}")
        if self.priority is not None:
            _offered(capabilities, "MT-PRIORITY", "priority")
            parameters.append(f"MT-PRIORITY={self.priority}")
        if self.hold_for is not None:
            _offered(capabilities, "FUTURERELEASE", "hold_for")
            parameters.append(f"HOLDFOR={self.hold_for}")
        if self.hold_until is not None:
            _offered(capabilities, "FUTURERELEASE", "hold_until")
            parameters.append(f"HOLDUNTIL={self.hold_until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        return [*parameters, *self.mail_parameters]

    def for_rcpt(self, recipient: Address) -> list[str]:
        """The parameters of one RCPT; asking for reports, it says to whom the sender addressed the message."""
        parameters: list[str] = []
        if self.notify is not None:
            events = ("never",) if self.notify == "never" else [event for event in _EVENTS if event in self.notify]
            parameters.append(f"NOTIFY={','.join(events).upper()}")
            parameters.append(f"ORCPT={_original(recipient)}")
        return [*parameters, *self.rcpt_parameters]

    def _reports(self, capabilities: Capabilities) -> Iterator[str]:
        if self.notify is not None:
            _offered(capabilities, "DSN", "notify")
        if self.return_content is not None:
            _offered(capabilities, "DSN", "return_content")
            yield "RET=FULL" if self.return_content == "full" else "RET=HDRS"
        if self.envelope_id is not None:
            _offered(capabilities, "DSN", "envelope_id")
            yield f"ENVID={_xtext(self.envelope_id)}"


def _are_events(notify: Collection[str]) -> bool:
    return not isinstance(notify, str) and bool(notify) and set(notify) <= {*_EVENTS}


def _check_envelope_id(envelope_id: str) -> None:
    if not (envelope_id.isascii() and envelope_id.isprintable()) or not 1 <= len(envelope_id) <= _ENVELOPE_ID:
        raise ValueError(f"envelope_id={envelope_id!r} is not 1 to {_ENVELOPE_ID} printable ASCII characters")


def _offered(capabilities: Capabilities, keyword: str, asked: str) -> None:
    if keyword not in capabilities:
        raise NotSupported(
            f"{asked} needs {keyword}, and the server does not offer it.",
            "Leave it away, or use another server.",
            reference="esmtp-parameter-unsupported",
            stage="sender",
        )


def _xtext(text: str) -> str:
    return _NOT_XCHAR.sub(lambda found: f"+{ord(found[0]):02X}", text)


def _original(recipient: Address) -> str:
    """RFC 3461 4.2, and RFC 6533 3 where the address is international."""
    if recipient.is_international:
        return f"utf-8;{_NOT_UNITEXT.sub(_hexed, recipient.addr_spec)}"
    return f"rfc822;{_xtext(recipient.ascii_addr_spec)}"


def _hexed(found: re.Match[str]) -> str:
    return f"\\x{{{ord(found[0]):02X}}}"
