"""Putting parts into a message and taking them out, changing only the octets where they stand.

A multipart that was read has children in the source, and has parts now. What is in both, in the same order, stays where
it stands. Between two such parts everything else is written or left out, each time together with one delimiter, so
that preamble, epilogue, padding and every part that stays are the octets they were::

    --b CRLF   first   CRLF--b CRLF   second   CRLF--b--
              [begin                 [begin  end)
                    end)
              [ delete first        )
                    [  delete second           )
    insert: part CRLF--b CRLF   before a part     CRLF--b CRLF part   behind it

A message that is no multipart/mixed is *wrapped* to take an attachment: what it holds becomes the first child of one,
with its Content-* fields; the body stays where it is, between a delimiter before it and one behind.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from mailwright.encodings import lines
from mailwright.mime import composer, views
from mailwright.mime.body import Several, octets_of
from mailwright.mime.field import Field
from mailwright.mime.header_block import HeaderBlock
from mailwright.mime.headers import Headers
from mailwright.mime.part import CONTENT_FIELDS, Part
from mailwright.mime.scanner import MULTIPART, Node
from mailwright.mime.source import Buffer
from mailwright.mime.source_headers import Edit, SourceHeaders

if TYPE_CHECKING:
    from mailwright.mime.message import Message

__all__ = ["Step", "attach", "embed", "insert", "remove", "replace", "steps"]

Step: TypeAlias = "Part | Edit | int"
"""What is done next in the source: look into a part that stands there, replace octets, or see to it that a line ends
at an offset, where new content may meet a boundary that has no line end before it since it followed an empty part."""


class Wrapped(Node):
    """The place of a part that has become a multipart around what it was."""

    __slots__ = ()


# --- changing -------------------------------------------------------------------------------------------------------


def insert(part: Part, index: int, new: Part) -> None:
    """Put a part into a multipart; see ``Part.insert``."""
    body = _several(part)
    _refuse(part, body, new)
    parts = list(body.parts)
    parts.insert(index, new)
    _hold(part, body, parts)


def remove(root: Part, part: Part) -> None:
    """Take a part out of the tree below ``root``; see ``Message.remove``."""
    around = holder(root, part)
    body = _several(around)
    if len(body.parts) == 1:
        raise ValueError(f"{part!r} is the only part of its {around.content_type}, which must have one; remove that")
    _hold(around, body, [other for other in body.parts if other is not part])


def replace(root: Part, part: Part, new: Part) -> None:
    """Put another part in the place of one; see ``Message.replace``."""
    around = holder(root, part)
    body = _several(around)
    _refuse(around, body, new)
    _hold(around, body, [new if other is part else other for other in body.parts])


def attach(message: Message, part: Part) -> None:
    """Put an attachment behind all there is; see ``Message.attach``."""
    if message.content_type != "multipart/mixed" or not message.parts:
        wrap(message, "mixed")
    insert(message, len(message.parts), part)


def embed(message: Message, part: Part) -> None:
    """Put what the HTML shows beside it; see ``Message.embed``."""
    html = next((leaf for leaf in views.sort(message).html if leaf.content_type == "text/html"), None)
    if html is None:
        raise ValueError("there is no HTML in this message that could show an embedded part; attach it instead")
    related = [("type", "text/html")]  # RFC 2387 3.1
    if html is message:
        wrap(message, "related", related)
        insert(message, 1, part)
        return
    around = holder(message, html)
    if around.content_type == "multipart/related":
        insert(around, len(around.parts), part)
    else:
        replace(message, html, composer.multipart("related", (html, part), related))


def holder(root: Part, part: Part) -> Part:
    """Find the multipart a part is in.

    Raises:
        ValueError: it is nowhere below the root.
    """
    for around in root.walk():
        if any(child is part for child in around.parts):
            return around
    raise ValueError(f"{part!r} is not in a multipart of this message; take a part from walk(), parts or attachments")


def wrap(message: Message, subtype: str, parameters: Sequence[tuple[str, str]] = ()) -> None:
    """Make what a message that was read holds the first child of a multipart in its place."""
    node, document, body = message.node, message.document, message.made_body
    assert node is not None  # callers hand over what was read
    assert document is not None
    moved = Headers(written=CONTENT_FIELDS)
    for field in message.headers.fields():
        if field.key.startswith("content-"):
            moved.append(field)
    outer, inner = _places(node)
    boundary = f"=_{os.urandom(12).hex()}"  # 96 random bits need no search for whether they occur
    outer.boundary = boundary.encode("ascii")
    type_ = composer.parameter_field("Content-Type", f"multipart/{subtype}", [*parameters, ("boundary", boundary)])
    message.headers.put(type_)
    for field in moved.fields():
        if field.key != "content-type":
            message.headers.drop(field.name)
    if "mime-version" not in message.headers:
        message.headers.append(Field("MIME-Version", "1.0"))
    child = Part.read(document, inner, moved)
    if body is not None:
        child.put_body(body)
    message.put_place(outer, Several((child,), boundary))
    document.is_listed = True


def _places(node: Node) -> tuple[Node, Node]:
    """The place of a part around a node, and the node's own within it, without a header."""
    outer = Wrapped(node.block, node.parent, node.default)
    outer.kind, outer.end, outer.closed = MULTIPART, node.end, True
    inner = type(node)(HeaderBlock(node.block.end, b"\n", None, []), outer, node.default)
    inner.kind, inner.end, inner.children = node.kind, node.end, node.children
    inner.boundary, inner.inner, inner.closed = node.boundary, node.inner, node.closed
    for child in node.children:
        child.parent = inner
    outer.children = [inner]
    if node.parent is not None:
        node.parent.children = [outer if child is node else child for child in node.parent.children]
    return outer, inner


