"""What a client is told before it connects, checked when it is told."""

from __future__ import annotations

import ipaddress
import secrets
import time
from dataclasses import dataclass
from typing import Final

from mailwright.dialogue import Dialogue, Limits
from mailwright.net.endpoint import Endpoint, Security, ServerUrl, loopback
from mailwright.net.resolve import own_name
from mailwright.net.timeouts import Timeouts
from mailwright.net.tls import Context, Tls
from mailwright.net.transcript import Transcript
from mailwright.sasl import Credentials, Password
from mailwright.smtp.commands import ehlo
from mailwright.smtp.session import Session

__all__ = ["Settings", "enter", "from_url"]

_PORTS: Final = {
    Security.TLS: 465,  # RFC 8314 3.3
    Security.STARTTLS: 587,  # RFC 6409
    Security.AUTO: 587,
    Security.STARTTLS_IF_OFFERED: 25,
    Security.NONE: 25,
}
_SCHEMES: Final = {"smtp": Security.AUTO, "smtps": Security.TLS, "smtp+starttls": Security.STARTTLS}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a connection needs to know."""

    endpoint: Endpoint
    security: Security
    credentials: Credentials | None
    tls: Tls
    timeouts: Timeouts
    local_hostname: str | None
    source_address: str | None
    allow_cleartext: bool
    transcript: Transcript | None
    limits: Limits
    chunking: bool

    @classmethod
    def of(
        cls,
        host: str,
        port: int | None,
        *,
        security: Security,
        username: str | None,
        password: str | None,
        credentials: Credentials | None,
        tls: Tls | Context | None,
        timeout: float | Timeouts | None,
        local_hostname: str | None,
        source_address: str | None,
        allow_cleartext_credentials: bool,
        transcript: Transcript | None,
        limits: Limits | None,
        chunking: bool,
    ) -> Settings:
        """Check what the caller gave; a ``ValueError`` names what is wrong."""
        if not isinstance(security, Security):  # pyright: ignore[reportUnnecessaryIsInstance]  callers may be untyped
            raise TypeError(f"security={security!r} is no Security; Security.{str(security).upper()} may be meant")
        if (username is None) != (password is None):
            missing = "password" if password is None else "username"
            raise ValueError(f"username and password belong together; the {missing} is missing")
        if username is not None and password is not None:
            if credentials is not None:
                raise ValueError("give username and password, or credentials, not both")
            credentials = Password(username, password)
        if local_hostname is not None:
            ehlo(local_hostname)
        if source_address is not None:
            try:
                ipaddress.ip_address(source_address)
            except ValueError:
                raise ValueError(f"the source address {source_address!r} is no IP address") from None
        endpoint = Endpoint(host, _PORTS[security] if port is None else port)
        return cls(
            endpoint,
            security.resolve(endpoint.port),
            credentials,
            Tls.of(tls),
            Timeouts.of(timeout),
            local_hostname,
            source_address,
            allow_cleartext_credentials,
            transcript,
            limits or Limits(),
            chunking,
        )

    def session(self, peer: str, local: str) -> Session:
        """A session for a connection between these addresses."""
        return Session(
            self.local_hostname or own_name(local),
            trusted_path=loopback(peer),
            clock=time.perf_counter,
            limits=self.limits,
            host=self.endpoint.ascii_host,
            port=self.endpoint.port,
            nonce=secrets.token_urlsafe,
            chunking=self.chunking,
        )


def enter(session: Session, settings: Settings, *, login: bool) -> Dialogue[None]:
    """Open the session, and log in when that is wanted and there are credentials."""
    yield from session.open(settings.security, settings.endpoint.ascii_host)
    if login and settings.credentials is not None:
        yield from session.login(settings.credentials, allow_cleartext=settings.allow_cleartext)


def from_url(url: str) -> tuple[ServerUrl, Security]:
    """Read a server's URL: ``smtp``, ``smtps`` or ``smtp+starttls``."""
    parsed = ServerUrl.parse(url, schemes=tuple(_SCHEMES))
    return parsed, _SCHEMES[parsed.scheme]
