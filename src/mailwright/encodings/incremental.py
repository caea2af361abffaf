"""Decoding a body piece by piece: the transfer encodings behind one small protocol (RFC 2045 6).

Whatever the sizes of the pieces, what comes out joined equals the ``decode`` function of that encoding over what went
in joined; a decoder holds back at most what the named limit of its encoding says (one exception, of white space, is
told at :data:`mailwright.encodings.quoted.BLANKS_HELD`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from mailwright.encodings import base64, quoted, uu, yenc

__all__ = ["IDENTITIES", "NAMES", "Decoder", "Identity", "decode_chunks", "decoder", "encode_chunks"]


class Decoder(Protocol):
    """Undoes a transfer encoding in pieces. It never raises on content, and serves for one body."""

    def feed(self, data: bytes) -> bytes:
        """Take the next octets.

        Args:
            data: any number of octets.

        Returns:
            What can be decoded now; perhaps nothing.
        """
        ...

    def finish(self) -> bytes:
        """Say that nothing follows.

        Returns:
            What was held back.
        """
        ...


class Identity:
    """What needs no decoding (RFC 2045 6.2), or says it was encoded in a way nobody knows."""

    __slots__ = ()

    def feed(self, data: bytes) -> bytes:
        """Give back what came."""
        return data

    def finish(self) -> bytes:
        """Nothing was held back."""
        return b""


_DECODERS: Final[dict[str, type[Decoder]]] = {
    "base64": base64.Decoder,
    "quoted-printable": quoted.Decoder,
    **dict.fromkeys(uu.NAMES, uu.Decoder),
    **dict.fromkeys(yenc.NAMES, yenc.Decoder),
}
NAMES: Final = frozenset(_DECODERS)
"""Transfer encodings that make other octets of the content (RFC 2045 6.2), in lower case."""

IDENTITIES: Final = frozenset({"", "7bit", "8bit", "binary"})
"""Those that leave it as it is."""

_ENCODERS: Final[dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]]] = {
    "base64": base64.encode_chunks,
    "quoted-printable": quoted.encode_chunks,
    **dict.fromkeys(("7bit", "8bit", "binary"), iter),
}


def decoder(encoding: str) -> Decoder:
    """Make a decoder.

    Args:
        encoding: what Content-Transfer-Encoding says, in any case.

    Returns:
        One for a single body. ``7bit``, ``8bit``, ``binary``, nothing, and what is not known leave octets as they are.
    """
    return _DECODERS.get(encoding.strip(" \t\r\n").lower(), Identity)()


def encode_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Encode a stream (RFC 2045 6).

    Args:
        chunks: octets in pieces of any size; for quoted-printable, text whose line ends are CRLF.
        encoding: ``base64``, ``quoted-printable``, or one that changes nothing: ``7bit``, ``8bit``, ``binary``.

    Yields:
        Encoded octets in constant memory.

    Raises:
        ValueError: nobody writes that encoding in mail.
    """
    name = encoding.strip(" \t\r\n").lower()
    if name not in _ENCODERS:
        raise ValueError(f"encoding {encoding!r} is not written; {', '.join(sorted(_ENCODERS))} are")
    return _ENCODERS[name](chunks)


def decode_chunks(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Decode a stream (RFC 2045 6).

    Args:
        chunks: the encoded octets in pieces of any size.
        encoding: what Content-Transfer-Encoding says.

    Yields:
        Decoded octets, no empty pieces.
    """
    undo = decoder(encoding)
    for chunk in chunks:
        if decoded := undo.feed(chunk):
            yield decoded
    if decoded := undo.finish():
        yield decoded
