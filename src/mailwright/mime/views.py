"""What of a message a person reads, and what a person saves (RFC 8621 4.1.4).

RFC 8621 gives an algorithm that sorts the leaves of a message into a plain text body, an HTML body and attachments.
This is it, with a list of what is still to be visited in the place of its recursion, and with two differences that come
from what the lists are for here:

* *Texts are joined.* ``message.text`` is the text/plain parts of the plain text body, ``message.html`` the text/html
  parts of the HTML body; a picture between two texts is in neither.
* *Attachments are what a person would save.* That includes pictures, sound and video shown in place, and leaves out
  what only the HTML shows: parts of a multipart/related with a Content-ID or Content-Location that do not call
  themselves attachments.

A multipart that could not be taken apart is read as text: a person sees at least what there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.mime import editing

if TYPE_CHECKING:
    from mailwright.mime.part import Part

__all__ = ["Views", "attachments", "html", "replace", "sort", "text"]

_TEXTS = ("text/plain", "text/html")
_MEDIA = ("image/", "audio/", "video/")
_BROKEN = "multipart/"  # a leaf of this type


class Views:
    """The leaves of a message, sorted; a leaf can be in several.

    Attributes:
        text: the body for who reads plain text.
        html: the body for who reads HTML.
        saved: what a person would save.
    """

    __slots__ = ("html", "saved", "text")

    def __init__(self) -> None:
        self.text: list[Part] = []
        self.html: list[Part] = []
        self.saved: list[Part] = []


class _Visit:
    """A multipart whose children are to be sorted, and which of the bodies they may be in."""

    __slots__ = ("html_before", "in_alternative", "kind", "rest", "takes_html", "takes_text", "text_before")

    def __init__(self, kind: str, parts: tuple[Part, ...], around: _Visit | None, views: Views) -> None:
        self.kind = kind
        self.rest = enumerate(parts)
        self.in_alternative: bool = kind == "alternative" or (around is not None and around.in_alternative)
        self.takes_text: bool = around is None or around.takes_text
        self.takes_html: bool = around is None or around.takes_html
        self.text_before = len(views.text)
        self.html_before = len(views.html)


def sort(root: Part) -> Views:
    """Sort the leaves of a message that was read; the order is kept as long as no field can have changed."""
    document, node = root.document, root.node
    if document is None or node is None or document.is_listed:
        return _sorted(root)
    views = document.views.get(node)
    if views is None:
        views = document.views[node] = _sorted(root)
    return views


def _sorted(root: Part) -> Views:
    views = Views()
    waiting = [_Visit("mixed", (root,), None, views)]
    while waiting:
        visit = waiting[-1]
        for index, part in visit.rest:
            type_ = part.content_type
            if type_.startswith(_BROKEN) and (parts := part.parts):
                kind = type_.partition("/")[2]
                waiting.append(_Visit(kind, _rooted(part, parts) if kind == "related" else parts, visit, views))
                break
            _leaf(visit, part, type_, index, views)
        else:
            _ = waiting.pop()
            _even_out(visit, views)
    return views


def _rooted(part: Part, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """RFC 2387 3.2: the root is the first part, unless ``start`` names another."""
    declared = part.headers.parameters("content-type")
    start = "" if declared is None else declared.params.get("start", "").strip().removeprefix("<").removesuffix(">")
    root = next((one for one in parts if one.cid == start), None) if start else None
    return parts if root is None else (root, *[one for one in parts if one is not root])


def _leaf(visit: _Visit, part: Part, type_: str, index: int, views: Views) -> None:
    broken = type_.startswith(_BROKEN)
    media = type_.startswith(_MEDIA)
    shown = (type_ in _TEXTS or broken or media) and part.disposition != "attachment"
    # RFC 8621: a later text with a file name is an attachment, and in a multipart/related all but the first are.
    inline = shown and (index == 0 or (visit.kind != "related" and (media or part.filename is None)))
    if not inline:
        if not (visit.kind == "related" and index and _is_referred_to(part)):
            views.saved.append(part)
        return
    if visit.kind == "alternative":
        if type_ == "text/html":
            views.html.append(part)
        elif media:
            views.saved.append(part)
        else:
            views.text.append(part)
        return
    if visit.in_alternative:  # RFC 8621: what stands with one alternative belongs to that one only
        if type_ == "text/html":
            visit.takes_text = False
        elif type_ == "text/plain":
            visit.takes_html = False
    if visit.takes_text:
        views.text.append(part)
    if visit.takes_html:
        views.html.append(part)
    if media:
        views.saved.append(part)


def _is_referred_to(part: Part) -> bool:
    return part.disposition != "attachment" and ("content-id" in part.headers or "content-location" in part.headers)


def _even_out(visit: _Visit, views: Views) -> None:
    """RFC 8621: an alternative that offers one form only is read by everybody."""
    if visit.kind != "alternative":
        return
    new_text, new_html = views.text[visit.text_before :], views.html[visit.html_before :]
    if new_text and not new_html:
        views.html.extend(new_text)
    elif new_html and not new_text:
        views.text.extend(new_html)


# --- what Message shows ---------------------------------------------------------------------------------------------


def text(root: Part) -> str | None:
    """The plain text a person reads, or None."""
    return _joined([part for part in sort(root).text if part.content_type != "text/html"])


def html(root: Part) -> str | None:
    """The HTML a person reads, or None."""
    return _joined([part for part in sort(root).html if part.content_type == "text/html"])


def attachments(root: Part) -> tuple[Part, ...]:
    """What a person saves."""
    return tuple(sort(root).saved)


def _joined(parts: list[Part]) -> str | None:
    texts = [part.read_text() for part in parts if not part.content_type.startswith(_MEDIA)]
    if len(texts) < 2:
        return texts[0] if texts else None
    return "".join([one if one.endswith("\n") else f"{one}\n" for one in texts[:-1]]) + texts[-1]


def replace(root: Part, content_type: str, value: str | None) -> None:
    """Set the one text of a type; see ``Message.text``."""
    views = sort(root)
    body = views.text if content_type == "text/plain" else views.html
    found = [part for part in body if part.content_type == content_type]
    if value is None or len(found) != 1:
        what = "cannot be taken away" if value is None else f"is not one part but {len(found)}"
        raise ValueError(f"the {content_type} of a message that was read {what}; set the text of its parts")
    editing.replace_text(found[0], value)
