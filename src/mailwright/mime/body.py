"""What a part holds, and how it goes out: a few kinds of body that all come in pieces.

A piece is either bytes, or a :class:`Stream` that knows its exact length and is read when it is its turn. So a
message's size is known without reading an attached file, and a message with a large attachment is written in
constant memory.

The two kinds that reading makes, ``Ranged`` and ``Several``, are plain classes: a frozen dataclass takes three times as
long to make, and a message read for its subject and text makes four of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from mailwright.encodings import base64, incremental, lines, quoted, uu, yenc
from mailwright.mime.source import Buffer

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = [
    "BLOCK",
    "SMALL",
    "Body",
    "Disk",
    "Enclosed",
    "Held",
    "Piece",
    "Ranged",
    "Several",
    "Stream",
    "Wire",
    "decoded",
    "octets_of",
    "windows",
]

BLOCK: Final = base64.BYTES_PER_LINE * 4096
"""Octets read at a time, 228 KiB: whole lines of base64, large enough for system calls not to count."""

SMALL: Final = 65_536
"""Octets up to which content in memory is encoded in one go."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes that are made when they are wanted.

    Attributes:
        length: exactly how many octets ``open`` will give.
        open: begins from the start each time.
        check: raises, before anything was written, when it is known already that ``open`` cannot keep its promise.
    """

    length: int
    open: Callable[[], Iterator[bytes]]
    check: Callable[[], None] | None = None


Piece: TypeAlias = "bytes | Stream | Part | Message"


class Body(Protocol):
    """What every kind of body can tell."""

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding (RFC 2045 6.1), or nothing where the default goes without saying."""
        ...

    def content(self) -> bytes:
        """The octets it stands for, decoded."""
        ...

    def octets(self) -> Iterator[bytes]:
        """The same in blocks, decoded while they are iterated."""
        ...

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """What is written: in order, parts and messages still to be opened up."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Content in memory, written in base64."""

    data: bytes
    encoding: str = "base64"

    def content(self) -> bytes:
        """The octets."""
        return self.data

    def octets(self) -> Iterator[bytes]:
        """The octets."""
        return windows(self.data, 0, len(self.data))

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """Base64, in one go when it is small."""
        if len(self.data) <= SMALL:
            return [base64.encode(self.data)]
        return [Stream(base64.encoded_length(len(self.data)), self._stream)]

    def _stream(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), BLOCK):
            yield base64.encode(self.data[start : start + BLOCK])


@dataclass(frozen=True, slots=True)
class Wire:
    """Content that is encoded already, small enough to keep: text, and what came from another message."""

    wire: bytes
    encoding: str

    def content(self) -> bytes:
        """The octets, decoded; tolerant of what other programs encoded."""
        return decoded(self.wire, self.encoding)

    def octets(self) -> Iterator[bytes]:
        """The octets, decoded in blocks."""
        return incremental.decode_chunks(windows(self.wire, 0, len(self.wire)), self.encoding)

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """As it is."""
        return [self.wire]


class Ranged:
    """Content that lies in a source between two offsets, encoded as it came."""

    __slots__ = ("begin", "buffer", "encoding", "end")

    def __init__(self, buffer: Buffer, begin: int, end: int, encoding: str) -> None:
        self.buffer = buffer
        self.begin = begin
        self.end = end
        self.encoding = encoding

    def content(self) -> bytes:
        """The octets, decoded now; of what may be large no copy is made that is not needed."""
        if self.encoding == "base64":
            if isinstance(self.buffer, bytes):
                return base64.decode(self.buffer, self.begin, self.end)
            return b"".join(self.octets())
        return decoded(self.buffer[self.begin : self.end], self.encoding)

    def octets(self) -> Iterator[bytes]:
        """The octets, decoded in blocks."""
        return incremental.decode_chunks(windows(self.buffer, self.begin, self.end), self.encoding)

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """As it stands."""
        return [self.buffer[self.begin : self.end]]


