"""Authentication-Results: what a receiving server found out about a message (RFC 8601; RFC 8617 4.1.1 for ARC).

Reading takes what large receivers write: no authserv-id and properties without a type (Office 365), comments anywhere,
values that need quotes and have none. What a header says is only as good as who wrote it: RFC 8601 5 tells which of
these fields to believe, and this module does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailwright.grammar.lexer import (
    quote,
    quote_comment,
    refuse_controls,
    replace_controls,
    skip_comment,
    text_of,
    unfold,
    unquote,
)

__all__ = ["INSTANCE_LIMIT", "AuthenticationResults", "MethodResult", "Property", "parse"]

INSTANCE_LIMIT: Final = 50
"""The highest instance of an ARC set (RFC 8617 4.2.1: "the maximum number of ARC Sets ... is 50")."""

# RFC 8601 2.2: method = Keyword [ [CFWS] "/" [CFWS] method-version ]; result = Keyword; ptype = Keyword;
#               property = special-smtp-verb / Keyword, where Keyword is that of RFC 5321 4.1.2: Ldh-str.
# QUIRK: "_" in it: x-sender-id, and vendors' own such as "x_ms_reason".
_KEYWORD = re.compile(r"[A-Za-z0-9_-]*[A-Za-z0-9]")
# RFC 2045 5.1: value := token / quoted-string. RFC 8601 2.2: pvalue = [CFWS] ( ( value / [ [ local-part ] "@" ]
#               domain-name ) [CFWS]. What stands for itself is a token, or two with an "@" between them.
_ATOM = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+"
_PLAIN_ID = re.compile(_ATOM)
_PLAIN_VALUE = re.compile(rf"(?:(?:{_ATOM})?@)?{_ATOM}")

_BLANK = re.compile(r"[ \t\r\n]+")
_NAME = re.compile(r'[^ \t\r\n;()"=]+')
# QUIRK: "=" and "/" without quotes, as in header.b=abc/+D== .
_VALUE = re.compile(r'(?:[^ \t\r\n;()"]++|"(?:[^"\\]++|\\.)*+"?)++', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"?', re.DOTALL)
_VERSION = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Property:
    """What a result is about (RFC 8601 2.2: propspec).

    Attributes:
        ptype: where the value was found: ``smtp``, ``header``, ``body``, ``policy``; empty when the server gave none.
        name: which it is: ``mailfrom``, ``d``.
        value: the value, without quotes.
    """

    ptype: str
    name: str
    value: str

    def __str__(self) -> str:
        key = f"{self.ptype}.{self.name}" if self.ptype else self.name
        return f"{key}={self.value if _PLAIN_VALUE.fullmatch(self.value) else quote(self.value)}"


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What one method found (RFC 8601 2.2: resinfo).

    Attributes:
        method: ``spf``, ``dkim``, ``dmarc``, ``arc``, ``auth`` and so on, in lower case.
        result: ``pass``, ``fail``, ``none`` and so on, in lower case.
        version: the method's version; None when it is not said, which means 1.
        reason: why, for people.
        properties: what it is about, in order.
        comment: what stands in comments, joined by spaces.

    Raises:
        ValueError: the method or result is no keyword, or a value holds a control character or lone surrogate.
    """

    method: str
    result: str
    version: int | None = None
    reason: str = ""
    properties: tuple[Property, ...] = ()
    comment: str = ""

    def __post_init__(self) -> None:
        for what, text in (("method", self.method), ("result", self.result)):
            if _KEYWORD.fullmatch(text) is None:
                raise ValueError(f"{what} {text!r} is no keyword; letters, digits and '-' are allowed (RFC 8601 2.2)")
        object.__setattr__(self, "method", self.method.lower())
        object.__setattr__(self, "result", self.result.lower())
        for text in (self.reason, self.comment, *[str(item) for item in self.properties]):
            refuse_controls(text, f"{self.method} result")

    def __str__(self) -> str:
        pieces = [f"{self.method}{'' if self.version is None else f'/{self.version}'}={self.result}"]
        if self.comment:
            pieces.append(quote_comment(self.comment))
        if self.reason:
            pieces.append(f"reason={self.reason if _PLAIN_ID.fullmatch(self.reason) else quote(self.reason)}")
        return " ".join([*pieces, *map(str, self.properties)])


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """The value of Authentication-Results or ARC-Authentication-Results (RFC 8601 2.2, RFC 8617 4.1.1).

    Attributes:
        authserv_id: who says so; empty when the server did not say (Office 365).
        results: what was found, in order.
        version: the version of the format; None when it is not said, which means 1.
        instance: the number of the ARC set; None in Authentication-Results.

    Raises:
        ValueError: the authserv-id holds a control character or lone surrogate.
    """

    authserv_id: str
    results: tuple[MethodResult, ...] = ()
    version: int | None = None
    instance: int | None = None

    def __post_init__(self) -> None:
        refuse_controls(self.authserv_id, "authserv-id")

    def find(self, method: str) -> tuple[MethodResult, ...]:
        """The results of one method, such as ``dkim``, in order; there may be several, or none."""
        return tuple([result for result in self.results if result.method == method.lower()])

    def __str__(self) -> str:
        """The field's value, unfolded.

        Raises:
            ValueError: there is no authserv-id, the instance is out of range, or a value would not be read back.
        """
        if not self.authserv_id:
            raise ValueError("authserv-id is empty; name the server that speaks, such as its domain (RFC 8601 2.2)")
        if self.instance is not None and not 1 <= self.instance <= INSTANCE_LIMIT:
            raise ValueError(f"instance {self.instance} of an ARC set is not in 1 to {INSTANCE_LIMIT} (RFC 8617 4.2.1)")
        written = self.authserv_id if _PLAIN_ID.fullmatch(self.authserv_id) else quote(self.authserv_id)
        if self.version is not None:
            written += f" {self.version}"
        written = "; ".join([written, *(map(str, self.results) if self.results else ["none"])])
        if self.instance is not None:
            written = f"i={self.instance}; {written}"
        if parse(written) != self:
            raise ValueError(
                f"results {written[:120]!r} would not be read as they are meant; names are keywords, and white "
                f"space in values is single spaces"
            )
        return written


