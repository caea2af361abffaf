"""A message in several pieces that travel as messages of their own: message/partial (RFC 2046 5.2.2).

Half of a header belongs to the pieces and half to the message in them. Content fields, Subject, Message-ID, Encrypted
and MIME-Version are the inner message's; all others are taken from the first piece when it is put together
(RFC 2046 5.2.2.1).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mailwright.encodings import lines
from mailwright.grammar import ids
from mailwright.grammar.folding import parameters
from mailwright.grammar.lexer import replace_controls
from mailwright.mime.field import Field
from mailwright.mime.limits import DEFAULT, Limits
from mailwright.mime.message import Message
from mailwright.mime.parser import parse
from mailwright.mime.writer import HIDDEN

__all__ = ["PIECES_LIMIT", "join", "split"]

PIECES_LIMIT: Final = 10_000
"""Pieces of one message: more were never wanted, and a number that a stranger wrote must not cost memory."""

# RFC 2046 5.2.2.1 (2): "except those that start with 'Content-' and the specific header fields"
_INNER: Final = frozenset({"subject", "message-id", "encrypted", "mime-version"})
_CONTENT: Final = "content-"
_NUMBER = re.compile(r"0*([1-9][0-9]{0,5})")
_LINE = re.compile(rb"[^\n]*+(?:\n|\Z)")


def _is_inner(field: Field) -> bool:
    return field.key in _INNER or field.key.startswith(_CONTENT)


# --- apart ----------------------------------------------------------------------------------------------------------


def split(message: Message, *, octets: int) -> list[Message]:
    """Split a message into pieces of a size that a server takes.

    Args:
        message: what is too large; it must be 7bit, since message/partial may not be encoded.
        octets: the most that a piece may have, its header included.

    Returns:
        The pieces in order, each with its number behind the subject; the message itself when it is small enough.

    Raises:
        ValueError: the message holds octets over 127, a line cannot be split, or there would be too many pieces.
    """
    if message.size(utf8=message.is_international) <= octets:
        return [message]
    raw = lines.canonical(message.to_bytes())
    if not raw.isascii():
        raise ValueError("a message with octets over 127 cannot be split (RFC 2046 5.2.2.1); write its texts in base64")
    whole = parse(raw)
    inner = b"".join([field.raw for field in whole.headers if _is_inner(field)])
    outer = b"".join([field.raw for field in whole.headers if not _is_inner(field) and field.key not in HIDDEN])
    subject = replace_controls(whole.headers.get("subject", "").replace("\t", " "))
    header = _Header(outer, subject, _new_id(whole))
    body = inner + b"\r\n" + raw[_body_begins(whole) :]
    pieces = _pieces(body, octets - len(header.rendered(PIECES_LIMIT, PIECES_LIMIT)))
    total = len(pieces)
    return [parse(header.rendered(number, total) + piece) for number, piece in enumerate(pieces, 1)]


@dataclass(frozen=True, slots=True)
class _Header:
    """What all pieces have in their headers, and the identifier of the whole."""

    outer: bytes
    subject: str
    identifier: str

    def rendered(self, number: int, total: int) -> bytes:
        """The header of one piece, and the empty line behind it."""
        inner = self.identifier.strip("<>")
        local, _, domain = inner.partition("@")
        return b"".join(
            [
                self.outer,
                Field("Subject", f"{self.subject} ({number}/{total})".lstrip()).render(utf8=False),
                Field("Message-ID", f"<{local}.{number}@{domain}>").render(utf8=False),
                b"MIME-Version: 1.0\r\n",
                parameters(
                    "Content-Type",
                    "message/partial",
                    [("id", inner), ("number", str(number)), ("total", str(total))],
                ),
                b"\r\n",
            ]
        )


def _new_id(message: Message) -> str:
    boxes = message.from_.mailboxes
    domain = boxes[0].ascii_domain if boxes else ""
    usable = domain and not domain.startswith("[")
    return ids.make(domain if usable else "localhost", os.urandom(12), datetime.now(UTC))


def _body_begins(message: Message) -> int:
    where = message.offsets
    assert where is not None  # it was parsed
    return where.header_end


def _pieces(body: bytes, room: int) -> list[bytes]:
    """Cut at line ends, each piece as large as it may be."""
    pieces: list[bytes] = []
    begin = 0
    while begin < len(body):
        rest = len(body) - begin
        end = len(body) if rest <= room else body.rfind(b"\n", begin, begin + max(room, 0)) + 1
        if end <= begin:
            found = _LINE.match(body, begin)
            longest = 0 if found is None else len(found[0])
            raise ValueError(f"octets is too small: a line of {longest} octets has {max(room, 0)} beside the header")
        if len(pieces) == PIECES_LIMIT:
            raise ValueError(f"octets is too small: the message would have more than {PIECES_LIMIT} pieces")
        pieces.append(body[begin:end])
        begin = end
    return pieces


# --- together -------------------------------------------------------------------------------------------------------


def join(parts: Iterable[Message], *, limits: Limits = DEFAULT) -> Message:
    """Put the pieces of a message together (RFC 2046 5.2.2.1).

    Args:
        parts: all pieces, in any order; one that is there twice is taken once.
        limits: how deep and how far to look into the result.

    Returns:
        The message: fields from the header of the first piece, and content, subject and identifier from within.

    Raises:
        ValueError: there is no piece, one is missing, or they are of different messages; says which.
    """
    order = _in_order([_Piece.of(message) for message in parts])
    bodies = [piece.message.content for piece in order]
    data = b"".join([*[_ended(body) for body in bodies[:-1]], bodies[-1]])
    inner = parse(data, limits=limits)
    outer = [field.raw for field in order[0].message.headers if not _is_inner(field)]
    kept = [field.raw for field in inner.headers if _is_inner(field)]
    end = b"\n" if b"\r\n" not in data else b"\r\n"
    header = b"".join([raw if raw.endswith(b"\n") else raw + end for raw in (*outer, *kept)])
    return parse(header + end + data[_body_begins(inner) :], limits=limits)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece and what it says of itself."""

    message: Message
    identifier: str
    number: int
    total: int | None

    @classmethod
    def of(cls, message: Message) -> _Piece:
        """Read the parameters of RFC 2046 5.2.2."""
        field = message.headers.field("content-type")
        if field is None or message.content_type != "message/partial":
            raise ValueError(f"{message.content_type} is no piece of a message; message/partial is")
        params = field.parameters.params
        number = _NUMBER.fullmatch(params.get("number", "").strip())
        if number is None:
            raise ValueError(f"a piece has number={params.get('number', '')[:40]!r}; a number from 1 on is wanted")
        total = _NUMBER.fullmatch(params.get("total", "").strip())
        return cls(message, params.get("id", ""), int(number[1]), int(total[1]) if total else None)


