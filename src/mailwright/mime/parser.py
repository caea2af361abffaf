"""The door to reading: octets in, a message out."""

from __future__ import annotations

from mailwright.mime.document import Document
from mailwright.mime.limits import DEFAULT, Limits
from mailwright.mime.message import Message
from mailwright.mime.source import Readable, open_source

__all__ = ["parse"]


def parse(raw: Readable, *, limits: Limits = DEFAULT) -> Message:
    """Read a message (RFC 5322, RFC 2045).

    Finds where the header and the parts stand, in one pass; everything else is read when it is asked for. Whatever the
    octets are, there is a message: what is not as it should be stands in its ``defects``, and ``to_bytes`` gives the
    octets back.

    Args:
        raw: the octets; or a path, whose file is mapped when it is large, and must then stay as it is while the message
            is used. A map that is given must stay open as long. Memory that can change is copied.
        limits: how deep and how far to look.

    Returns:
        The message.

    Raises:
        OSError: the file cannot be read.
        TypeError: it is neither octets nor a path.
    """
    return Document(open_source(raw), limits).root
