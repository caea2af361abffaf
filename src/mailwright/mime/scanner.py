r"""Where everything in a message stands: the theory of reading mail.

A message is octets, and stays octets. Reading it means to find out once *where* things are: where each header begins
and ends, where each part begins and ends. That is a tree of offsets, and it is all this module makes. What the octets
*mean* (a subject, a date, a text in Big5 in quoted-printable) is asked later, mostly never, and answered from
the offsets at that time. From this follows most of what a reader of mail should be:

* **Exact.** The source is never taken apart, so it can always be given back, octet for octet; and whoever changes one
  field changes the octets between two offsets.
* **Fast.** Bodies are most of a mail, and are passed over by ``bytes.find`` at the speed of memory. No line of a body
  is ever looked at in Python.
* **Small.** A tree of offsets over a mapped file needs no memory for the file.
* **Calm.** Offsets can be found in anything. Nothing here raises; what is not as it should be is a *defect*, a value
  with a place.

*Lines.* A line ends with LF; a CR before it belongs to the line end. A CR alone is an octet like others: some programs
take it for a line end and some do not, and an attacker lives between the two. There is one exception. A message without
any LF whose lines end with CR came from a Macintosh of the last century, and is scanned through a copy in which every
CR is an LF: it has the same length, so the offsets are those of the source.

*Headers* are the business of ``header_block``: one pattern takes a sound one whole.

*Multiparts* (RFC 2046 5.1.1)::

    multipart-body := [preamble CRLF]
                      dash-boundary transport-padding CRLF
                      body-part *encapsulation
                      close-delimiter transport-padding
                      [CRLF epilogue]
    dash-boundary  := "--" boundary
    delimiter      := CRLF dash-boundary

The line end before a delimiter belongs to the delimiter, so a part ends before it. White space behind the boundary is
padding and is ignored; anything else behind it makes another line of it, so ``--abc`` is not found in ``--abcdef``.

The scan goes once from the beginning to the end, and knows where it is by a *path*: the parts that are open, outermost
first. Its multiparts have boundaries, which stand in a dictionary with their places on the path. It jumps from one
line that begins with ``--`` to the next. While one boundary alone is open, which is where large attachments are, it
searches for that boundary, whose length makes the search faster still. A line that is a boundary's

* closes whatever is open within its multipart. So an inner multipart without its last boundary ends where an outer one
  goes on, and whatever a part contains, it cannot escape from the multipart around it.
* opens the next part, or, with ``--`` behind it, ends the multipart, whose epilogue lasts until a boundary further out.

When two open multiparts have the same boundary, the inner one is served until it has ended. A message/rfc822 or
message/global is opened in place, since its lines are lines of the message around it; unless it is encoded in base64 or
quoted-printable, which RFC 2046 forbids and Exchange does: then it is parsed when somebody asks for it.

Each octet is searched once for a boundary, however deep it lies; headers are gone over at most twice. There is no
recursion: depth costs a place on the path. So time is linear in the size of the message, and ``Limits`` bound what
remains, the number of parts and their depth.
"""

from __future__ import annotations

from typing import Final

from mailwright.encodings import incremental
from mailwright.grammar import params
from mailwright.mime import header_block
from mailwright.mime.defects import Defects
from mailwright.mime.header_block import Borders, HeaderBlock
from mailwright.mime.limits import Limits
from mailwright.mime.source import Buffer, Finder, finder

__all__ = ["ENCODED", "ENCODED_NAMES", "LEAF", "MESSAGE", "MULTIPART", "Node", "scan"]

LEAF: Final = 0
MULTIPART: Final = 1
MESSAGE: Final = 2
"""A message that lies open."""
ENCODED: Final = 3
"""A message in an encoding, to be parsed when somebody asks."""

_MESSAGES: Final = frozenset({"message/rfc822", "message/global", "message/news"})
"""Types that enclose a message (RFC 2046 5.2.1, RFC 6532 3.7, RFC 5537 for the old message/news)."""

ENCODED_NAMES: Final = frozenset([name.encode("ascii") for name in incremental.NAMES])
"""Transfer encodings that make other octets of the content."""


