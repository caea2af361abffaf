"""What a receiving server allows, and what it hands over."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailwright.grammar.address import Address

__all__ = ["Caught", "Policy"]

_ERRORS: Final = 20  # bad commands before a client is hung up on; Postfix's smtpd_hard_error_limit
_RECIPIENTS: Final = 1_000  # RFC 5321 4.5.3.1.8 asks for 100 at least; Postfix's limit is 1,000
_SIZE: Final = 50_000_000  # octets; what the larger providers take
_LINE: Final = 12_288  # octets in a command; RFC 4954 4 asks for that much during AUTH

Refusal = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a server allows.

    Attributes:
        hostname: the name it gives itself.
        users: who may log in, with which password; without any, AUTH is not offered.
        login_required: mail is taken only from who has logged in.
        offers_starttls: there is a certificate to upgrade with.
        cleartext_login: AUTH is offered without TLS, too.
        size: octets in a message.
        recipients: recipients of one message.
        line: octets in a command line.
        errors: bad commands before the client is hung up on.
        refuse: looks at each envelope address (``"sender"`` or ``"recipient"``, then the address) and returns a reply
            such as ``(550, "5.1.1 No such user")`` to refuse it, or ``None``.
    """

    hostname: str = "localhost"
    users: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    login_required: bool = False
    offers_starttls: bool = False
    cleartext_login: bool = False
    size: int = _SIZE
    recipients: int = _RECIPIENTS
    line: int = _LINE
    errors: int = _ERRORS
    refuse: Callable[[str, str], Refusal | None] = lambda _role, _address: None

    def admits(self, username: str, password: str) -> bool:
        """Whether these are the credentials of a user; takes as long for a wrong name as for a wrong password."""
        known = self.users.get(username)
        right = hmac.compare_digest((known or "\0").encode(), password.encode())
        return right and known is not None


@dataclass(frozen=True, slots=True)
class Caught:
    """A message that was received.

    Attributes:
        sender: the reverse-path; ``None`` for ``<>``.
        recipients: the forward-paths.
        content: the message, byte for byte, dots unstuffed.
        username: who had logged in.
        is_secured: it came over TLS.
        parameters: the parameters of MAIL, by keyword in upper case.
    """

    sender: Address | None
    recipients: tuple[Address, ...]
    content: bytes = field(repr=False)
    username: str | None = None
    is_secured: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
