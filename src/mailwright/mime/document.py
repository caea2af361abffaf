"""One source that was read: its octets, its tree of offsets, and the parts made of them when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailwright.encodings import uu
from mailwright.grammar.lexer import strip_comments
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

KNOWN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"}) | uu.NAMES
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
        return SourceHeaders(self, node.block, written=CONTENT_FIELDS if node.kind else _WRITTEN_LEAF)

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

    def reduced(self, part: Part) -> tuple[Callable[..., Part], tuple[Any, ...]]:
        """What ``pickle`` and ``copy`` need to make a part again: the message as it would be written, and the way."""
        way: list[int] = []
        node = part.node
        while node is not None and node.parent is not None:
            way.append(next(index for index, child in enumerate(node.parent.children) if child is node))
            node = node.parent
        return restore, (self.root.to_bytes(), self.limits, self.depth, tuple(reversed(way)))


def restore(raw: bytes, limits: Limits, depth: int, way: tuple[int, ...]) -> Part:
    """Make a part again; see ``Document.reduced``."""
    part: Part = Document(raw, limits, depth).root
    for index in way:
        part = part.message or part.parts[index]
    return part


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
    field = headers.own("content-transfer-encoding")
    if field is None:
        return ""
    value = field.value.lower()
    return value if value in KNOWN_ENCODINGS else strip_comments(value).partition(";")[0].strip(" \t\"'")
