"""Fields with parameters: Content-Type, Content-Disposition (RFC 2045 5.1, RFC 2183, RFC 2231).

Reading takes what programs have really sent: values without quotes that hold spaces, missing semicolons,
encoded-words in quotes (RFC 2047 5 forbids them; everybody did it before RFC 2231), sections out of order or ten and
more of them, characters split between sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, TypeVar, overload

from mailwright.grammar import sections
from mailwright.grammar.lexer import quote, refuse_controls, replace_controls, skip_comment, text_of, unfold, unquote

__all__ = ["PARAMETER_LIMIT", "ParameterValue", "Parameters", "format", "parse", "tokens", "writable"]

PARAMETER_LIMIT: Final = 1000
"""Parameters and sections read of one field; a file name of 60 kB in sections of 60 characters still fits. Tomcat
reads as many parameters of a request (maxParameterCount)."""

# RFC 2045 5.1: token = 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials>
#               tspecials = "(" ")" "<" ">" "@" "," ";" ":" "\" <"> "/" "[" "]" "?" "="
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")
# RFC 2231 7: attribute-char excludes also "*" "'" "%"; a name we write must be one, or it would be read as an
# extended one.
_NAME = re.compile(r"[!#$&+\-.0-9A-Z^_`a-z{|}~]+")
_VALUE = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+(?:/[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+)?")
_ATTRIBUTE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# The common case in one match: RFC 2045 5.1 as it is written, without comments, quoted-pairs and RFC 2231 in it.
# Possessive throughout, so that what is something else is refused in one pass.
_VALUED = r"[!#$&+\-.0-9A-Z^_`a-z{|}~]++=(?:\"[^\"\\\r\n]*+\"|[!#$%&'*+\-.0-9A-Z^_`a-z{|}~/:?]++)"
_SIMPLE = re.compile(rf"[ \t]*+([!#$%&'*+\-.0-9A-Z^_`a-z{{|}}~/]++)[ \t]*+((?:;[ \t]*+{_VALUED}[ \t]*+)*+);?+[ \t]*+")
_SIMPLE_PAIR = re.compile(r"([^;=\" \t]+)=(?:\"([^\"]*)\"|([^;\" \t]+))")

# RFC 2045 5.1: parameter = attribute "=" value
# RFC 2045 5.1 leaves comments to RFC 822; quoted-strings are passed over.
_TO_COMMENT = re.compile(r'(?:[^("]++|"(?:[^"\\]++|\\.)*+"?)*+\(', re.DOTALL)
_BEFORE = re.compile(r"[\s;]*+")
_HEAD = re.compile(r"([^\s;=\"]++)\s*+(=?)\s*+")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"?', re.DOTALL)  # QUIRK: the last quote may be missing
# QUIRK: a missing semicolon: `charset=utf-8 format=flowed`.
_NEXT = re.compile(r"(?<!\s)\s+(?=[A-Za-z][A-Za-z0-9*-]*=)")

_OFTEN = 40  # characters of a value that is remembered: most parts of most mail say text/plain; charset=utf-8
_WIDTH = 76  # a parameter with its space and semicolon should fit a line of 78
_PIECE = 54  # characters of one section's value


_T = TypeVar("_T")


class Parameters(Mapping[str, str]):
    """Decoded parameters by name, whose case does not matter (RFC 2045 5.1)."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in values:
            _ = self._values.setdefault(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, /, default: str | _T) -> str | _T: ...
    def get(self, key: str, /, default: str | _T | None = None) -> str | _T | None:
        """The decoded value of a name, or the default; without the exception that ``Mapping`` makes of a miss."""
        return self._values.get(key.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Parameters({self._values!r})"


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A value and its parameters.

    Attributes:
        value: what stands before the first semicolon, in lower case: ``text/plain``, ``attachment``.
        params: the decoded parameters, by name in any case.
        is_cut: whether there were more than the limit, which are left out.
    """

    value: str
    params: Parameters
    is_cut: bool = False

    def __str__(self) -> str:
        return format(self.value, self.params)


# --- reading --------------------------------------------------------------------------------------------------------


def parse(text: str | bytes, *, limit: int = PARAMETER_LIMIT) -> ParameterValue:
    """Read a value and its parameters (RFC 2045 5.1, RFC 2231 3 and 4).

    Args:
        text: the field's value.
        limit: how many parameters and sections are read; what is beyond is left out, and ``is_cut`` says so.

    Returns:
        The value in lower case and the decoded parameters; the first of a name counts, an extended one more. Never
        raises.
    """
    return _often(text) if len(text) <= _OFTEN and limit >= _OFTEN else _parse(text, limit)


def _parse(text: str | bytes, limit: int = PARAMETER_LIMIT) -> ParameterValue:
    source = unfold(text_of(text))
    if "=?" not in source and (simple := _SIMPLE.fullmatch(source)):
        found = _simple_pairs(simple[2])
        return ParameterValue(simple[1].lower(), Parameters(found[:limit]), len(found) > limit)
    source = _without_comments(source)
    value, _, rest = source.partition(";")
    head = value.strip().strip('"').strip().lower()
    pairs = list(islice(_pairs(rest), limit + 1)) if rest else []
    return ParameterValue(head, Parameters(sections.join(pairs[:limit])), len(pairs) > limit)


_often = lru_cache(maxsize=512)(_parse)


def _simple_pairs(text: str) -> list[tuple[str, str]]:
    return [(name, quoted or plain) for name, quoted, plain in _SIMPLE_PAIR.findall(text)] if text else []


def _without_comments(text: str) -> str:
    """Replace comments by spaces (RFC 2045 5.1, RFC 822 3.4.3).

    QUIRK: ``name=report (1).pdf`` and ``name=report(1).pdf``, without the quotes they need, are file names: a comment
    stands alone, between white space, semicolons and the ends.
    """
    if "(" not in text:
        return text
    kept: list[str] = []
    here = start = 0
    while found := _TO_COMMENT.match(text, here):
        here = skip_comment(text, found.end() - 1)
        if here > len(text):  # never closed, so it is none
            break
        alone = found.end() == 1 or (text[found.end() - 2] in " \t;\r\n" and text[here : here + 1] in " \t;\r\n")
        if alone:
            kept += text[start : found.end() - 1], " "
            start = here
    kept.append(text[start:])
    return "".join(kept)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Cut the text behind the first semicolon into names and undecoded values."""
    here = end = 0
    while here < len(text):
        before = _BEFORE.match(text, here)
        here = before.end() if before else here
        head = _HEAD.match(text, here)
        if head is None:
            here += 1  # a stray "=" or quote
            continue
        here = head.end()
        if not head[2]:  # a name without a value
            continue
        if quoted := _QUOTED.match(text, here):
            yield head[1], unquote(quoted[1])
            here = quoted.end()
            continue
        if end < here:  # looked for once, however many values stand before it
            end = text.find(";", here)
            end = len(text) if end < 0 else end
        following = _NEXT.search(text, here, end)
        close = following.start() if following else end
        yield head[1], text[here:close].strip()
        here = close


# --- writing --------------------------------------------------------------------------------------------------------


def format(value: str, params: Mapping[str, str] | None = None) -> str:  # noqa: A001 - params.format
    """Write a value and its parameters, unfolded (RFC 2045 5.1, RFC 2231).

    Args:
        value: what stands before the first semicolon: ``type/subtype`` or a token.
        params: names, and values of any characters but controls.

    Returns:
        ASCII. ``parse`` gives the same values back.

    Raises:
        ValueError: a name or value cannot be written.
    """
    return " ".join(tokens(value, params.items() if params else ()))


def tokens(value: str, params: Iterable[tuple[str, str]]) -> list[str]:
    """Write a value and its parameters as tokens to be joined by white space; see ``format``."""
    if _VALUE.fullmatch(value) is None:
        raise ValueError(f"{value!r} cannot stand before parameters; type/subtype or a token is allowed (RFC 2045 5.1)")
    out = [value]
    for name, content in params:
        if _NAME.fullmatch(name) is None or len(name) > 40:
            raise ValueError(
                f"parameter name {name!r} is not allowed; up to 40 letters, digits and '-' are (RFC 2231 7)"
            )
        refuse_controls(content, f"parameter {name}")
        for piece in _parameter(name, content):
            out[-1] += ";"
            out.append(piece)
    return out


def writable(value: str, params: Iterable[tuple[str, str]], default: str) -> tuple[str, list[tuple[str, str]]]:
    """Keep what can be written of a value and parameters that came by mail.

    Args:
        value: what stands before the first semicolon.
        params: names and decoded values.
        default: what stands for a value that cannot be written.

    Returns:
        A value and parameters that ``tokens`` takes; controls are U+FFFD.
    """
    kept = value if _can_write(value) else default
    pairs = [(name, replace_controls(content)) for name, content in params]
    return kept, [pair for pair in pairs if _can_write(kept, pair)]


def _can_write(value: str, *pairs: tuple[str, str]) -> bool:
    try:
        _ = tokens(value, pairs)
    except ValueError:
        return False
    return True


def _parameter(name: str, content: str) -> list[str]:
    if not content.isascii() or "=?" in content:  # what looks like an encoded-word would be decoded by lenient readers
        return _extended(name, content)
    written = content if _TOKEN.fullmatch(content) else quote(content)
    if len(name) + len(written) + 1 <= _WIDTH:
        return [f"{name}={written}"]
    pieces = [content[start : start + _PIECE] for start in range(0, len(content), _PIECE)]
    return [f"{name}*{number}={quote(piece)}" for number, piece in enumerate(pieces)]


def _extended(name: str, content: str) -> list[str]:
    """RFC 2231 4: charset'language'percent-encoded; a character is never split between sections."""
    encoded = [_percent(character) for character in content]
    if sum(map(len, encoded)) + len(name) + len("*=utf-8''") <= _WIDTH:
        return [f"{name}*=utf-8''{''.join(encoded)}"]
    pieces = ["utf-8''"]
    for piece in encoded:
        if len(pieces[-1]) + len(piece) > _PIECE:
            pieces.append("")
        pieces[-1] += piece
    return [f"{name}*{number}*={section}" for number, section in enumerate(pieces)]


def _percent(character: str) -> str:
    return "".join([chr(octet) if octet in _ATTRIBUTE else f"%{octet:02X}" for octet in character.encode("utf-8")])
