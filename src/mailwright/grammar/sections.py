"""Extended parameters: charset, language, and values cut into sections (RFC 2231 3 and 4).

Where a name has several values, the one most likely meant is taken, in this order: ``name*=``, whose charset is
declared; ``name*0=`` and its sections; ``name=``, which a writer adds for readers that know no better. What does not
decode in the charset it declares stands back for the next; it is taken all the same when there is no other, because
a file name that one program shows must not be hidden from another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_to_bytes

from mailwright.encodings import charset
from mailwright.grammar import words

__all__ = ["join"]

# RFC 2231 7: attribute ["*" section] ["*"]; section = "0" / 1-9 *DIGIT; what else holds a "*" is no parameter's name.
_EXTENDED = re.compile(r"([^*]+)\*(?:(0|[1-9][0-9]{0,3})(\*?))?")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_REPLACEMENT: Final = "\ufffd"


class _Sections:
    """The sections of one name, by number."""

    __slots__ = ("closed", "parts")

    def __init__(self) -> None:
        self.parts: dict[int, tuple[bool, str]] = {}
        self.closed = False

    def add(self, number: int, value: str, *, extended: bool) -> None:
        """Take a section; one that is there already begins another value, which is not ours (as Thunderbird reads)."""
        self.closed = self.closed or number in self.parts
        if not self.closed:
            self.parts[number] = (extended, value)


def join(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the values of parameters together.

    Args:
        pairs: names with their stars, and undecoded values, in the order they stand.

    Returns:
        Names without stars, and decoded values. Where a name stands more than once, the first counts.
    """
    plain: list[tuple[str, str]] = []
    whole: dict[str, str] = {}
    sections: dict[str, _Sections] = {}
    for name, value in pairs:
        if "*" not in name:
            plain.append((name, words.decode(value) if "=?" in value else value))
            continue
        found = _EXTENDED.fullmatch(name)
        if found is None:
            continue
        key, number, star = found.groups()
        if number is None:
            _ = whole.setdefault(key.lower(), value)
        else:
            sections.setdefault(key.lower(), _Sections()).add(int(number), value, extended=bool(star))
    if not (whole or sections):
        return plain
    return _in_order(plain, _decoded(whole, sections))


def _in_order(plain: list[tuple[str, str]], extended: list[tuple[str, str]]) -> list[tuple[str, str]]:
    sound = [pair for pair in extended if _REPLACEMENT not in pair[1]]
    damaged = [pair for pair in extended if _REPLACEMENT in pair[1]]
    return sound + plain + damaged


def _decoded(whole: dict[str, str], sections: dict[str, _Sections]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for name, value in whole.items():
        decoded = _whole(value)
        if decoded is not None:
            out.append((name, decoded))
    # RFC 2231 3: sections count from zero; without the first, nobody knows what is missing before the others.
    out.extend([(name, _assemble(found.parts)) for name, found in sections.items() if 0 in found.parts])
    return out


def _whole(value: str) -> str | None:
    """RFC 2231 4: charset'language'percent-encoded."""
    name, text = _split(value)
    encoded = _ESCAPE.search(text) is not None
    # Octets of a charset nobody named, and a charset nobody knows for no octets: then it is something else.
    if (encoded and text is value) or (name and not encoded and not _known(name)):
        return None
    return charset.decode(_octets(text), name)


def _known(name: str) -> bool:
    """Whether a charset can be decoded, or is one of those that say they do not know."""
    return bool(charset.codec(name)) or name.lower() in charset.LABELS


def _split(value: str) -> tuple[str, str]:
    """Cut off charset and language.

    QUIRK: one quote only, ``UTF-8'name``, and none at all, ``name``, from writers that knew RFC 2231 by hearsay.
    """
    quotes = value.count("'")
    if quotes >= 2:
        name, _, text = value.split("'", 2)
        return name, text
    name, _, text = value.partition("'")
    return (name, text) if quotes and charset.codec(name) else ("", value)


def _assemble(parts: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231 4.1: the charset stands in the first section; octets are joined before they are decoded."""
    data: list[bytes] = []
    name = ""
    for count, (number, (extended, value)) in enumerate(sorted(parts.items())):
        if number != count:
            break  # a section is missing: what follows would be glued to the wrong place
        if extended and count == 0:
            name, value = _split(value)
        data.append(_octets(value) if extended else value.encode("utf-8", "surrogatepass"))
    return charset.decode(b"".join(data), name)


def _octets(text: str) -> bytes:
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass"))