# --- reading --------------------------------------------------------------------------------------------------------


class _Segment:
    """What stands between two semicolons."""

    __slots__ = ("comments", "pairs", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.pairs: list[tuple[str, str]] = []
        self.comments: list[str] = []

    def assign(self, value: str) -> None:
        """Give the last words their value; "smtp . mailfrom" is one name (RFC 8601 2.2 allows CFWS there)."""
        name = self.words.pop() if self.words else ""
        pieces = [name]
        while self.words and (pieces[-1][:1] in (".", "/") or self.words[-1][-1] in "./"):
            pieces.append(self.words.pop())
        self.pairs.append(("".join(reversed(pieces)), value))


def parse(text: str | bytes) -> AuthenticationResults:
    """Read Authentication-Results or ARC-Authentication-Results (RFC 8601 2.2, RFC 8617 4.1.1).

    Args:
        text: the field's value.

    Returns:
        What can be made out: what is no result is left out, control characters are U+FFFD. Never raises.
    """
    segments = list(_segments(replace_controls(_BLANK.sub(" ", unfold(text_of(text))))))
    instance = _instance(segments[0])
    if instance is not None:
        segments = segments[1:] or [_Segment()]
    authserv_id, version = "", None
    if segments[0].words or not segments[0].pairs:  # QUIRK: Office 365 begins with the first result
        first = segments.pop(0)
        authserv_id = _unquoted(first.words[0]) if first.words else ""
        version = _number(first.words[1]) if len(first.words) > 1 else None
        if first.pairs and segments and segments[0].pairs:  # QUIRK: before RFC 5451 a result's properties stood first
            segments[0].pairs += first.pairs
    results = [result for result in map(_result, segments) if result is not None]
    return AuthenticationResults(authserv_id, tuple(results), version, instance)


def _segments(source: str) -> Iterator[_Segment]:
    segment = _Segment()
    here, assigning = 0, False
    while here < len(source):
        character = source[here]
        if character == "(":
            end = skip_comment(source, here)
            segment.comments.append(unquote(source[here + 1 : end - 1]).strip())
            here = end
        elif character == ";":
            if assigning:
                segment.assign("")
            yield segment
            segment, assigning = _Segment(), False
            here += 1
        elif character == "=" and not assigning:
            assigning = True
            here += 1
        elif found := (_VALUE if assigning or character == '"' else _NAME).match(source, here):
            if assigning:
                segment.assign(_unquoted(found[0]))
            else:
                segment.words.append(found[0])
            assigning = False
            here = found.end()
        else:
            here += 1
    if assigning:
        segment.assign("")
    yield segment


def _unquoted(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return unquote(found[1]) if found else text


def _number(text: str) -> int | None:
    return int(text) if _VERSION.fullmatch(text) else None


def _instance(segment: _Segment) -> int | None:
    """RFC 8617 4.1.1: arc-info = instance [CFWS] ";" authres-payload; instance = [CFWS] %s"i" [CFWS] "=" 1*2DIGIT."""
    if len(segment.pairs) == 1 and segment.pairs[0][0].lower() == "i":
        return _number(segment.pairs[0][1])
    return None


def _result(segment: _Segment) -> MethodResult | None:
    if not segment.pairs:
        return None
    (name, result), *rest = segment.pairs
    method, _, version = name.partition("/")
    if _KEYWORD.fullmatch(method) is None or _KEYWORD.fullmatch(result) is None:
        return None
    reason = ""
    properties: list[Property] = []
    for key, value in rest:
        if key.lower() == "reason" and not reason:
            reason = value
        elif key:
            ptype, dot, name = key.partition(".")
            properties.append(Property(ptype.lower(), name, value) if dot else Property("", ptype, value))
    comment = " ".join([comment for comment in segment.comments if comment])
    return MethodResult(method, result, _number(version), reason, tuple(properties), comment)