class Node:
    """One message or part as offsets.

    Attributes:
        block: its header; begins where the part begins and ends where its body begins.
        end: where its body ends.
        parent: the multipart or message it is in, or None.
        children: the parts of a multipart, or the one message of a message.
        kind: LEAF, MULTIPART, MESSAGE or ENCODED.
        default: the content type it has when it names none (RFC 2046 5.1.5).
        declared: its Content-Type of a multipart, which had to be read; else None, whatever is there.
        boundary: the multipart's.
        inner: the default content type of a multipart's parts.
        closed: whether the last boundary of a multipart was met.
    """

    __slots__ = ("block", "boundary", "children", "closed", "declared", "default", "end", "inner", "kind", "parent")

    def __init__(self, block: HeaderBlock, parent: Node | None, default: str) -> None:
        self.block = block
        self.parent = parent
        self.default = default
        self.declared: params.ParameterValue | None = None
        self.end = block.end
        self.kind = LEAF
        self.children: list[Node] = []
        self.boundary = b""
        self.inner = "text/plain"
        self.closed = False


def scan(buffer: Buffer, *, limits: Limits, defects: Defects, depth: int = 0) -> Node:
    """Find out where everything is.

    Args:
        buffer: the message.
        limits: how deep, how many.
        defects: takes what was tolerated.
        depth: how deep the message itself lies in others.

    Returns:
        The message, with all parts below it. Never raises.
    """
    find = finder(buffer)
    size = len(buffer)
    if find(b"\n", 0, size) < 0 and find(b"\r", 0, size) >= 0:
        defects.add("line-ends-cr", 0)
        buffer = buffer[:].replace(b"\r", b"\n")
        find = buffer.find
    return _Scan(buffer, find, limits, defects, depth).whole()


