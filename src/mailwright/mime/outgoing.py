"""One view over everything a program may hand over to be sent.

==========================  ===========================================================================================
given                       is sent
==========================  ===========================================================================================
``Message``, composed       7-bit, without Bcc; header fields in UTF-8 only when an address needs it and it is asked for
``Message``, parsed         its octets as they came, but for what has changed; without Bcc
``email.message.Message``   as the standard library writes it with CRLF, without Bcc; the caller's object stays as it is
bytes and their like        as they are; the transport makes line ends right. Bcc is not looked for
``pathlib.Path``            a file's bytes as they are, in constant memory; it is read once before for what it holds
==========================  ===========================================================================================

A server that takes less than a message holds is answered with ``fitted``: the same message, encoded anew in a copy. A
server that takes more is only made use of for what was composed, and only when somebody asks for it: 7bit is what
every server behind the next one takes as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from mailwright.encodings import lines
from mailwright.mime import writer
from mailwright.mime.body import Stream
from mailwright.mime.field import ADDRESS_FIELDS, Field
from mailwright.mime.message import Message

if TYPE_CHECKING:
    from email.message import Message as StdlibMessage
    from email.policy import Policy
    from io import FileIO

    from mailwright.mime.fitting import Transport
    from mailwright.mime.part import Part

__all__ = ["Outgoing", "Sendable"]

Sendable: TypeAlias = "Message | StdlibMessage | bytes | bytearray | memoryview | Path"
"""What can be sent."""

_BLOCK: Final = 262_144  # octets a chunk of raw bytes has, and a file is read by
_HEADER_LIMIT: Final = 1_048_576
"""Octets of a raw message that are searched for its address fields; no header is longer that anybody accepts."""


def _as_they_are(transport: Transport) -> Outgoing:
    raise ValueError(f"bytes and files are sent as they are, and these would have to be encoded anew for {transport}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out; made by ``Outgoing.of``.

    Attributes:
        eight_bit: it holds octets over 127, in body or header, so the server must be told BODY=8BITMIME (RFC 6152).
        international: an address field has a local part that is not ASCII, so the server must offer SMTPUTF8 (RFC
            6531).
        streams_from_disk: making the chunks reads files, which an asynchronous program does in a thread.
        binary: it has parts without lines, so it goes by BDAT and BODY=BINARYMIME only (RFC 3030).
        stranger: the first such address, for whoever has to name it.
    """

    eight_bit: bool
    international: bool
    streams_from_disk: bool
    _chunks: Callable[[bool], Iterator[bytes]]
    _size: Callable[[bool], int | None]
    binary: bool = False
    stranger: str = ""
    _fitted: Callable[[Transport], Outgoing] = field(default=_as_they_are)

    def chunks(self, utf8: bool = False) -> Iterator[bytes]:
        """Give the message's bytes.

        Args:
            utf8: the server offers SMTPUTF8 and was asked for it.

        Yields:
            Chunks; a small message is one.

        Raises:
            ValueError: it needs ``utf8``, or a file has changed since it was attached.
            OSError: a file cannot be read.
        """
        return self._chunks(utf8)

    def size(self, utf8: bool = False) -> int | None:
        """Count the octets ``chunks`` gives, or None when they cannot be known before.

        Raises:
            ValueError: it needs ``utf8``.
        """
        return self._size(utf8)

    def fitted(self, transport: Transport) -> Outgoing:
        """Encode it for what carries it; the caller's message stays as it is.

        Args:
            transport: ``7bit`` when the server does not offer 8BITMIME; ``8bit`` or ``binary`` to encode what was
                composed no more than needed.

        Returns:
            The view of the copy.

        Raises:
            ValueError: it is signed, which encoding it anew would break; or it is bytes or a file.
        """
        return self._fitted(transport)

    @classmethod
    def of(cls, message: Sendable) -> Outgoing:
        """Take anything that can be sent.

        Args:
            message: see the table above.

        Returns:
            The view. A file is scanned now; nothing else is read or rendered before it is needed.

        Raises:
            TypeError: it is none of these; a path given as text is not taken for one.
            OSError: the file cannot be read.
        """
        if isinstance(message, Message):
            return _ours(message)
        if isinstance(message, bytes | bytearray | memoryview):
            return _raw(bytes(message))
        if isinstance(message, Path):
            return _file(message)
        if hasattr(message, "raw_items") and hasattr(message, "policy"):
            return _stdlib(message)
        raise TypeError(
            f"a message to send is a Message, an email.message.Message, bytes or a pathlib.Path, "
            f"not {type(message).__name__}"
        )


