"""What is said about an error, as plain facts: the same for people and in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypedDict

from mailwright.errors import MailError, RecipientsRefused, ServerReply

__all__ = ["Facts", "ReplyFacts", "facts", "hint", "reply_facts"]


class ReplyFacts(TypedDict):
    """A server's answer."""

    code: int | str
    enhanced: str | None
    text: str


class Facts(TypedDict):
    """An error: the attributes of :class:`mailwright.MailError`, and the name of its class."""

    error: str
    reference: str
    stage: str | None
    what: str
    hint: str
    host: str | None
    port: int | None
    reply: ReplyFacts | None
    in_doubt: bool
    refused: dict[str, ReplyFacts]


# The library speaks of its own names. Whoever types a command knows the options.
_AS_OPTIONS: Final = {
    "Use Security.STARTTLS or Security.TLS; allow_cleartext_credentials=True sends it all the same.": (
        "Use --security starttls or --security tls."
    ),
    "Security.STARTTLS": "--security starttls",
    "Security.TLS": "--security tls",
    "Connect by a name it is for, or set Tls(server_name=...).": "Connect by a name it is for.",
    "Tls(ca=...)": "--ca FILE",
    "Tls(pinned=...)": "--pin FINGERPRINT",
    "Set local_hostname": "Set --local-hostname",
    "give username and password": "give --user and a password",
}


_NONE: Final[Mapping[str, ServerReply]] = MappingProxyType({})


def hint(text: str) -> str:
    """A hint in the words of the command line."""
    for name, option in _AS_OPTIONS.items():
        text = text.replace(name, option)
    return text


def reply_facts(reply: ServerReply) -> ReplyFacts:
    """A server's answer as facts."""
    return {"code": reply.code, "enhanced": reply.enhanced, "text": reply.text}


def facts(error: MailError) -> Facts:
    """An error as facts."""
    refused: Mapping[str, ServerReply] = error.refused if isinstance(error, RecipientsRefused) else _NONE
    return {
        "error": type(error).__name__,
        "reference": error.reference,
        "stage": error.stage,
        "what": error.what,
        "hint": hint(error.hint),
        "host": error.host,
        "port": error.port,
        "reply": None if error.reply is None else reply_facts(error.reply),
        "in_doubt": error.in_doubt,
        "refused": {address: reply_facts(reply) for address, reply in refused.items()},
    }