class _Scan:
    """One walk through the source."""

    __slots__ = (
        "borders",
        "buffer",
        "defects",
        "find",
        "limits",
        "multiparts",
        "outside",
        "parts",
        "path",
        "rest",
        "size",
    )

    def __init__(self, buffer: Buffer, find: Finder, limits: Limits, defects: Defects, outside: int) -> None:
        self.buffer = buffer
        self.find = find
        self.size = len(buffer)
        self.limits = limits
        self.defects = defects
        self.outside = outside  # messages around the source
        self.path: list[Node] = []
        self.borders: Borders = {}
        self.multiparts = 0  # open ones
        self.parts = 0
        self.rest: list[Node] = []  # the part that gets what stands behind the last one the limit allows

    def whole(self) -> Node:
        here = self.enter(0, "text/plain")
        root = self.path[0]
        while self.borders and here <= self.size:
            here = self.advance(here)
        self.leave(0, self.size)
        for node in self.rest:
            node.end = self.size
        return root

    # --- down -------------------------------------------------------------------------------------------------------

    def enter(self, begin: int, default: str) -> int:
        """Open a part, and the message in it when it is one; say where its body begins."""
        while True:
            block = header_block.read(self.buffer, self.find, begin, self.size, self.limits, self.borders, self.defects)
            parent = self.path[-1] if self.path else None
            node = Node(block, parent, default)
            if parent is not None:
                parent.children.append(node)
            self.path.append(node)
            self.parts += 1
            self.classify(node)
            if node.kind != MESSAGE:
                return block.end
            begin, default = block.end, "text/plain"

    def classify(self, node: Node) -> None:
        """Look whether the header promises parts or a message."""
        span = node.block.find("content-type")
        if span is None:
            if node.default == "message/rfc822":
                self.open_message(node)
            return
        value = self.buffer[span[1] : span[2]]
        main = value[:40].lstrip(b" \t\r\n").lower()
        if main.startswith(b"multipart/"):
            self.open_multipart(node, value)
        elif main[:1] in (b"m", b"(", b'"', b""):  # message/..., or something in front of the type
            type_ = params.parse(value, limit=self.limits.parameters).value
            if type_ in _MESSAGES:
                self.open_message(node)
            elif type_.startswith("multipart/"):
                self.open_multipart(node, value)

    def open_message(self, node: Node) -> None:
        if self.is_too_deep(node):
            return
        span = node.block.find("content-transfer-encoding")
        encoding = b"" if span is None else self.buffer[span[1] : span[2]].strip().lower()
        node.kind = ENCODED if encoding in ENCODED_NAMES else MESSAGE

    def open_multipart(self, node: Node, value: bytes) -> None:
        if self.is_too_deep(node):
            return
        type_ = node.declared = params.parse(value, limit=self.limits.parameters)
        boundary = _boundary(type_, value)
        if not boundary:
            self.defects.add("boundary-missing", node.block.begin)
            return
        node.kind = MULTIPART
        node.boundary = boundary
        if type_.value == "multipart/digest":
            # RFC 2046 5.1.5: "in a digest, the default Content-Type [...] is changed [...] to message/rfc822"
            node.inner = "message/rfc822"
        places = self.borders.setdefault(boundary, [])
        if places:
            self.defects.add("boundary-reused", node.block.begin)
        places.append(len(self.path) - 1)
        self.multiparts += 1

    def is_too_deep(self, node: Node) -> bool:
        if len(self.path) + self.outside <= self.limits.depth:
            return False
        self.defects.add("nesting-too-deep", node.block.begin, f"the limit is {self.limits.depth}")
        return True

    # --- forward ----------------------------------------------------------------------------------------------------

    def advance(self, here: int) -> int:
        """Go to the next boundary and do as it says; give the place behind it, or one beyond the end."""
        needle = b"\n--" + next(iter(self.borders)) if self.multiparts == 1 else b"\n--"
        at = here - 1  # the line end before the line
        while (at := self.find(needle, at, self.size)) >= 0:
            begin = at + 1
            stop = self.find(b"\n", begin, self.size)
            stop = self.size if stop < 0 else stop
            line = self.buffer[begin + 2 : stop].rstrip(b" \t\r")
            places = self.borders.get(line)
            if places:
                return self.opened(places[-1], begin, stop + 1)
            places = self.borders.get(line[:-2].rstrip(b" \t")) if line[-2:] == b"--" else None
            if places:
                self.leave(places[-1] + 1, begin)
                self.path[-1].closed = True
                self.forget(self.path[-1])
                return stop + 1
            at = stop
        return self.size + 1

    def opened(self, place: int, begin: int, after: int) -> int:
        """A part of the multipart at that place on the path begins."""
        self.leave(place + 1, begin)
        if self.parts >= self.limits.parts:
            self.defects.add("parts-too-many", begin, f"the limit is {self.limits.parts}")
            self.rest = self.path[place].children[-1:]
            return self.size + 1
        return self.enter(min(after, self.size), self.path[place].inner)

    # --- up ---------------------------------------------------------------------------------------------------------

    def leave(self, place: int, border: int) -> None:
        """End everything on the path from a place on, before a boundary and the line end in front of it."""
        end = border
        if border < self.size:
            end -= 1
            if self.buffer[end - 1 : end] == b"\r":
                end -= 1
        while len(self.path) > place:
            node = self.path.pop()
            node.end = max(end, node.block.end)
            if node.kind == MULTIPART and not node.closed:
                self.forget(node)
                if node.children:
                    self.defects.add("boundary-unclosed", node.end)
                else:
                    node.kind = LEAF
                    self.defects.add("boundary-not-found", node.block.begin)

    def forget(self, node: Node) -> None:
        """The multipart's boundary means nothing any more."""
        places = self.borders[node.boundary]
        places.pop()
        if not places:
            del self.borders[node.boundary]
        self.multiparts -= 1


def _boundary(type_: params.ParameterValue, value: bytes) -> bytes:
    """The boundary parameter, without the white space at its end that gateways lose (RFC 2046 5.1.1)."""
    text = type_.params.get("boundary", "").rstrip()
    if "\n" in text or "\r" in text:
        return b""
    octets = text.encode("utf-8", "surrogatepass")
    # A parameter that was no UTF-8 has been read as Latin-1.
    return octets if text.isascii() or octets in value else text.encode("latin-1", "replace")
