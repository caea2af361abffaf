"""Where a server is and how the connection is to be protected, checked before anything is asked of the network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import unquote, urlsplit

import idna

__all__ = ["Endpoint", "Security", "ServerUrl", "loopback"]

# RFC 1123 2.1 letters, digits and hyphens; QUIRK: underscores, which occur in internal host names (MailKit accepts
# them, and so do getaddrinfo and every server).
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z", re.IGNORECASE)
_HOST_OCTETS = 253
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")

_TLS_AT_ONCE = {465, 993, 995}  # RFC 8314 3.2, 3.3
_SUBMISSION = 587  # RFC 6409


class Security(Enum):
    """How a connection becomes protected.

    Whatever the mode, credentials never travel unencrypted unless that is allowed in so many words.
    """

    AUTO = "auto"
    """465, 993, 995: TLS at once; 587: STARTTLS required; 25 and others: STARTTLS when offered."""
    TLS = "tls"
    """TLS from the first byte (implicit TLS, RFC 8314)."""
    STARTTLS = "starttls"
    """Upgrade with STARTTLS; without it, an error."""
    STARTTLS_IF_OFFERED = "starttls-if-offered"
    """Upgrade when the server offers it. Somebody in between can take the offer away."""
    NONE = "none"
    """Unencrypted."""

    def resolve(self, port: int) -> Security:
        """What ``AUTO`` means on this port; every other mode means itself."""
        if self is not Security.AUTO:
            return self
        if port in _TLS_AT_ONCE:
            return Security.TLS
        return Security.STARTTLS if port == _SUBMISSION else Security.STARTTLS_IF_OFFERED


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port.

    Attributes:
        host: a name (also an international one), an IPv4 or an IPv6 address, without brackets.
        port: 1 to 65535.

    Raises:
        ValueError: the host or the port cannot be one; the message says what is wrong with it.
    """

    host: str
    port: int
    ascii_host: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ascii_host", _checked_host(self.host))
        object.__setattr__(self, "host", self.host.removeprefix("[").removesuffix("]"))
        if type(self.port) is not int:
            raise TypeError(f"the port {self.port!r} is not a whole number")
        if not 1 <= self.port <= 65535:
            # The socket module would wrap a larger number around and connect somewhere else.
            raise ValueError(f"the port {self.port} is not between 1 and 65535")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _checked_host(host: object) -> str:
    if not isinstance(host, str):
        raise TypeError(f"the host {host!r} is not a string")
    wanted = 'a host name such as "smtp.example.com" or an IP address is wanted'
    if not host.strip():
        raise ValueError(f"the host is empty; {wanted}")
    if "://" in host:
        raise ValueError(f"the host {host!r} is a URL; {wanted}, or use from_url()")
    if "@" in host:
        raise ValueError(f"the host {host!r} is an e-mail address; {wanted}")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if _is_address(bare):
        return bare
    if ":" in host:
        raise ValueError(f"the host {host!r} contains a colon; {wanted}, and the port goes into its own parameter")
    return _ascii_name(host, wanted)


def _ascii_name(host: str, wanted: str) -> str:
    name = host.removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"the host {host!r} is not a valid international name ({error}); {wanted}") from None
    labels = name.split(".")
    if len(name) > _HOST_OCTETS or not all(map(_LABEL.match, labels)):
        raise ValueError(f"the host {host!r} is not a valid name; {wanted}")
    if labels[-1].isdigit():
        raise ValueError(f"the host {host!r} looks like an IP address and is none; {wanted}")
    return name


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return text.isascii() and _UNSAFE.search(text) is None  # it takes anything for a zone: "fe80::1%eth0"


def loopback(address: str) -> bool:
    """Whether an IP address never leaves this machine; a password sent there cannot be overheard on the way."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_loopback


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """A server as a URL: ``smtps://alice:secret@smtp.example.com:465``.

    The password is kept out of ``repr`` and of every error message.
    """

    scheme: str
    host: str
    port: int | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, *, schemes: tuple[str, ...]) -> ServerUrl:
        """Read a URL.

        Args:
            url: ``scheme://[user[:password]@]host[:port]``; user and password percent-encoded.
            schemes: what the scheme may be, in lower case.

        Raises:
            ValueError: it is no such URL.
        """
        if _UNSAFE.search(url):  # urlsplit would drop some of them without a word
            raise ValueError("the URL contains a space or a control character; percent-encode it")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its message quotes what may be the password
            raise ValueError(
                "this is not a server's URL: scheme://user:password@host:port is wanted, "
                "user and password percent-encoded"
            ) from None
        if parts.scheme not in schemes:
            raise ValueError(f"the URL's scheme is {parts.scheme!r}; it can be {', '.join(schemes)}")
        if not parts.hostname:
            raise ValueError("the URL names no host")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("the URL goes on after the host and port; nothing is known to belong there")
        username = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        return cls(parts.scheme, parts.hostname, port, username, password)
