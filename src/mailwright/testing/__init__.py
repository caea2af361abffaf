"""Tools to test mail code with, ours and yours: conversations as data, played without sockets or with them.

A script is the text of a conversation, from the client's point of view::

    # a comment
    S: 220 mail.example.com ESMTP
    C: EHLO client.example.com
    S: 250-mail.example.com
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 Go ahead
    == tls
    C: QUIT

``S:`` is a line the server says, ``C:`` one it expects, ``C: *`` any line at all. ``S|`` and ``C|`` are bytes without a
line end, with Python's escapes. ``== tls`` is the handshake, ``== close`` the server closing, ``== silence`` the server
saying nothing until the client loses patience. A script that ends, ends in silence that nobody should be waiting for.

Every script is played whole, by line and by byte: a reader that works only when replies come in one piece is broken.
"""

from mailwright.testing.capture import capture
from mailwright.testing.conversing import converse
from mailwright.testing.memory import AsyncMemoryStream, MemoryStream
from mailwright.testing.script import Feed, Player, Script
from mailwright.testing.server import ScriptedServer

__all__ = ["AsyncMemoryStream", "Feed", "MemoryStream", "Player", "Script", "ScriptedServer", "capture", "converse"]
