"""Encoded-words: text outside ASCII in header fields (RFC 2047).

An encoded-word is ``=?charset?encoding?text?=``. White space between two of them is not part of the text, white space
between one of them and anything else is; every rule here follows from these two sentences.

What made reading fast (twice as fast together, on bench/headers.py): one ``split`` by the pattern instead of a match
object for each word, ``a2b_qp`` for the Q encoding, and UTF-8 decoded without asking what its name means.
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
# RFC 2047 4.2 (1): "=" 2 HEXDIG
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")

# Base64 cut within a group of digits is joined with the words behind it, but a stray digit must not shift all of them.
_UNFINISHED_LIMIT: Final = 4
_DELIMITERS = len("=?utf-8?q??=")
# RFC 2047 5 (3): in a phrase only ALPHA, DIGIT and "!" "*" "+" "-" "/" stand for themselves. We keep to it everywhere.
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = [chr(octet) if octet in _LITERAL else f"={octet:02X}" for octet in range(256)]
_Q[0x20] = "_"  # RFC 2047 4.2 (2)


def decode(text: str | bytes, *, undeclared: str = "") -> str:
    """Decode the encoded-words in header text (RFC 2047 6).

    Adjacent words are joined; those of one charset are joined before they are decoded, because some writers split
    characters between words.

    Args:
        text: an unstructured field's value, folded or not.
        undeclared: the charset of octets in no encoded-word that are no UTF-8; Latin-1 when empty.

    Returns:
        The text. Never raises: an unknown charset is guessed, what cannot be decoded is U+FFFD. Control characters that
        were encoded come out as they are; whatever writes a header refuses them.
    """
    source = unfold(text_of(text, undeclared=undeclared) if undeclared else text_of(text))
    if "=?" not in source:
        return source
    pieces = _WORD.split(source)  # text, charset, encoding, encoded text, text, ...
    if len(pieces) == 1:
        return source
    if any(map(_is_damaged, pieces[2::4], pieces[3::4])):
        pieces = _undamaged(source)
    if len(pieces) == 5:  # one word, as in most names
        return f"{pieces[0]}{_charset_decode(_octets(pieces[2], [pieces[3]]), pieces[1].lower())}{pieces[4]}"
    out = [pieces[0]]
    run = _Run()
    for at in range(1, len(pieces), 4):
        run.add(out, pieces[at].lower(), pieces[at + 1].lower(), pieces[at + 2])
        between = pieces[at + 3]
        if at + 4 == len(pieces) or between.strip(" \t\r\n"):
            run.flush(out)
            out.append(between)
    return "".join(out)


def _is_damaged(encoding: str, text: str) -> bool:
    """Whether spaces stand where digits of base64 were lost; decoding would give rubbish, so it stays as it is.

    QUIRK: found in the wild by Thunderbird; its subject read "=?ISO-8859-1?B?UEgR lqZ VuIEhlYWQgVH rbGeOIFNob...".
    """
    if encoding in "Qq" or (" " not in text and "\t" not in text):
        return False
    return sum(map(len, text.split())) % 4 != 0


def _undamaged(source: str) -> list[str]:
    """Cut like ``_WORD.split``, but leave damaged words in the text."""
    pieces: list[str] = []
    here = 0
    for word in _WORD.finditer(source):
        if not _is_damaged(word[2], word[3]):
            pieces += source[here : word.start()], word[1], word[2], word[3]
            here = word.end()
    return [*pieces, source[here:]]


class _Run:
    """Adjacent words: texts of one encoding and charset are joined, then the octets of one charset."""

    __slots__ = ("charset", "encoding", "octets", "texts")

    def __init__(self) -> None:
        self.charset = self.encoding = ""
        self.texts: list[str] = []
        self.octets: list[bytes] = []

    def add(self, out: list[str], name: str, encoding: str, text: str) -> None:
        if name != self.charset:
            self.flush(out)
            self.charset, self.encoding = name, encoding
        elif encoding != self.encoding:
            self._finish()
            self.encoding = encoding
        self.texts.append(text)

    def _finish(self) -> None:
        if self.texts:
            self.octets.append(_octets(self.encoding, self.texts))
            self.texts = []

    def flush(self, out: list[str]) -> None:
        self._finish()
        if self.octets:
            out.append(_charset_decode(b"".join(self.octets), self.charset))
            self.octets = []


def _octets(encoding: str, texts: list[str]) -> bytes:
    """Decode the texts of adjacent words; what is split between them, "=C" and "3", belongs together."""
    if encoding in "Qq":
        return _q_decode(texts[0] if len(texts) == 1 else "".join(texts))
    if len(texts) == 1:
        return _b_decode(texts[0])
    out: list[bytes] = []
    unfinished: list[str] = []  # ended within a group of four digits
    count = 0
    for text in texts:
        unfinished.append(text)
        count += len(text)
        if count % 4 == 0 or text.endswith("=") or len(unfinished) == _UNFINISHED_LIMIT:
            out.append(_b_decode("".join(unfinished)))
            unfinished.clear()
            count = 0
    out.append(_b_decode("".join(unfinished)))
    return b"".join(out)


def _q_decode(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    # a2b_qp knows soft line breaks, which encoded-words do not have: a "=" at an end and two of them.
    if text.endswith("=") or "==" in text or "\n" in text or "\r" in text:
        return _HEX.sub(lambda match: binascii.unhexlify(match[1]), data.replace(b"_", b" "))
    return binascii.a2b_qp(data, header=True)


def _b_decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # anything but whole groups of digits
        return base64.decode(text.encode("utf-8", "surrogatepass"))


def _charset_decode(data: bytes, name: str) -> str:
    if name == "utf-8":
        try:
            return data.decode("utf-8")  # with its byte order mark, which is a character where text goes on
        except UnicodeDecodeError:
            pass
    return charset.decode(data, name)


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
    letter, length = ("b", len(data)) if (len(data) + 2) // 3 * 4 < q_length else ("q", q_length)
    if data and length <= _room(first, letter):  # one word holds it, as it does most names
        return [_word(text, letter)]
    return _pack(text, first, letter=letter)


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
