"""Who a message seems to come from, when that is made to be mistaken: what an attentive reader would notice in From.

Nothing here decides that a message is a fraud; it names what frauds have in common, so that a program can say it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mailwright.grammar.address import AddressList
    from mailwright.mime.field import Field

__all__ = ["disguises"]

# Unicode UAX 9: embeddings, overrides, isolates and marks.
_BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
# Something that reads as an address, in a display name.
_ADDRESS = re.compile(r"[^\s<>()\"',;:@]{1,64}[@\uff20]([^\s<>()\"',;:@]{1,255})")
# Scripts that are written together: UTS 39 5.2, "highly restrictive".
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# Letters of other scripts that look like Latin ones in most fonts (UTS 39, confusables): a label made of nothing else.
_CYRILLIC: Final = frozenset("асеорхуіјѕһԁԛԝӏвкмнтгпӓӧ")
_GREEK: Final = frozenset("ονικαυωρτγχ")


def disguises(field: Field) -> Iterator[tuple[str, str]]:
    """Look at a From field.

    Yields:
        A kind of defect and what it is here.
    """
    boxes = field.addresses.mailboxes
    if len(boxes) > 1:
        yield "from-several", field.value[:80]
    if _BIDI.search(field.value):
        yield "from-bidi", ascii(field.value[:80])
    yield from _names(field.addresses)
    for box in boxes:
        if label := _look_alike(box.domain):
            yield "from-lookalike", f"{box.domain[:80]}: {label!a}"


def _names(addresses: AddressList) -> Iterator[tuple[str, str]]:
    """A name that reads as another address than its own."""
    for box in addresses.mailboxes:
        found = _ADDRESS.search(box.name)
        if found and found[1].rstrip(".").casefold() != box.domain.casefold():
            yield "from-disguised", f"{box.name[:80]} <{box.addr_spec[:80]}>"


def _look_alike(domain: str) -> str:
    """The first label that mixes scripts, or is written in letters that look like Latin ones; or nothing."""
    for label in domain.split("."):
        shown = _shown(label)
        if shown.isascii():
            continue
        letters = {character for character in shown.casefold() if not character.isascii() and character.isalpha()}
        scripts = {unicodedata.name(character, "").partition(" ")[0] for character in shown if character.isalpha()}
        mixed = len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)
        plain = not any(character.isascii() and character.isalpha() for character in shown)
        if mixed or (letters and plain and (letters <= _CYRILLIC or letters <= _GREEK)):
            return shown
    return ""


def _shown(label: str) -> str:
    """A label as a program shows it."""
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
