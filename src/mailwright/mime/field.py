"""One header field: its name, its value, and its bytes (RFC 5322 2.2, 3.6).

A field is a value: it does not change, it is replaced. It is made from text or addresses and then rendered when
somebody first wants its bytes, or made from bytes and then decoded when somebody first wants its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, TypeVar, cast

from mailwright.grammar import folding, ids, params, words
from mailwright.grammar.address import Address, AddressList, Group, parse_list
from mailwright.grammar.lexer import LINE_LIMIT, refuse_controls, replace_controls, text_of, unfold
from mailwright.mime.limits import DEFAULT, Limits

__all__ = [
    "ADDRESS_FIELDS",
    "NAME_LIMIT",
    "ONCE",
    "AddressLike",
    "Field",
    "check_name",
    "to_address_list",
    "to_identifiers",
]

_T = TypeVar("_T")

NAME_LIMIT: Final = 76
"""Characters of a field name we write: one line holds it, its colon, and something of its value."""

FALLBACK_LIMIT: Final = 512
"""Characters that are kept of an identifier which no line could hold."""

AddressLike: TypeAlias = str | Address | Group | Iterable[str | Address | Group]
"""What may be given where addresses are wanted: text in header syntax, a mailbox, a group, or an iterable of them."""

# RFC 5322 3.6.8: ftext = %d33-57 / %d59-126
_FTEXT = re.compile(r"[!-9;-~]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODD = re.compile(r"[^!-9;-~]")

ADDRESS_FIELDS: Final = frozenset(
    [
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "bcc",
        "disposition-notification-to",
        "resent-from",
        "resent-sender",
        "resent-reply-to",
        "resent-to",
        "resent-cc",
        "resent-bcc",
    ]
)
ONCE: Final = frozenset({"date", "message-id", "in-reply-to", "references", "subject"}) | frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc"}
)
"""Fields a message has once at most (RFC 5322 3.6), in lower case."""
_SINGLE = frozenset({"sender", "resent-sender"})  # RFC 5322 3.6.2: sender = "Sender:" mailbox CRLF
_COMMANDS = frozenset(
    ["list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner", "list-archive"]
)  # RFC 2369
_IDENTIFIERS = frozenset({"message-id", "in-reply-to", "references", "resent-message-id", "content-id"})
# Structured fields: an encoded-word in them is either forbidden or understood by nobody (RFC 2047 5, RFC 2369 2).
_STRUCTURED = frozenset(
    [
        "date",
        "resent-date",
        "received",
        "return-path",
        "mime-version",
        "dkim-signature",
        "authentication-results",
        "content-type",
        "content-disposition",
        "content-transfer-encoding",
        "auto-submitted",
        "tls-required",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "received-spf",
        "autocrypt",
        "list-unsubscribe-post",
    ]
)


_PARAMETERS = frozenset({"content-type", "content-disposition"})  # RFC 2231 instead of RFC 2047


class Field:
    """One header field.

    Attributes:
        name: as it was given; its case does not matter.
        key: the name in lower case.
    """

    __slots__ = ("_addresses", "_limits", "_parameters", "_read", "_seven", "_source", "_utf8", "_value", "key", "name")

    def __init__(self, name: str, value: str | AddressList) -> None:
        """Take a value that has been validated; ``Field.of`` validates."""
        self.name = name
        self.key = name.lower()
        self._source: bytes | None = None
        self._limits = DEFAULT
        self._read: tuple[object, object] | None = None
        self._parameters: params.ParameterValue | None = None
        self._seven: bytes | None = None
        self._utf8: bytes | None = None
        self._value: str | None = value if isinstance(value, str) else None
        self._addresses: AddressList | None = None if isinstance(value, str) else value

    @classmethod
    def of(cls, name: str, value: AddressLike) -> Field:
        """Make a field from what a caller gave.

        Args:
            name: ASCII without spaces, controls or colon.
            value: text; in an address field also addresses.

        Returns:
            The field; its value reads back as given.

        Raises:
            ValueError: the name or value cannot be written, and why.
            TypeError: the value is of a type that cannot stand in this field.
        """
        check_name(name)
        lower = name.lower()
        if lower in ADDRESS_FIELDS:
            field = cls(name, to_address_list(value, name))
            _ = field.raw  # rendered while the caller is near: what cannot be written is an error where it was set
            if isinstance(value, str):
                field._value = value
            return field
        if not isinstance(value, str):
            raise TypeError(f"header {name!r} takes a str, not {type(value).__name__}")
        refuse_controls(value, f"header {name!r}: value", allow_tab=True)
        field = cls(name, value)
        if lower in _IDENTIFIERS:
            field._seven = folding.identifiers(name, value)  # raises for what is not ASCII or too long
        elif lower in _PARAMETERS:
            _ = field.raw
        elif lower in _COMMANDS:
            field._seven = field._utf8 = folding.commands(name, value)
        return field

    @classmethod
    def from_source(cls, name: str, source: bytes, limits: Limits = DEFAULT) -> Field:
        """Make a field from its bytes as they stand in a message, its name and last CRLF included.

        They are written again as they are, unless they are not fit to be: then the decoded value is written.
        """
        field = cls.__new__(cls)
        field.name = name
        field.key = name.lower()
        field._source = source
        field._limits = limits
        field._value = field._addresses = field._parameters = field._seven = field._utf8 = field._read = None
        return field

    @classmethod
    def rendered(cls, name: str, source: bytes) -> Field:
        """Make a field from bytes that ``folding`` has written, which need not be looked at again."""
        field = cls.from_source(name, source)
        field._seven = field._utf8 = source
        return field

    @property
    def value(self) -> str:
        """The decoded value; what was set, when it was set as text."""
        if self._value is None:
            if self._source is not None:
                self._value = self._decode(self._source)
            else:
                self._value = str(self._addresses)
        return self._value

    @property
    def addresses(self) -> AddressList:
        """The addresses in it; of a field that holds none by its nature, what an address reader makes of it."""
        if self._addresses is None:
            if self._source is not None:
                self._addresses = parse_list(self._source.partition(b":")[2], limit=self._limits.addresses)
            else:
                self._addresses = parse_list(self._value or "")
        return self._addresses

    @property
    def parameters(self) -> params.ParameterValue:
        """What it says before its first semicolon, and its parameters (RFC 2045 5.1, RFC 2231)."""
        if self._parameters is None:
            source = self.value if self._source is None else self._source.partition(b":")[2]
            self._parameters = params.parse(source, limit=self._limits.parameters)
        return self._parameters

    def read_as(self, reader: Callable[[bytes], _T]) -> _T:
        """Read it by a grammar, once: ``field.read_as(grammar.trace.parse_received)``.

        Args:
            reader: takes the octets behind the colon.

        Returns:
            What the reader gave, the same value as long as the same reader asks.
        """
        if self._read is None or self._read[0] is not reader:
            source = self.raw if self._source is None else self._source
            self._read = reader, reader(source.partition(b":")[2])
        return cast("_T", self._read[1])

    @property
    def is_read(self) -> bool:
        """Whether it was made from bytes."""
        return self._source is not None

    @property
    def is_international(self) -> bool:
        """Whether it names a mailbox that is written in UTF-8 only (RFC 6532)."""
        return self.key in ADDRESS_FIELDS and any(mailbox.is_international for mailbox in self.addresses.mailboxes)

    @property
    def raw(self) -> bytes:
        """The whole field, folded, its CRLF included: as it stood in its message, else as it will be written."""
        return self._source if self._source is not None else self.render(utf8=self.is_international)

    def render(self, *, utf8: bool) -> bytes:
        """Write the field.

        Args:
            utf8: as raw UTF-8 (RFC 6532) instead of encoded-words.

        Returns:
            The whole field, folded, its CRLF included.

        Raises:
            ValueError: it cannot be written so; names the address when that is why.
        """
        known = self._utf8 if utf8 else self._seven
        if known is not None:
            return known
        if self._source is not None and _fit(self._source):
            self._seven = self._utf8 = self._source
            return self._source
        rendered = self._render(utf8=utf8)
        if utf8:
            self._utf8 = rendered
        else:
            self._seven = rendered
        return rendered

    def _render(self, *, utf8: bool) -> bytes:
        if self.key in ADDRESS_FIELDS and (self._source is None or self.addresses):
            return folding.addresses(self.name, self.addresses, utf8=utf8)
        if self._source is not None:
            return self._rewritten(utf8=utf8)
        return self._structured(self.name, self.value, utf8=utf8)

    def _rewritten(self, *, utf8: bool) -> bytes:
        """Write what was read and cannot stay as it is: what in it cannot be written at all is left out or replaced."""
        name = _ODD.sub("?", self.name)[:NAME_LIMIT]
        value = replace_controls(self.value.replace("\t", " "))
        try:
            return self._structured(name, value, utf8=utf8)
        except ValueError:
            if self.key in _PARAMETERS:
                read = self.parameters
                return folding.parameters(name, *params.writable(read.value, read.params.items(), self._default()))
            return folding.unstructured(name, value[:FALLBACK_LIMIT], utf8=utf8)

    def _default(self) -> str:
        """What stands for a value that cannot be written."""
        if self.key != "content-type":
            return "attachment"
        return "multipart/mixed" if self.parameters.value.startswith("multipart/") else "text/plain"

    def _structured(self, name: str, value: str, *, utf8: bool) -> bytes:
        key = self.key
        if key in _PARAMETERS and not (value.isascii() and len(value) + len(key) < folding.LINE_WIDTH):
            parsed = params.parse(value)
            return folding.parameters(name, parsed.value, parsed.params.items())
        if key in _COMMANDS:
            return folding.commands(name, value)
        if (key in _IDENTIFIERS or key in _STRUCTURED) and value.isascii():
            return folding.identifiers(name, value)
        return folding.unstructured(name, value, utf8=utf8)

    def _decode(self, source: bytes) -> str:
        text = unfold(text_of(source.partition(b":")[2])).strip(" \t")
        key = self.key
        return text if key in _IDENTIFIERS or key in _STRUCTURED or key in _COMMANDS else words.decode(text)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.value!r})"


def check_name(name: str) -> None:
    """Refuse what cannot be a field name (RFC 5322 3.6.8).

    Raises:
        ValueError: names it and says what is allowed.
    """
    if _FTEXT.fullmatch(name) is None:
        raise ValueError(
            f"header name {name!r} is not allowed; printable ASCII without spaces and ':' is (RFC 5322 3.6.8)"
        )
    if len(name) > NAME_LIMIT:
        raise ValueError(f"header name {name[:20]!r}... has {len(name)} characters; {NAME_LIMIT} are allowed")


def to_address_list(value: AddressLike, field: str) -> AddressList:
    """Read addresses strictly from whatever a caller may give.

    Args:
        value: text in header syntax (several addresses between commas are several), a mailbox, a group, or an iterable
            whose items are each exactly one of these.
        field: the field they are for.

    Returns:
        One item or more.

    Raises:
        ValueError: an address cannot be a mailbox, there is none, or more than one where one is allowed.
        TypeError: something is neither text nor an address.
    """
    if isinstance(value, str):
        refuse_controls(value, f"header {field!r}: value")
        try:
            items = parse_list(value, strict=True)
        except ValueError as error:
            raise ValueError(f"header {field!r}: {error}") from None
    elif isinstance(value, AddressList):
        items = value
    elif isinstance(value, Address | Group):
        items = AddressList((value,))
    else:
        items = AddressList([_item(item, field) for item in _iterated(value, field)])
    if not items:
        raise ValueError(f"header {field!r} has no address; delete the header instead")
    if field.lower() in _SINGLE and (len(items) != 1 or isinstance(items[0], Group)):
        raise ValueError(f"header {field!r} takes exactly one mailbox (RFC 5322 3.6.2), not {str(items)[:120]!r}")
    return items


def _iterated(value: object, field: str) -> Iterable[object]:
    if isinstance(value, bytes | bytearray) or not isinstance(value, Iterable):
        raise TypeError(
            f"header {field!r} takes str, Address, Group or an iterable of them, not {type(value).__name__}"
        )
    return value  # pyright: ignore[reportUnknownVariableType] - each item is looked at by _item


def _item(item: object, field: str) -> Address | Group:
    if isinstance(item, Address | Group):
        return item
    if not isinstance(item, str):
        raise TypeError(f"header {field!r} takes str, Address or Group in its list, not {type(item).__name__}")
    refuse_controls(item, f"header {field!r}: address")
    try:
        items = parse_list(item, strict=True)
    except ValueError as error:
        raise ValueError(f"header {field!r}: {error}") from None
    if len(items) != 1:
        raise ValueError(f"header {field!r}: {item!r} holds {len(items)} addresses; each item of a list is exactly one")
    return items[0]


def to_identifiers(value: str | Iterable[str], field: str) -> str:
    """Validate message identifiers and put them together as References wants them (RFC 5322 3.6.4)."""
    given = value.split() if isinstance(value, str) else list(value)
    return " ".join([ids.check(item, f"header {field!r}: identifier") for item in given])


def _fit(source: bytes) -> bool:
    """Whether the bytes of a field may be written as they are: ASCII, folded rightly, no line too long."""
    if not (source.isascii() and source.endswith(b"\r\n")) or _CONTROL.search(source):
        return False
    first, *rest = source[:-2].split(b"\r\n")
    lines_end_well = all(line[:1] in (b" ", b"\t") and line.strip() for line in rest)
    clean = not any(b"\r" in line or b"\n" in line or len(line) > LINE_LIMIT for line in (first, *rest))
    return lines_end_well and clean
