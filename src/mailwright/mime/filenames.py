"""File names that came by mail: what of them may name a file (RFC 2183 2.3, 5)."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["NAME_LIMIT", "safe"]

NAME_LIMIT: Final = 255
"""Characters of a name; ext4, NTFS and APFS take 255 octets or units."""

# Controls, and what turns the direction of text: "invoice\u202efdp.exe" shows as "invoiceexe.pdf".
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Devices of Windows, with any suffix.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)


def safe(name: str) -> str:
    """Make a declared name one that can be joined to a directory.

    Args:
        name: as it was declared, decoded.

    Returns:
        Its last component without controls, an underscore before the name of a device; empty when nothing is left.
    """
    # RFC 2183 2.3: "the receiving MUA SHOULD NOT [...] use any directory path information". Both systems' separators.
    last = _UNSEEN.sub("", name[max(name.rfind("/"), name.rfind("\\")) + 1 :]).strip()
    if last.strip(". ") == "":
        return ""
    if len(last) > NAME_LIMIT:
        stem, dot, suffix = last.rpartition(".")
        room = NAME_LIMIT - len(suffix) - 1
        last = f"{stem[:room]}.{suffix}" if dot and room > 0 else last[:NAME_LIMIT]
    return f"_{last}" if _DEVICE.match(last) else last
