"""Three mistakes people make with mail servers, made on purpose to see what the error says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailwright.devserver import Receiver, make_certificate
from mailwright.errors import MailError
from mailwright.net import Security, Tls
from mailwright.smtp import SmtpClient

__all__ = ["Mistake", "mistakes", "outcome_of"]

_PATIENCE: Final = 3.0  # seconds; everything happens on this machine
_OTHER_NAME: Final = "mail.example.com"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that goes wrong.

    Attributes:
        title: what is done, for people.
        expected: the reference of the error it should give.
        make: does it.
    """

    title: str
    expected: str
    make: Callable[[], None]


def mistakes(receiver: Receiver, username: str, folder: Path) -> tuple[Mistake, ...]:
    """The three, against a running receiver that knows this user."""

    def tls_too_early() -> None:
        _enter(
            SmtpClient("localhost", receiver.port, security=Security.TLS, tls=Tls(ca=receiver.ca), timeout=_PATIENCE)
        )

    def wrong_password() -> None:
        _enter(
            SmtpClient(
                "localhost",
                receiver.port,
                security=Security.STARTTLS,
                username=username,
                password="not the right one",  # noqa: S106  the point is that it is none
                tls=Tls(ca=receiver.ca),
                timeout=_PATIENCE,
            )
        )

    def other_name() -> None:
        certificate = make_certificate(folder, [_OTHER_NAME])
        with Receiver(certificate=certificate) as other:
            tls = Tls(ca=other.ca)
            _enter(SmtpClient("localhost", other.port, security=Security.STARTTLS, tls=tls, timeout=_PATIENCE))

    return (
        Mistake("TLS from the first byte, on a port that begins with STARTTLS", "tls-mode-mismatch", tls_too_early),
        Mistake("A wrong password", "auth-bad-credentials", wrong_password),
        Mistake(f"localhost, where the certificate is for {_OTHER_NAME}", "cert-hostname-mismatch", other_name),
    )


def outcome_of(mistake: Mistake) -> MailError | None:
    """Make the mistake; the error it gave, or ``None`` when nobody noticed."""
    try:
        mistake.make()
    except MailError as error:
        return error
    return None


def _enter(client: SmtpClient) -> None:
    with client:
        pass
