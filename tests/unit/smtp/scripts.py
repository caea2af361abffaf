"""What the tests of the SMTP room share: sessions that are already open, and messages to hand over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailwright.dialogue import Dialogue, Item
from mailwright.smtp import Capabilities, Envelope, Session
from mailwright.smtp.parcel import Parcel

CONTENT = b"Subject: hi\r\n\r\nHello.\r\n"


def opened(*extensions: str, secured: bool = True) -> Session:
    """A session as it stands behind EHLO."""
    session = Session("client.example.com")
    session.capabilities = Capabilities(
        {word.split()[0]: tuple(word.split()[1:]) for word in extensions}, "mail.example.com"
    )
    session.is_secured = secured
    return session


def parcel(
    *recipients: str,
    sender: str | None = "alice@example.com",
    size: int | None = None,
    eight_bit: bool = False,
    international: bool = False,
) -> Parcel:
    return Parcel(Envelope(sender, recipients or ["bob@example.com"]), size, eight_bit, international)


def mailings(parcels: Iterable[Item], content: bytes = CONTENT) -> Iterator[bytes | Item]:
    """A body for sending many: each message announced, its content, an empty chunk."""
    for announced in parcels:
        yield announced
        yield content
        yield b""


def drain(talk: Dialogue[object]) -> None:
    """Perform a dialogue that asks for nothing."""
    for request in talk:
        raise AssertionError(f"it asks for {request!r}")
