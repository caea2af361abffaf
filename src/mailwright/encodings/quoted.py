"""Quoted-printable, for text with CRLF line ends (RFC 2045 6.7).

The encoder stands on ``binascii`` for speed and goes over its result for two courtesies towards the road ahead: a
line never begins with ``.`` (a transport that forgets to stuff dots) nor with ``From `` (an mbox that writes
``>From``). Both keep lines within 76 columns by a soft line break where the line would grow over it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["BLANKS_HELD", "LINE_HELD", "Decoder", "decode", "encode", "encode_chunks"]

BLANKS_HELD: Final = 8192
"""Octets of white space a stream holds back, as they are dropped if the line ends behind them: eight of the longest
lines (RFC 5321 4.5.3.1.6). Of a longer run at the end of a line, what was given out before stays in the text."""

LINE_HELD: Final = 65_536
"""Octets of a line of text a stream holds back, waiting for its end; a longer one is written in parts."""

_COLUMNS = 76  # RFC 2045 6.7 (5): "encoded lines be no more than 76 characters long", the soft break's "=" included

# RFC 2045 6.7 leaves "." and "F" literal or quoted at our choice (rule 1 against rule 2).
_EXPOSED = re.compile(rb"^(\.|F(?=rom ))([^\r\n]*)", re.MULTILINE)
# RFC 2045 6.7 (3): white space at the end of an encoded line was added on the way "and must be deleted".
_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
# RFC 2045 6.7 (5): soft line break. QUIRK: "=" before a bare LF, and as the very last octet, count as one as well.
_SOFT = re.compile(rb"=(?:\r?\n|\Z)")
# RFC 2045 6.7 (1): "=" 2 HEXDIG. QUIRK: lower case is tolerated, as the RFC's note 1 suggests.
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
# What binascii decodes as we do: these two, and no "=" besides.
_REGULAR = re.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
# An octet whose digits may still come.
_OPEN = re.compile(rb"=[0-9A-Fa-f]?\Z")
_NO_END = b"."  # stands where more will come, so that the patterns see no end of data there


def encode(text: bytes) -> bytes:
    """Encode text whose line ends are CRLF (RFC 2045 6.7).

    Args:
        text: bytes in any charset; every CR and LF must belong to a CRLF, see ``lines.canonical``.

    Returns:
        7-bit lines of at most 76 columns; line ends of the text stay line ends.
    """
    encoded = binascii.b2a_qp(text, istext=True)
    if b"\r\n" not in text:  # binascii takes the kind of soft break from the text, and would write a bare LF
        encoded = encoded.replace(b"=\n", b"=\r\n")
    if _EXPOSED.search(encoded) is None:
        return encoded
    return _EXPOSED.sub(_protect, encoded)


def encode_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Encode a stream of text whose line ends are CRLF (RFC 2045 6.7).

    Args:
        chunks: bytes in pieces of any size.

    Yields:
        What, joined, decodes to what went in; equal to ``encode`` of it but for soft line breaks in lines of more than
        ``LINE_HELD`` octets.
    """
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if b"\n" in chunk:
            end = held.rfind(b"\r\n") + 2
            yield encode(bytes(held[:end]))
            del held[:end]
        if len(held) > LINE_HELD:
            end = len(held) - held.endswith(b"\r")
            yield _unended(encode(bytes(held[:end])))
            del held[:end]
    if held:
        yield encode(bytes(held))


def _unended(encoded: bytes) -> bytes:
    """End encoded text by a soft line break, for which its last line may have to be broken once more."""
    before, end, last = encoded.rpartition(b"\r\n")
    if len(last) < _COLUMNS:
        return encoded + b"=\r\n"
    width = 3 if last[-3:-2] == b"=" else 1  # of the last octet, quoted or not
    head, tail = last[:-width], last[-width:]
    return before + end + head + b"=\r\n" + (b"=2E" if tail == b"." else tail) + b"=\r\n"


def _protect(line: re.Match[bytes]) -> bytes:
    first, rest = line[1], line[2]
    quoted = b"=%02X" % first[0]
    if len(rest) + len(quoted) <= _COLUMNS:
        return quoted + rest
    # The rest gets a line of its own, and may be exposed there; it shrinks by an octet each time, so three lines do.
    return quoted + b"=\r\n" + _EXPOSED.sub(_protect, rest)


def decode(data: bytes) -> bytes:
    """Decode tolerantly: never raises, leaves what is no encoding as it stands (RFC 2045 6.7).

    Args:
        data: quoted-printable text.

    Returns:
        The bytes; line ends are as they were in the data.
    """
    if data[-1:] not in (b" ", b"\t", b"=") and (decoded := _regular(data)) is not None:
        return decoded
    return _unquoted(_unfolded(data))


def _regular(data: bytes) -> bytes | None:
    """What can be decoded at the speed of C: no white space at the end of a line, no ``=`` that is neither."""
    if b" \n" in data or b" \r" in data or b"\t\n" in data or b"\t\r" in data:
        return None
    marks = data.count(b"=")
    if not marks:
        return data
    return binascii.a2b_qp(data) if marks == len(_REGULAR.findall(data)) else None


def _unfolded(data: bytes) -> bytes:
    return _SOFT.sub(b"", _TRAILING.sub(b"", data))


def _unquoted(joined: bytes) -> bytes:
    return _QUOTED.sub(_octet, joined)


def _octet(match: re.Match[bytes]) -> bytes:
    return binascii.unhexlify(match[1])


class Decoder:
    """Decodes in pieces, as tolerantly as ``decode`` (RFC 2045 6.7).

    Two ends can be open where the data is cut: a line's, where white space may be trailing and ``=`` may be a soft
    break; and, in what has been joined already, that of a quoted octet, because ``=4=CRLF 1`` joins into one.
    """

    __slots__ = ("_blanks", "_open")

    def __init__(self) -> None:
        self._blanks = b""
        self._open = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next octets and decode up to the last place that what follows cannot change."""
        block = self._blanks + data if self._blanks else data
        tail = block[-BLANKS_HELD:]
        held = len(tail) - len(tail.removesuffix(b"\r").rstrip(b" \t").removesuffix(b"\r").removesuffix(b"="))
        self._blanks = block[len(block) - held :]
        return self._joined(block[: len(block) - held] if held else block)

    def _joined(self, block: bytes) -> bytes:
        if not self._open and (decoded := _regular(block)) is not None:
            return decoded
        joined = self._open + _unfolded(block + _NO_END)[:-1]
        end = _OPEN.search(joined, max(len(joined) - 2, 0))
        self._open = end[0] if end else b""
        return _unquoted(joined[: len(joined) - len(self._open)])

    def finish(self) -> bytes:
        """Decode what was held back: white space and ``=`` at the end are dropped."""
        rest = self._open + _unfolded(self._blanks)
        self._blanks = self._open = b""
        return _unquoted(rest)
