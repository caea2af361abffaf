"""One source that was read: its octets, its tree of offsets, and the parts made of them when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailwright.encodings import incremental
from mailwright.grammar.lexer import strip_comments, unfold
from mailwright.mime import scanner
from mailwright.mime.body import Body, Enclosed, Ranged, Several, decoded
from mailwright.mime.defects import Defect, Defects
from mailwright.mime.headers import Headers
from mailwright.mime.limits import Limits
from mailwright.mime.message import Message
from mailwright.mime.part import CONTENT_FIELDS, Part
from mailwright.mime.scanner import ENCODED, MESSAGE, MULTIPART, Node
from mailwright.mime.source import Buffer
from mailwright.mime.source_headers import SourceHeaders

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailwright.mime.views import Views

__all__ = ["KNOWN_ENCODINGS", "Document", "encoding_of"]

KNOWN_ENCODINGS = incremental.IDENTITIES | incremental.NAMES
"""Transfer encodings that are understood (RFC 2045 6.1), in lower case."""

# What follows from the structure or the content cannot be set; the type of a file can.
_WRITTEN_LEAF = frozenset({"content-transfer-encoding"})


class Document:
    """A source and what was found in it.

    Attributes:
        buffer: the octets.
        limits: what it was read with.
        depth: how many messages are around it, when it was enclosed and encoded.
        found: what was tolerated in its structure.
        root: the message.
        is_listed: whether the fields of some part have been made into a list, so that they may have changed.
        views: what a person reads and saves, by message, as long as no field can have changed.
    """

    __slots__ = ("buffer", "depth", "found", "is_listed", "limits", "root", "views")

    def __init__(self, buffer: Buffer, limits: Limits, depth: int = 0) -> None:
        self.buffer = buffer
        self.limits = limits
        self.depth = depth
        self.is_listed = False
        self.views: dict[Node, Views] = {}
        defects = Defects(limits.defects)
        node = scanner.scan(buffer, limits=limits, defects=defects, depth=depth)
        self.found: list[Defect] = defects.found
        self.root = self.message(node)

    def message(self, node: Node) -> Message:
        """Make a message of a node."""
        return Message.read(self, node, self.headers(node))

    def headers(self, node: Node) -> SourceHeaders:
        """Make the fields of a node."""
        return SourceHeaders(self, node, CONTENT_FIELDS if node.kind else _WRITTEN_LEAF)

    def body(self, node: Node, headers: Headers) -> Body:
        """Make what a node holds."""
        if node.kind == MULTIPART:
            parts = tuple([Part.read(self, child, self.headers(child)) for child in node.children])
            return Several(parts, node.boundary.decode("latin-1"))
        if node.kind == MESSAGE:
            return Enclosed(self.message(node.children[0]))
        encoding = encoding_of(headers)
        if node.kind == ENCODED:
            inner = decoded(self.buffer[node.block.end : node.end], encoding)
            return Enclosed(Document(inner, self.limits, self.depth + depth_of(node)).root)
        return Ranged(self.buffer, node.block.end, node.end, encoding)

    def line_end(self, begin: int) -> bytes:
        """How lines end from a place on."""
        buffer = self.buffer
        at = buffer.find(b"\n", begin)
        at = at if at >= 0 else buffer.find(b"\n", 0)
        if at < 0:
            return b"\r" if buffer.find(b"\r") >= 0 else b"\r\n"
        return b"\r\n" if buffer[max(at - 1, 0) : at] == b"\r" else b"\n"

    def rim(self, at: int, line_end: bytes) -> bytes:
        """What has to stand between new content and a boundary that follows an empty part at once."""
        return b"" if self.buffer[at : at + 1] in (b"", b"\r", b"\n") else line_end

    def reduced(self, part: Part) -> tuple[Callable[..., Part], tuple[Any, ...]]:
        """What ``pickle`` and ``copy`` need to make a part again: the message as it would be written, and the way."""
        waiting: list[tuple[Part, tuple[int, ...]]] = [(self.root, ())]
        while waiting:
            here, way = waiting.pop()
            if here is part:
                return restore, (self.root.to_bytes(), self.limits, self.depth, way)
            waiting += [(child, (*way, index)) for index, child in enumerate(below(here))]
        return restore, (part.raw, self.limits, self.depth, ())  # it has been taken out


def restore(raw: bytes, limits: Limits, depth: int, way: tuple[int, ...]) -> Part:
    """Make a part again; see ``Document.reduced``."""
    part: Part = Document(raw, limits, depth).root
    for index in way:
        part = below(part)[index]
    return part


def below(part: Part) -> tuple[Part, ...]:
    """The parts of a multipart, or the enclosed message."""
    message = part.message
    return part.parts if message is None else (message,)


def depth_of(node: Node) -> int:
    """How many parts are around it, itself included."""
    depth = 0
    here: Node | None = node
    while here is not None:
        depth += 1
        here = here.parent
    return depth


def encoding_of(headers: Headers) -> str:
    """The Content-Transfer-Encoding in lower case; nothing when none is declared.

    QUIRK: Google Docs writes a semicolon behind it, others a comment.
    """
    raw = headers.raw_value("content-transfer-encoding")
    if raw is None:
        return ""
    value = raw.strip().lower().decode("latin-1")
    return value if value in KNOWN_ENCODINGS else strip_comments(unfold(value)).partition(";")[0].strip(" \t\r\n\"'")
