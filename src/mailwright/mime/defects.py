"""What was tolerated: malformed mail is data, and its faults are told with the place where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["KINDS", "Defect", "Defects"]

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the header block
        "mbox-line": "A line 'From ...' of an mbox file stands before the header; it is passed over.",
        "header-line-odd": "A line in the header is neither a field nor a continuation; it is passed over.",
        "header-separator-missing": "No empty line separates the header from the body (RFC 5322 2.1).",
        "header-too-large": "A header has more octets than the limit; the rest is taken for the body.",
        "header-too-many-fields": "A header has more fields than the limit; the rest is taken for the body.",
        "header-not-utf8": "A field holds octets over 127 that are no UTF-8; they are read as Latin-1 (RFC 6532 3).",
        "header-control": "A field holds NUL or a CR without LF.",
        "parameters-too-many": "A field has more parameters than the limit; the rest is left out.",
        "addresses-too-many": "A field has more addresses than the limit; the rest is left out.",
        "field-repeated": "A field that may occur once occurs again (RFC 5322 3.6).",
        "from-several": "From names several mailboxes, and a program may show only one of them.",
        "from-bidi": "From holds characters that turn the direction of text, which can disguise an address.",
        "from-disguised": "A name in From reads as an address, and it is another one than the address behind it.",
        "from-lookalike": "A domain in From mixes scripts, or is written in letters that look like Latin ones.",
        "date-invalid": "Date cannot be read (RFC 5322 3.3).",
        "addresses-invalid": "An address field holds something, but no address.",
        # the structure
        "line-ends-cr": "Every line ends with a CR alone, as on an old Macintosh.",
        "line-ends-mixed": "Some lines end with CRLF and others with LF alone.",
        "type-invalid": "Content-Type is no type/subtype; the default type is assumed (RFC 2045 5.2).",
        "boundary-missing": "A multipart has no boundary parameter, so it is one part (RFC 2046 5.1.1).",
        "boundary-not-found": "The boundary of a multipart does not occur, so it is one part.",
        "boundary-unclosed": "The last boundary of a multipart is missing; the message may have been cut off.",
        "boundary-reused": "A multipart has the boundary of one around it; the inner one is served first.",
        "nesting-too-deep": "Parts are nested deeper than the limit; what is deeper is one part.",
        "parts-too-many": "There are more parts than the limit; the rest belongs to the last one.",
        # the bodies
        "encoding-unknown": "Content-Transfer-Encoding is none that is known; the content is taken as it is.",
        "encoding-forbidden": "A multipart or message has an encoding it must not have (RFC 2045 6.4, RFC 2046 5.2.1).",
        "base64-invalid": "Base64 holds other characters or an incomplete end; what is readable is decoded.",
        "charset-unknown": "The charset of a text is none that is known; it is guessed.",
    }
)
"""Every kind of defect with what it means. The names are stable: programs may compare with them."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that is not as it should be, and was tolerated.

    Attributes:
        kind: one of ``KINDS``.
        offset: where it begins, in octets from the beginning of the message.
        detail: what it is here, for people.
    """

    kind: str
    offset: int
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.kind} at {self.offset}{detail}: {KINDS[self.kind]}"


class Defects:
    """A list of defects that stops growing at a limit."""

    __slots__ = ("found", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Defect] = []

    def add(self, kind: str, offset: int, detail: str = "") -> None:
        """Tell one, unless there are enough of them."""
        if len(self.found) < self.limit:
            self.found.append(Defect(kind, offset, detail))
