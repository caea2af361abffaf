"""A part of a message: a body and the fields that say what it is (RFC 2045 2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwright.encodings import charset
from mailwright.grammar import params, words
from mailwright.mime.body import Body, Disk, Enclosed, Several
from mailwright.mime.headers import Headers

if TYPE_CHECKING:
    from mailwright.mime.message import Message

__all__ = ["CONTENT_FIELDS", "Part"]

CONTENT_FIELDS = frozenset({"content-type", "content-transfer-encoding"})
"""Fields that follow from the body, so nobody sets them by hand."""


class Part:
    """One part: a text, a file, an enclosed message, or a multipart of further parts.

    Parts are made by ``Message`` and its ``attach`` and ``embed``; their fields may be edited.
    """

    __slots__ = ("_body", "_headers", "_text")

    def __init__(self, headers: Headers, body: Body, *, text: str | None = None) -> None:
        self._headers = headers
        self._body = body
        self._text = text

    @property
    def headers(self) -> Headers:
        """The fields of this part."""
        return self._headers

    @property
    def body(self) -> Body:
        """What it holds, as the writer sees it."""
        return self._body

    @property
    def content_type(self) -> str:
        """``type/subtype`` in lower case; text/plain when nothing is said (RFC 2045 5.2)."""
        declared = self.headers.get("content-type")
        value = params.parse(declared).value if declared else ""
        return value if "/" in value else "text/plain"

    @property
    def charset(self) -> str:
        """The declared charset, or nothing."""
        return self._parameter("content-type", "charset")

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline``, or nothing (RFC 2183)."""
        declared = self.headers.get("content-disposition")
        return params.parse(declared).value if declared else ""

    @property
    def filename(self) -> str | None:
        """The file name: of the disposition, else of the type (RFC 2183 2.3)."""
        name = self._parameter("content-disposition", "filename") or self._parameter("content-type", "name")
        return name or None

    @property
    def cid(self) -> str | None:
        """The content identifier without its angle brackets (RFC 2392), or None."""
        declared = self.headers.get("content-id", "").strip()
        return declared.removeprefix("<").removesuffix(">") or None

    @property
    def content(self) -> bytes:
        """The decoded octets; a file is read from disk now. Nothing for a multipart."""
        return self.body.content()

    @property
    def text(self) -> str | None:
        """The text of a text part: as it was set, or decoded with LF line ends. None for other types."""
        if self._text is not None:
            return self._text
        if self.content_type.partition("/")[0] != "text" or self.parts:
            return None
        return charset.decode(self.content, self.charset).replace("\r\n", "\n")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The children of a multipart, else nothing."""
        body = self.body
        return body.parts if isinstance(body, Several) else ()

    @property
    def message(self) -> Message | None:
        """The enclosed message of message/rfc822, else None."""
        body = self.body
        return body.message if isinstance(body, Enclosed) else None

    @property
    def path(self) -> str | None:
        """The file it is read from when it is written, else None."""
        body = self.body
        return body.path if isinstance(body, Disk) else None

    def walk(self) -> Iterator[Part]:
        """This part and all below it, each before its children; enclosed messages are not entered."""
        waiting: list[Part] = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))

    def complete(self) -> None:
        """Fill in what is drawn once, before it is written: nothing here, Date and Message-ID in a message."""

    def _parameter(self, field: str, name: str) -> str:
        declared = self.headers.field(field)
        if declared is None:
            return ""
        return words.decode(params.parse(declared.value).params.get(name, ""))

    def __repr__(self) -> str:
        label = f" {self.filename!r}" if self.filename else ""
        return f"<{type(self).__name__} {self.content_type}{label}>"
