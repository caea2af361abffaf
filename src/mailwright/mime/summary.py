"""What is said in short of a message and of its parts: who and about what, how large, in which charset.

As everything that comes from mail it is not fit to be printed before it has gone through ``outline.harmless``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailwright.encodings.incremental import IDENTITIES
from mailwright.mime.body import Ranged
from mailwright.mime.outline import shortened

if TYPE_CHECKING:
    from mailwright.grammar.address import AddressList
    from mailwright.mime.message import Message
    from mailwright.mime.outline import Place
    from mailwright.mime.part import Part

__all__ = ["Measures", "headline", "measures", "traits"]


# --- what is said of a part -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a part is.

    Attributes:
        octets: of its body as it stands, encoded; None when it was not read.
        size: octets of its content, decoded; None for what only holds others.
        lines: of a text as it stands (RFC 9051 7.5.2, body lines); else None.
    """

    octets: int | None
    size: int | None
    lines: int | None


def measures(part: Part) -> Measures:
    """Measure a part, in constant memory; its content is decoded for it."""
    offsets = part.offsets
    if part.parts or part.message is not None:
        return Measures(None if offsets is None else offsets.end - offsets.header_end, None, None)
    body = part.body
    if not isinstance(body, Ranged):  # composed, or edited after it was read
        return Measures(None, sum(map(len, body.octets())), None)
    octets = body.end - body.begin
    size = octets if body.encoding in IDENTITIES else sum(map(len, body.octets()))
    return Measures(octets, size, part.lines if part.content_type.startswith("text/") else None)


def traits(place: Place) -> str:
    """Say in a line what a part is beside its type: size, file name and the like."""
    part = place.part
    measured = measures(part)
    name = part.filename
    cid = part.cid
    said = (
        shortened(part.charset),
        shortened(part.body.encoding if isinstance(part.body, Ranged) else ""),
        _counted(measured.lines, "line"),
        _counted(measured.size, "byte"),
        shortened(part.disposition),
        f'"{name}"' if name else "",
        f"<{shortened(cid)}>" if cid else "",
        "holds parts too deep to be shown" if place.is_cut else "",
    )
    return ", ".join([word for word in said if word])


def _counted(count: int | None, what: str) -> str:
    return "" if count is None else f"{count:,} {what}{'' if count == 1 else 's'}"


# --- the header in short --------------------------------------------------------------------------------------------


def headline(message: Message) -> list[tuple[str, str]]:
    """The fields a person looks for first: who, to whom, about what, when; those that are there.

    Returns:
        Names and decoded values. Addresses are written anew, so that a name which imitates one stands in quotes.
    """
    fields = message.headers
    said = (
        ("From", _addresses(message.from_) or fields.get("from", "")),
        ("To", _addresses(message.to) or fields.get("to", "")),
        ("Cc", _addresses(message.cc) or fields.get("cc", "")),
        ("Subject", message.subject),
        ("Date", fields.get("date", "")),
        ("Message-ID", message.message_id or fields.get("message-id", "")),
    )
    return [(name, value) for name, value in said if value]


def _addresses(found: AddressList) -> str:
    return ", ".join(map(str, found))
