"""A message: what a person writes and another reads (RFC 5322, RFC 2045).

Its fields and its texts, files and images are set in any order and as often as one likes; the structure is made from
them when somebody looks at it or writes it, and made anew when they change. Date, Message-ID and boundaries are
drawn once, so that writing twice gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

from mailwright.grammar import date as dates
from mailwright.grammar import ids
from mailwright.mime import composer, writer
from mailwright.mime.body import Body, Disk, Enclosed, Several
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import CONTENT_FIELDS, Part
from mailwright.mime.typed import TypedFields

if TYPE_CHECKING:
    from email.message import Message as StdlibMessage

__all__ = ["AttachmentSource", "Message"]

AttachmentSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | Message"
"""What may be attached: a path, the content itself, or a message."""

_MIME_VERSION = Field("MIME-Version", "1.0")
_ = _MIME_VERSION.render(utf8=False), _MIME_VERSION.render(utf8=True)
_WRITTEN = CONTENT_FIELDS | {"mime-version"}


class Message(TypedFields):
    """A message to be written and sent.

    Args:
        from_: the authors; text in header syntax, an ``Address``, or an iterable of them. ``to`` and its like as well.
        to: the recipients.
        cc: who gets a copy.
        bcc: who gets a copy unseen; goes to the envelope and is never written.
        reply_to: where answers should go.
        sender: who sends it for the authors, exactly one mailbox.
        subject: any text without control characters.
        text: the text/plain body; any kind of line end.
        html: the text/html body.
        date: an aware datetime; now when it is None.
        message_id: with or without angle brackets; made from the author's domain when it is None.
        in_reply_to: the identifier of the message this one answers.
        references: the identifiers of its thread, oldest first; text or an iterable.
        headers: more fields: a mapping, or pairs of name and value.

    Raises:
        ValueError: a value that cannot be written; says which, and what is in the way.
        TypeError: a value of a wrong type.
    """

    __slots__ = (
        "_attachments",
        "_base",
        "_completed",
        "_content_fields",
        "_embeds",
        "_html",
        "_plain",
        "_root",
        "_token",
    )

    def __init__(
        self,
        *,
        from_: AddressLike | None = None,
        to: AddressLike | None = None,
        cc: AddressLike | None = None,
        bcc: AddressLike | None = None,
        reply_to: AddressLike | None = None,
        sender: AddressLike | None = None,
        subject: str | None = None,
        text: str | None = None,
        html: str | None = None,
        date: datetime | None = None,
        message_id: str | None = None,
        in_reply_to: str | Iterable[str] | None = None,
        references: str | Iterable[str] | None = None,
        headers: Mapping[str, AddressLike] | Iterable[tuple[str, AddressLike]] = (),
    ) -> None:
        self._headers = Headers(written=_WRITTEN, refresh=self._settle)
        self._text = None
        self._plain: Part | None = None
        self._html: Part | None = None
        self._attachments: list[Part] = []
        self._embeds: list[Part] = []
        self._base: Part | None = None
        self._root: Part | None = None
        self._content_fields: list[Field] = []
        self._token = ""
        self._completed = False
        for name, value in (
            ("From", from_),
            ("Sender", sender),
            ("Reply-To", reply_to),
            ("To", to),
            ("Cc", cc),
            ("Bcc", bcc),
        ):
            if value is not None:
                self._set_addresses(name, value)
        if subject is not None:
            self.subject = subject
        if in_reply_to is not None:
            self._set_identifiers("In-Reply-To", in_reply_to)
        if references is not None:
            self.references = references
        if date is not None:
            self.date = date
        if message_id is not None:
            self.message_id = message_id
        if from_ is not None:
            self.complete()
        pairs = cast("Mapping[str, AddressLike]", headers).items() if isinstance(headers, Mapping) else headers
        for name, value in pairs:
            self._headers.add(name, value)
        if text is not None:
            self.text = text
        if html is not None:
            self.html = html

    # --- content ----------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str | None:
        """The text/plain body as it was set, or None."""
        part = self._plain or self._view("text/plain")
        return None if part is None else part.text

    @text.setter
    def text(self, value: str | None) -> None:
        self._refuse_base("text")
        self._plain = None if value is None else composer.text_part(value, "plain")
        self._changed()

    @property
    def html(self) -> str | None:
        """The text/html body as it was set, or None."""
        part = self._html or self._view("text/html")
        return None if part is None else part.text

    @html.setter
    def html(self, value: str | None) -> None:
        self._refuse_base("html")
        self._html = None if value is None else composer.text_part(value, "html")
        self._changed()

    @property
    def attachments(self) -> tuple[Part, ...]:
        """What a person would save, in order."""
        found = (
            [part for part in self._base.walk() if part.disposition == "attachment"] if self._base is not None else []
        )
        return (*found, *self._attachments)

    def attach(self, source: AttachmentSource, *, name: str | None = None, type: str | None = None) -> Part:  # noqa: A002 - api.md
        """Attach a file, bytes, or a message.

        Args:
            source: a path, which is checked now and read when the message is written; or the content itself, which
            needs
                ``name``; or a ``Message``, attached as message/rfc822 with what it will be when this one is written.
            name: the file name to show; for a path its own when None. Only the last component is kept.
            type: the media type; guessed from the name when None.

        Returns:
            The new part, whose headers may be edited.

        Raises:
            OSError: the file cannot be read; FileNotFoundError when it is not there.
            ValueError: a name or type that cannot be written, bytes without a name, no regular file, or a message that
                contains this one.
            TypeError: something else than a path, bytes or a message.
        """
        if isinstance(source, Message):
            if type is not None:
                raise ValueError(f"an attached message is message/rfc822; type {type!r} is not allowed")
            source.refuse_to_contain(self)
            part = composer.message_part(Enclosed(source), name)
        else:
            part = composer.file_part(source, name=name, type=type, disposition="attachment")
        self._attachments.append(part)
        self._changed()
        return part

    def embed(
        self,
        source: str | os.PathLike[str] | bytes | bytearray | memoryview,
        *,
        cid: str,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - as in attach
    ) -> Part:
        """Embed what the HTML shows, such as an image: ``<img src="cid:logo">`` (RFC 2387, RFC 2392).

        Args:
            source: a path or the content itself, as in ``attach``.
            cid: the name the HTML refers to, once in a message.
            name: the file name; for bytes the cid when None.
            type: the media type; guessed from the name when None.

        Returns:
            The new part.

        Raises:
            OSError: the file cannot be read.
            ValueError: a cid, name or type that cannot be written, or a cid used before.
            TypeError: neither a path nor bytes.
        """
        inner = composer.content_id(cid)
        if any(part.cid == inner for part in self._embeds):
            raise ValueError(f"content id {cid!r} is used already; each embedded part has its own")
        is_path = isinstance(source, str | os.PathLike)
        part = composer.file_part(
            source, name=name if name is not None or is_path else inner, type=type, disposition="inline", cid=inner
        )
        self._embeds.append(part)
        self._changed()
        return part

    # --- writing ----------------------------------------------------------------------------------------------------

    def to_bytes(self, *, utf8: bool | None = None) -> bytes:
        """Write the message whole; see ``chunks``. ``utf8=None`` is: only when it must be."""
        return b"".join(self.chunks(utf8=self.is_international if utf8 is None else utf8))

    def write(self, file: BinaryIO, *, utf8: bool | None = None) -> int:
        """Write the message to a binary file in constant memory.

        Returns:
            How many octets were written.
        """
        written = 0
        for chunk in self.chunks(utf8=self.is_international if utf8 is None else utf8):
            _ = file.write(chunk)
            written += len(chunk)
        return written

    def chunks(self, *, utf8: bool = False) -> Iterator[bytes]:
        """Write the message in chunks, in constant memory; Bcc is left out.

        Everything that can be checked is checked when this is called; files are read while it is iterated.

        Args:
            utf8: write header fields as raw UTF-8 (RFC 6532), which only a server with SMTPUTF8 takes.

        Yields:
            One chunk for a small message, at least 64 KiB each but the last for a large one.

        Raises:
            ValueError: an address needs ``utf8`` and it is not set; names the address. Or an attached file changed
            its size
                since it was attached; names the path, and is also raised while iterating if it happens then.
            OSError: an attached file cannot be read any more.
        """
        return writer.chunks(self, utf8=utf8)

    def size(self, *, utf8: bool = False) -> int:
        """Count the octets ``chunks`` gives, exactly, without reading attached files.

        Raises:
            ValueError: as ``chunks``, for addresses.
        """
        return writer.size(self, utf8=utf8)

    def check(self) -> None:
        """Look whether it can be written now, attached files included.

        Raises:
            ValueError, OSError: as ``chunks``.
        """
        _ = self.chunks(utf8=self.is_international)

    @property
    def streams_from_disk(self) -> bool:
        """Whether writing it reads files, which asynchronous programs do in a thread."""
        waiting: list[Part] = [self]
        while waiting:
            body = waiting.pop().body
            if isinstance(body, Disk):
                return True
            if isinstance(body, Several):
                waiting.extend(body.parts)
            elif isinstance(body, Enclosed):
                waiting.append(body.message)
        return False

    @property
    def is_international(self) -> bool:
        """Whether an address it writes has a local part that is not ASCII: then it needs SMTPUTF8 (RFC 6531)."""
        return any(
            field.is_international for field in self._headers.raw_fields() if field.key not in ("bcc", "resent-bcc")
        )

    # --- the standard library ---------------------------------------------------------------------------------------

    @classmethod
    def from_email(cls, message: StdlibMessage) -> Message:
        """Convert a message of the standard library's ``email``; it is not changed.

        Returns:
            A message with the same fields, in order, and the same parts; encoded content is kept as it is.
        """
        from mailwright.mime import bridge

        return bridge.from_email(message, cls)

    def to_email(self) -> StdlibMessage:
        """Convert to ``email.message.EmailMessage``, Bcc included."""
        from mailwright.mime import bridge

        return bridge.to_email(self)

    # --- the structure, made late -----------------------------------------------------------------------------------

    @property
    def body(self) -> Body:
        """What it holds, as the writer sees it."""
        return self._settle().body

    @property
    def content_type(self) -> str:
        """``type/subtype`` of the whole."""
        return self._settle().content_type

    def adopt(self, root: Part) -> None:
        """Take a body from elsewhere as it is; attachments may be added to it."""
        self._base, self._plain, self._html = root, None, None
        self._completed = True
        self._changed()

    def refuse_to_contain(self, other: Message) -> None:
        """Raise when another message is this one or is attached within it: it could never be written to its end."""
        waiting: list[Message] = [self]
        while waiting:
            message = waiting.pop()
            if message is other:
                raise ValueError("a message cannot be attached to itself, nor to one attached to it")
            waiting.extend([part.message for part in message.attachments if part.message is not None])

    def _settle(self) -> Part:
        """Make the structure if it is not made yet, and put its fields among the message's own."""
        root = self._root
        if root is None or any(isinstance(part.body, Enclosed) for part in self._attachments):
            root = self._root = self._compose()
        given = self._own("mime-version")
        version = [] if root is self._base or given not in (None, _MIME_VERSION) else [_MIME_VERSION]
        fields = [*version, *root.headers.raw_fields()]
        if fields != self._content_fields:
            self._headers.replace(self._content_fields, fields)
            self._content_fields = fields
        return root

    def _compose(self) -> Part:
        first = (self._plain, self._html, self._base)
        leaves = [*[part for part in first if part is not None], *self._embeds, *self._attachments]
        if len(leaves) > 1 and (not self._token or composer.occurs(self._token, leaves)):
            self._token = composer.new_token(leaves)
        return composer.compose(
            self._token,
            text=self._plain,
            html=self._html,
            embeds=self._embeds,
            attachments=self._attachments,
            base=self._base,
        )

    def _changed(self) -> None:
        self._root = None

    def _refuse_base(self, what: str) -> None:
        if self._base is not None:
            raise ValueError(f"{what} cannot be set: this message's body came from elsewhere; build a new Message")

    def _view(self, content_type: str) -> Part | None:
        if self._base is None:
            return None
        found = (p for p in self._base.walk() if p.content_type == content_type and p.disposition != "attachment")
        return next((part for part in found if not part.parts), None)

    def complete(self) -> None:
        """Fill in Date and Message-ID, once: when the author is known, when they are asked for, or before writing."""
        if self._completed:
            return
        self._completed = True
        now = datetime.now(UTC)
        if self._own("date") is None:
            self._headers.append(Field("Date", dates.format(now.astimezone())))
        if self._own("message-id") is None:
            authors = self.from_.mailboxes
            domain = authors[0].ascii_domain if authors else ""
            usable = domain and not domain.startswith("[")
            self._headers.append(Field("Message-ID", ids.make(domain if usable else "localhost", os.urandom(12), now)))