def _ours(message: Message, transport: Transport | None = None, width: int | None = None) -> Outgoing:
    international = message.is_international
    opened: dict[bool, list[bytes | Stream]] = {}  # its size is asked for first, then its chunks: open it once

    def pieces(utf8: bool) -> list[bytes | Stream]:  # noqa: FBT001, RUF100 - one flag, its name says it
        if utf8 not in opened:
            opened[utf8] = writer.opened(message, utf8=utf8, hide=True, transport=transport)
        return opened[utf8]

    return Outgoing(
        eight_bit=message.is_eight_bit if width is None else international or width == 1,
        international=international,
        streams_from_disk=message.streams_from_disk,
        _chunks=lambda utf8: writer.chunks(pieces(utf8)),
        _size=lambda utf8: _wire_size(message, pieces(utf8)),
        binary=width == 2,
        stranger=_first_stranger(message.headers.raw_fields()) if international else "",
        _fitted=lambda transport: _refitted(message, transport),
    )


def _refitted(message: Message, transport: Transport) -> Outgoing:
    from mailwright.mime import fitting

    if message.document is not None:
        return _ours(fitting.refitted(message, transport))
    if (transport != "7bit" or message.is_eight_bit) and _is_signed(message):
        raise ValueError(f"the message is signed and cannot be encoded anew for {transport}")
    return _ours(message, transport, fitting.plan(message, transport)[id(message)].width)


def _is_signed(message: Message) -> bool:
    """Whether a signature in it covers encoded octets (RFC 1847 2.1, RFC 6376 5.3)."""
    if "dkim-signature" in message.headers:
        return True
    waiting: list[Part] = [message]
    while waiting:
        part = waiting.pop()
        if part.content_type == "multipart/signed":
            return True
        waiting.extend(part.parts)
    return False


def _wire_size(message: Message, pieces: list[bytes | Stream]) -> int:
    """Its octets as SMTP will send them, as far as they are known without reading files (RFC 1870 5)."""
    if message.document is None or message.document.line_end(0) == b"\r\n":
        return writer.size(pieces)
    held = [piece for piece in pieces if isinstance(piece, bytes)]
    return _canonical_size(b"".join(held)) if len(held) == len(pieces) else writer.size(pieces)


def _first_stranger(fields: Iterable[Field]) -> str:
    """The first address in fields that are written which needs SMTPUTF8."""
    shown = (field for field in fields if field.key in ADDRESS_FIELDS and field.key not in writer.HIDDEN)
    return next((box.addr_spec for field in shown for box in field.addresses.mailboxes if box.is_international), "")


# --- raw bytes and files --------------------------------------------------------------------------------------------


def _raw(data: bytes) -> Outgoing:
    ascii_only = data.isascii()
    strange = None if ascii_only else _international(data[:_HEADER_LIMIT])
    return Outgoing(
        eight_bit=not ascii_only,
        international=strange is not None,
        stranger="" if strange is None else _first_stranger([strange]),
        streams_from_disk=False,
        _chunks=lambda _utf8: _sliced(data),
        _size=lambda _utf8: _canonical_size(data),
    )


def _canonical_size(data: bytes) -> int:
    """How many octets it has once every line ends in CRLF, as SMTP will send it (RFC 1870 5)."""
    pairs = data.count(b"\r\n")
    bare = data.count(b"\r") + data.count(b"\n") - 2 * pairs
    unfinished = 0 if not data or data.endswith((b"\r", b"\n")) else 2
    return len(data) + bare + unfinished


def _sliced(data: bytes) -> Iterator[bytes]:
    if len(data) <= 4 * _BLOCK:
        yield data
        return
    for start in range(0, len(data), _BLOCK):
        yield data[start : start + _BLOCK]


