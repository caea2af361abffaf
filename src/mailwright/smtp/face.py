"""What both faces of the SMTP client have in common: their settings, and what the session has learnt."""

from __future__ import annotations

from typing import Any, Self

from mailwright.dialogue import Limits
from mailwright.errors import Busy, NotConnected
from mailwright.net.endpoint import Security
from mailwright.net.timeouts import Timeouts
from mailwright.net.tls import Context, Tls, TlsFacts
from mailwright.net.transcript import Transcript
from mailwright.sasl import Credentials, Password
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.reply import Reply
from mailwright.smtp.session import Session
from mailwright.smtp.settings import Settings, from_url

__all__ = ["Face", "connected_already"]


class Face:
    """What both faces know: their settings, and what the session has learnt."""

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        security: Security = Security.AUTO,
        username: str | None = None,
        password: str | None = None,
        credentials: Credentials | None = None,
        tls: Tls | Context | None = None,
        timeout: float | Timeouts | None = None,
        local_hostname: str | None = None,
        source_address: str | None = None,
        allow_cleartext_credentials: bool = False,
        transcript: Transcript | None = None,
        limits: Limits | None = None,
        chunking: bool = True,
    ) -> None:
        self._settings = Settings.of(
            host,
            port,
            security=security,
            username=username,
            password=password,
            credentials=credentials,
            tls=tls,
            timeout=timeout,
            local_hostname=local_hostname,
            source_address=source_address,
            allow_cleartext_credentials=allow_cleartext_credentials,
            transcript=transcript,
            limits=limits,
            chunking=chunking,
        )
        self._session: Session | None = None

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        """Make a client from ``smtps://alice:secret@smtp.example.com``.

        Args:
            url: scheme ``smtp`` (as ``Security.AUTO``), ``smtps`` (TLS at once) or ``smtp+starttls`` (required); user
                and password percent-encoded.
            options: as for the constructor.

        Raises:
            ValueError: it is no such URL; the message never contains the password.
        """
        parsed, security = from_url(url)
        known: dict[str, Any] = {"security": security, "username": parsed.username, "password": parsed.password}
        return cls(parsed.host, parsed.port, **{**known, **options})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings.endpoint} {self._settings.security.value}>"

    @property
    def capabilities(self) -> Capabilities:
        """What the server offers; empty before connecting."""
        return Capabilities() if self._session is None else self._session.capabilities

    @property
    def greeting(self) -> Reply | None:
        """The server's first reply."""
        return None if self._session is None else self._session.greeting

    @property
    def tls(self) -> TlsFacts | None:
        """How the connection is protected; ``None`` when it is not."""
        return None if self._session is None else self._session.tls

    def _note_connecting(self) -> None:
        if self._settings.transcript is not None:
            self._settings.transcript.noted(f"connecting to {self._settings.endpoint}")

    def _credentials(self, username: str | None, password: str | None) -> Credentials:
        if username is not None and password is not None:
            return Password(username, password)
        if self._settings.credentials is None or username is not None or password is not None:
            raise ValueError("there is nothing to log in with: give username and password")
        return self._settings.credentials

    def _not_connected(self) -> NotConnected:
        endpoint = self._settings.endpoint
        return NotConnected(
            f"There is no connection to {endpoint}.",
            "Call connect(), or enter the client with a with statement.",
            host=endpoint.host,
            port=endpoint.port,
        )


def connected_already() -> Busy:
    """The error for a second connect()."""
    return Busy("The client is connected already.", "Call quit() or close() first, or make another client.")
