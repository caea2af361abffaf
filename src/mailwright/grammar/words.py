"""Encoded-words: text outside ASCII in header fields (RFC 2047).

An encoded-word is ``=?charset?encoding?text?=``. White space between two of them is not part of the text, white space
between one of them and anything else is; every rule here follows from these two sentences.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from mailwright.encodings import base64, charset
from mailwright.grammar.lexer import text_of, unfold

__all__ = ["WORD_LIMIT", "decode", "encode", "encoded_words", "looks_encoded"]

WORD_LIMIT: Final = 75
"""Characters of an encoded-word, delimiters included (RFC 2047 2: "may not be more than 75 characters long")."""

# RFC 2047 2: encoded-word = "=?" charset "?" encoding "?" encoded-text "?="; RFC 2231 5 adds ["*" language].
# QUIRK: spaces in the encoded text are tolerated (RFC 2047 forbids them); "?" is not, so each try ends at the next one.
_WORD = re.compile(r"=\?([^\s?*\"=]+)(?:\*[^\s?]*)?\?([BbQq])\?([^?]*)\?=")
# RFC 2047 6.2: "any 'linear-white-space' that separates a pair of adjacent 'encoded-word's is ignored".
_BLANK = re.compile(r"[ \t\r\n]*\Z")
# RFC 2047 4.2 (1): "=" 2 HEXDIG
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")

_DELIMITERS = len("=?utf-8?q??=")
# RFC 2047 5 (3): in a phrase only ALPHA, DIGIT and "!" "*" "+" "-" "/" stand for themselves. We keep to it everywhere.
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = [chr(octet) if octet in _LITERAL else f"={octet:02X}" for octet in range(256)]
_Q[0x20] = "_"  # RFC 2047 4.2 (2)


def decode(text: str | bytes) -> str:
    """Decode the encoded-words in header text (RFC 2047 6).

    Adjacent words are joined; those of one charset are joined before they are decoded, because some writers split
    characters between words.

    Args:
        text: an unstructured field's value, folded or not.

    Returns:
        The text. Never raises: an unknown charset is guessed, what cannot be decoded is U+FFFD. Control characters that
        were encoded come out as they are; whatever writes a header refuses them.
    """
    source = unfold(text_of(text))
    if "=?" not in source:
        return source
    first = _WORD.search(source)
    if first is None:
        return source
    if source.find("=?", first.end()) < 0:  # one word, as in most names
        data = _q_decode(first[3]) if first[2] in "Qq" else base64.decode(first[3].encode("utf-8", "surrogatepass"))
        return f"{source[: first.start()]}{charset.decode(data, first[1].lower())}{source[first.end() :]}"
    out: list[str] = []
    run = _Run()
    here = 0
    for word in _WORD.finditer(source):
        between = source[here : word.start()]
        if not (run.pieces and _BLANK.match(between)):
            run.flush(out)
            out.append(between)
        run.add(word[1], word[2], word[3])
        here = word.end()
    run.flush(out)
    out.append(source[here:])
    return "".join(out)


class _Run:
    """Adjacent words, grouped by charset, and within by base64 texts that continue each other."""

    __slots__ = ("charset", "pieces", "unfinished")

    def __init__(self) -> None:
        self.charset = ""
        self.pieces: list[tuple[str, bytes]] = []
        self.unfinished: list[str] = []  # base64 that ended within a group of four digits

    def add(self, charset_name: str, encoding: str, text: str) -> None:
        name = charset_name.lower()
        if name != self.charset or encoding in "Qq":
            self._finish()
        self.charset = name
        if encoding in "Qq":
            self.pieces.append((name, _q_decode(text)))
            return
        self.unfinished.append(text)
        self.pieces.append((name, b""))  # holds the place
        if sum(map(len, self.unfinished)) % 4 == 0 or text.endswith("=") or len(self.unfinished) >= 4:
            self._finish()

    def _finish(self) -> None:
        if self.unfinished:
            joined = base64.decode("".join(self.unfinished).encode("utf-8", "surrogatepass"))
            self.pieces[-1] = (self.charset, joined)
            self.unfinished.clear()

    def flush(self, out: list[str]) -> None:
        self._finish()
        here = 0
        while here < len(self.pieces):
            name = self.pieces[here][0]
            start = here
            while here < len(self.pieces) and self.pieces[here][0] == name:
                here += 1
            out.append(charset.decode(b"".join([piece for _, piece in self.pieces[start:here]]), name))
        self.pieces.clear()
        self.charset = ""


def _q_decode(text: str) -> bytes:
    data = text.replace("_", " ").encode("utf-8", "surrogatepass")
    return _HEX.sub(lambda match: binascii.unhexlify(match[1]), data)


def looks_encoded(text: str) -> bool:
    """Whether a reader may take part of this text for an encoded-word, however lenient it is."""
    return "=?" in text


def encode(text: str) -> str:
    """Encode text as encoded-words when it needs any (RFC 2047 2, 5).

    Args:
        text: any characters but lone surrogates.

    Returns:
        The text itself when it is printable ASCII and looks like no encoded-word; otherwise UTF-8 encoded-words of at
        most 75 characters each, separated by single spaces, at which a field may be folded. ``decode`` gives the
        text back.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    if text.isascii() and text.isprintable() and not looks_encoded(text):
        return text
    return " ".join(encoded_words(text))


def encoded_words(text: str, *, first: int = WORD_LIMIT) -> list[str]:
    """Write text as encoded-words, never splitting a character (RFC 2047 2, 4, 5).

    Args:
        text: what to encode, whole.
        first: characters the first word may have, when it shares its line with something; at least one character of the
            text is put into it all the same.

    Returns:
        The words, each at most 75 characters, B or Q by whichever is shorter.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"text {text!r} holds a lone surrogate at index {error.start}") from None
    literal = sum(map(data.count, _literals_in(data)))
    q_length = 3 * len(data) - 2 * literal
    if (len(data) + 2) // 3 * 4 < q_length:
        return _pack(text, first, letter="b")
    return _pack(text, first, letter="q")


def _literals_in(data: bytes) -> list[int]:
    return [octet for octet in set(data) if octet in _LITERAL or octet == 0x20]


def _pack(text: str, first: int, *, letter: str) -> list[str]:
    """Fill words with whole characters up to their room."""
    words: list[str] = []
    room = _room(first, letter)
    begin = used = 0
    for index, character in enumerate(text):
        octets = character.encode("utf-8")
        width = len(octets) if letter == "b" else sum([len(_Q[octet]) for octet in octets])
        if used + width > room and index > begin:
            words.append(_word(text[begin:index], letter))
            begin, used, room = index, 0, _room(WORD_LIMIT, letter)
        used += width
    if begin < len(text):
        words.append(_word(text[begin:], letter))
    return words


def _room(limit: int, letter: str) -> int:
    """What fits: columns of Q text, or octets whose base64 fits."""
    columns = min(limit, WORD_LIMIT) - _DELIMITERS
    return columns // 4 * 3 if letter == "b" else columns


def _word(text: str, letter: str) -> str:
    data = text.encode("utf-8")
    if letter == "b":
        return f"=?utf-8?b?{binascii.b2a_base64(data, newline=False).decode('ascii')}?="
    return f"=?utf-8?q?{''.join([_Q[octet] for octet in data])}?="
