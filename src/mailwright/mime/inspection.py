"""Everything that was tolerated in a message that was read.

What the scan met was noted on the way. What only shows when headers and bodies are looked at (a date that is none,
base64 that is cut off) is looked for here, when somebody asks: it costs reading everything once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mailwright.encodings import charset, incremental
from mailwright.grammar import date as dates
from mailwright.grammar.address import Group, parse_list
from mailwright.mime import scanner, spoofing
from mailwright.mime.defects import Defect, Defects
from mailwright.mime.document import KNOWN_ENCODINGS, Document, encoding_of
from mailwright.mime.field import ADDRESS_FIELDS, ONCE, Field
from mailwright.mime.scanner import LEAF, MULTIPART, Node
from mailwright.mime.source import Buffer
from mailwright.mime.source_headers import SourceHeaders

if TYPE_CHECKING:
    from mailwright.mime.message import Message

__all__ = ["defects"]

_ONCE_MIME: Final = frozenset({"mime-version", "content-type", "content-transfer-encoding", "content-disposition"})
_PARAMETERS: Final = frozenset({"content-type", "content-disposition"})
_CONTROL = re.compile(rb"\0|\r(?!\n)")
# RFC 2045 6.8: the alphabet, padding at the end, and white space between.
_BASE64 = re.compile(rb"[A-Za-z0-9+/ \t\r\n]*+(?:=[ \t\r\n]*+){0,2}\Z")
_BLANK = re.compile(rb"[ \t\r\n]+")
_TYPE = re.compile(r"[^/\s]+/[^/\s]+")
_MANY: Final = 262_144
"""Octets of a body that are looked at for line ends and base64: faults of a writer show early."""


def defects(message: Message) -> tuple[Defect, ...]:
    """Everything that was tolerated between a message's offsets, in order of place."""
    document, root = message.document, message.node
    if document is None or root is None:
        return ()
    begin, end = root.block.begin, root.end
    whole = document.root is message
    found = Defects(document.limits.defects)
    found.found = [defect for defect in document.found if whole or begin <= defect.offset <= end]
    if encoding_of(document.headers(root)) != "binary":  # where a line feed may be no line end
        _line_ends(document.buffer, begin, end, found)
    waiting = [root]
    while waiting and len(found.found) < found.limit:
        node = waiting.pop()
        headers = document.headers(node)
        _fields(document, node, headers, found, is_message=node is root or _is_enclosed(node))
        _content(document, node, headers, found)
        waiting.extend(reversed(node.children))
    return tuple(sorted(found.found, key=lambda defect: defect.offset))


def _is_enclosed(node: Node) -> bool:
    return node.parent is not None and node.parent.kind == scanner.MESSAGE


def _line_ends(buffer: Buffer, begin: int, end: int, found: Defects) -> None:
    """One look at the beginning: whether there are both kinds."""
    head = buffer[begin : min(end, begin + _MANY)]
    both = head.count(b"\r\n")
    if both and both != head.count(b"\n"):
        alone = re.search(rb"(?<!\r)\n", head)
        found.add("line-ends-mixed", begin + (alone.start() if alone else 0))


# --- fields ---------------------------------------------------------------------------------------------------------


def _fields(document: Document, node: Node, headers: SourceHeaders, found: Defects, *, is_message: bool) -> None:
    seen: set[str] = set()
    for field, span in zip(headers.raw_fields(), node.block.spans(), strict=True):
        key, begin = field.key, span[0]
        if key in seen and (key in _ONCE_MIME or (is_message and key in ONCE)):
            found.add("field-repeated", begin, field.name)
        seen.add(key)
        if not field.raw.isascii() and not _is_utf8(field.raw):
            found.add("header-not-utf8", begin, field.name)
        if (control := _CONTROL.search(field.raw.rstrip(b"\r\n"))) and not _is_fold(field.raw, control.start()):
            found.add("header-control", begin + control.start(), field.name)
        if key in _PARAMETERS and field.parameters.is_cut:
            found.add("parameters-too-many", begin, field.name)
        if is_message:
            _value(field, key, begin, found)
            if key in ADDRESS_FIELDS and _is_crowded(field, document.limits.addresses):
                found.add("addresses-too-many", begin, field.name)


def _is_crowded(field: Field, limit: int) -> bool:
    if sum(map(field.raw.count, (b",", b";", b":"))) < limit:  # each stands beside one at most
        return False
    read = parse_list(field.raw.partition(b":")[2], limit=limit + 1)
    return len(read.mailboxes) + sum(isinstance(item, Group) for item in read) > limit


def _is_utf8(raw: bytes) -> bool:
    try:
        _ = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_fold(raw: bytes, at: int) -> bool:
    """In a file of an old Macintosh a CR folds; that is told once for all of it."""
    return b"\n" not in raw and raw[at : at + 1] == b"\r" and raw[at + 1 : at + 2] in (b" ", b"\t")


def _value(field: Field, key: str, begin: int, found: Defects) -> None:
    if key == "date" and dates.parse(field.value) is None:
        found.add("date-invalid", begin, field.value[:80])
    elif key in ADDRESS_FIELDS and field.value and not field.addresses:
        found.add("addresses-invalid", begin, f"{field.name}: {field.value[:80]}")
    if key == "from":
        for kind, detail in spoofing.disguises(field):
            found.add(kind, begin, detail)


# --- contents -------------------------------------------------------------------------------------------------------


def _content(document: Document, node: Node, headers: SourceHeaders, found: Defects) -> None:
    begin = node.block.begin
    type_ = headers.own("content-type")
    if type_ is not None and not _TYPE.fullmatch(type_.parameters.value):
        found.add("type-invalid", begin, type_.value[:80])
    encoding = encoding_of(headers)
    if encoding not in KNOWN_ENCODINGS:
        found.add("encoding-unknown", begin, encoding[:80])
    if node.kind != LEAF:
        if encoding in incremental.NAMES and (node.kind == MULTIPART or not _is_global(headers)):
            found.add("encoding-forbidden", begin, encoding)
        return
    if encoding == "base64":
        _base64(document.buffer, node, found)
    if type_ is None or type_.parameters.value.startswith("text/") or "/" not in type_.parameters.value:
        name = "" if type_ is None else type_.parameters.params.get("charset", "")
        if name and not charset.codec(name):
            found.add("charset-unknown", begin, name[:80])


def _is_global(headers: SourceHeaders) -> bool:
    """RFC 6532 3.7: message/global may be encoded."""
    type_ = headers.own("content-type")
    return type_ is not None and type_.parameters.value == "message/global"


def _base64(buffer: Buffer, node: Node, found: Defects) -> None:
    begin, end = node.block.end, node.end
    head = buffer[begin : min(end, begin + _MANY)]
    if len(head) == end - begin:
        digits = _BLANK.sub(b"", head)
        if _BASE64.match(head) is None or len(digits) % 4:
            found.add("base64-invalid", begin)
    elif (bad := re.search(rb"[^A-Za-z0-9+/ \t\r\n]", head)) is not None:
        found.add("base64-invalid", begin + bad.start())
