"""NTLM, through pyspnego (MS-NLMP, MS-SMTPNTLM): for intranets that depend on it.

This mechanism is not pure: pyspnego takes its own randomness and reads the clock, and Windows' own implementation asks
Windows. What it is made from is a security context, so that tests can give it another.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from mailwright.errors import NotSupported
from mailwright.sasl.credentials import Password
from mailwright.sasl.mechanism import Exchange, Occasion

if TYPE_CHECKING:
    from spnego.channel_bindings import GssChannelBindings

__all__ = ["Ntlm", "SecurityContext", "Tokens", "begin_ntlm", "channel", "is_installed", "not_available", "token"]

_END_POINT = "tls-server-end-point"


class SecurityContext(Protocol):
    """What is used of pyspnego's context."""

    @property
    def complete(self) -> bool:
        """Whether both sides know each other now."""
        ...

    def step(self, in_token: bytes | None = None, /) -> bytes | None:
        """Take the server's token, give ours."""
        ...


class Tokens(Exchange):
    """A mechanism that passes tokens between a security context and the server, and nothing else."""

    def __init__(self, context: SecurityContext) -> None:
        super().__init__()
        self._context = context
        self._first = token(context, None)
        self._answered = False

    def first(self) -> bytes:
        """Our first token."""
        return self._first

    def next(self, challenge: bytes) -> bytes:
        """Our next token; the first one again for a server that missed it."""
        if self.done:
            raise ValueError(f"{self.name} has nothing more to say")
        if not challenge:
            if self._answered:
                raise ValueError("there is no token in the challenge")
            self._answered = True
            return self._first
        self._answered = True
        answer = token(self._context, challenge)
        self.done = self._context.complete
        return answer


class Ntlm(Tokens):
    """NTLM version 2: negotiate, challenge, authenticate."""

    name = "NTLM"


def begin_ntlm(credentials: Password, occasion: Occasion) -> Ntlm | None:
    """Begin NTLM, when pyspnego is installed.

    Raises:
        NotSupported: this machine's implementation does not want to.
    """
    if not is_installed():
        return None
    import spnego
    from spnego.exceptions import SpnegoError

    try:
        return Ntlm(
            spnego.client(
                credentials.username,
                credentials.password,
                hostname=occasion.host or "unspecified",
                service=occasion.service,
                channel_bindings=channel(occasion),
                protocol="ntlm",
            )
        )
    except (ImportError, ValueError, SpnegoError) as error:
        raise not_available("NTLM", error) from error


def is_installed() -> bool:
    """Whether pyspnego is."""
    return find_spec("spnego") is not None


def channel(occasion: Occasion) -> GssChannelBindings | None:
    """The channel binding Windows knows: ``tls-server-end-point:`` and the hash (RFC 5929 4, MS-NLMP 3.1.5.1.2)."""
    bound_to = occasion.bindings.get(_END_POINT)
    if not bound_to:
        return None
    from spnego.channel_bindings import GssChannelBindings

    return GssChannelBindings(application_data=f"{_END_POINT}:".encode() + bound_to)


def token(context: SecurityContext, received: bytes | None) -> bytes:
    """One step of a security context; whatever it makes of strange tokens, it is a ``ValueError``."""
    try:
        return context.step(received) or b""
    except Exception as error:  # noqa: BLE001  parsers in many libraries fail in many ways; none may leave this room
        raise ValueError(f"the server's token was not accepted ({type(error).__name__})") from None


def not_available(name: str, error: Exception) -> NotSupported:
    """The error for what an installed library cannot do here."""
    return NotSupported(
        f"{name} cannot be used on this machine: {type(error).__name__}.",
        "It needs pip install 'mailwright[sspi]' and, for Kerberos outside Windows, pip install 'pyspnego[kerberos]'.",
        reference="auth-ntlm-gssapi-only",
        stage="authentication",
    )
