"""The header of a message or part as offsets: found by one pattern when it is sound, line by line when it is not.

A sound header is matched whole by one pattern, which runs at the speed of the machine and keeps nothing but the place
where it ends; a field is then found by searching a lower-case copy for its name behind a line end. Only what the
pattern refuses is gone over line by line.

Where a header ends that no empty line ends (RFC 5322 2.1):

* before the boundary of a multipart around it, and at the end of the message;
* before a line that is neither a field nor a continuation, unless a field follows on the next line: then a writer has
  broken a long line without indenting it, and the line is passed over. QUIRK: seen with hand-made headers; ending the
  header there would lose the fields that say what the body is.
* at a limit.

Passed over are also a line ``From ...`` that an mbox file has left (QUIRK: also behind ``>``), and a continuation that
continues nothing.
"""

from __future__ import annotations

import re
from typing import Final

from mailwright.mime.defects import Defects
from mailwright.mime.field import Field
from mailwright.mime.limits import Limits
from mailwright.mime.source import Buffer, Finder

__all__ = ["MBOX", "Borders", "HeaderBlock", "Span", "field_at", "read"]

# RFC 5322 2.2: field-name ":" field-body CRLF, 2.2.3: folded lines begin with WSP; the empty line ends it (2.1).
# Everything is possessive, so a header that is not sound is refused in one pass.
_SOUND = re.compile(rb"(?:[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)*+(\r?\n)?")
_FIELD = re.compile(rb"([!-9;-~]++):[^\n]*+\n(?:[ \t][^\n]*+\n)*+")
# RFC 5322 4.5: obsolete fields have WSP before the colon. QUIRK: a name may hold octets over 127.
_NAME = re.compile(rb"([!-9;-~\x80-\xff]++)[ \t]*+:")
_WSP = (b" ", b"\t")
MBOX = re.compile(rb">?From [^\n]*")

Borders = dict[bytes, list[int]]
"""The boundaries of the multiparts that are open, with their places on the path; the innermost last."""

Span = tuple[int, int, int]
"""Where a field begins, where its value begins, where it ends."""

_MANY: Final = 4096
"""Octets under which a header cannot hold more fields than any limit makes sense for, so that they are not counted."""


class HeaderBlock:
    """The fields of one header, as offsets into the source.

    Attributes:
        begin: where the header begins.
        end: where the body begins, behind the empty line.
        has_separator: whether an empty line ends it.
    """

    __slots__ = ("_lower", "_spans", "begin", "end", "has_separator")

    def __init__(self, begin: int, lower: bytes, separator: bytes | None, spans: list[Span] | None) -> None:
        self.begin = begin
        self.end = begin + len(lower) - 1
        self.has_separator = separator is not None
        self._lower = lower  # a line end, then the header in lower case
        self._spans = spans  # known at once of a header that is not sound, else made when somebody wants them all

    def spans(self) -> list[Span]:
        """Every field in order."""
        if self._spans is None:
            base = self.begin - 1
            found = _FIELD.finditer(self._lower, 1)
            self._spans = [(base + m.start(), base + m.end(1) + 1, base + m.end()) for m in found]
        return self._spans

    def find(self, key: str) -> Span | None:
        """The first field of a name in lower case."""
        needle = _needles[key]
        if self._spans is not None:
            return next((span for span in self._spans if self._name(span) == needle[1:-1]), None)
        at = self._lower.find(needle)
        return None if at < 0 else self._span(at, at + len(needle))

    def find_all(self, key: str) -> list[Span]:
        """All fields of a name in lower case, in order."""
        needle = _needles[key]
        if self._spans is not None:
            return [span for span in self._spans if self._name(span) == needle[1:-1]]
        found: list[Span] = []
        at = self._lower.find(needle)
        while at >= 0:
            found.append(self._span(at, at + len(needle)))
            at = self._lower.find(needle, found[-1][2] - self.begin)
        return found

    def _span(self, at: int, value: int) -> Span:
        """The field behind a line end, whose value begins there."""
        lower = self._lower
        end = lower.find(b"\n", value) + 1
        while lower.startswith(_WSP, end):
            end = lower.find(b"\n", end) + 1
        base = self.begin - 1
        return base + at + 1, base + value, base + end

    def _name(self, span: Span) -> bytes:
        base = self.begin - 1
        return self._lower[span[0] - base : span[1] - base - 1].rstrip(b" \t")