def _several(part: Part) -> Several:
    body = part.body
    if isinstance(body, Several):
        return body
    raise ValueError(f"{part!r} is no multipart, so no part can be put into it; attach to the message instead")


def _refuse(part: Part, body: Several, new: Part) -> None:
    if not isinstance(new, Part):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        raise TypeError(
            f"a part of a multipart is a Part, not {type(new).__name__}; make one with Part.of_text or its like"
        )
    if any(child is part for child in new.walk()):
        raise ValueError("a part cannot be put into itself")
    if part.node is not None and _shares_boundary(part.node):
        raise ValueError(f"another multipart has the boundary {body.boundary!r} as well, and would take the new part")
    if composer.occurs(f"--{body.boundary}", [new]):
        raise ValueError(
            f"{new!r} holds the boundary {body.boundary!r} of the multipart it should go into; attach it elsewhere"
        )


def _shares_boundary(node: Node) -> bool:
    """Whether a multipart around or within this one looks for the same delimiter, also one that has not found it."""
    around = node
    while around.parent is not None:
        around = around.parent
    waiting = [around]
    while waiting:
        other = waiting.pop()
        if other is not node and other.boundary == node.boundary:
            return True
        waiting.extend(other.children)
    return False


def _hold(part: Part, body: Several, parts: Sequence[Part]) -> None:
    part.put_body(Several(tuple(parts), body.boundary, body.encoding))
    if part.document is not None:
        part.document.is_listed = True


# --- writing --------------------------------------------------------------------------------------------------------


def steps(part: Part, body: Several, *, utf8: bool) -> list[Step]:
    """Say what is to be done between a multipart's header and its end, in the order of the source."""
    node = part.node
    assert node is not None  # it was read
    assert part.document is not None
    end = part.document.line_end(node.block.begin)
    if isinstance(node, Wrapped):
        return _wrapped(part, node, body, end, utf8=utf8)
    kept = _in_place(node, body.parts)
    if len(kept) == len(body.parts) == len(node.children):
        return list(body.parts)
    return _Plan(part.document.buffer, node, body, end, utf8=utf8).steps(kept)


def _in_place(node: Node, parts: Sequence[Part]) -> dict[int, int]:
    """The parts that stay where they stand: by their index now, the index among the children of the source."""
    places = {id(child): index for index, child in enumerate(node.children)}
    kept: dict[int, int] = {}
    last = -1
    for index, part in enumerate(parts):
        place = places.get(id(part.node), -1)
        if place > last:
            kept[index] = last = place
    return kept


