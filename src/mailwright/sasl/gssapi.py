"""GSSAPI and GSS-SPNEGO: Kerberos, through pyspnego (RFC 4752; MS-SPNG as Exchange speaks it).

After the tokens, GSSAPI negotiates a security layer (RFC 4752 3.1): the server wraps four octets, a bit mask of what it
offers and the size of its buffer; we answer with "no layer" and whom to act for. TLS protects the connection.

As with NTLM, this is not pure: a ticket may have to be fetched from a key distribution centre, over the network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from mailwright.sasl.credentials import Kerberos
from mailwright.sasl.mechanism import Occasion
from mailwright.sasl.ntlm import SecurityContext, Tokens, channel, is_installed, not_available

if TYPE_CHECKING:
    from spnego import ContextProxy

__all__ = ["Gssapi", "Spnego", "begin_gssapi", "begin_spnego"]

T = TypeVar("T")

_NO_LAYER: Final = 1  # RFC 4752 3.3; 2 is integrity, 4 is confidentiality


class _Wrapped(Protocol):
    @property
    def data(self) -> bytes: ...


class WrappingContext(SecurityContext, Protocol):
    """What is used of pyspnego's context when there is something to wrap."""

    def wrap(self, data: bytes, encrypt: bool = True) -> _Wrapped:
        """Protect some octets."""
        ...

    def unwrap(self, data: bytes) -> _Wrapped:
        """Read protected octets."""
        ...


class Gssapi(Tokens):
    """Kerberos, and the choice of no security layer.

    Args:
        context: a security context with mutual authentication.
        authorization_id: whom to act for.
    """

    name = "GSSAPI"
    proves_server = True

    def __init__(self, context: WrappingContext, authorization_id: str = "") -> None:
        super().__init__(context)
        self._wrapping = context
        self._authorization_id = authorization_id.encode()
        self._is_choosing = context.complete

    def next(self, challenge: bytes) -> bytes:
        """Our next token, then the choice of no security layer."""
        if self._is_choosing and not self.done:
            return self._choose(challenge)
        answer = super().next(challenge)
        self._is_choosing, self.done = self.done, False
        return answer

    def _choose(self, challenge: bytes) -> bytes:
        try:
            offer = self._wrapping.unwrap(challenge).data
        except Exception as error:  # noqa: BLE001  parsers in many libraries fail in many ways; none may leave this room
            raise ValueError(f"the server's offer of layers was not accepted ({type(error).__name__})") from None
        if len(offer) != 4:
            raise ValueError(f"the server's offer of layers has {len(offer)} octets instead of 4")
        if not offer[0] & _NO_LAYER:
            raise ValueError("the server insists on a security layer, which TLS makes needless")
        self.done = True
        chosen = bytes([_NO_LAYER, 0, 0, 0]) + self._authorization_id
        return self._wrapping.wrap(chosen, encrypt=False).data


class Spnego(Tokens):
    """Kerberos or NTLM, whichever both sides agree on; nothing follows the tokens."""

    name = "GSS-SPNEGO"


def begin_gssapi(credentials: Kerberos, occasion: Occasion) -> Gssapi:
    """Begin GSSAPI with Kerberos.

    Raises:
        NotSupported: pyspnego or a GSSAPI library is missing, or there is no ticket.
    """
    return _begun("GSSAPI", lambda: Gssapi(_context(credentials, occasion, "kerberos"), credentials.authorization_id))


def begin_spnego(credentials: Kerberos, occasion: Occasion) -> Spnego:
    """Begin GSS-SPNEGO.

    Raises:
        NotSupported: pyspnego or a GSSAPI library is missing, or there is no ticket.
    """
    return _begun("GSS-SPNEGO", lambda: Spnego(_context(credentials, occasion, "negotiate")))


def _begun(name: str, begin: Callable[[], T]) -> T:
    if not is_installed():
        raise not_available(name, ImportError("pyspnego is not installed"))
    from spnego.exceptions import SpnegoError

    try:
        return begin()
    except (ImportError, ValueError, SpnegoError) as error:
        raise not_available(name, error) from error


def _context(credentials: Kerberos, occasion: Occasion, protocol: str) -> ContextProxy:
    import spnego

    return spnego.client(
        credentials.username or None,
        credentials.password,
        hostname=occasion.host or "unspecified",
        service=occasion.service,
        channel_bindings=channel(occasion),
        protocol=protocol,
    )