def _in_order(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Each piece once, none missing."""
    identifiers = sorted({piece.identifier for piece in pieces})
    if len(identifiers) > 1:
        raise ValueError(f"pieces of {len(identifiers)} messages: {', '.join(map(repr, identifiers[:5]))}")
    totals = sorted({piece.total for piece in pieces if piece.total is not None})
    if len(totals) != 1:
        raise ValueError(f"the pieces say {totals} of how many there are; exactly one total is wanted")
    total = totals[0]
    if total > PIECES_LIMIT:
        raise ValueError(f"total={total} is more than {PIECES_LIMIT} pieces")
    by_number: dict[int, _Piece] = {}
    for piece in pieces:
        _ = by_number.setdefault(piece.number, piece)
    beyond = sorted(number for number in by_number if number > total)
    missing = [number for number in range(1, total + 1) if number not in by_number]
    if missing or beyond:
        wrong = f"{_named(missing)} missing" if missing else f"{_named(beyond)} beyond the last"
        raise ValueError(f"of {total} pieces {wrong}")
    return [by_number[number] for number in range(1, total + 1)]


def _named(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:20]))
    more = f" and {len(numbers) - 20} more are" if len(numbers) > 20 else (" is" if len(numbers) == 1 else " are")
    return shown + more


def _ended(body: bytes) -> bytes:
    """Pieces are cut at line ends (RFC 2046 5.2.2.1 (1)); one that lost its last one on the way gets it back."""
    if body.endswith(b"\n") or not body:
        return body
    return body + (b"\r\n" if b"\r\n" in body else b"\n")
