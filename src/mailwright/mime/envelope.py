"""Who a message goes from and to, as the transport sees it: not what the headers say (RFC 5321 2.3.1, 3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailwright.grammar.address import Address, parse_list
from mailwright.mime.field import ADDRESS_FIELDS, Field
from mailwright.mime.message import Message

if TYPE_CHECKING:
    from email.message import Message as StdlibMessage

__all__ = ["Envelope"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The reverse-path and the forward-paths.

    Args:
        sender: where failures are reported; None or an empty text for nobody (``MAIL FROM:<>``).
        recipients: who gets it; text is exactly one mailbox. Repeated ones count once.

    Attributes:
        sender: the mailbox, or None.
        recipients: the mailboxes, each once, in order.

    Raises:
        ValueError: an address is none, or there is no recipient.
        TypeError: something is neither text nor an ``Address``.
    """

    sender: Address | None
    recipients: tuple[Address, ...]

    def __init__(self, sender: Address | str | None, recipients: Iterable[Address | str]) -> None:
        given = (recipients,) if isinstance(recipients, str | Address) else recipients
        unique: dict[tuple[str, str], Address] = {}
        for recipient in given:
            mailbox = _mailbox(recipient)
            # RFC 5321 2.4: the local part's case may matter, the domain's does not.
            _ = unique.setdefault((mailbox.local, mailbox.ascii_domain.lower()), mailbox)
        if not unique:
            raise ValueError("an envelope needs a recipient; add at least one address")
        object.__setattr__(self, "sender", None if sender is None or sender == "" else _mailbox(sender))
        object.__setattr__(self, "recipients", tuple(unique.values()))

    @classmethod
    def of(cls, message: Message | StdlibMessage) -> Envelope:
        """Take the envelope from a message's header, all fields of a name included.

        The sender is the first of Resent-Sender, Resent-From, Sender, From that is there; the recipients are To, Cc
        and Bcc, or, when the message was resent, Resent-To, Resent-Cc and Resent-Bcc (RFC 5322 3.6.6).

        Args:
            message: ours or the standard library's.

        Returns:
            The envelope.

        Raises:
            ValueError: there is no sender or no recipient; says what to add.
            TypeError: it is no message.
        """
        look_up = _look_up(message)
        resent = bool(look_up("resent-sender") or look_up("resent-from"))
        names = ("resent-sender", "resent-from", "sender", "from")
        senders = [mailbox for name in names for mailbox in look_up(name)]
        if not senders:
            raise ValueError("the message names no sender; set from_, or give an envelope")
        prefix = "resent-" if resent else ""
        recipients = [mailbox for name in ("to", "cc", "bcc") for mailbox in look_up(prefix + name)]
        if not recipients:
            what = "Resent-To, Resent-Cc or Resent-Bcc" if resent else "to, cc or bcc"
            raise ValueError(f"the message names no recipient; set {what}, or give an envelope")
        return cls(senders[0], recipients)

    @property
    def is_international(self) -> bool:
        """Whether an address in it needs SMTPUTF8 (RFC 6531)."""
        return any(box.is_international for box in (self.sender, *self.recipients) if box is not None)


class _LookUp(Protocol):
    def __call__(self, name: str, /) -> list[Address]: ...


def _mailbox(value: Address | str) -> Address:
    if isinstance(value, Address):
        return value
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"an envelope takes Address or str, not {type(value).__name__}")
    return Address.parse(value)


def _look_up(message: Message | StdlibMessage) -> _LookUp:
    if isinstance(message, Message):
        known: dict[str, list[Address]] = {}
        for field in message.headers.raw_fields():
            if field.key in ADDRESS_FIELDS:
                known.setdefault(field.key, []).extend(field.addresses.mailboxes)
        return lambda name: known.get(name, [])
    if not hasattr(message, "raw_items"):
        raise TypeError(f"an envelope is taken from a Message or email.message.Message, not {type(message).__name__}")
    from mailwright.mime.bridge import field_of, raw_items

    items = raw_items(message)

    def theirs(name: str, /) -> list[Address]:
        found: list[Address] = []
        for key, value in items:
            if key.lower() == name:
                found.extend(_stdlib_addresses(field_of(key, value), value))
        return found

    return theirs


def _stdlib_addresses(field: Field, value: object) -> tuple[Address, ...]:
    """The mailboxes of a field; what cannot be read without guessing would be somebody left out without a word."""
    try:
        return parse_list(field.raw.partition(b":")[2], strict=True).mailboxes if str(value).strip() else ()
    except ValueError as error:
        raise ValueError(f"{field.name} cannot be sent to as it stands: {error}") from None