def _file(path: Path) -> Outgoing:
    """Scan first: a second reading is cheaper than a wrong BODY=, which has octets cut to seven bits."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        eight_bit, added = _scanned(file)
        head = b""
        if eight_bit:
            _ = file.seek(0)
            head = file.read(_HEADER_LIMIT)
    strange = _international(head)
    return Outgoing(
        eight_bit=eight_bit,
        international=strange is not None,
        stranger="" if strange is None else _first_stranger([strange]),
        streams_from_disk=True,
        _chunks=lambda _utf8: _blocks(path, size),
        _size=lambda _utf8: size + added,
    )


def _scanned(file: FileIO) -> tuple[bool, int]:
    """Whether it has octets over 127, and how many its line ends still lack (RFC 1870 5)."""
    eight_bit, lone, last = False, 0, b"\n"
    while block := file.read(_BLOCK):
        eight_bit = eight_bit or not block.isascii()
        pairs = block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
        lone += block.count(b"\r") + block.count(b"\n") - 2 * pairs
        last = block[-1:]
    return eight_bit, lone + (0 if last in (b"\r", b"\n") else 2)


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    seen = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            seen += len(block)
            if seen > size:
                break
            yield block
    if seen != size:
        raise ValueError(f"message file {str(path)!r} changed while it was sent: it had {size} octets")


def _international(head: bytes) -> Field | None:
    """The first address field with a local part outside ASCII; other 8-bit fields only need BODY=8BITMIME."""
    header = lines.canonical(head).partition(b"\r\n\r\n")[0]
    if header.isascii():
        return None
    field: list[bytes] = []
    for line in [*header.split(b"\r\n"), b""]:
        if line[:1] in (b" ", b"\t") and field:
            field.append(line)
            continue
        if found := _address_field(b"\r\n".join(field)):
            return found
        field = [line]
    return None


def _address_field(field: bytes) -> Field | None:
    name, colon, _ = field.partition(b":")
    if not colon or field.isascii() or name.strip().lower().decode("latin-1") not in ADDRESS_FIELDS:
        return None
    made = Field.from_source(name.strip().decode("ascii"), field + b"\r\n")
    return made if made.is_international else None


# --- the standard library -------------------------------------------------------------------------------------------


def _stdlib(message: StdlibMessage) -> Outgoing:
    from mailwright.mime.bridge import field_of, raw_items
    from mailwright.mime.parser import parse

    fields = [field_of(name, value) for name, value in raw_items(message) if name.lower() in ADDRESS_FIELDS]
    strange = [field for field in fields if field.key not in writer.HIDDEN and field.is_international]
    written: dict[bool, bytes] = {}

    def data(utf8: bool) -> bytes:
        if strange and not utf8:
            named = next(box for box in strange[0].addresses.mailboxes if box.is_international)
            raise ValueError(
                f"address {named.addr_spec!r} can only be written as UTF-8, for a server that offers SMTPUTF8"
            )
        if utf8 not in written:
            written[utf8] = _serialise(message, utf8=utf8)
        return written[utf8]

    return Outgoing(
        eight_bit=not data(bool(strange)).isascii(),
        international=bool(strange),
        stranger=_first_stranger(strange),
        streams_from_disk=False,
        _chunks=lambda utf8: _sliced(data(utf8)),
        _size=lambda utf8: _canonical_size(data(utf8)),
        _fitted=lambda transport: _refitted(parse(data(False)), transport),
    )


def _serialise(message: StdlibMessage, *, utf8: bool) -> bytes:
    """Write with CRLF and without Bcc. A shallow copy suffices: deleting a field gives the copy a list of its own."""
    import copy
    import io
    from email.generator import BytesGenerator
    from email.policy import EmailPolicy

    shown = copy.copy(message)
    for hidden in ("Bcc", "Resent-Bcc"):
        del shown[hidden]
    policy = cast("Policy", shown.policy).clone(linesep="\r\n", cte_type="8bit")
    if utf8 and isinstance(policy, EmailPolicy):
        policy = policy.clone(utf8=True)
    buffer = io.BytesIO()
    BytesGenerator(buffer, mangle_from_=False, policy=policy).flatten(shown)
    data = lines.canonical(buffer.getvalue())
    from mailwright.mime.bridge import raw_items

    _refuse_new_fields(data, [name.lower() for name, _ in raw_items(shown)])
    return data


def _refuse_new_fields(data: bytes, names: list[str]) -> None:
    """Before Python 3.12.5 a line end in an encoded-word was written raw, as a new field (CVE-2024-6923)."""
    header = data.partition(b"\r\n\r\n")[0]
    for line in header.split(b"\r\n"):
        name = line.partition(b":")[0].strip().lower().decode("latin-1")
        if line[:1] not in (b" ", b"\t", b"") and name not in names and name not in _GENERATED:
            raise ValueError(f"the message would gain the header {name!r}: a field's value holds a line end; remove it")


_GENERATED = frozenset({"mime-version", "content-type", "content-transfer-encoding"})  # BytesGenerator may write these
