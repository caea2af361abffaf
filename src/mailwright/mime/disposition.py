"""What a reader did with a message: message/disposition-notification (RFC 8098)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailwright.grammar.lexer import strip_comments
from mailwright.mime.status_fields import FieldGroup, FieldLines, Pairs, check_pairs, groups
from mailwright.mime.typed_values import TypedAddress, TypedText, check_text

__all__ = ["Disposition", "DispositionNotification", "parse_disposition_notification"]

# RFC 8098 3.2.6: disposition-field = "Disposition" ":" OWS disposition-mode OWS ";" OWS disposition-type
#                                     [ OWS "/" OWS disposition-modifier *( OWS "," OWS disposition-modifier ) ] OWS
#                 disposition-mode = action-mode OWS "/" OWS sending-mode
_ATOM = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+"
_WORD = re.compile(_ATOM)
_DISPOSITION = re.compile(rf"\s*({_ATOM})\s*/\s*({_ATOM})\s*;\s*({_ATOM})\s*(?:/(.*))?")


@dataclass(frozen=True, slots=True)
class Disposition:
    """What was done, and who decided to tell (RFC 8098 3.2.6).

    Attributes:
        action: ``manual-action`` or ``automatic-action``.
        sending: ``mdn-sent-manually`` or ``mdn-sent-automatically``.
        type: ``displayed``, ``deleted``, ``dispatched`` or ``processed``.
        modifiers: such as ``error``; all of it in lower case, since case means nothing.
    """

    action: str
    sending: str
    type: str
    modifiers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for word in (self.action, self.sending, self.type, *self.modifiers):
            if _WORD.fullmatch(word) is None or word != word.lower():
                raise ValueError(f"disposition {word!r} is not allowed; an atom in lower case is, such as 'displayed'")

    def __str__(self) -> str:
        modifiers = f"/{','.join(self.modifiers)}" if self.modifiers else ""
        return f"{self.action}/{self.sending}; {self.type}{modifiers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionNotification:
    """A message disposition notification, which people call a read receipt (RFC 8098).

    Attributes:
        reporting_ua: what did it: a host, and behind a semicolon a program.
        mdn_gateway: who translated a notification of another mail system.
        original_recipient: whom the sender named.
        final_recipient: who had the message.
        original_message_id: the Message-ID of the message.
        disposition: what was done; None when it cannot be read.
        errors: what went wrong, as texts.
        more: all other fields, in order.
    """

    reporting_ua: str = ""
    mdn_gateway: TypedText | None = None
    original_recipient: TypedAddress | None = None
    final_recipient: TypedAddress | None = None
    original_message_id: str = ""
    disposition: Disposition | None = None
    errors: tuple[str, ...] = ()
    more: Pairs = ()

    def __post_init__(self) -> None:
        check_text(self.reporting_ua, "reporting_ua")
        check_text(self.original_message_id, "original_message_id")
        for error in self.errors:
            check_text(error, "error")
        check_pairs(self.more)

    def to_bytes(self, *, utf8: bool = False) -> bytes:
        """Write it as the content of a part.

        Args:
            utf8: for message/global-disposition-notification (RFC 6533 5).

        Raises:
            ValueError: something is not ASCII and ``utf8`` is not set; or a word is too long.
        """
        lines = FieldLines(utf8=utf8)
        lines.add("Reporting-UA", self.reporting_ua)
        lines.add("MDN-Gateway", self.mdn_gateway)
        lines.add("Original-Recipient", self.original_recipient)
        lines.add("Final-Recipient", self.final_recipient)
        lines.add("Original-Message-ID", self.original_message_id)
        lines.add("Disposition", None if self.disposition is None else str(self.disposition))
        lines.add_all(tuple([("Error", error) for error in self.errors]))
        lines.add_all(self.more)
        return lines.to_bytes()

    def __str__(self) -> str:
        return self.to_bytes(utf8=True).decode("utf-8").replace("\r\n", "\n")


def parse_disposition_notification(data: bytes) -> DispositionNotification:
    """Read the content of a message/disposition-notification (RFC 8098 3.1).

    Args:
        data: the content, decoded.

    Returns:
        What it says. Never raises.
    """
    group = FieldGroup([pair for pairs in groups(data) for pair in pairs])
    said = group.text("disposition")
    disposition = _disposition(said)
    unread = (("Disposition", said),) if said and disposition is None else ()
    return DispositionNotification(
        reporting_ua=group.text("reporting-ua"),
        mdn_gateway=group.typed("mdn-gateway"),
        original_recipient=group.address("original-recipient"),
        final_recipient=group.address("final-recipient"),
        original_message_id=group.text("original-message-id"),
        disposition=disposition,
        errors=group.texts("error"),
        more=unread + group.rest(),
    )


def _disposition(text: str) -> Disposition | None:
    found = _DISPOSITION.fullmatch(strip_comments(text).lower())
    if found is None:
        return None
    words = [word.strip() for word in (found[4] or "").split(",")]
    return Disposition(found[1], found[2], found[3], tuple([word for word in words if _WORD.fullmatch(word)]))
