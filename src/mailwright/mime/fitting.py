"""Fitting a message to what carries it: 7bit, 8bit or binary (RFC 2045 6, RFC 6152, RFC 3030), without changing it.

What is composed is 7bit by itself. Where more is carried, texts go as they are and files without base64: each part is
given another Content-Transfer-Encoding while it is written, and every multipart around it the widest of its parts
(RFC 2045 6.4). What was read goes as it came, unless the transport is named; then a copy is made whose parts are
encoded as far as they must be.

A signature covers encoded octets, so nothing within multipart/signed is touched, nor a message with a DKIM signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mailwright.encodings import lines
from mailwright.grammar.lexer import LINE_LIMIT
from mailwright.mime import editing
from mailwright.mime.body import Body, Disk, Enclosed, Held, Piece, Ranged, Several, Stream, Wire
from mailwright.mime.document import Document
from mailwright.mime.field import Field
from mailwright.mime.source_headers import SourceHeaders

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = ["Fit", "Transport", "plan", "refitted"]

Transport: TypeAlias = Literal["7bit", "8bit", "binary"]
"""What a transport carries (RFC 2045 6.2): 7bit is SMTP, 8bit with 8BITMIME, binary with BINARYMIME."""

_WIDTHS: Final[dict[str, int]] = {"7bit": 0, "8bit": 1, "binary": 2}
_NAMES: Final[tuple[Transport, ...]] = ("7bit", "8bit", "binary")


_SEVEN_BIT: Final = bytes([octet if octet < 0x80 else ord("?") for octet in range(256)])
"""For what belongs to no field and no content, a preamble or a line that was passed over: nobody reads it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How one part is written on this transport.

    Attributes:
        part: which one; a structure is made anew each time it is asked for, so it is kept while its identity matters.
        body: what it holds.
        width: how much it needs: 0 for 7bit, 1 for 8bit, 2 for binary.
        encoding: the Content-Transfer-Encoding when it is another one than it has, else nothing.
        pieces: what is written for its body, or None when that is written as it is.
    """

    part: Part
    body: Body
    width: int
    encoding: str = ""
    pieces: list[Piece] | None = None


def width(transport: Transport) -> int:
    """How much is carried.

    Raises:
        ValueError: it is no transport.
    """
    if transport not in _WIDTHS:
        raise ValueError(f"transport {transport!r} is not known; '7bit', '8bit' or 'binary' is")
    return _WIDTHS[transport]


# --- what is composed -----------------------------------------------------------------------------------------------


def plan(message: Part, transport: Transport) -> dict[int, Fit]:
    """Say how the parts of a composed message are written, by their identity."""
    allowed = width(transport)
    message.complete()  # so that its fields stand in the same order, whatever is asked first
    order: list[tuple[Part, Body, tuple[Part, ...]]] = []
    waiting = [message]
    while waiting:
        part = waiting.pop()
        body = part.body
        within = _within(part, body)
        order.append((part, body, within))
        waiting.extend(within)
    delimiters = [f"--{body.boundary}".encode() for _, body, _ in order if isinstance(body, Several)]
    fits: dict[int, Fit] = {}
    for part, body, within in reversed(order):  # what is within comes before what is around it
        if within:
            widest = max([fits[id(child)].width for child in within])
            fits[id(part)] = Fit(part, body, widest, _NAMES[widest] if widest else "")
        elif part.document is not None:
            fits[id(part)] = _read(part, body, allowed)
        else:
            # What is no text and is all there is stays encoded: a message ends with a line end, which is not its own.
            most = min(allowed, 1) if part is message and isinstance(body, Held | Disk) else allowed
            fits[id(part)] = _leaf(part, body, most, delimiters)
    return fits


def _within(part: Part, body: Body) -> tuple[Part, ...]:
    """The parts whose encodings show around them; what was read is a whole, and so is what is in base64."""
    if part.document is not None:
        return ()
    if isinstance(body, Several):
        return body.parts
    return (body.message,) if isinstance(body, Enclosed) and not body.message.is_international else ()


def _read(part: Part, body: Body, allowed: int) -> Fit:
    if editing.is_seven_bit(part):
        return Fit(part, body, 0)
    if allowed or part.document is None or part.document.root is not part:
        return Fit(part, body, 1)
    return Fit(part, body, 0, pieces=[refitted(part.document.root, "7bit")])


def _leaf(part: Part, body: Body, allowed: int, delimiters: list[bytes]) -> Fit:
    if allowed == 2 and isinstance(body, Held):
        return Fit(part, body, 2, "binary", [body.data])
    if allowed == 2 and isinstance(body, Disk):
        return Fit(part, body, 2, "binary", [Stream(body.size, body.blocks, body.check)])
    if allowed and isinstance(body, Wire) and body.encoding in ("quoted-printable", "base64"):
        return _plain(part, body, allowed, delimiters)
    return Fit(part, body, _WIDTHS.get(body.encoding, 0))


def _plain(part: Part, body: Wire, allowed: int, delimiters: list[bytes]) -> Fit:
    """A text as it is, unless it needs its encoding all the same."""
    data = body.content()
    if part.content_type.startswith("text/") and not any(delimiter in data for delimiter in delimiters):
        facts = lines.survey(data)
        if not (facts.has_nul or facts.bare_cr or facts.bare_lf) and facts.longest_line <= LINE_LIMIT:
            return Fit(part, body, 1, "8bit", [data])
        if allowed == 2:
            return Fit(part, body, 2, "binary", [data])
    return Fit(part, body, 0)


# --- what was read --------------------------------------------------------------------------------------------------


def refitted(message: Message, transport: Transport) -> Message:
    """Make a copy of a message that was read, whose parts and fields the transport carries.

    Returns:
        The message itself when there is nothing to do.

    Raises:
        ValueError: it must be encoded anew and is signed, which that would break.
    """
    allowed = width(transport)
    if allowed == 2 or (editing.is_seven_bit(message) if allowed == 0 else not _is_binary(message)):
        return message
    assert message.document is not None  # it was read
    if "dkim-signature" in message.headers:
        raise ValueError(f"the message is signed (DKIM-Signature) and cannot be encoded anew for {transport}")
    copy = Document(message.raw, message.document.limits).root
    waiting: list[Part] = [copy]
    while waiting:
        part = waiting.pop()
        if allowed == 0:
            _encode_fields(part)
        if part.content_type == "multipart/signed" and not editing.is_seven_bit(part):
            raise ValueError(f"the message holds a signed part (multipart/signed) that {transport} cannot carry")
        inner = part.message
        if inner is not None:
            waiting.append(inner)
        elif part.parts:
            waiting.extend(part.parts)
        elif not _carries(part, allowed):
            editing.reencode(part)
        _declare(part, transport)
    if allowed == 0 and not editing.is_seven_bit(copy):
        return Document(copy.raw.translate(_SEVEN_BIT), message.document.limits).root
    return copy


def _carries(part: Part, allowed: int) -> bool:
    body = part.body
    if not isinstance(body, Ranged):
        return True
    facts = lines.survey(body.buffer[body.begin : body.end])
    return not facts.has_nul and facts.longest_line <= LINE_LIMIT and (allowed == 1 or not facts.eight_bit)


def _is_binary(message: Message) -> bool:
    return any(b"\0" in block or lines.survey(block).longest_line > LINE_LIMIT for block in editing.blocks(message))


def _encode_fields(part: Part) -> None:
    """Write fields in raw UTF-8, or whatever it is, as encoded-words."""
    headers = part.headers
    if isinstance(headers, SourceHeaders) and headers.is_seven_bit:
        return
    for field in headers.raw_fields():
        boundary = field.parameters.params.get("boundary", "") if field.key == "content-type" else ""
        if not field.raw.isascii() and boundary.isascii():  # another boundary stands outside of it as well
            headers.replace([field], [Field.from_source(field.name, field.render(utf8=False))])


def _declare(part: Part, transport: Transport) -> None:
    """RFC 2045 6.4: what is around encoded parts no longer declares what they were."""
    declared = (part.headers.get("content-transfer-encoding") or "").strip().lower()
    if declared in _WIDTHS and _WIDTHS[declared] > _WIDTHS[transport]:
        part.headers.put(Field("Content-Transfer-Encoding", transport))
