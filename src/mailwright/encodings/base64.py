"""Base64 as mail writes it: lines of 76 columns ended by CRLF (RFC 2045 6.8, RFC 4648 4).

Three bytes become four columns, so one line holds 57 bytes. Encoding a stream chunk by chunk therefore carries what
is left over modulo 57 into the next chunk, and every chunk but the last ends at a line end: the result is the same
bytes as encoding everything at once, whatever the sizes of the chunks.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

import pybase64

__all__ = ["BYTES_PER_LINE", "Decoder", "decode", "encode", "encode_chunks", "encoded_length"]

BYTES_PER_LINE = 57
"""Bytes in a full line: 76 columns (RFC 2045 6.8: lines "of no more than 76 characters") of 4 for each 3 bytes."""

_COLUMNS = 76
# RFC 4648 4: the alphabet. "All line breaks or other characters not found in [it] must be ignored" (RFC 2045 6.8).
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_WHITE = b"\r\n \t"
_CLOSING = b"=" + _WHITE
_TAIL = 64  # octets in which padding and line ends behind it stand; what is longer is looked at more closely


def encode(data: bytes) -> bytes:
    """Encode in lines of 76 columns, each ended by CRLF, also the last (RFC 2045 6.8).

    Args:
        data: any bytes.

    Returns:
        ASCII lines; nothing for nothing.
    """
    return pybase64.encodebytes(data).replace(b"\n", b"\r\n")


def encode_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Encode a stream; what comes out joined equals ``encode`` of what went in joined.

    Args:
        chunks: bytes in pieces of any size, empty ones as well.

    Yields:
        Whole lines; memory stays within a few times the largest chunk.
    """
    carry = b""
    for chunk in chunks:
        block = carry + chunk if carry else bytes(chunk)
        whole = len(block) - len(block) % BYTES_PER_LINE
        carry = block[whole:]
        if whole:
            yield encode(block[:whole] if carry else block)
    if carry:
        yield encode(carry)


def encoded_length(size: int) -> int:
    """Count the octets ``encode`` makes of so many bytes, line ends included.

    Args:
        size: how many bytes will be encoded.

    Returns:
        The exact length in octets.
    """
    lines, rest = divmod(size, BYTES_PER_LINE)
    return lines * (_COLUMNS + 2) + ((rest + 2) // 3 * 4 + 2 if rest else 0)


def decode(data: bytes, begin: int = 0, end: int | None = None) -> bytes:
    """Decode tolerantly: never raises, ignores what is not of the alphabet (RFC 2045 6.8).

    Args:
        data: base64 with or without line ends, padding or rubbish.
        begin: where it begins in the data.
        end: where it ends, so that what lies in a large message need not be copied; the end of the data when None.

    Returns:
        The bytes; a trailing single digit, which carries no whole byte, is dropped.
    """
    end = len(data) if end is None else end
    padding = data.find(b"=", begin, end)
    # Without padding within, dropping what is foreign is all there is to tolerate, and pybase64 does that.
    if padding < 0 or (end - padding < _TAIL and not data[padding:end].strip(_CLOSING)):
        try:
            return pybase64.b64decode(memoryview(data)[begin:end])
        except binascii.Error:
            pass  # digits are missing or left over
    return b"".join([_piece(piece) for piece in _pieces(data[begin:end])])


def _pieces(digits: bytes) -> list[bytes]:
    """QUIRK: several base64 texts glued together carry padding in the middle; each piece is decoded by itself."""
    return _PADDING.split(_FOREIGN.sub(b"", digits))


def _piece(digits: bytes) -> bytes:
    extra = len(digits) % 4
    if extra == 1:  # six bits are no byte
        digits, extra = digits[:-1], 0
    return pybase64.b64decode(digits + b"=" * (-extra % 4)) if digits else b""


class Decoder:
    """Decodes in pieces, as tolerantly as ``decode``, and holds back three digits at most (RFC 2045 6.8)."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next octets and decode all whole groups of four digits."""
        digits = data.translate(None, _WHITE)
        if self._held:
            digits = self._held + digits
        whole = len(digits) & ~3
        try:
            decoded = pybase64.b64decode(digits[:whole] if whole < len(digits) else digits, validate=True)
        except binascii.Error:
            return self._feed_unsound(digits)
        self._held = digits[whole:]
        return decoded

    def _feed_unsound(self, digits: bytes) -> bytes:
        *finished, last = _pieces(digits)
        whole = len(last) & ~3
        self._held = last[whole:]
        return b"".join([_piece(piece) for piece in (*finished, last[:whole])])

    def finish(self) -> bytes:
        """Decode the last group, which may be without its padding."""
        held, self._held = self._held, b""
        return b"".join([_piece(piece) for piece in _pieces(held)])
