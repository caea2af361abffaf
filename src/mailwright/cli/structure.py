"""What a message is made of, as the standard library sees it: a witness that did not write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mailwright.cli.console import Console, Json

if TYPE_CHECKING:
    from email.message import EmailMessage

__all__ = ["Node", "read", "show"]


@dataclass(frozen=True, slots=True)
class Node:
    """A part.

    Attributes:
        type: its media type.
        name: its file name, or what the HTML calls it; may be empty.
        size: octets of its decoded content; 0 for what only holds others.
        parts: what it holds.
    """

    type: str
    name: str
    size: int
    parts: tuple[Node, ...]

    def facts(self) -> dict[str, Json]:
        """The same as JSON."""
        return {"type": self.type, "name": self.name, "size": self.size, "parts": [part.facts() for part in self.parts]}


def read(raw: bytes) -> Node:
    """Parse a message."""
    from email import message_from_bytes, policy

    return _node(message_from_bytes(raw, policy=policy.default))


def show(console: Console, root: Node) -> None:
    """Print it as a tree."""
    for guide, node in _lines(root, "", "", console.draws_lines):
        size = f"{node.size:,} {'byte' if node.size == 1 else 'bytes'}" if not node.parts else ""
        console.part(guide, node.type, "  ".join(each for each in (node.name, size) if each))


def _node(message: EmailMessage) -> Node:
    payload = cast("object", message.get_payload())
    children = cast("list[EmailMessage]", payload) if isinstance(payload, list) else []
    content = cast("object", None if children else message.get_payload(decode=True))
    return Node(
        message.get_content_type(),
        message.get_filename() or str(message.get("content-id", "")),
        len(content) if isinstance(content, bytes) else 0,
        tuple(_node(child) for child in children),
    )


def _lines(node: Node, first: str, rest: str, drawn: bool) -> Iterator[tuple[str, Node]]:
    branch, corner, stem = ("├── ", "└── ", "│   ") if drawn else ("+-- ", "`-- ", "|   ")
    yield first, node
    for left, part in enumerate(node.parts, 1 - len(node.parts)):
        last = left == 0
        yield from _lines(part, rest + (corner if last else branch), rest + ("    " if last else stem), drawn)
