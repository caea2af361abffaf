"""The fields of a message that was read: made when they are asked for, written as they stood unless they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mailwright.encodings import lines
from mailwright.grammar import params
from mailwright.mime.body import Stream
from mailwright.mime.field import Field
from mailwright.mime.header_block import MBOX, Span, field_at
from mailwright.mime.headers import Headers
from mailwright.mime.source import Buffer

if TYPE_CHECKING:
    from mailwright.mime.document import Document
    from mailwright.mime.scanner import Node

__all__ = ["Edit", "SourceHeaders"]

_UNKNOWN: Final = params.ParameterValue("", params.Parameters())

Edit: TypeAlias = "tuple[int, int, bytes | Stream]"
"""What replaces the octets between two offsets."""


class SourceHeaders(Headers):
    """Fields in the source. They are looked up by offset, and made into a list only when something changes."""

    __slots__ = ("_block", "_buffer", "_document", "_first", "_known", "_originals", "_parameters")

    def __init__(self, document: Document, node: Node, written: frozenset[str]) -> None:
        self._document = document
        self._buffer: Buffer = document.buffer
        self._block = node.block
        self._written = written
        self._refresh = None
        self._known: dict[int, Field] = {}  # by offset
        self._first: dict[str, Field | None] = {}  # by name
        # by name, as long as no field has changed
        self._parameters: dict[str, params.ParameterValue | None] = (
            {} if node.declared is None else {"content-type": node.declared}
        )
        self._originals: list[Field] | None = None

    def own(self, key: str) -> Field | None:
        """The first field of a name in lower case."""
        if self._originals is not None:
            return super().own(key)
        if key in self._first:
            return self._first[key]
        span = self._block.find(key)
        field = self._first[key] = None if span is None else self._field(span)
        return field

    def parameters(self, key: str) -> params.ParameterValue | None:
        """What the first field of a name in lower case says before its first semicolon, and its parameters."""
        if self._originals is not None:
            return super().parameters(key)
        known = self._parameters.get(key, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        span = self._block.find(key)
        raw = b"" if span is None else self._buffer[span[1] : span[2]]
        value = None if span is None else params.parse(raw, limit=self._document.limits.parameters)
        self._parameters[key] = value
        return value

    def raw_value(self, key: str) -> bytes | None:
        """The octets behind the colon of the first field of a name in lower case."""
        if self._originals is not None:
            return super().raw_value(key)
        span = self._block.find(key)
        return None if span is None else self._buffer[span[1] : span[2]]

    def all_own(self, key: str) -> list[Field]:
        """All fields of a name in lower case."""
        if self._originals is not None:
            return super().all_own(key)
        return [self._field(span) for span in self._block.find_all(key)]

    def raw_fields(self) -> list[Field]:
        """All fields, made now."""
        if self._originals is None:
            self._originals = [self._field(span) for span in self._block.spans()]
            self._fields = list(self._originals)
            self._document.is_listed = True  # whoever has the list can change it
        return self._fields

    @property
    def is_seven_bit(self) -> bool:
        """Whether all of it is ASCII, as far as it stands in the source."""
        return self._buffer[self._block.begin : self._block.end].isascii()

    def is_touched(self) -> bool:
        """Whether a field was set, added or deleted."""
        return self._originals is not None and not _same(self._originals, self._fields)

    def edits(self, *, utf8: bool, hidden: frozenset[str] = frozenset()) -> list[Edit]:
        """What has to change in the source, in order; hidden fields are taken out."""
        if not self.is_touched() and not any(self.all_own(key) for key in hidden):
            return []
        shown = [field for field in self.raw_fields() if field.key not in hidden]
        if self._originals is None:
            return []
        spans = self._block.spans()
        order = {id(field): index for index, field in enumerate(self._originals)}
        kept = {id(field) for field in shown}
        gone = [id(field) not in kept for field in self._originals]
        changes: list[Edit] = []
        last = -1  # the original behind which we are
        for field in shown:
            if id(field) in order:
                last = order[id(field)]
            else:
                at = self._place(spans, gone, last)
                first = not changes or changes[-1][:2] != (at, at)
                changes.append((at, at, self._fitting(field.render(utf8=utf8), at, first=first)))
        places = {at for at, _, _ in changes}
        changes += [self._deleted(spans, gone, index, places) for index in range(len(spans)) if gone[index]]
        added = any(data for _, _, data in changes)
        if added and not self._block.has_separator and len(self._buffer) > self._block.end:
            # Text follows at once: without an empty line a new field could be taken for the beginning of it.
            changes.append((self._block.end, self._block.end, self.line_end()))
        return sorted(changes, key=lambda change: change[:2])

    def _place(self, spans: list[Span], gone: list[bool], last: int) -> int:
        """Where a new field goes: in the place of the one that has gone, else behind the one before it."""
        if last + 1 < len(spans) and (gone[last + 1] or last < 0):
            return spans[last + 1][0]
        return spans[last][2] if last >= 0 else self._after_odd_lines()

    def _deleted(self, spans: list[Span], gone: list[bool], index: int, places: set[int]) -> Edit:
        """Delete a field; and the odd lines before it, which would end the header when no field follows them."""
        begin, _, end = spans[index]
        followed = index + 1 < len(spans) and spans[index + 1][0] == end and not gone[index + 1]
        before = spans[index - 1][2] if index else self._after_mbox_line()
        if before < begin and begin not in places and not followed:
            begin = before
        return begin, end, b""

    def _after_mbox_line(self) -> int:
        line = MBOX.match(self._buffer, self._block.begin, self._block.end)
        return self._block.begin if line is None else min(line.end() + 1, self._block.end)

    def gap(self) -> bytes:
        """What has to stand between the header and new content: nothing where an empty line is."""
        if self._block.has_separator:
            return b""
        end = self.line_end()
        if self.is_touched():
            return b"" if len(self._buffer) > self._block.end else end
        last = self._buffer[max(0, self._block.end - 1) : self._block.end]
        return end if last in (b"", end[-1:]) else 2 * end

    def _field(self, span: Span) -> Field:
        field = self._known.get(span[0])
        if field is None:
            field = self._known[span[0]] = field_at(self._buffer, span, self._document.limits)
        return field

    def _fitting(self, rendered: bytes, at: int, *, first: bool) -> bytes:
        """A new field with the line ends of its neighbours, on a line of its own."""
        end = self.line_end()
        before = end if first and at and self._buffer[at - 1 : at] != end[-1:] else b""
        return before + lines.with_ends(rendered, end)

    def line_end(self) -> bytes:
        """How its lines end."""
        return self._document.line_end(self._block.begin)

    def _after_odd_lines(self) -> int:
        """Where the first field can stand in a header that has none: behind what was passed over."""
        block = self._block
        if not block.has_separator:
            return block.end
        return block.end - (2 if self._buffer[block.begin : block.end].endswith(b"\r\n") else 1)


def _same(one: list[Field], other: list[Field]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
