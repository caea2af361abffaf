"""Links in HTML that is read as text: which targets are worth a reader's while, and how they are written."""

from __future__ import annotations

import re

__all__ = ["Anchor"]

# What leads out of the message. A target without a scheme leads nowhere; javascript: and data: lead to no good.
_TARGET = re.compile(r"(?:https?|ftp|mailto|tel|sms|news|nntp|imap):|//|www\.", re.IGNORECASE)
# RFC 3986 2: what cannot stand in a URL, and would end it or begin something else when it is read between < and >.
_FOREIGN = re.compile(r"[\x00-\x20\x7f-\xa0<>\"\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# What a label leaves out, and its target has all the same.
_UNSAID = re.compile(r"\A(?:(?:https?|ftp)://|mailto:|tel:|//)?(?:www\.)?|/\Z", re.IGNORECASE)


class Anchor:
    """The link that is open, if one is: its target, and the text that was read in it."""

    __slots__ = ("_label", "_target")

    def __init__(self) -> None:
        self._target = ""
        self._label: list[str] = []

    def start(self, target: str) -> None:
        """Begin a link.

        Args:
            target: the attribute ``href``.
        """
        target = _FOREIGN.sub(_percent, target.strip())
        self._target = target if _TARGET.match(target) else ""
        self._label = []

    def add(self, text: str) -> None:
        """Note text that is read."""
        if self._target:
            self._label.append(text)

    def end(self) -> str:
        """End the link.

        Returns:
            The target if it says more than the text did; nothing if there was no text that leads to it, or no link.
        """
        target, self._target = self._target, ""
        label = "".join(self._label).strip()
        return target if target and label and _said(label) != _said(target) else ""


def _percent(character: re.Match[str]) -> str:
    """A character of a target as it can be read back (RFC 3986 2.1); those that make none are left out."""
    return f"%{ord(character[0]):02X}" if character[0] in ' <>"' else ""


def _said(text: str) -> str:
    text = _UNSAID.sub("", text.strip()).lower()
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)
