"""What a transport must know of a message before it takes it: UTF-8 addresses, octets over 127, files to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwright.mime import editing, writer
from mailwright.mime.body import Disk, Enclosed, Several
from mailwright.mime.source_headers import SourceHeaders

if TYPE_CHECKING:
    from mailwright.mime.message import Message
    from mailwright.mime.part import Part

__all__ = ["is_eight_bit", "is_international", "streams_from_disk"]


def is_international(message: Message) -> bool:
    """Whether an address it writes has a local part that is not ASCII; see ``Message.is_international``."""
    headers = message.headers
    if isinstance(headers, SourceHeaders) and headers.is_seven_bit and not headers.is_touched():
        return False
    # Hidden fields are never written, so what is in them needs nothing.
    return any(field.is_international for field in headers.raw_fields() if field.key not in writer.HIDDEN)


def is_eight_bit(message: Message) -> bool:
    """Whether what is written holds octets over 127; see ``Message.is_eight_bit``."""
    waiting: list[Message] = [message]
    while waiting:
        item = waiting.pop()
        if item is message and is_international(item):
            return True
        if item.document is not None:
            if not editing.is_seven_bit(item):
                return True
        else:
            for part in item.held():
                if part.document is not None:
                    if not editing.is_seven_bit(part):
                        return True
                elif isinstance(body := part.body, Enclosed):
                    if not body.message.is_international:  # such a one travels in base64
                        waiting.append(body.message)
                elif body.encoding in ("8bit", "binary"):
                    return True
    return False


def streams_from_disk(message: Message) -> bool:
    """Whether writing it reads files; see ``Message.streams_from_disk``."""
    waiting: list[Part] = [message]
    while waiting:
        part = waiting.pop()
        if part.document is not None:
            if not isinstance(part.document.buffer, bytes) or not all(
                isinstance(piece, bytes) for piece in editing.pieces(part)
            ):
                return True
            continue
        body = part.body
        if isinstance(body, Disk):
            return True
        if isinstance(body, Several):
            waiting.extend(body.parts)
        elif isinstance(body, Enclosed):
            waiting.append(body.message)
    return False
