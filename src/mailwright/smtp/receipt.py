"""What became of a message: who will get it, who will not, and what the server called it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mailwright.errors import NotSupported, Refused
from mailwright.net.tls import TlsFacts
from mailwright.smtp.refusals import recipients_refused
from mailwright.smtp.reply import Reply

__all__ = ["Receipt", "Timings", "queue_id"]

# How servers name what they have queued, most telling first.
_QUEUE_IDS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"queued as ([A-Za-z0-9._-]+)",  # Postfix, many others
        r"message queued \(([A-Za-z0-9._-]+)\)",  # Haraka
        r"\bid=<?([A-Za-z0-9._@-]+)",  # Exim
        r"^OK +\d+ ([A-Za-z0-9._-]+) - gsmtp",  # Google
        r"([A-Za-z0-9._-]+) message accepted for delivery",  # Sendmail, OpenSMTPD
        r"\[InternalId=(\d+)",  # Exchange
        r"^OK:? ([0-9A-Fa-f-]{16,})",  # Amazon SES
    )
)


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the seconds went.

    Attributes:
        envelope: from MAIL to the go-ahead for the message; 0 when the message left together with its envelope.
        content: sending it.
        verdict: from its end to the server's answer.
    """

    envelope: float
    content: float
    verdict: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.envelope + self.content + self.verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's answer to a message.

    Attributes:
        accepted: the addresses it took responsibility for.
        refused: the addresses it did not, each with its reply.
        reply: its verdict on the message; ``None`` when it was not asked, because it could not have taken it.
        queue_id: what the server calls the message in its logs, when it says so.
        tls: how the connection was protected; ``None`` when it was not.
        timings: where the seconds went.
        error: why nobody will get the message, when it is one of many and was refused.
    """

    accepted: tuple[str, ...]
    refused: Mapping[str, Reply]
    reply: Reply | None
    queue_id: str | None
    timings: Timings
    tls: TlsFacts | None = None
    error: Refused | NotSupported | None = None

    def raise_for_refused(self) -> None:
        """Turn refused recipients into an error.

        Raises:
            RecipientsRefused: there are some. The others have got the message.
            Refused, NotSupported: the whole message was refused.
        """
        if self.error is not None:
            raise self.error
        if self.refused:
            raise recipients_refused(self.refused, len(self.accepted))


def queue_id(reply: Reply) -> str | None:
    """What the server calls the message, read from its reply."""
    text = reply.text
    for pattern in _QUEUE_IDS:
        if found := pattern.search(text):
            return found[1]
    return None
