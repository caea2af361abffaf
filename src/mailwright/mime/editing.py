"""Changing a message that was read: only the octets between two offsets, and nothing around them.

Parts are made when they are looked at, so only parts that exist can have changed. Each tells what it wants replaced;
the source is copied around that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from mailwright.encodings import base64, lines, quoted
from mailwright.encodings.charset import codec
from mailwright.grammar import params
from mailwright.mime import composer, restructuring
from mailwright.mime.body import Body, Enclosed, Ranged, Several, Stream, Wire, canonical_text, octets_of, windows
from mailwright.mime.field import Field
from mailwright.mime.scanner import ENCODED, LEAF
from mailwright.mime.source import Buffer
from mailwright.mime.source_headers import Edit, SourceHeaders

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = ["blocks", "edits", "is_seven_bit", "pieces", "reencode", "replace_content", "replace_text"]

_COPIED: Final = 1_048_576
"""Octets of a mapped file up to which they are copied at once, and not streamed."""

Renewed: TypeAlias = "dict[int, bytes]"
"""What encoded messages that have changed hold now, by the identity of their part."""


# --- writing --------------------------------------------------------------------------------------------------------


def edits(part: Part, *, utf8: bool, hidden: frozenset[str] = frozenset()) -> list[Edit]:
    """What has to be replaced in the source for a part and everything below it, in order.

    Args:
        part: one that was read.
        utf8: write fields that changed as raw UTF-8.
        hidden: fields of the part's own header to leave out, in lower case.
    """
    return _edits(part, _anew(part, utf8=utf8), utf8=utf8, hidden=hidden)


def _anew(part: Part, *, utf8: bool) -> Renewed:
    """The octets of encoded messages in which something has changed, each once, the innermost first."""
    order: list[tuple[Part, Message]] = []
    waiting = [part]
    while waiting:
        item = waiting.pop()
        body = item.made_body
        if isinstance(body, Several):
            waiting.extend(body.parts)
        elif isinstance(body, Enclosed):
            waiting.append(body.message)
            if item.node is not None and item.node.kind == ENCODED:
                order.append((item, body.message))
    renewed: Renewed = {}
    for item, message in reversed(order):
        changes = _edits(message, renewed, utf8=utf8)
        if changes:
            inner = b"".join([block for piece in _patched(message, changes) for block in octets_of(piece)])
            encoding = (item.headers.get("content-transfer-encoding") or "").strip().lower()
            is_quoted = encoding == "quoted-printable"
            renewed[id(item)] = quoted.encode(lines.canonical(inner)) if is_quoted else base64.encode(inner)
    return renewed


def _edits(part: Part, renewed: Renewed, *, utf8: bool, hidden: frozenset[str] = frozenset()) -> list[Edit]:
    found: list[Edit | int] = []
    waiting: list[restructuring.Step] = [part]
    while waiting:
        item = waiting.pop()
        if isinstance(item, int):
            found.append(item)
        elif isinstance(item, tuple):
            if item[0] != item[1] or item[2]:
                found.append(item)
        else:
            found += _header(item, utf8=utf8, hidden=hidden if item is part else frozenset())
            waiting.extend(reversed(_below(item, renewed, utf8=utf8)))
    return _rimmed(part, found) if found else []


def _rimmed(part: Part, found: list[Edit | int]) -> list[Edit]:
    """End the line of new content where a boundary follows at once; what is written next there ends it itself."""
    assert part.document is not None
    assert part.node is not None
    end = part.document.line_end(part.node.block.begin)
    buffer = part.document.buffer
    out: list[Edit] = []
    for index, edit in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else -1
        if not isinstance(edit, int):
            begin, _, data = edit
            is_first = not out or out[-1][1] < begin
            if is_first and isinstance(data, bytes) and data[:1] == b"\n" and buffer[begin - 1 : begin] == b"\r":
                edit = (*edit[:2], b"\r" + data)  # or the CR that is content would belong to the line end
            out.append(edit)
        elif edit != (following if isinstance(following, int) else following[0]):
            out.append((edit, edit, part.document.rim(edit, end)))
    return out


def _header(part: Part, *, utf8: bool, hidden: frozenset[str]) -> list[Edit]:
    headers, node = part.headers, part.node
    if isinstance(headers, SourceHeaders):
        return headers.edits(utf8=utf8, hidden=hidden)
    if node is None:
        return []
    # It has been wrapped: its header is no longer where it was.
    assert part.document is not None
    fields = [field.raw if field.is_read else field.render(utf8=utf8) for field in headers.fields()]
    end = part.document.line_end(node.block.begin)
    whole = b"".join([*fields, b"\r\n"])
    return [(node.block.end, node.block.end, lines.with_ends(whole, end))]


def _below(part: Part, renewed: Renewed, *, utf8: bool) -> list[restructuring.Step]:
    """What is to be done in a part's body."""
    node, body = part.node, part.made_body
    if node is None:
        return []
    if isinstance(body, Several):
        return restructuring.steps(part, body, utf8=utf8)
    if isinstance(body, Enclosed) and node.kind != ENCODED:
        return [body.message]
    new = renewed.get(id(part)) if isinstance(body, Enclosed) else _new_octets(body, utf8=utf8)
    if new is None:
        return []
    assert part.document is not None
    end = part.document.line_end(node.block.begin)
    if not new:
        return [(node.block.end, node.end, b"")]
    gap = part.headers.gap() if isinstance(part.headers, SourceHeaders) else b""
    return [(node.block.end, node.end, gap + lines.with_ends(new, end)), node.end]


