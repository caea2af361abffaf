"""Content that is somewhere else: message/external-body (RFC 2046 5.2.3, RFC 2017).

Only what a message says about it is read here. Nothing is ever fetched and no file is opened, whatever it names: who
wrote the message would choose what this machine asks for, and learn that it was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailwright.encodings import lines
from mailwright.grammar import date as dates
from mailwright.grammar.folding import parameters
from mailwright.grammar.lexer import LINE_LIMIT
from mailwright.mime.body import Wire
from mailwright.mime.field import Field
from mailwright.mime.headers import Headers
from mailwright.mime.parser import parse
from mailwright.mime.part import CONTENT_FIELDS, Part

__all__ = ["ExternalBody", "external", "external_part"]

_TYPE: Final = "message/external-body"
_TEXTS: Final = ("name", "site", "server", "subject", "directory", "mode")
_KNOWN: Final = frozenset({*_TEXTS, "access-type", "url", "expiration", "size", "permission"})

_URL_WORD: Final = 40
"""Characters of a URL between white space: the words of RFC 2017 3 are of 40 at most, so that no mailer breaks one."""

# RFC 2017 3: URL-parameter := <"> URL-word *(*LWSP-char URL-word) <">. What ends the quotes is no part of a URL.
_URL = re.compile(r"[!#-\[\]-~]+")
_SPACES = re.compile(r"[ \t\r\n]+")
_ACCESS = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")  # RFC 2045 5.1: token
_SIZE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalBody:
    """Where content is, as a message says.

    Attributes:
        access_type: ``url``, ``anon-ftp``, ``ftp``, ``tftp``, ``local-file``, ``mail-server``, in lower case.
        url: where it is, when the access type is ``url`` (RFC 2017).
        name: the file there. It comes from a stranger; see ``Part.filename`` for names that can be saved under.
        site: the host that has it.
        server: the address of a mail server that sends it.
        subject: what to write to that server.
        directory: where the file is.
        mode: how it is transferred.
        expiration: until when it is there.
        size: octets it has, before any encoding.
        permission: ``read`` or ``read-write``.
        headers: names and values of the fields of the content, with the Content-ID that names it.
        phantom: what stands where the content would: commands for a mail server, else nothing that matters.
        more: other parameters.
    """

    access_type: str
    url: str = ""
    name: str = ""
    site: str = ""
    server: str = ""
    subject: str = ""
    directory: str = ""
    mode: str = ""
    expiration: datetime | None = None
    size: int | None = None
    permission: str = "read"
    headers: tuple[tuple[str, str], ...] = ()
    phantom: bytes = b""
    more: tuple[tuple[str, str], ...] = ()


# --- reading --------------------------------------------------------------------------------------------------------


def external(part: Part) -> ExternalBody | None:
    """Read where the content of a part is.

    Args:
        part: any part.

    Returns:
        What it says, or None when its type is not message/external-body. Never raises, never fetches.
    """
    field = part.headers.field("content-type")
    if field is None or part.content_type != _TYPE:
        return None
    params = field.parameters.params
    size = params.get("size", "").strip()
    inner = parse(part.content)
    where = inner.offsets
    return ExternalBody(
        access_type=params.get("access-type", "").strip().lower(),
        url=_SPACES.sub("", params.get("url", "")),
        name=params.get("name", ""),
        site=params.get("site", ""),
        server=params.get("server", ""),
        subject=params.get("subject", ""),
        directory=params.get("directory", ""),
        mode=params.get("mode", "").lower(),
        expiration=dates.parse(params.get("expiration", "")),
        size=int(size) if _SIZE.fullmatch(size) else None,
        permission=params.get("permission", "read").strip().lower(),
        headers=tuple(inner.headers.items()),
        phantom=b"" if where is None else inner.raw[where.header_end :],
        more=tuple([(name, value) for name, value in params.items() if name not in _KNOWN]),
    )


# --- writing --------------------------------------------------------------------------------------------------------


def external_part(body: ExternalBody) -> Part:
    """Make a part that says where content is (RFC 2046 5.2.3, RFC 2017).

    Args:
        body: what it says; its headers need a Content-ID, and a Content-Type unless it is text.

    Returns:
        The part, in 7bit as it must be.

    Raises:
        ValueError: something cannot be written; says what.
    """
    if _ACCESS.fullmatch(body.access_type) is None:
        raise ValueError(f"access_type {body.access_type!r} is not allowed; a word such as 'url' or 'anon-ftp' is")
    if body.permission not in ("read", "read-write"):
        raise ValueError(f"permission {body.permission!r} is not allowed; 'read' and 'read-write' are")
    inner = Headers(body.headers)
    if "content-id" not in inner:
        raise ValueError("headers need a Content-ID, by which readers know the content again (RFC 2046 5.2.3)")
    phantom = lines.canonical(body.phantom)
    if not phantom.isascii() or b"\0" in phantom or max(map(len, phantom.split(b"\r\n"))) > LINE_LIMIT:
        raise ValueError("phantom is not 7bit: ASCII without NUL in lines of 998 octets is (RFC 2046 5.2.3)")
    fields = Headers(written=CONTENT_FIELDS)
    fields.append(Field.from_source("Content-Type", _content_type(body)))
    head = b"".join([field.render(utf8=False) for field in inner])
    return Part(fields, Wire(head + b"\r\n" + phantom, "7bit"))


def _content_type(body: ExternalBody) -> bytes:
    said = [("access-type", body.access_type)]
    said += [(name, value) for name in _TEXTS if (value := str(getattr(body, name)))]
    if body.expiration is not None:
        said.append(("expiration", dates.format(body.expiration)))
    if body.size is not None:
        if body.size < 0:
            raise ValueError(f"size={body.size} is less than nothing")
        said.append(("size", str(body.size)))
    if body.permission != "read":
        said.append(("permission", body.permission))
    source = parameters("Content-Type", _TYPE, [*said, *body.more])
    return source if not body.url else source.removesuffix(b"\r\n") + _url(body.url)


def _url(url: str) -> bytes:
    """RFC 2017 3: in quotes, in words that white space separates, which means nothing."""
    if _URL.fullmatch(url) is None:
        raise ValueError(f"url {url!r} is not allowed; printable ASCII without spaces, quotes and '\\' is (RFC 3986)")
    words = [url[start : start + _URL_WORD] for start in range(0, len(url), _URL_WORD)]
    return b';\r\n url="' + "\r\n ".join(words).encode("ascii") + b'"\r\n'