@dataclass(frozen=True, slots=True)
class Disk:
    """A file, read when it is written, in base64. Its size was taken when it was attached, and is held to."""

    path: str
    size: int
    encoding: str = "base64"

    @classmethod
    def at(cls, path: str) -> Disk:
        """Look at the file now, so that a mistake shows where it was made.

        Raises:
            FileNotFoundError, PermissionError: it is not there, or may not be read.
            ValueError: it is no regular file.
        """
        if os.path.exists(path) and not os.path.isfile(path):
            raise ValueError(f"{path!r} is no regular file; attach a file, or bytes with name=")
        with open(path, "rb") as file:
            return cls(path, os.fstat(file.fileno()).st_size)

    def content(self) -> bytes:
        """The octets, read now."""
        with open(self.path, "rb") as file:
            return file.read()

    def octets(self) -> Iterator[bytes]:
        """The octets, read while they are iterated."""
        return self.blocks()

    def head(self, count: int) -> bytes:
        """The first octets, read now."""
        with open(self.path, "rb") as file:
            return file.read(count)

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """Base64, from the file as it is then."""
        return [Stream(base64.encoded_length(self.size), self._stream, self.check)]

    def check(self) -> None:
        """Hold the file's size to what was promised.

        Raises:
            OSError: it cannot be looked at any more.
            ValueError: its size has changed.
        """
        self._same(os.stat(self.path).st_size)

    def _stream(self) -> Iterator[bytes]:
        return base64.encode_chunks(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """Its octets, read while it is iterated."""
        seen = 0
        with open(self.path, "rb", buffering=0) as file:
            while seen <= self.size and (block := file.read(BLOCK)):
                seen += len(block)
                if seen > self.size:
                    break
                yield block
        self._same(seen)

    def _same(self, size: int) -> None:
        if size != self.size:
            raise ValueError(
                f"attached file {self.path!r} had {self.size} octets when it was attached and now has "
                f"{'more' if size > self.size else size}; attach it again once nobody writes to it"
            )


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A whole message, written where it stands (RFC 2046 5.2.1); one with UTF-8 headers in base64 (RFC 6532 3.7)."""

    message: Message

    @property
    def encoding(self) -> str:
        """7bit or 8bit, for message/rfc822 may have no base64 (RFC 2046 5.2.1); message/global may."""
        if self.message.is_international:
            return "base64"
        return "8bit" if self.message.is_eight_bit else ""

    def content(self) -> bytes:
        """The message's bytes."""
        return self.message.to_bytes()

    def octets(self) -> Iterator[bytes]:
        """The message's bytes."""
        return self.message.chunks(utf8=self.message.is_international)

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """The message itself, to be opened up by the writer."""
        if not self.message.is_international:
            return [self.message]
        chunks = self.message.chunks
        length = base64.encoded_length(self.message.size(utf8=True))
        check = self.message.check if self.message.streams_from_disk else None
        return [Stream(length, lambda: base64.encode_chunks(chunks(utf8=True)), check)]


class Several:
    """The parts of a multipart (RFC 2046 5.1.1)."""

    __slots__ = ("boundary", "encoding", "parts")

    def __init__(self, parts: tuple[Part, ...], boundary: str, encoding: str = "") -> None:
        self.parts = parts
        self.boundary = boundary
        self.encoding = encoding

    def content(self) -> bytes:
        """A multipart has no content of its own."""
        return b""

    def octets(self) -> Iterator[bytes]:
        """Nothing."""
        return iter(())

    def pieces(self, *, utf8: bool) -> list[Piece]:
        """RFC 2046 5.1.1: the CRLF before a delimiter belongs to the delimiter."""
        delimiter = f"--{self.boundary}".encode("ascii")
        out: list[Piece] = []
        before = b""
        for part in self.parts:
            out.append(before + delimiter + b"\r\n")
            out.append(part)
            before = b"\r\n"
        out.append(before + delimiter + b"--\r\n")
        return out


def decoded(wire: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding, tolerantly; one that is not known leaves the octets as they are."""
    if encoding == "base64":
        return base64.decode(wire)
    if encoding == "quoted-printable":
        return quoted.decode(wire)
    if encoding in uu.NAMES:
        return uu.decode(wire)
    return yenc.decode(wire) if encoding in yenc.NAMES else wire


def octets_of(piece: bytes | Stream) -> Iterable[bytes]:
    """The octets of a piece."""
    return (piece,) if isinstance(piece, bytes) else piece.open()


def windows(buffer: Buffer, begin: int, end: int) -> Iterator[bytes]:
    """The octets between two offsets in blocks."""
    for start in range(begin, end, BLOCK):
        yield buffer[start : min(start + BLOCK, end)]


def canonical_text(text: str, what: str) -> bytes:
    """Text as UTF-8 with CRLF line ends.

    Raises:
        ValueError: it holds a lone surrogate.
    """
    try:
        return lines.canonical(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} holds a lone surrogate, {text[error.start]!r} at index {error.start}") from None
