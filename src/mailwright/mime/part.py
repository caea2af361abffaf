"""A part of a message: a body and the fields that say what it is (RFC 2045 2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from mailwright.encodings import charset
from mailwright.grammar import words
from mailwright.mime import filenames
from mailwright.mime.body import Body, Disk, Enclosed, Several, octets_of, windows
from mailwright.mime.headers import Headers
from mailwright.mime.scanner import MULTIPART

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from mailwright.grammar.params import ParameterValue
    from mailwright.mime.document import Document
    from mailwright.mime.message import Message
    from mailwright.mime.scanner import Node

__all__ = ["CONTENT_FIELDS", "Offsets", "Part"]

CONTENT_FIELDS = frozenset({"content-type", "content-transfer-encoding"})
"""Fields that follow from the body, so nobody sets them by hand."""

_META_WITHIN: Final = 1024
"""Octets of an HTML document in which its charset must be declared (HTML Standard 4.2.5.4)."""
# HTML Standard 13.2.3.2, the two forms in one: <meta charset=x>, <meta http-equiv=... content="text/html; charset=x">
_META = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where a part stands in the source it was read from, in octets.

    Attributes:
        begin: where its header begins.
        header_end: where its body begins, behind the empty line.
        end: where its body ends; the line end before a boundary is not part of it.
    """

    begin: int
    header_end: int
    end: int


