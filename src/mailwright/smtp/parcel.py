"""What a client hands to a transaction: messages, each announced before its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mailwright.dialogue import Item, Patience
from mailwright.errors import MessageRefused, NotSupported
from mailwright.mime.envelope import Envelope
from mailwright.smtp.commands import mail, rcpt
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.options import DeliveryOptions

__all__ = ["Command", "Parcel", "Spoilt"]

Command: TypeAlias = tuple[bytes, Patience, str]
"""What to send, how long to wait for its reply, and the stage for errors."""


@dataclass(slots=True)
class Parcel(Item):
    """A message to hand over: its envelope, and what the envelope must say of the content that follows it.

    Attributes:
        envelope: from whom, to whom.
        size: octets, when known (RFC 1870).
        eight_bit: it has octets above 127 in its body (RFC 6152).
        international: its header is UTF-8 (RFC 6532), so the server must know SMTPUTF8.
        options: what is asked of the server besides.
        is_refused: it was, so its content need not be made.
        binary: it has parts without lines, so it goes by BDAT only (RFC 3030 3).
        obstacle: why this server cannot take it, known before anything is said.
    """

    envelope: Envelope
    size: int | None = None
    eight_bit: bool = False
    international: bool = False
    options: DeliveryOptions = DeliveryOptions()  # noqa: RUF009  a frozen value, shared by all
    is_refused: bool = False
    binary: bool = False
    obstacle: NotSupported | None = None

    def commands(self, capabilities: Capabilities, *, is_secured: bool) -> list[Command]:
        """MAIL and every RCPT, checked before the first octet is sent.

        Raises:
            NotSupported, MessageRefused: this server cannot take the message.
        """
        if self.obstacle is not None:
            raise self.obstacle
        utf8 = self._needs_utf8(capabilities)
        parameters = self._size(capabilities)
        if self.binary or self.eight_bit:
            parameters.append(self._body(capabilities))
        if utf8:
            parameters.append("SMTPUTF8")
        options = self.options
        parameters += options.for_mail(capabilities, is_secured=is_secured)
        commands: list[Command] = [(mail(self.envelope.sender, parameters, utf8=utf8), Patience.SENDER, "sender")]
        everybody = self.envelope.recipients
        commands += [(rcpt(to, options.for_rcpt(to), utf8=utf8), Patience.RECIPIENT, "recipient") for to in everybody]
        return commands

    def _size(self, capabilities: Capabilities) -> list[str]:
        if self.size is None or "SIZE" not in capabilities:
            return []
        if capabilities.size is not None and self.size > capabilities.size:
            raise MessageRefused(
                f"The message has {self.size} octets and the server takes at most {capabilities.size}.",
                "Send attachments another way, or in several messages.",
                reference="message-too-big",
                stage="sender",
            )
        return [f"SIZE={self.size}"]

    def _body(self, capabilities: Capabilities) -> str:
        if self.binary:
            if "BINARYMIME" not in capabilities or "CHUNKING" not in capabilities:
                raise NotSupported(
                    "The message has binary content and the server does not offer BINARYMIME and CHUNKING.",
                    "Encode its parts as base64.",
                    reference="eight-bit-unsupported",
                    stage="sender",
                )
            return "BODY=BINARYMIME"
        if "8BITMIME" not in capabilities:
            raise NotSupported(
                "The message has 8-bit content and the server takes only 7-bit mail.",
                "Encode its parts as quoted-printable or base64.",
                reference="eight-bit-unsupported",
                stage="sender",
            )
        return "BODY=8BITMIME"

    def _needs_utf8(self, capabilities: Capabilities) -> bool:
        if "SMTPUTF8" in capabilities:
            return self.international or self.envelope.is_international
        if self.international:
            raise NotSupported(
                "The message has a header in UTF-8 and the server does not offer SMTPUTF8.",
                "Use ASCII addresses, or a server that takes internationalised mail.",
                reference="smtputf8-unsupported",
                stage="sender",
            )
        return False  # the commands refuse an address that needs it, by name


@dataclass(frozen=True, slots=True)
class Spoilt(Item):
    """A message that cannot be handed over, and why. The messages before it are finished first."""

    error: Exception
