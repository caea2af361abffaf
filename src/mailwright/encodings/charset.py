"""Charsets by the names mail gives them. Decoding never raises; guessing what is undeclared comes later."""

from __future__ import annotations

import codecs

__all__ = ["decode"]

# Python's codecs that are no charset of mail, and two whose time is not linear in their input (punycode, idna).
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
# What is declared is often the smaller ancestor of what was written.
_WIDER = {
    "ascii": "utf-8",  # QUIRK: undeclared or us-ascii with 8-bit octets is UTF-8 nowadays, when it decodes
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",  # QUIRK: as every browser reads it (WHATWG Encoding 4.2)
}
_NAME_LIMIT = 64  # longer names are no charset; codecs would look for a module of that name


def decode(data: bytes, charset: str = "") -> str:
    """Decode bytes by a declared charset, whatever it is worth.

    Args:
        data: the bytes.
        charset: the declared name; empty or unknown means UTF-8, and Latin-1 where that fails.

    Returns:
        Text; octets the charset does not know are U+FFFD. Never raises.
    """
    name = _codec(charset)
    if name in ("utf-8", "ascii", ""):
        return _utf8(data, replace=name == "utf-8")
    try:
        return data.decode(_WIDER.get(name, name), "replace")
    except (LookupError, ValueError):  # a codec that is no charset, or one that does not know "replace"
        return _utf8(data, replace=False)


def _utf8(data: bytes, *, replace: bool) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace") if replace else data.decode("latin-1")


def _codec(charset: str) -> str:
    if not charset.isascii() or len(charset) > _NAME_LIMIT or "\0" in charset:
        return ""
    try:
        name = codecs.lookup(charset.strip()).name if charset else ""
    except (LookupError, ValueError):
        return ""
    return "" if name.replace("_", "-") in _REFUSED else name
