"""What every reader of header text shares: text out of bytes, unfolding, comments, quoting, forbidden characters."""

from __future__ import annotations

import re
from typing import Final

from mailwright.encodings import charset

__all__ = [
    "ATEXT",
    "LINE_LIMIT",
    "first_control",
    "quote",
    "quote_comment",
    "refuse_controls",
    "replace_controls",
    "skip_comment",
    "strip_comments",
    "text_of",
    "unfold",
    "unquote",
]

LINE_LIMIT: Final = 998
"""Octets a line may have without its CRLF (RFC 5322 2.1.1: "MUST be no more than 998 characters")."""

# RFC 5322 3.2.3: atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" / "=" / "?" /
#                         "^" / "_" / "`" / "{" / "|" / "}" / "~"
# RFC 6532 3.2:   atext =/ UTF8-non-ascii. The separators of lines and the C1 controls are left out, see CONTROL.
ATEXT: Final = r"A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\u2027\u202a-\ud7ff\ue000-\U0010ffff"

# What may stand in no value that reaches a header. RFC 5322 4: NO-WS-CTL, NUL, bare CR and LF are obsolete everywhere.
# C1 controls and U+2028/2029 end lines in the eyes of some readers; lone surrogates are no characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_TAB = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# RFC 5322 2.2.3: "Unfolding is accomplished by simply removing any CRLF that is immediately followed by WSP".
# QUIRK: bare LF and CR fold as well; the message may have passed through a Unix or an old Mac file.
_FOLD = re.compile(r"(?:\r\n|\n|\r)(?=[ \t])")

# RFC 5322 3.2.2: ctext, quoted-pair, and what opens or closes a comment.
_COMMENT_STEP = re.compile(r"[^()\\]++|\\.|[()\\]", re.DOTALL)
# RFC 5322 3.2.4: quoted-string, whole. Possessive, so that an unfinished one is read once.
_OUTSIDE_COMMENT = re.compile(r'[^("]++|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# RFC 5322 3.2.1: quoted-pair = ("\" (VCHAR / WSP)) / obs-qp
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r'(["\\])')
_SPECIAL_IN_COMMENT = re.compile(r"([()\\])")

_NAMES = {0: "NUL", 9: "TAB", 10: "LF", 13: "CR", 27: "ESC", 127: "DEL"}


def text_of(source: str | bytes, *, undeclared: str = "") -> str:
    """Read header text: UTF-8 (RFC 6532), and where it is none the charset named, else Latin-1, which loses nothing.

    Args:
        source: header text; a ``str`` is given back.
        undeclared: the charset of octets that are no UTF-8; one that does not begin with ASCII counts as ASCII.
    """
    if isinstance(source, str):
        return source
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        return _in_charset(source, charset.codec(undeclared)) if undeclared else source.decode("latin-1")


def _in_charset(source: bytes, codec: str) -> str:
    if codec.startswith(("utf-16", "utf-32")):  # a header field's own octets are ASCII (RFC 5322 2.2)
        return source.decode("ascii", "replace")
    return source.decode("utf-8", "replace") if codec == "utf-8" else charset.decode(source, codec)


def unfold(text: str) -> str:
    """Undo folding, and drop the line end behind the last line (RFC 5322 2.2.3)."""
    text = text.rstrip("\r\n")
    plain = text.replace("\r\n ", " ").replace("\r\n\t", "\t")  # nearly always all there is to do
    return _FOLD.sub("", text) if "\n" in plain or "\r" in plain else plain


def first_control(text: str, *, allow_tab: bool = False) -> str | None:
    """Name the first character that may stand in no header value, as in ``U+000A (LF) at index 3``."""
    found = (_CONTROL_BUT_TAB if allow_tab else _CONTROL).search(text)
    if found is None:
        return None
    code = ord(found[0])
    kind = "lone surrogate" if 0xD800 <= code <= 0xDFFF else _NAMES.get(code, "control character")
    return f"U+{code:04X} ({kind}) at index {found.start()}"


def refuse_controls(text: str, what: str, *, allow_tab: bool = False) -> None:
    """Raise for a character that could end a line or is none.

    Args:
        text: the value.
        what: what it is, for the message: ``display name``.
        allow_tab: whether TAB may stand in it.

    Raises:
        ValueError: names the character and where it stands.
    """
    if not (text.isascii() and text.isprintable()):
        found = first_control(text, allow_tab=allow_tab)
        if found is not None:
            raise ValueError(f"{what} {text!r} holds {found}; control characters and lone surrogates are not allowed")


def replace_controls(text: str) -> str:
    """Replace what ``first_control`` finds by U+FFFD: for values that came by mail and must not be lost."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub("�", text)


def quote(text: str) -> str:
    """Write a quoted-string (RFC 5322 3.2.4)."""
    return '"' + (_SPECIAL.sub(r"\\\1", text) if '"' in text or "\\" in text else text) + '"'


def quote_comment(text: str) -> str:
    """Write a comment in which nothing opens or closes another (RFC 5322 3.2.2)."""
    escaped = _SPECIAL_IN_COMMENT.sub(r"\\\1", text)
    return f"({escaped})"


def unquote(content: str) -> str:
    """Undo quoted-pairs in what stood between the quotes (RFC 5322 3.2.1)."""
    return _QUOTED_PAIR.sub(r"\1", content) if "\\" in content else content


def skip_comment(text: str, start: int) -> int:
    """Find the end of a comment, nested ones included (RFC 5322 3.2.2).

    Args:
        text: header text.
        start: where its ``(`` stands.

    Returns:
        The index behind its ``)``; one more than the length of the text when the comment is never closed. So what the
        comment says ends one before it either way.
    """
    depth, here = 0, start
    while step := _COMMENT_STEP.match(text, here):
        here = step.end()
        if step[0] == "(":
            depth += 1
        elif step[0] == ")":
            depth -= 1
            if depth == 0:
                return here
    return len(text) + 1


def strip_comments(text: str) -> str:
    """Replace each comment outside quoted-strings by a space (RFC 5322 3.2.2)."""
    if "(" not in text:
        return text
    kept: list[str] = []
    here = 0
    while here < len(text):
        if found := _OUTSIDE_COMMENT.match(text, here):
            kept.append(found[0])
            here = found.end()
        else:
            kept.append(" ")
            here = skip_comment(text, here)
    return "".join(kept)
