r"""Addresses and texts in reports, which say of what kind they are (RFC 3464 2.1.2, RFC 6533 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailwright.grammar.lexer import refuse_controls, replace_controls, strip_comments

__all__ = ["TypedAddress", "TypedText", "check_text", "read_address", "read_typed", "written_address"]

_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # RFC 3464 2.1.2: an atom, registered with IANA

# RFC 6533 3: EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}" ; \x{...}
_EMBEDDED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_TO_EMBED = re.compile(r"[^!-*,-<>-\[\]-~]")  # RFC 6533 3: QCHAR = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e
_XTEXT = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461 4: hexchar = ASCII "+" immediately followed by two hex digits


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text and what kind it is: the name of an MTA, or what a server said (RFC 3464 2.1.2).

    Attributes:
        type: ``dns``, ``smtp``, ``x-...`` in lower case; nothing when none was declared.
        text: such as ``mx.example.com`` or ``550 5.1.1 No such user``.
    """

    type: str
    text: str

    def __post_init__(self) -> None:
        _check_type(self.type, self.text)
        check_text(self.text, "text")

    def __str__(self) -> str:
        return f"{self.type}; {self.text}".rstrip(" ") if self.type else self.text


@dataclass(frozen=True, slots=True)
class TypedAddress:
    r"""An address and what kind it is (RFC 3464 2.3.1, RFC 6533 3).

    Attributes:
        type: ``rfc822``, ``utf-8``, ``x400``, ``unknown`` in lower case; nothing when none was declared.
        address: as it is used; ``\x{...}`` in an address of type ``utf-8`` is decoded.
    """

    type: str
    address: str

    def __post_init__(self) -> None:
        _check_type(self.type, self.address)
        check_text(self.address, "address")

    def __str__(self) -> str:
        return f"{self.type}; {self.address}".rstrip(" ") if self.type else self.address


def _check_type(type_: str, value: str) -> None:
    if type_ and (_TYPE.fullmatch(type_) is None or type_ != type_.lower()):
        raise ValueError(f"type {type_!r} is not allowed; an atom in lower case is, such as 'rfc822' or 'dns'")
    if not type_ and ";" in value:
        raise ValueError(f"{value!r} holds a semicolon, which would end its type; give a type")


def check_text(value: str, what: str) -> None:
    """Refuse what cannot be the value of a field.

    Raises:
        ValueError: it holds controls, or white space around it.
    """
    refuse_controls(value, what)
    if value != value.strip(" "):
        raise ValueError(f"{what} {value!r} has spaces around it; leave them away")


def _split(value: str) -> tuple[str, str]:
    type_, semicolon, text = value.partition(";")
    word = strip_comments(type_).strip(" ").lower()
    if semicolon and _TYPE.fullmatch(word):
        return word, text.strip(" ")
    return ("unknown", value) if semicolon else ("", value)


def read_typed(value: str) -> TypedText:
    """Read a text with its type, tolerantly."""
    return TypedText(*_split(value))


def read_address(value: str) -> TypedAddress:
    """Read an address with its type, tolerantly."""
    type_, text = _split(value)
    address = strip_comments(text).strip(" ")
    if address.startswith("<") and address.endswith(">"):  # QUIRK: InterMail
        address = address[1:-1].strip(" ")
    if type_ == "utf-8":
        address = _EMBEDDED.sub(_character, address).strip(" ")
    elif type_ == "rfc822" and "@" not in address and "@" in (plain := _XTEXT.sub(_octet, address)):
        address = replace_controls(plain)  # QUIRK: as it stood in ORCPT; "+40" may be in an address, "@" must
    return TypedAddress(type_, address)


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return found[0]
    character = chr(code)
    return found[0] if replace_controls(character) != character else character


def _octet(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def written_address(value: TypedAddress, *, utf8: bool) -> str:
    """Write an address with its type; one of type utf-8 in ASCII unless ``utf8`` (RFC 6533 3)."""
    if value.type != "utf-8":
        return str(value)
    if utf8:
        return "utf-8; " + value.address.replace("\\", "\\x{5C}")
    return "utf-8; " + _TO_EMBED.sub(lambda found: f"\\x{{{ord(found[0]):02X}}}", value.address)