class _Plan:
    """The steps through one multipart whose children have changed."""

    __slots__ = ("_between", "_body", "_buffer", "_end", "_node", "_out", "_utf8")

    def __init__(self, buffer: Buffer, node: Node, body: Several, end: bytes, *, utf8: bool) -> None:
        self._buffer = buffer
        self._node = node
        self._body = body
        self._end = end
        self._between = end + b"--" + node.boundary + end
        self._utf8 = utf8
        self._out: list[Step] = []

    def steps(self, kept: dict[int, int]) -> list[Step]:
        children = self._node.children
        if not kept:
            begin, end = children[0].block.begin, children[-1].end
            self._out.append((begin, end, b""))
            for index, part in enumerate(self._body.parts):
                self._new(end, part, before=self._between if index else self._lead(begin))
            self._out.append(end)
            return self._out
        last: int | None = None
        new: list[Part] = []
        for index, part in enumerate(self._body.parts):
            if index not in kept:
                new.append(part)
                continue
            place = kept[index]
            if last is not None:
                self._behind(children[last].end, new)
            gone = 0 if last is None else last + 1
            if gone < place:
                self._out.append((children[gone].block.begin, children[place].block.begin, b""))
            if last is None:
                for one in new:
                    lead = self._lead(children[0].block.begin) if one is new[0] else b""
                    self._new(children[place].block.begin, one, before=lead, behind=self._between)
            new = []
            self._out.append(part)
            last = place
        assert last is not None
        self._behind(children[last].end, new)
        if last + 1 < len(children):
            self._out.append((children[last].end, children[-1].end, b""))
            self._out.append(children[-1].end)
        return self._out

    def _lead(self, at: int) -> bytes:
        """What has to stand before a part where the mail was cut off behind a boundary."""
        return b"" if self._buffer[at - 1 : at] == self._end[-1:] else self._end

    def _behind(self, at: int, parts: Sequence[Part]) -> None:
        for part in parts:
            self._new(at, part, before=self._between)
        if parts:
            self._out.append(at)

    def _new(self, at: int, part: Part, *, before: bytes = b"", behind: bytes = b"") -> None:
        self._out.append((at, at, before))
        self._out += written(part, at, self._body.boundary, self._end, utf8=self._utf8)
        self._out.append((at, at, behind))


def _wrapped(part: Part, node: Wrapped, body: Several, end: bytes, *, utf8: bool) -> list[Step]:
    """What it was, between delimiters of its own."""
    delimiter = b"--" + node.boundary
    gap = part.headers.gap() if isinstance(part.headers, SourceHeaders) else b""
    begin, at = node.block.end, node.block.end
    out: list[Step] = []
    for index, child in enumerate(body.parts):
        before = gap if index == 0 else end
        out.append((at, at, before + delimiter + end))
        if child.node is node.children[0]:
            out.append(child)
            at = node.end
        else:
            out += written(child, at, body.boundary, end, utf8=utf8)
    if at == begin != node.end:
        out.append((begin, node.end, b""))
        at = node.end
    out.append((at, at, end + delimiter + b"--" + end))
    return out


def written(part: Part, at: int, boundary: str, end: bytes, *, utf8: bool) -> list[Edit]:
    """A part that stands elsewhere or nowhere, as it is put in at a place.

    Raises:
        ValueError: it has come to hold the boundary since it was put in.
    """
    from mailwright.mime import writer  # which writes what was read by way of this module

    pieces = writer.unended(part, utf8=utf8)
    if any(isinstance(piece, bytes) and b"--" + boundary.encode("utf-8") in piece for piece in pieces):
        raise ValueError(
            f"{part!r} holds the boundary {boundary!r} of the multipart it is in; attach it to a new Message"
        )
    if end == b"\r\n":
        return [(at, at, piece) for piece in pieces]
    whole = b"".join([block for piece in pieces for block in octets_of(piece)])
    return [(at, at, lines.with_ends(whole, end))]  # a file with the line ends of Unix is small enough to be held
