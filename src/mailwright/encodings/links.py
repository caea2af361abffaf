"""The addresses in plain text that a reader expects to be able to follow: URLs, and e-mail addresses.

A link is looked for in each run of characters that could be one, by what it must hold: ``://``, ``www.``, ``mailto:``
or ``@``. Its end is where the run ends, but for punctuation that belongs to the sentence around it; a bracket belongs
to the link if the link holds its partner. Only the schemes named here are links: a text can be made to look like
anything, and ``javascript:`` must stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Link", "links"]

# RFC 3986 Appendix C: white space and <> and "" delimit a URL. Not "\\", which browsers read as "/"; nor controls and
# marks of direction, by which a link can be made to look like another.
_RUN = re.compile(r"[^\s<>\"\\\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]++")
# RFC 3986 3.1, with a host to come that begins with a letter, a digit or a bracket; RFC 6068 for mailto.
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9+.-])(?:(?:https?|ftp)://(?=[\w\[])|(?P<mail>mailto:(?=[^\s@?]))|(?P<web>www\.(?=\w)))",
    re.IGNORECASE,
)
# RFC 5321 4.1.2: atext and dots, read backwards from the "@"; RFC 6531: and what is not ASCII.
# Not "/", which X.400 gateways have left behind: in text it is the end of something else.
_LOCAL_BACKWARDS = re.compile(r"[\w.!#$%&'*+=?^`{|}~-]{1,64}+")
# RFC 5321 4.1.2, RFC 5890: labels of letters, digits and hyphens of any script; two at least.
_DOMAIN = re.compile(r"\w[\w-]*+(?:\.\w[\w-]*+)++")
_OPENERS: Final = {")": "(", "]": "[", "}": "{"}
_PUNCTUATION: Final = frozenset(".,;:!?'*_~`|。，、；：！？）】」』”’»…")
_IN_MAILTO: Final = str.maketrans({char: f"%{ord(char):02X}" for char in "%?&#`{|}^"})  # RFC 6068 2


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text.

    Attributes:
        begin: the index of its first character.
        end: the index after its last.
        target: the URL it leads to: ``http``, ``https``, ``ftp`` or ``mailto``.
    """

    begin: int
    end: int
    target: str


def links(text: str) -> Iterator[Link]:
    """Find what can be followed.

    Args:
        text: a line or more.

    Yields:
        The links, in order; none overlaps another.
    """
    for run in _RUN.finditer(text):
        if "@" in run[0] or ":" in run[0] or "." in run[0]:
            yield from _in_run(run[0], run.start())


def _in_run(run: str, start: int) -> Iterator[Link]:
    scheme = _SCHEME.search(run)
    if scheme is None:
        yield from _addresses(run, start)
        return
    begin = scheme.start()
    yield from _addresses(run[:begin], start)
    end = begin + len(_trimmed(run[begin:]))
    if end > scheme.end():
        url = run[begin:end]
        yield Link(start + begin, start + end, f"http://{url}" if scheme["web"] else url)


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it."""
    surplus = {close: url.count(close) - url.count(opener) for close, opener in _OPENERS.items()}
    end = len(url)
    while end and (url[end - 1] in _PUNCTUATION or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return url[:end]


def _addresses(run: str, start: int) -> Iterator[Link]:
    at, reached = run.find("@"), 0
    while at >= 0:
        local = _LOCAL_BACKWARDS.match(run[max(at - 64, reached) : at][::-1])
        domain = _DOMAIN.match(run, at + 1)
        if local and domain:
            name = local[0][::-1].lstrip(".'`*_~|")
            host = domain[0].rstrip("-_")
            if name and not name.endswith(".") and not host.endswith("."):
                reached = at + 1 + len(host)
                yield Link(start + at - len(name), start + reached, f"mailto:{name.translate(_IN_MAILTO)}@{host}")
        at = run.find("@", at + 1)