class _Needles(dict[str, bytes]):
    """What is searched for, by name: a line end, the name, its colon. As many are kept as there are names in use."""

    def __missing__(self, key: str) -> bytes:
        needle = b"\n%s:" % key.encode("utf-8", "replace")
        if len(self) < _NEEDLES_LIMIT:
            self[key] = needle
        return needle


_NEEDLES_LIMIT: Final = 512
_needles = _Needles()


def field_at(buffer: Buffer, span: Span, limits: Limits) -> Field:
    """Make the field that stands there."""
    begin, value, end = span
    name = buffer[begin : value - 1].rstrip(b" \t")
    return Field.from_source(name.decode("utf-8", "replace"), buffer[begin:end], limits)


def read(
    buffer: Buffer,
    find: Finder,
    begin: int,
    end: int,
    limits: Limits,
    borders: Borders,
    defects: Defects,
) -> HeaderBlock:
    """Read a header.

    Args:
        buffer: the source, whose lines end with LF or CRLF.
        find: how to search it.
        begin: where the header begins, at the beginning of a line.
        end: the end of the source.
        limits: how much to read.
        borders: boundaries that end it.
        defects: takes what was tolerated.

    Returns:
        The fields' places and the place where the body begins.
    """
    stop = min(end, begin + limits.header_octets)
    sound = _SOUND.match(buffer, begin, stop)
    if sound is not None and (sound[1] is not None or sound.end() == end):
        here = sound.end()
        lower = (b"\n" + buffer[begin:here]).lower()
        crowded = here - begin > _MANY and lower.count(b"\n") > limits.fields
        if not crowded and not (borders and b"\n--" in lower) and sound.end() - begin < limits.header_octets:
            return HeaderBlock(begin, lower, sound[1], None)
    return _Walk(buffer, find, begin, stop, limits, borders, defects).block(cut=stop < end)


class _Walk:
    """Line by line through a header that is not sound."""

    __slots__ = ("begin", "borders", "buffer", "defects", "find", "here", "limits", "separator", "spans", "stop")

    def __init__(
        self, buffer: Buffer, find: Finder, begin: int, stop: int, limits: Limits, borders: Borders, defects: Defects
    ) -> None:
        self.buffer = buffer
        self.find = find
        self.begin = self.here = begin
        self.stop = stop
        self.limits = limits
        self.borders = borders
        self.defects = defects
        self.spans: list[Span] = []
        self.separator: bytes | None = None

    def block(self, *, cut: bool) -> HeaderBlock:
        odd = -1  # where the lines that are passed over end, so that their continuations are as well
        while self.here < self.stop:
            after = self.find(b"\n", self.here, self.stop) + 1 or self.stop
            head = self.buffer[self.here : self.here + 2]
            if head[:1] == b"\n" or head == b"\r\n":
                self.separator, self.here = head, after
                break
            if head[:1] in (b" ", b"\t") and (self.spans or odd == self.here):
                if odd == self.here:
                    odd = after
                else:
                    begin, value, _ = self.spans[-1]
                    self.spans[-1] = (begin, value, after)
            elif head == b"--" and self.borders and self._is_border(after):
                break
            elif name := _NAME.match(self.buffer, self.here, after):
                if len(self.spans) >= self.limits.fields:
                    self.defects.add("header-too-many-fields", self.here, f"the limit is {self.limits.fields}")
                    break
                self.spans.append((self.here, name.end(), after))
            elif self._passed_over(after):
                odd = after
            else:
                self.defects.add("header-separator-missing", self.here)
                break
            self.here = after
        else:
            if cut:
                self.defects.add("header-too-large", self.here, f"the limit is {self.limits.header_octets} octets")
        lower = (b"\n" + self.buffer[self.begin : self.here]).lower()
        return HeaderBlock(self.begin, lower, self.separator, self.spans)

    def _is_border(self, after: int) -> bool:
        line = self.buffer[self.here + 2 : after].rstrip(b" \t\r\n")
        return line in self.borders or (line.endswith(b"--") and line[:-2].rstrip(b" \t") in self.borders)

    def _passed_over(self, after: int) -> bool:
        if self.here == self.begin and MBOX.match(self.buffer, self.here, after):
            self.defects.add("mbox-line", self.here)
            return True
        if self.begin and not self.spans:  # a part that begins with text has forgotten its empty line
            return False
        if self.buffer[self.here : self.here + 2] == b"--":  # the first boundary, and no empty line before it
            return False
        if _NAME.match(self.buffer, after, self.stop) is None:
            return False
        self.defects.add("header-line-odd", self.here)
        return True
