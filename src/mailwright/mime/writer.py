"""From parts to bytes: opened up one after the other, without recursion, in constant memory.

Nothing is written before everything that can be known was checked: headers are rendered and attached files looked at
first. What can still go wrong later is a disk that fails, or a file that changes in these very moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from mailwright.encodings import lines
from mailwright.mime import editing
from mailwright.mime.body import Piece, Stream, octets_of
from mailwright.mime.headers import Headers
from mailwright.mime.part import Part

if TYPE_CHECKING:
    from mailwright.mime.document import Document
    from mailwright.mime.fitting import Fit, Transport
    from mailwright.mime.message import Message

__all__ = ["CHUNK", "HIDDEN", "chunks", "header_block", "opened", "part_bytes", "pieces", "size"]

CHUNK: Final = 65_536
"""Octets a chunk has at least, unless it is the last: fewer would cost a system call each, more would cost memory."""

_AS_IT_IS: Final[Mapping[int, Fit]] = {}

HIDDEN: Final = frozenset({"bcc", "resent-bcc"})
"""Fields that are never written: they would tell everybody what was meant for few (RFC 5322 3.6.3)."""


def header_block(headers: Headers, *, utf8: bool, encoding: str = "") -> bytes:
    """Render all fields but the hidden ones, and the empty line behind them (RFC 5322 2.1).

    Args:
        headers: the fields.
        utf8: as raw UTF-8.
        encoding: what Content-Transfer-Encoding says instead of what it says there.
    """
    rendered = [
        field.render(utf8=utf8)
        for field in headers.fields()
        if field.key not in HIDDEN and not (encoding and field.key == "content-transfer-encoding")
    ]
    if encoding:
        rendered.append(b"Content-Transfer-Encoding: %s\r\n" % encoding.encode("ascii"))
    rendered.append(b"\r\n")
    return b"".join(rendered)


def pieces(message: Part, *, utf8: bool, fits: Mapping[int, Fit] = _AS_IT_IS) -> list[bytes | Stream]:
    """Open a message that was composed up into bytes and streams, in order; its last line is ended."""
    out = unended(message, utf8=utf8, fits=fits)
    last = out[-1]
    # RFC 5321 4.1.1.4: a message ends with CRLF on its way; written here, so that a signature and SIZE agree with it.
    if isinstance(last, bytes) and not last.endswith(b"\r\n"):
        out.append(b"\r\n")
    return out


def unended(part: Part, *, utf8: bool, fits: Mapping[int, Fit] = _AS_IT_IS) -> list[bytes | Stream]:
    """Open a part up into bytes and streams, in order, as it stands between two boundaries."""
    return opened_up([part], utf8=utf8, fits=fits)


def opened_up(pieces: list[Piece], *, utf8: bool, fits: Mapping[int, Fit] = _AS_IT_IS) -> list[bytes | Stream]:
    """Open parts and messages up among pieces, in order."""
    out: list[bytes | Stream] = []
    waiting = pieces[::-1]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, Part):
            fit = fits.get(id(piece))
            new = None if fit is None else fit.pieces
            if piece.document is None:
                piece.complete()
                out.append(header_block(piece.headers, utf8=utf8, encoding="" if fit is None else fit.encoding))
                body = piece.body if fit is None else fit.body
                waiting.extend(reversed(body.pieces(utf8=utf8) if new is None else new))
            elif new is None:
                out.extend(_read(piece, piece.document, utf8=utf8))
            else:
                waiting.extend(new)
        elif piece:
            out.append(piece)
    return out


def _read(part: Part, document: Document, *, utf8: bool) -> list[bytes | Stream]:
    """What was read and is put into a message that is composed: its lines end with CRLF, as all around it do."""
    pieces = editing.pieces(part, utf8=utf8, hidden=HIDDEN)
    if document.line_end(0) == b"\r\n":
        return [lines.canonical(piece) if isinstance(piece, bytes) else piece for piece in pieces]
    return [lines.canonical(b"".join([block for piece in pieces for block in octets_of(piece)]))]


def part_bytes(part: Part) -> bytes:
    """Write a part that was composed."""
    return b"".join([block for piece in pieces(part, utf8=True) for block in octets_of(piece)])


def opened(
    message: Message, *, utf8: bool, hide: bool = False, transport: Transport | None = None
) -> list[bytes | Stream]:
    """Open a message up into bytes and streams, in order.

    Args:
        message: what to write.
        utf8: fields as raw UTF-8.
        hide: leave hidden fields out also of a message that was read, as on its way to a server.
        transport: what carries it, see ``fitting``; None is 7bit for what is composed, as it came for what was read.
    """
    if transport is not None:
        from mailwright.mime import fitting

        if message.document is None:
            return pieces(message, utf8=utf8, fits=fitting.plan(message, transport))
        message = fitting.refitted(message, transport)
    if message.document is None:
        return pieces(message, utf8=utf8)
    return editing.pieces(message, utf8=utf8, hidden=HIDDEN if hide else frozenset())


def size(pieces: Iterable[bytes | Stream]) -> int:
    """Count the octets ``chunks`` will give."""
    return sum([len(piece) if isinstance(piece, bytes) else piece.length for piece in pieces])


def chunks(pieces: list[bytes | Stream]) -> Iterator[bytes]:
    """Write what was opened in chunks; see ``Message.chunks``. Checks at once, reads files while it is iterated."""
    for piece in pieces:
        if isinstance(piece, Stream) and piece.check is not None:
            piece.check()
    parts = [piece for piece in pieces if isinstance(piece, bytes)]
    if len(parts) == len(pieces):
        whole = parts[0] if len(parts) == 1 else b"".join(parts)
        return iter((whole,)) if len(whole) <= 16 * CHUNK else _sliced(whole)
    return _gathered(pieces)


def _sliced(whole: bytes) -> Iterator[bytes]:
    for start in range(0, len(whole), 4 * CHUNK):
        yield whole[start : start + 4 * CHUNK]


def _gathered(pieces: list[bytes | Stream]) -> Iterator[bytes]:
    """Collect small pieces until they are worth a chunk."""
    waiting: list[bytes] = []
    gathered = 0
    for piece in pieces:
        for block in octets_of(piece):
            waiting.append(block)
            gathered += len(block)
            if gathered >= CHUNK:
                yield b"".join(waiting)
                waiting.clear()
                gathered = 0
    if waiting:
        yield b"".join(waiting)