def _new_octets(body: Body | None, *, utf8: bool) -> bytes | None:
    """The body of a leaf when it was replaced."""
    if body is None or isinstance(body, Ranged):
        return None
    return b"".join([piece for piece in body.pieces(utf8=utf8) if isinstance(piece, bytes)])


def pieces(part: Part, *, utf8: bool = False, hidden: frozenset[str] = frozenset()) -> list[bytes | Stream]:
    """Everything that stands between a part's offsets, with what has changed."""
    return _patched(part, edits(part, utf8=utf8, hidden=hidden))


def _patched(part: Part, changes: list[Edit]) -> list[bytes | Stream]:
    assert part.document is not None  # callers ask before
    assert part.node is not None
    buffer = part.document.buffer
    here = part.node.block.begin
    if not changes and part.document.root is part and here == 0 and isinstance(buffer, bytes):
        return [buffer]
    out: list[bytes | Stream] = []
    for begin, end, data in changes:
        out += _range(buffer, here, begin)
        if data:
            out.append(data)
        here = max(here, end)
    return out + _range(buffer, here, part.node.end)


def _range(buffer: Buffer, begin: int, end: int) -> list[bytes | Stream]:
    if end <= begin:
        return []
    if isinstance(buffer, bytes) or end - begin <= _COPIED:
        return [buffer[begin:end]]
    return [Stream(end - begin, partial(windows, buffer, begin, end))]


def blocks(part: Part) -> Iterator[bytes]:
    """The octets of a part in blocks; in UTF-8 when an address that was set needs it."""
    headers = part.headers
    touched = isinstance(headers, SourceHeaders) and headers.is_touched()
    utf8 = touched and any(not field.is_read and field.is_international for field in headers.raw_fields())
    for piece in pieces(part, utf8=utf8):
        yield from octets_of(piece)


def is_seven_bit(part: Part) -> bool:
    """Whether all of it is ASCII."""
    return all(block.isascii() for block in blocks(part))


# --- changing -------------------------------------------------------------------------------------------------------


def replace_content(part: Part, data: bytes) -> None:
    """Let a leaf hold other octets; see ``Part.content``."""
    if not isinstance(data, bytes | bytearray | memoryview):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"content is bytes, not {type(data).__name__}; set text for text")
    _refuse_containers(part, "content")
    _put(part, bytes(data), is_text=part.content_type.startswith("text/"))


def replace_text(part: Part, text: str) -> None:
    """Let a text part hold another text; see ``Part.text``."""
    _refuse_containers(part, "text")
    if not part.content_type.startswith("text/"):
        raise ValueError(f"text cannot be set on {part.content_type}; set content")
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(f"text is a str, not {type(text).__name__}")
    data = canonical_text(text, "text")
    declared = part.headers.parameters("content-type")
    if declared is not None and "format" in declared.params:  # RFC 3676: the new text has not been written for it
        _declare(part, without=("format", "delsp"))
    if not data.isascii():
        name = codec(part.charset)
        try:
            data = data.decode("utf-8").encode(name or "ascii")
        except (LookupError, ValueError):
            _declare(part, charset="utf-8")
    _put(part, data, is_text=True, text=text)


def reencode(part: Part) -> None:
    """Let a leaf hold the octets it holds in an encoding that is 7bit."""
    _put(part, part.content, is_text=part.content_type.startswith("text/"))


def _declare(part: Part, *, without: Sequence[str] = (), charset: str = "") -> None:
    """Write the type anew, with some parameters left out or another charset."""
    declared = part.headers.parameters("content-type")
    given = [] if declared is None else list(declared.params.items())
    value, pairs = params.writable("" if declared is None else declared.value, given, "text/plain")
    kept = [pair for pair in pairs if pair[0] not in without and not (charset and pair[0] == "charset")]
    new = [("charset", charset)] if charset else []
    part.headers.put(composer.parameter_field("Content-Type", value, kept + new))


def _refuse_containers(part: Part, what: str) -> None:
    if part.parts or part.message is not None or (part.node is not None and part.node.kind != LEAF):
        raise ValueError(f"{what} of {part.content_type} cannot be set: it holds parts; set the {what} of one of them")
    if part.document is None:
        raise ValueError(f"{what} of an attached part cannot be set; attach what it should be")


def _put(part: Part, data: bytes, *, is_text: bool, text: str | None = None) -> None:
    # Text in other line ends than CRLF is only kept as it is by base64 (RFC 2045 6.8).
    plain = is_text and lines.is_canonical(data)
    encoding, wire = composer.encode_text(data) if plain else composer.encode_octets(data)
    nested = part.node is not None and part.node.parent is not None
    if nested and encoding != "base64" and (wire.startswith(b"--") or b"\n--" in wire):
        encoding, wire = composer.encode_octets(data)  # a line that could be taken for a boundary
    declared = (part.headers.get("content-transfer-encoding") or "7bit").strip().lower()
    if declared != encoding:
        part.headers.put(Field("Content-Transfer-Encoding", encoding))
    part.put_body(Wire(wire, encoding), text=text)
