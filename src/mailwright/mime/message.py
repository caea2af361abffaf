"""A message: what a person writes and another reads (RFC 5322, RFC 2045).

One class serves both. A message that is composed has a draft; one that was read stands in a source, from which all is
read when it is asked for, and which is written as it is but for what has changed.

A composed message's fields and its texts, files and images are set in any order and as often as one likes; the
structure is made from them when somebody looks at it or writes it, and made anew when they change. Date, Message-ID and
boundaries are drawn once, so that writing twice gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias, cast

from mailwright.grammar import date as dates
from mailwright.grammar import ids
from mailwright.mime import composer, restructuring, transit, views, writer
from mailwright.mime.body import Body, Enclosed
from mailwright.mime.correspondence import Correspondence
from mailwright.mime.draft import Draft
from mailwright.mime.field import AddressLike, Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import Part

if TYPE_CHECKING:
    from email.message import Message as StdlibMessage

    from mailwright.grammar.params import ParameterValue
    from mailwright.mime.defects import Defect
    from mailwright.mime.document import Document
    from mailwright.mime.fitting import Transport
    from mailwright.mime.inviting import CalendarLike
    from mailwright.mime.scanner import Node

__all__ = ["AttachmentSource", "Message"]

AttachmentSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | Message | Part"
"""What may be attached: a path, the content itself, a message, or a part that is made already."""


class Message(Correspondence):
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
        flowed: let the lines of the text flow, see ``flowed``.

    Raises:
        ValueError: a value that cannot be written; says which, and what is in the way.
        TypeError: a value of a wrong type.
    """

    __slots__ = ("_completed", "_draft")

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
        flowed: bool = False,
    ) -> None:
        self._draft: Draft | None = Draft()
        self._draft.flowed = flowed
        self._headers = self._draft.new_headers()
        self._body = self._text = self._document = self._node = None
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
        """The text a person would read: as it was set, or the text/plain bodies of what was read (RFC 8621 4.1.4).

        None when there is none, also when there is only HTML. On a message that was read, setting it replaces the text
        where it stands.

        Raises:
            ValueError: when it is set: the text holds a lone surrogate, or a message that was read has not exactly one.
        """
        draft = self._draft
        if draft is None:
            return views.text(self)
        part = draft.plain or draft.view("text/plain")
        return None if part is None else part.text

    @text.setter
    def text(self, value: str | None) -> None:
        draft = self._draft
        if draft is None:
            views.replace(self, "text/plain", value)
            return
        draft.put_text(value)

    @property
    def flowed(self) -> bool:
        """Whether paragraphs are broken into lines that a reader joins again: ``format=flowed`` (RFC 3676).

        A composed text is given with a paragraph to a line. One that would not come back whole, with spaces at the end
        of a line or a word of nearly 998 characters, is written as it is all the same.

        Raises:
            ValueError: when it is set on a message that was read.
        """
        if self._draft is not None and self._draft.base is None:
            return self._draft.flowed
        first = next((part for part in views.sort(self).text if part.content_type == "text/plain"), None)
        declared = None if first is None else first.headers.parameters("content-type")
        return declared is not None and declared.params.get("format", "").lower() == "flowed"

    @flowed.setter
    def flowed(self, value: bool) -> None:
        if self._draft is None:
            raise ValueError("flowed cannot be set: the text of a message that was read goes as it came")
        self._draft.put_flowed(wanted=value)

    @property
    def html(self) -> str | None:
        """The HTML a person would read; as ``text``."""
        draft = self._draft
        if draft is None:
            return views.html(self)
        part = draft.html or draft.view("text/html")
        return None if part is None else part.text

    @html.setter
    def html(self, value: str | None) -> None:
        draft = self._draft
        if draft is None:
            views.replace(self, "text/html", value)
            return
        draft.refuse_base("html")
        draft.html = None if value is None else composer.text_part(value, "html")
        draft.changed()

    @property
    def attachments(self) -> tuple[Part, ...]:
        """What a person would save, in order; of what was read see ``views``."""
        return views.attachments(self) if self._draft is None else self._draft.saved()

    @property
    def defects(self) -> tuple[Defect, ...]:
        """Everything that was tolerated when it was read, in order of place; nothing for what was not read."""
        if self._document is None:
            return ()
        from mailwright.mime import inspection

        return inspection.defects(self)

    def attach(
        self,
        source: AttachmentSource,
        *,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - api.md
        legacy_name: bool = False,
    ) -> Part:
        """Attach a file, bytes, a message or a part. Of a message that was read everything there is stays as it stands.

        Args:
            source: a path, which is checked now and read when the message is written; or the content itself, which
                needs ``name``; or a ``Message``, attached as message/rfc822 with what it will be when this one is
                written; or a ``Part``, as it is.
            name: the file name to show; for a path its own when None. Only the last component is kept.
            type: the media type; guessed from the name when None.
            legacy_name: give a file's name in a second form as well, which programs like Outlook 2003 understand.

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
        elif isinstance(source, Part):
            if name is not None or type is not None:
                raise ValueError("a part has its name and type already; set them when it is made")
            part = source
        else:
            part = composer.file_part(source, name=name, type=type, disposition="attachment", legacy_name=legacy_name)
        if self._draft is None:
            restructuring.attach(self, part)
        else:
            self._draft.attachments.append(part)
            self._draft.changed()
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
        draft = self._draft
        inner = composer.content_id(cid)
        if any(part.cid == inner for part in (self.walk() if draft is None else draft.embeds)):
            raise ValueError(f"content id {cid!r} is used already; each embedded part has its own")
        is_path = isinstance(source, str | os.PathLike)
        part = composer.file_part(
            source, name=name if name is not None or is_path else inner, type=type, disposition="inline", cid=inner
        )
        if draft is None:
            restructuring.embed(self, part)
        else:
            draft.embeds.append(part)
            draft.changed()
        return part

    def remove(self, part: Part) -> None:
        """Take a part out of the message: an attachment, an image, a text, whatever ``walk`` shows.

        Of a message that was read no octet changes but those of the part and one boundary.

        Raises:
            ValueError: it is not in this message, or is the only part of its multipart.
        """
        if self._draft is None:
            restructuring.remove(self, part)
        else:
            self._draft.replace(part, None)

    def replace(self, part: Part, new: Part) -> None:
        """Put another part in the place of one; see ``remove`` and ``Part.of_file``.

        Raises:
            ValueError: it is not in this message, or the new one cannot stand there.
        """
        if self._draft is None:
            restructuring.replace(self, part, new)
        else:
            self._draft.replace(part, new)

    def invite(self, calendar: CalendarLike) -> Part:
        """Invite to what a calendar says (RFC 6047): the last alternative, and the same as ``invite.ics``.

        Composed messages take one invitation, the last that was set. Of what was read everything there is stays.

        Args:
            calendar: an ``Invitation``; or iCalendar text or bytes, or what has ``to_ical()``, with one METHOD.

        Returns:
            The text/calendar part.

        Raises:
            ValueError: it is no calendar with a METHOD that is known, or a message that was read is not simple: a text,
                HTML or both, with or without files, and no calendar yet.
        """
        from mailwright.mime import inviting

        return inviting.invite(self, self._draft, calendar)

    # --- writing ----------------------------------------------------------------------------------------------------

    def to_bytes(self, *, utf8: bool | None = None, transport: Transport | None = None) -> bytes:
        """Write the message whole; see ``chunks``. ``utf8=None`` is: only when it must be."""
        utf8 = self.is_international if utf8 is None else utf8
        return b"".join(self.chunks(utf8=utf8, transport=transport))

    def write(self, file: BinaryIO, *, utf8: bool | None = None, transport: Transport | None = None) -> int:
        """Write the message to a binary file in constant memory.

        Returns:
            How many octets were written.
        """
        written = 0
        for chunk in self.chunks(utf8=self.is_international if utf8 is None else utf8, transport=transport):
            _ = file.write(chunk)
            written += len(chunk)
        return written

    def chunks(self, *, utf8: bool = False, transport: Transport | None = None) -> Iterator[bytes]:
        """Write the message in chunks, in constant memory.

        What was read is written as it was, but for what has changed. What was composed is written without Bcc; sending
        leaves Bcc out of either.

        Everything that can be checked is checked when this is called; files are read while it is iterated.

        Args:
            utf8: write header fields as raw UTF-8 (RFC 6532), which only a server with SMTPUTF8 takes.
            transport: what carries it, so that texts and files are encoded no more than they must be: ``"7bit"``,
                ``"8bit"`` or ``"binary"``. None is 7bit for what is composed; what was read then goes as it came, and
                is only encoded anew when this is given.

        Yields:
            One chunk for a small message, at least 64 KiB each but the last for a large one.

        Raises:
            ValueError: an address needs ``utf8`` and it is not set; names the address. Or an attached file changed its
                size since it was attached; names the path, and is also raised while iterating if it happens then. Or
                what was read is signed and would have to be encoded anew.
            OSError: an attached file cannot be read any more.
        """
        return writer.chunks(writer.opened(self, utf8=utf8, transport=transport))

    def size(self, *, utf8: bool = False, transport: Transport | None = None) -> int:
        """Count the octets ``chunks`` gives, exactly, without reading attached files.

        Raises:
            ValueError: as ``chunks``, for addresses.
        """
        return writer.size(writer.opened(self, utf8=utf8, transport=transport))

    def check(self) -> None:
        """Look whether it can be written now, attached files included.

        Raises:
            ValueError, OSError: as ``chunks``.
        """
        _ = self.chunks(utf8=self.is_international)

    @property
    def streams_from_disk(self) -> bool:
        """Whether writing it reads files, which asynchronous programs do in a thread."""
        return transit.streams_from_disk(self)

    @property
    def is_international(self) -> bool:
        """Whether an address it writes has a local part that is not ASCII: then it needs SMTPUTF8 (RFC 6531)."""
        return transit.is_international(self)

    @property
    def is_eight_bit(self) -> bool:
        """Whether what is written holds octets over 127, so that a server must be told (RFC 6152)."""
        return transit.is_eight_bit(self)

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

    @classmethod
    def read(cls, document: Document, node: Node, headers: Headers) -> Self:
        """For the room: a message that stands in a source."""
        message = super().read(document, node, headers)
        message._draft = None
        message._completed = True
        return message

    @property
    def body(self) -> Body:
        """What it holds, as the writer sees it."""
        return super().body if self._draft is None else self._draft.settle(self._headers).body

    @property
    def content_type(self) -> str:
        """``type/subtype`` of the whole."""
        return super().content_type if self._draft is None else self._draft.settle(self._headers).content_type

    def _declared(self, key: str) -> ParameterValue | None:
        if self._draft is not None:
            _ = self._draft.settle(self._headers)
        return super()._declared(key)

    def adopt(self, root: Part) -> None:
        """Take a body from elsewhere as it is; attachments may be added to it."""
        draft = self._draft
        assert draft is not None  # it is new
        draft.base, draft.plain, draft.html = root, None, None
        self._completed = True
        draft.changed()

    def unflowed(self) -> str | None:
        """For the room: the text as it was set, when it is written flowed."""
        return None if self._draft is None else self._draft.unflowed()

    def held(self) -> Iterator[Part]:
        """For the room: the parts of a composed message, its structure perhaps not made yet."""
        draft = self._draft
        if draft is not None:
            yield from draft.leaves()

    def take(self, part: Part, *, embedded: bool) -> None:
        """For the room: have a part that was made elsewhere among the attachments, or beside the HTML."""
        draft = self._draft
        assert draft is not None  # it is new
        (draft.embeds if embedded else draft.attachments).append(part)
        draft.changed()

    def refuse_to_contain(self, other: Message) -> None:
        """Raise when another message is this one or is attached within it: it could never be written to its end."""
        waiting: list[Message] = [self]
        while waiting:
            message = waiting.pop()
            if message is other:
                raise ValueError("a message cannot be attached to itself, nor to one attached to it")
            waiting.extend([part.message for part in message.attachments if part.message is not None])

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
