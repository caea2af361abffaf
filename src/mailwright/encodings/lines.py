"""Line ends: mail knows only CRLF (RFC 5322 2.1, RFC 5321 2.3.8); files and programs know three kinds.

A bare CR or a bare LF in a body is where SMTP smuggling begins, so everything mailwright composes goes through
``canonical`` first, and whoever chooses a transfer encoding asks ``survey`` what a body holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Facts", "canonical", "canonical_chunks", "is_canonical", "survey", "with_ends"]

_EIGHT_BIT = bytes(range(0x80, 0x100))
# RFC 5322 2.3: "CR and LF MUST only occur together as CRLF".
_BARE_CR = re.compile(rb"\r(?!\n)")
_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a body holds, as far as choosing its transfer encoding needs to know.

    Attributes:
        length: octets.
        longest_line: octets of the longest line without its line end, of whatever kind that is.
        eight_bit: how many octets are over 127.
        has_nul: an octet is zero (RFC 2045 2.7 excludes it from 7bit and 8bit).
        bare_cr: a CR stands without LF.
        bare_lf: an LF stands without CR.
    """

    length: int
    longest_line: int
    eight_bit: int
    has_nul: bool
    bare_cr: bool
    bare_lf: bool

    @property
    def is_seven_bit(self) -> bool:
        """Whether it may travel as it is, line lengths aside (RFC 2045 2.7)."""
        return not (self.eight_bit or self.has_nul or self.bare_cr or self.bare_lf)


def canonical(data: bytes) -> bytes:
    """Turn every line end, be it CRLF, CR or LF, into CRLF (RFC 5322 2.1).

    Args:
        data: any bytes.

    Returns:
        The same lines; the very same object when there was nothing to do.
    """
    if is_canonical(data):
        return data
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.replace(b"\n", b"\r\n")


def is_canonical(data: bytes) -> bool:
    """Whether every CR and every LF belongs to a CRLF."""
    pairs = data.count(b"\r\n")
    return data.count(b"\n") == pairs and data.count(b"\r") == pairs


def with_ends(data: bytes, end: bytes) -> bytes:
    """Give lines that end with CRLF another end, that of the file they are put into.

    Args:
        data: canonical.
        end: CRLF, LF or CR.
    """
    return data if end == b"\r\n" else data.replace(b"\r\n", end)


def canonical_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Turn every line end of a stream into CRLF, also one that two chunks share.

    Args:
        chunks: bytes in pieces of any size.

    Yields:
        What, joined, equals ``canonical`` of what went in joined.
    """
    held = False  # the last chunk ended with a CR, and the next may begin with its LF
    for chunk in chunks:
        if not chunk:
            continue
        block = b"\r" + chunk if held else bytes(chunk)
        held = block.endswith(b"\r")
        if held:
            block = block[:-1]
        if block:
            yield canonical(block)
    if held:
        yield b"\r\n"


def survey(data: bytes) -> Facts:
    """Look over a body once and say what it holds.

    Args:
        data: the body, not yet encoded.

    Returns:
        The facts a transfer encoding is chosen by.
    """
    ascii_only = data.isascii()
    has_cr = b"\r" in data
    return Facts(
        length=len(data),
        longest_line=max(map(len, data.splitlines()), default=0),
        eight_bit=0 if ascii_only else len(data) - len(data.translate(None, _EIGHT_BIT)),
        has_nul=b"\0" in data,
        bare_cr=has_cr and _BARE_CR.search(data) is not None,
        bare_lf=_BARE_LF.search(data) is not None,
    )
