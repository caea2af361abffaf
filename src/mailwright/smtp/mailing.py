"""A message on its way from the caller's hands to the wire."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

from mailwright.dialogue import Item
from mailwright.errors import NotSupported
from mailwright.mime.envelope import Envelope
from mailwright.mime.message import Message
from mailwright.mime.outgoing import Outgoing, Sendable
from mailwright.net.performers import InThread, each
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.parcel import Parcel, Spoilt

if TYPE_CHECKING:
    from mailwright.mime.fitting import Transport

__all__ = ["Mailing", "Packed", "Progress", "aparcels", "fit", "never_waits", "pack", "pack_or_spoil", "parcels"]

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
    options = options or _NOTHING_ASKED
    fitted = fit(message, outgoing, capabilities, options)
    if isinstance(fitted, NotSupported):  # refused when its turn comes, and nobody asks for its content
        facts = (outgoing.eight_bit, outgoing.international)
        return Packed(Parcel(envelope, None, *facts, options, obstacle=fitted), False, iter(()), progress)
    international = fitted.international
    size = fitted.size(utf8=international)
    eight_bit = fitted.eight_bit or international
    parcel = Parcel(envelope, size, eight_bit, international, options, binary=fitted.binary)
    return Packed(parcel, fitted.streams_from_disk, fitted.chunks(utf8=international), progress)


def fit(
    message: Sendable, outgoing: Outgoing, capabilities: Capabilities, options: DeliveryOptions
) -> Outgoing | NotSupported:
    """Encode a message for what the server takes, or say why it cannot be; a caller's message is never changed.

    What a server takes beyond 7bit is used for what was read, which goes as it came, and for what was composed when
    ``options.body`` asks for it.
    """
    if outgoing.international:
        return outgoing if "SMTPUTF8" in capabilities else _needs_smtputf8(outgoing)
    if outgoing.eight_bit and "8BITMIME" not in capabilities:
        try:
            return outgoing.fitted("7bit")
        except ValueError as error:
            return _needs_8bitmime(message, error)
    widest = _widest(capabilities, options)
    if widest == "7bit" or not isinstance(message, Message):
        return outgoing
    try:
        return outgoing.fitted(widest)
    except ValueError:
        return outgoing  # signed: it goes as it is


def _widest(capabilities: Capabilities, options: DeliveryOptions) -> Transport:
    if options.body == "7bit":
        return "7bit"
    if options.body == "binary" and "BINARYMIME" in capabilities and "CHUNKING" in capabilities:
        return "binary"
    return "8bit" if "8BITMIME" in capabilities else "7bit"


def _needs_smtputf8(outgoing: Outgoing) -> NotSupported:
    return NotSupported(
        f"The header names {outgoing.stranger}, which is not ASCII before its @, and the server does not offer "
        "SMTPUTF8.",
        "Use an ASCII address, or a server that takes internationalised mail.",
        reference="smtputf8-unsupported",
        stage="sender",
    )


def _needs_8bitmime(message: Sendable, error: ValueError) -> NotSupported:
    is_raw = isinstance(message, bytes | bytearray | memoryview | Path)
    return NotSupported(
        f"The server takes only 7-bit mail (it does not offer 8BITMIME): {error}.",
        "Send what mailwright.mime.parse() makes of it: that is encoded as the server needs it."
        if is_raw
        else 'Encode it with to_bytes(transport="7bit") before it is signed, or use another server.',
        reference="eight-bit-unsupported",
        stage="sender",
    )


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
    given = iter(messages)
    while True:
        try:
            message = next(given)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001  it is raised where those before it have been finished
            yield Spoilt(error)
            return
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
    given = each(messages)
    while True:
        try:
            message = await anext(given)
        except StopAsyncIteration:
            return
        except Exception as error:  # noqa: BLE001  as in parcels
            yield Spoilt(error)
            return
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
