"""A message on its way from the caller's hands to the wire."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, TypeGuard

from mailwright.dialogue import Item
from mailwright.mime.envelope import Envelope
from mailwright.mime.message import Message
from mailwright.mime.outgoing import Outgoing, Sendable
from mailwright.net.performers import InThread, each
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.parcel import Parcel, Spoilt

__all__ = ["Mailing", "Packed", "Progress", "aparcels", "never_waits", "pack", "pack_or_spoil", "parcels"]

Mailing: TypeAlias = "Sendable | tuple[Sendable, Envelope]"
"""One of many: a message, or a message with its envelope."""

Progress: TypeAlias = Callable[[int], None]
"""Called with the octets of the message that have been taken over so far."""


_NOTHING_ASKED: Final = DeliveryOptions()


@dataclass(frozen=True, slots=True)
class Packed:
    """A message ready to be handed over.

    Attributes:
        parcel: its envelope, and what the envelope must say of it.
        reads_files: making its chunks reads files, which an event loop must not wait for.
    """

    parcel: Parcel
    reads_files: bool
    _pieces: Iterator[bytes]
    _progress: Progress | None

    def chunks(self) -> Iterator[bytes]:
        """Its content; an empty chunk would end it, so there is none."""
        octets = 0
        for piece in self._pieces:
            if piece:
                yield piece
                octets += len(piece)
                if self._progress is not None:
                    self._progress(octets)

    def achunks(self) -> Iterator[bytes] | AsyncIterator[bytes]:
        """Its content for an event loop."""
        return InThread(self.chunks()) if self.reads_files else self.chunks()


def pack(
    message: Sendable,
    envelope: Envelope | None,
    capabilities: Capabilities,
    options: DeliveryOptions | None = None,
    progress: Progress | None = None,
) -> Packed:
    """Make a message ready for a server; whatever is wrong with it comes out here, before a word is said.

    Raises:
        ValueError: it names no sender or no recipients, or an attached file has changed.
        TypeError: it is nothing that can be sent.
        OSError: an attached file cannot be read.
    """
    outgoing = Outgoing.of(message)
    if envelope is None:
        envelope = _envelope(message)
    international = outgoing.international
    options = options or _NOTHING_ASKED
    if international and "SMTPUTF8" not in capabilities:
        # It cannot be rendered without, and is refused before anybody asks for its content.
        return Packed(Parcel(envelope, None, outgoing.eight_bit, international, options), False, iter(()), progress)
    size = outgoing.size(utf8=international)
    parcel = Parcel(envelope, size, outgoing.eight_bit or international, international, options)
    return Packed(parcel, outgoing.streams_from_disk, outgoing.chunks(utf8=international), progress)


def pack_or_spoil(item: Mailing, capabilities: Capabilities, options: DeliveryOptions | None = None) -> Packed | Spoilt:
    """As :func:`pack` for one of many: those before it are to be finished whatever is wrong with this one."""
    try:
        message, envelope = item if isinstance(item, tuple) else (item, None)
        return pack(message, envelope, capabilities, options)
    except Exception as error:  # noqa: BLE001  it is raised where those before it have been finished
        return Spoilt(error)


def parcels(
    messages: Iterable[Mailing], capabilities: Capabilities, options: DeliveryOptions | None
) -> Iterator[bytes | Item]:
    """What a pipeline pulls: each message's parcel, its content in chunks, and an empty chunk."""
    for message in messages:
        packed = pack_or_spoil(message, capabilities, options)
        if isinstance(packed, Spoilt):
            yield packed
            return
        yield packed.parcel
        if not packed.parcel.is_refused:
            yield from packed.chunks()
        yield b""


async def aparcels(
    messages: Iterable[Mailing] | AsyncIterable[Mailing], capabilities: Capabilities, options: DeliveryOptions | None
) -> AsyncGenerator[bytes | Item, None]:
    """As :func:`parcels`, for messages that have to be waited for, or whose files have."""
    async for message in each(messages):
        packed = pack_or_spoil(message, capabilities, options)
        if isinstance(packed, Spoilt):
            yield packed
            return
        yield packed.parcel
        if not packed.parcel.is_refused:
            async for chunk in each(packed.achunks()):
                yield chunk
        yield b""


def never_waits(messages: Iterable[Mailing] | AsyncIterable[Mailing]) -> TypeGuard[Sequence[Mailing]]:
    """Whether an event loop can pull these itself: they are there, and none of them reads a file."""
    if not isinstance(messages, Sequence):
        return False
    given = (item[0] if isinstance(item, tuple) else item for item in messages)
    return not any(isinstance(one, Path) or (isinstance(one, Message) and one.streams_from_disk) for one in given)


def _envelope(message: Sendable) -> Envelope:
    if isinstance(message, bytes | bytearray | memoryview | Path):
        raise ValueError(
            "bytes and files are sent as they are, so nothing is read from or taken out of their header (Bcc would be "
            "sent along): give envelope=Envelope(sender, recipients)"
        )
    return Envelope.of(message)
