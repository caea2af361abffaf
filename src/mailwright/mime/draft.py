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
        headers: the fields of the message, those of the structure among them once it is made.
        plain: the text/plain body.
        html: the text/html body.
        attachments: what a person would save.
        embeds: what the HTML shows.
        base: a body from elsewhere, instead of ``plain`` and ``html``.
    """

    __slots__ = ("_content_fields", "_root", "_token", "attachments", "base", "embeds", "headers", "html", "plain")

    def __init__(self) -> None:
        self.headers = Headers(written=_WRITTEN, refresh=self.settle)
        self.plain: Part | None = None
        self.html: Part | None = None
        self.attachments: list[Part] = []
        self.embeds: list[Part] = []
        self.base: Part | None = None
        self._root: Part | None = None
        self._content_fields: list[Field] = []
        self._token = ""

    def changed(self) -> None:
        """Forget the structure: it will be made anew."""
        self._root = None

    def settle(self) -> Part:
        """Make the structure if it is not made yet, and put its fields among the message's own."""
        root = self._root
        if root is None or any(isinstance(part.body, Enclosed) for part in self.attachments):
            root = self._root = self._compose()
        given = self.headers.own("mime-version")
        version = [] if root is self.base or given not in (None, _MIME_VERSION) else [_MIME_VERSION]
        fields = [*version, *root.headers.raw_fields()]
        if fields != self._content_fields:
            self.headers.replace(self._content_fields, fields)
            self._content_fields = fields
        return root

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
        elif self.base is None:
            raise ValueError(f"{part!r} is not in this message; take a part from walk(), parts or attachments")
        elif new is None:
            restructuring.remove(self.base, part)
        else:
            restructuring.replace(self.base, part, new)
        return self.changed()

    def leaves(self) -> Iterator[Part]:
        """Everything it is made from, the parts of a body from elsewhere one by one."""
        if self.base is not None:
            yield from self.base.walk()
        yield from (part for part in (self.plain, self.html) if part is not None)
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
        first = (self.plain, self.html, self.base)
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
        )
