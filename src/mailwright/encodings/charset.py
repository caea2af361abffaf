"""Charsets by the names mail gives them; decoding never raises.

What a name means is asked in this order:

1. the table below: labels of the WHATWG Encoding standard whose meaning differs from Python's, and names that mail
   programs have made up;
2. Python's own codecs and aliases, but for those that are no charset;
3. nobody: then it is as if nothing had been declared.

What undeclared text is, is asked in this order: a byte order mark, UTF-8 when all of it is UTF-8, a guess if the caller
asked for one (``detect``, which needs chardet), Latin-1. A guess comes that late because it is one: the steps before it
are hardly ever wrong. It is not asked about text that was declared in a charset somebody knows. A byte order
mark also wins over a declared charset, as in every browser (WHATWG Encoding 6.1), when it is UTF-8's, or the declared
charset is UTF-16 or UTF-32.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol, cast

from mailwright.errors import NotSupported

__all__ = ["GUESSED_FROM", "LABELS", "codec", "decode", "guess"]

# Python's codecs that are no charset of mail, and two whose time is not linear in their input (punycode, idna).
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
# What is declared is often the smaller ancestor of what was written.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",  # QUIRK: as every browser reads it (WHATWG Encoding 4.2)
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "ksc5601": "cp949",
    "big5": "big5hkscs",
    "iso2022-jp": "iso2022-jp-ext",  # QUIRK: half-width katakana, which RFC 1468 leaves out and Outlook writes
}
LABELS: Final = {
    "unicode-1-1-utf-8": "utf-8",
    "unicode11utf8": "utf-8",
    "unicode20utf8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "utf8mb4": "utf-8",
    "ansi-x3.4-1968": "ascii",
    "x-ascii": "ascii",
    "7bit": "ascii",
    "8bit": "",
    "unknown-8bit": "",  # RFC 1428
    "x-unknown": "",
    "unknown": "",
    "x-user-defined": "",
    "default": "",
    "none": "",
    "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-cp1253": "cp1253",
    "x-cp1254": "cp1254",
    "x-cp1255": "cp1255",
    "x-cp1256": "cp1256",
    "x-cp1257": "cp1257",
    "x-cp1258": "cp1258",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "csiso88598i": "iso8859-8",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "dos-874": "cp874",
    "windows-874": "cp874",
    "cp-850": "cp850",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ukrainian": "mac-cyrillic",
    "x-gbk": "gb18030",
    "gb-2312-80": "gb18030",
    "x-euc-cn": "gb18030",
    "hz-gb-2312": "hz",
    "big5-eten": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "x-sjis": "cp932",
    "ms-kanji": "cp932",
    "windows-31j": "cp932",
    "cp50220": "iso2022-jp-ext",
    "windows-949": "cp949",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601-1989": "cp949",
    "x-windows-949": "cp949",
    "unicode": "utf-16-le",
    "ucs-2": "utf-16-le",
    "iso-10646-ucs-2": "utf-16-le",
    "unicodefffe": "utf-16-be",
    "unicodefeff": "utf-16-le",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
}
"""Labels that Python does not know, or knows as something else (WHATWG Encoding 4.2; what mail programs wrote)."""

_NAME_LIMIT: Final = 64
"""Characters of a charset's name: the longest registered one has 45; codecs would look for a module of a longer one."""

GUESSED_FROM: Final = 65_536
"""Octets a guess is made from: more text makes it no better, and the time grows with every charset that is tried."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Detector(Protocol):
    def detect(self, byte_str: bytes) -> Mapping[str, object]: ...


def decode(data: bytes, charset: str = "", *, detect: bool = False) -> str:
    """Decode bytes by a declared charset, whatever it is worth.

    Args:
        data: the bytes.
        charset: the declared name; empty or unknown means undeclared, see the head of this module.
        detect: guess before taking undeclared bytes for Latin-1; needs ``pip install 'mailwright[detect]'``.

    Returns:
        Text without its byte order mark; octets the charset does not know are U+FFFD. Never raises on data.

    Raises:
        NotSupported: ``detect`` is asked for and chardet is not installed, whether or not a guess would be needed.
    """
    detector = _detector() if detect else None
    name = codec(charset)
    if name in ("utf-8", "ascii", ""):  # QUIRK: us-ascii with 8-bit octets is UTF-8 nowadays, when it decodes
        return _undeclared(data, replace=name == "utf-8", detector=detector)
    if data[:3] == codecs.BOM_UTF8:
        return data[3:].decode("utf-8", "replace")
    if name.startswith(("utf-16", "utf-32")):
        name = _marked(data, name)
    try:
        return data.decode(name, "replace")
    except (LookupError, ValueError):  # a codec that is no charset, or one that does not know "replace"
        return _undeclared(data, replace=False, detector=detector)


def guess(data: bytes) -> str:
    """Guess a charset from the bytes alone, with chardet.

    Args:
        data: the bytes; the first 64 KiB of them count.

    Returns:
        The name of a codec, or nothing when no guess was made.

    Raises:
        NotSupported: chardet is not installed.
    """
    return _guessed(data, _detector())


def _detector() -> _Detector:
    try:
        return cast(_Detector, import_module("chardet"))
    except ImportError:
        raise NotSupported(
            "A charset cannot be guessed: the package chardet is not installed.",
            "Guessing needs pip install 'mailwright[detect]'.",
        ) from None


def _guessed(data: bytes, detector: _Detector) -> str:
    try:
        name = detector.detect(data[:GUESSED_FROM]).get("encoding")
    except Exception:  # noqa: BLE001  a guess that fails is no guess; reading mail never raises
        return ""
    return codec(name) if isinstance(name, str) else ""


def _marked(data: bytes, name: str) -> str:
    """The mark decides; without one UTF-16 is little endian (WHATWG Encoding 4.2), whatever the machine is."""
    for mark, marked in _MARKS:
        if data.startswith(mark) and name.startswith(marked):
            return marked
    return f"{name}-le" if name in ("utf-16", "utf-32") else name


def _undeclared(data: bytes, *, replace: bool, detector: _Detector | None) -> str:
    if data[:1] in (b"\xef", b"\xff", b"\xfe", b"\0"):
        for mark, marked in _MARKS:
            if data.startswith(mark):
                return data.decode(marked, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if replace:
            return data.decode("utf-8", "replace")
    name = _guessed(data, detector) if detector else ""
    try:
        return data.decode(name or "latin-1", "replace")
    except (LookupError, ValueError):
        return data.decode("latin-1")


@lru_cache(maxsize=256)
def codec(charset: str) -> str:
    """Find what Python calls a charset.

    Args:
        charset: the name as it was declared.

    Returns:
        The name of a codec that reads it or a superset of it, or nothing when nobody knows it.
    """
    if not charset.isascii() or len(charset) > _NAME_LIMIT or "\0" in charset:
        return ""
    label = charset.strip(" \t\r\n'\"").lower().replace("_", "-")
    if label in LABELS:
        return LABELS[label]
    try:
        info = codecs.lookup(label) if label else None
    except (LookupError, ValueError):
        return ""
    if info is None or not getattr(info, "_is_text_encoding", True):
        return ""
    name = info.name.replace("_", "-")
    return "" if name in _REFUSED else _WIDER.get(name, name)
