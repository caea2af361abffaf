"""A message that is being written: its texts, files and images, and the structure that is made from them late."""

from __future__ import annotations

from collections.abc import Iterator

from mailwright.mime import composer, restructuring
from mailwright.mime.body import Enclosed
from mailwright.mime.field import Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import CONTENT_FIELDS, Part

__all__ = ["Draft"]

_MIME_VERSION = Field("MIME-Version", "1.0")
_ = _MIME_VERSION.render(utf8=False), _MIME_VERSION.render(utf8=True)
_WRITTEN = CONTENT_FIELDS | {"mime-version"}


class Draft:
    """What a message is made from; its parts are set in any order and as often as one likes.

    Attributes:
        plain: the text/plain body.
        html: the text/html body.
        attachments: what a person would save.
        embeds: what the HTML shows.
        base: a body from elsewhere, instead of ``plain`` and ``html``.
        calendar: the invitation, the last alternative.
        flowed: whether the lines of ``plain`` are to flow (RFC 3676).
    """

    __slots__ = (
        "_calendar_file",
        "_content_fields",
        "_root",
        "_token",
        "attachments",
        "base",
        "calendar",
        "embeds",
        "flowed",
        "html",
        "plain",
    )

    def __init__(self) -> None:
        self.plain: Part | None = None
        self.html: Part | None = None
        self.attachments: list[Part] = []
        self.embeds: list[Part] = []
        self.base: Part | None = None
        self.calendar: Part | None = None
        self.flowed = False
        self._calendar_file: Part | None = None
        self._root: Part | None = None
        self._content_fields: list[Field] = []
        self._token = ""

    def new_headers(self) -> Headers:
        """Make the fields of the message, the structure's among them once it is made.

        They know the draft, and it does not know them: so messages are gone when nobody uses them, and leave no work to
        the garbage collector.
        """
        return Headers(written=_WRITTEN, refresh=self.settle)

    def changed(self) -> None:
        """Forget the structure: it will be made anew."""
        self._root = None

    def settle(self, headers: Headers) -> Part:
        """Make the structure if it is not made yet, and put its fields among the message's own."""
        root = self._root
        if root is None or any(isinstance(part.body, Enclosed) for part in self.attachments):
            root = self._root = self._compose()
        given = headers.own("mime-version")
        version = [] if root is self.base or given not in (None, _MIME_VERSION) else [_MIME_VERSION]
        fields = [*version, *root.headers.raw_fields()]
        if fields != self._content_fields:
            headers.replace(self._content_fields, fields)
            self._content_fields = fields
        return root

    def put_text(self, text: str | None) -> None:
        """Set the text/plain body, or take it away.

        Raises:
            ValueError: the text holds a lone surrogate, or there is a body from elsewhere.
        """
        self.refuse_base("text")
        self.plain = None if text is None else self._text_part(text)
        self.changed()

    def put_flowed(self, *, wanted: bool) -> None:
        """Let the lines of the text flow, or not; its part stays the same, with whatever fields it was given.

        Raises:
            ValueError: there is a body from elsewhere.
        """
        self.refuse_base("flowed")
        self.flowed = wanted
        part = self.plain
        if part is not None and part.document is None and part.content_type == "text/plain" and part.text is not None:
            made = self._text_part(part.text)
            for field in made.headers.raw_fields():
                part.headers.put(field)
            part.put_body(made.body, text=part.text)
            self.changed()

    def unflowed(self) -> str | None:
        """The text as it was set, when its lines are to flow."""
        if not self.flowed or self.plain is None or self.plain.document is not None:
            return None
        return self.plain.text

    def put_calendar(self, part: Part, file: Part) -> None:
        """Set the invitation: the part that programs show, and the same as a file, in the place of those before.

        Raises:
            ValueError: there is a body from elsewhere.
        """
        self.refuse_base("calendar")
        self.calendar = part
        if any(known is self._calendar_file for known in self.attachments):
            self.attachments = [file if known is self._calendar_file else known for known in self.attachments]
        else:
            self.attachments.append(file)
        self._calendar_file = file
        self.changed()

    def _text_part(self, text: str) -> Part:
        return composer.flowed_part(text) if self.flowed else composer.text_part(text, "plain")

    def view(self, content_type: str) -> Part | None:
        """The first text of a type in a body from elsewhere."""
        if self.base is None:
            return None
        found = (p for p in self.base.walk() if p.content_type == content_type and p.disposition != "attachment")
        return next((part for part in found if not part.parts), None)

    def replace(self, part: Part, new: Part | None) -> None:
        """Put another part in the place of one, or nothing.

        Raises:
            ValueError: it is nowhere here.
        """
        for parts in (self.attachments, self.embeds):
            for index, known in enumerate(parts):
                if known is part:
                    parts[index : index + 1] = [] if new is None else [new]
                    return self.changed()
        if part is self.plain:
            self.plain = new
        elif part is self.html:
            self.html = new
        elif part is self.calendar:
            self.calendar = new
        elif (around := self._around(part)) is None:
            raise ValueError(f"{part!r} is not in this message; take a part from walk(), parts or attachments")
        elif new is None:
            restructuring.remove(around, part)
        else:
            restructuring.replace(around, part, new)
        return self.changed()

    def _around(self, part: Part) -> Part | None:
        """The attachment that holds a part, or the body from elsewhere."""
        holding = (known for known in (*self.attachments, *self.embeds) if any(one is part for one in known.walk()))
        return next(holding, self.base)

    def leaves(self) -> Iterator[Part]:
        """Everything it is made from, the parts of a body from elsewhere one by one."""
        if self.base is not None:
            yield from self.base.walk()
        yield from (part for part in (self.plain, self.html, self.calendar) if part is not None)
        yield from self.embeds
        for part in self.attachments:
            yield from part.walk()

    def saved(self) -> tuple[Part, ...]:
        """What a person would save, in order."""
        found = [part for part in self.base.walk() if part.disposition == "attachment"] if self.base is not None else []
        return (*found, *self.attachments)

    def refuse_base(self, what: str) -> None:
        """Raise when there is a body from elsewhere."""
        if self.base is not None:
            raise ValueError(f"{what} cannot be set: this message's body came from elsewhere; build a new Message")

    def _compose(self) -> Part:
        first = (self.plain, self.html, self.base, self.calendar)
        leaves = [*[part for part in first if part is not None], *self.embeds, *self.attachments]
        if len(leaves) > 1 and (not self._token or composer.occurs(self._token, leaves)):
            self._token = composer.new_token(leaves)
        return composer.compose(
            self._token,
            text=self.plain,
            html=self.html,
            embeds=self.embeds,
            attachments=self.attachments,
            base=self.base,
            calendar=self.calendar,
        )