class Part:
    """One part: a text, a file, an enclosed message, or a multipart of further parts.

    Parts are made by ``Message`` and its ``attach`` and ``embed``, or by ``parse``; their fields may be edited.
    """

    __slots__ = ("_body", "_document", "_headers", "_node", "_text")

    def __init__(self, headers: Headers, body: Body, *, text: str | None = None) -> None:
        self._headers = headers
        self._body: Body | None = body
        self._text = text
        self._document: Document | None = None  # what it was read from
        self._node: Node | None = None

    @classmethod
    def read(cls, document: Document, node: Node, headers: Headers) -> Self:
        """For the room: a part that stands in a source."""
        part = cls.__new__(cls)
        part._headers = headers
        part._body = part._text = None
        part._document = document
        part._node = node
        return part

    @property
    def headers(self) -> Headers:
        """The fields of this part."""
        return self._headers

    @property
    def body(self) -> Body:
        """What it holds, as the writer sees it."""
        body = self._body
        if body is None:
            assert self._document is not None  # what was not read was made with its body
            assert self._node is not None
            body = self._body = self._document.body(self._node, self._headers)
        return body

    # --- what it is -------------------------------------------------------------------------------------------------

    @property
    def content_type(self) -> str:
        """``type/subtype`` in lower case; text/plain when nothing is said (RFC 2045 5.2)."""
        declared = self._headers.parameters("content-type")
        if declared is not None and "/" in declared.value:
            return declared.value
        return "text/plain" if self._node is None else self._node.default

    @property
    def charset(self) -> str:
        """The declared charset, or nothing."""
        return self._parameter("content-type", "charset")

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline``, or nothing (RFC 2183)."""
        declared = self._declared("content-disposition")
        return "" if declared is None else declared.value

    @property
    def filename(self) -> str | None:
        """The file name: of the disposition, else of the type (RFC 2183 2.3).

        It names a file in a directory and nothing else: directories before it, controls and what turns the direction of
        text are left out. What was declared stands in ``headers``.
        """
        name = self._parameter("content-disposition", "filename") or self._parameter("content-type", "name")
        return (filenames.safe(name) or None) if name else None

    @property
    def cid(self) -> str | None:
        """The content identifier without its angle brackets (RFC 2392), or None."""
        declared = self.headers.get("content-id", "").strip()
        return declared.removeprefix("<").removesuffix(">") or None

    # --- what it holds ----------------------------------------------------------------------------------------------

    @property
    def content(self) -> bytes:
        """The decoded octets; a file is read from disk now. Nothing for a multipart.

        Setting it to other octets re-encodes this part and leaves everything around it as it is.

        Raises:
            ValueError: when it is set: a multipart or an enclosed message has no octets of its own.
        """
        return self.body.content()

    @content.setter
    def content(self, data: bytes) -> None:
        from mailwright.mime import editing

        editing.replace_content(self, data)

    @property
    def text(self) -> str | None:
        """The text of a text part: as it was set, or decoded with LF line ends. None for other types.

        Setting it keeps the declared charset when it can write the text, and makes it UTF-8 otherwise.

        Raises:
            ValueError: when it is set: this is no text, or the text holds a lone surrogate.
        """
        if self._text is not None:
            return self._text
        if not self.content_type.startswith("text/") or self.parts:
            return None
        return self.read_text()

    @text.setter
    def text(self, value: str) -> None:
        from mailwright.mime import editing

        editing.replace_text(self, value)

    def read_text(self, *, detect: bool = False) -> str:
        """Its content as text, whatever its type: ``text`` with more to say about how.

        Args:
            detect: guess the charset of text that declares none and is not UTF-8 with ``chardet``, instead of taking it
                for Latin-1.

        Returns:
            The text with LF line ends.

        Raises:
            NotSupported: ``detect`` wants the extra ``mailwright[detect]``, which is not installed.
        """
        data = self.content
        name = self.charset
        if not name and self.content_type == "text/html" and (meta := _META.search(data[:_META_WITHIN])):
            name = meta[1].decode("ascii")
        text = charset.decode(data, name, detect=detect)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
            if "\n" not in text:  # lines of an old Macintosh
                text = text.replace("\r", "\n")
        return text

    def open(self) -> BinaryIO:
        """Open the decoded content as a binary file for reading, in constant memory: it is decoded as it is read."""
        from mailwright.mime import saving

        return saving.open_content(self)

    def save(self, directory: str | os.PathLike[str], name: str | None = None) -> Path:
        """Write the decoded content into a directory, in constant memory.

        Args:
            directory: one that is there.
            name: the file's name; what the message says when None, or made from the type when it says nothing. Whatever
                it is, it names a file in the directory and none outside.

        Returns:
            The new file. None is overwritten, and no link is followed: ``a (1).pdf`` is what ``a.pdf`` becomes.

        Raises:
            OSError: it cannot be written.
            ValueError: the name that was given names no file.
        """
        from mailwright.mime import saving

        return saving.save(self, directory, name)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The children of a multipart, else nothing."""
        if self._node is not None and self._node.kind != MULTIPART:
            return ()
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

    # --- making and placing parts ------------------------------------------------------------------------------------

    @classmethod
    def of_text(cls, text: str, subtype: str = "plain") -> Part:
        """Make a text part, to be put into a message.

        Args:
            text: any kind of line end.
            subtype: of text/: ``plain``, ``html``, ``calendar`` and the like.

        Raises:
            ValueError: the text holds a lone surrogate, or the subtype is none.
        """
        from mailwright.mime import composer

        return composer.text_part(text, subtype)

    @classmethod
    def of_file(
        cls,
        source: str | os.PathLike[str] | bytes | bytearray | memoryview,
        *,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - as in Message.attach
        cid: str | None = None,
        inline: bool = False,
    ) -> Part:
        """Make a part of a file or of bytes, to be put into a message; see ``Message.attach``.

        Args:
            source: a path, or the content itself, which needs a name.
            name: the file name to show.
            type: the media type; guessed from the name when None.
            cid: what ``cid:`` refers to (RFC 2392).
            inline: shown with the text instead of saved (RFC 2183 2.1).

        Raises:
            OSError, ValueError, TypeError: as ``Message.attach``.
        """
        from mailwright.mime import composer

        disposition = "inline" if inline else "attachment"
        return composer.file_part(source, name=name, type=type, disposition=disposition, cid=cid)

    @classmethod
    def of_message(cls, message: Message, name: str | None = None) -> Part:
        """Make a message/rfc822 part of a message, to be put into another (RFC 2046 5.2.1)."""
        from mailwright.mime import composer

        return composer.message_part(Enclosed(message), name)

    @classmethod
    def of_parts(cls, subtype: str, parts: Iterable[Part], parameters: Mapping[str, str] | None = None) -> Part:
        """Make a multipart of parts (RFC 2046 5.1).

        Args:
            subtype: of multipart/: ``mixed``, ``alternative``, ``related``, ``report`` and the like.
            parts: one or more.
            parameters: of its Content-Type, beside the boundary.

        Raises:
            ValueError: there is no part, or the subtype or a parameter cannot be written.
        """
        from mailwright.mime import composer

        return composer.multipart(subtype, tuple(parts), tuple((parameters or {}).items()))

    def insert(self, index: int, part: Part) -> None:
        """Put a part into this multipart, before the one at an index. Of what was read no other octet changes.

        Args:
            index: as of ``list.insert``.
            part: one made by ``Part.of_text`` and its like, or one of this or another message, which is copied as it
                stands.

        Raises:
            ValueError: this is no multipart, or the part holds this multipart's boundary.
        """
        from mailwright.mime import restructuring

        restructuring.insert(self, index, part)

    def append(self, part: Part) -> None:
        """Put a part behind the last of this multipart; see ``insert``."""
        self.insert(len(self.parts), part)

    # --- where it stands --------------------------------------------------------------------------------------------

    @property
    def offsets(self) -> Offsets | None:
        """Where it stands in the source it was read from; None when it was not read.

        What is in an encoded message/rfc822 has offsets in that message. Editing does not move offsets.
        """
        node = self._node
        return None if node is None else Offsets(node.block.begin, node.block.end, node.end)

    @property
    def octets(self) -> int:
        """Octets of its body, encoded: as it stood in the source, or as it is written when it was not read."""
        node = self._node
        return sum(map(len, self._written())) if node is None else node.end - node.block.end

    @property
    def lines(self) -> int:
        """Lines of its body, encoded; one without a line end counts as well (RFC 9051 7.5.2)."""
        feeds = returns = 0
        last = b""
        for block in self._written():
            feeds += block.count(b"\n")
            returns += block.count(b"\r")
            last = block[-1:]
        ends = b"\n" if feeds else b"\r"  # those of an old Macintosh
        return (feeds or returns) + (last not in (b"", ends))

    def _written(self) -> Iterator[bytes]:
        """Its body in blocks, encoded."""
        from mailwright.mime import writer

        if self._node is not None and self._document is not None:
            yield from windows(self._document.buffer, self._node.block.end, self._node.end)
            return
        for piece in writer.opened_up(self.body.pieces(utf8=True), utf8=True):
            yield from octets_of(piece)

    @property
    def raw(self) -> bytes:
        """Header and body as they stand in the source, or as they will be written when it was not read."""
        from mailwright.mime import editing, writer

        if self._document is None:
            return writer.part_bytes(self)
        return b"".join(editing.blocks(self))

    @property
    def document(self) -> Document | None:
        """For the room: the source it was read from."""
        return self._document

    @property
    def node(self) -> Node | None:
        """For the room: its place in the source."""
        return self._node

    @property
    def made_body(self) -> Body | None:
        """For the room: the body, when somebody has looked at it."""
        return self._body

    def put_body(self, body: Body, *, text: str | None = None) -> None:
        """For the room: hold something else."""
        self._body = body
        self._text = text

    def put_place(self, node: Node, body: Body) -> None:
        """For the room: stand elsewhere in the source."""
        self._node = node
        self._body = body

    def complete(self) -> None:
        """Fill in what is drawn once, before it is written: nothing here, Date and Message-ID in a message."""

    def _declared(self, key: str) -> ParameterValue | None:
        return self._headers.parameters(key)

    def _parameter(self, field: str, name: str) -> str:
        declared = self._declared(field)
        if declared is None:
            return ""
        value = declared.params.get(name, "")
        return words.decode(value) if "=?" in value else value

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Copy and pickle what was read as its octets: they are all there is to know."""
        if self._document is None:
            return super().__reduce_ex__(protocol)
        return self._document.reduced(self)

    def __repr__(self) -> str:
        label = f" {self.filename!r}" if self.filename else ""
        return f"<{type(self).__name__} {self.content_type}{label}>"
