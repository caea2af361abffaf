"""From texts and files to the smallest structure that says the same (RFC 2046 5.1, RFC 2387).

::

    text                    text/plain
    text, html              multipart/alternative: text/plain, text/html
    text, html, images      multipart/alternative: text/plain, multipart/related: text/html, images
    text, html, calendar    multipart/alternative: text/plain, text/html, text/calendar
    ... and attachments     multipart/mixed: one of the above, attachments
    one attachment alone    itself

A multipart of one child is never written. Everything is 7-bit, so that any server takes it: text travels as it is
when it may (RFC 2045 2.7), else in quoted-printable or base64, whichever is shorter; files travel in base64, which
keeps every octet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from mailwright.encodings import base64, quoted
from mailwright.grammar import folding, params, words
from mailwright.grammar.lexer import LINE_LIMIT, refuse_controls
from mailwright.mime.body import Body, Disk, Enclosed, Held, Several, Wire, canonical_text
from mailwright.mime.field import Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import CONTENT_FIELDS, Part

__all__ = [
    "choose",
    "compose",
    "content_id",
    "encode_octets",
    "encode_text",
    "file_part",
    "flowed_part",
    "message_part",
    "multipart",
    "new_token",
    "occurs",
    "parameter_field",
    "text_part",
]

_SNIFF: Final = 65_536
"""Octets of a text file looked at to see whether it is UTF-8."""

# RFC 2392 2: content-id = url-addr-spec. QUIRK: everybody writes cid:logo without a domain, and every reader takes it.
_CID_FORBIDDEN = frozenset('<>"()\\ ')

# RFC 3676 4.5 writes quote marks without spaces between them, and people write either.
_QUOTED = re.compile(r"^(?:>++(?: |$))++", re.MULTILINE)


def _ready(name: str, value: str) -> Field:
    """A field used again and again, rendered once."""
    field = Field(name, value)
    _ = field.render(utf8=False), field.render(utf8=True)
    return field


_TYPES: Final = {
    (subtype, name): _ready("Content-Type", f"text/{subtype}; charset={name}")
    for subtype in ("plain", "html")
    for name in ("us-ascii", "utf-8")
}
_ENCODINGS: Final = {
    name: _ready("Content-Transfer-Encoding", name) for name in ("7bit", "8bit", "quoted-printable", "base64")
}


# --- transfer encodings ---------------------------------------------------------------------------------------------


def choose(data: bytes) -> str:
    """Choose the Content-Transfer-Encoding of a text with CRLF line ends (RFC 2045 6).

    Args:
        data: the text, canonical.

    Returns:
        ``7bit`` when it may travel as it is, else ``quoted-printable`` or ``base64``, whichever is shorter.
    """
    return encode_text(data)[0]


def encode_text(data: bytes) -> tuple[str, bytes]:
    """Choose as ``choose`` does, and encode.

    Returns:
        The encoding's name and the encoded octets.
    """
    short = len(data) <= LINE_LIMIT or max(map(len, data.split(b"\r\n"))) <= LINE_LIMIT
    if short and data.isascii() and b"\0" not in data and data.count(b"\r") == data.count(b"\r\n"):
        return "7bit", data
    whole = quoted.encode(data)
    if len(whole) <= base64.encoded_length(len(data)):
        return "quoted-printable", whole
    return "base64", base64.encode(data)


def encode_octets(data: bytes) -> tuple[str, bytes]:
    """Encode what is no text: base64 keeps every octet (RFC 2045 6.8)."""
    return "base64", base64.encode(data)


# --- leaves ---------------------------------------------------------------------------------------------------------


def text_part(text: str, subtype: str, parameters: Sequence[tuple[str, str]] = ()) -> Part:
    """Make a text part, mostly text/plain or text/html; us-ascii when that will do, else utf-8 (RFC 2046 4.1.2).

    Args:
        text: any kind of line end.
        subtype: of text/.
        parameters: of its Content-Type, beside the charset.

    Raises:
        ValueError: the text holds a lone surrogate, or the subtype is none.
    """
    data = canonical_text(text, "text" if subtype == "plain" else subtype)
    encoding, wire = encode_text(data)
    charset = "us-ascii" if data.isascii() else "utf-8"
    headers = Headers(written=CONTENT_FIELDS)
    known = None if parameters else _TYPES.get((subtype, charset))
    headers.append(known or parameter_field("Content-Type", f"text/{subtype}", [("charset", charset), *parameters]))
    headers.append(_ENCODINGS[encoding])
    return Part(headers, Wire(wire, encoding), text=text)


def flowed_part(text: str) -> Part:
    """Make a text/plain part whose lines flow (RFC 3676), or one as it is when the text would not come back whole.

    Args:
        text: a paragraph to a line; any kind of line end.

    Raises:
        ValueError: the text holds a lone surrogate.
    """
    from mailwright.encodings import flowed  # which little mail needs

    broken = flowed.encode(text)
    if _even_quotes(flowed.decode(broken)) != _even_quotes(text):
        return text_part(text, "plain")
    part = text_part(broken, "plain", [("format", "flowed")])
    part.put_body(part.body, text=text)
    return part


def _even_quotes(text: str) -> str:
    """A text but for what flowing may change in it: how its lines end, and the spaces between its quote marks."""
    return _QUOTED.sub(lambda marks: "> " * marks[0].count(">"), text.replace("\r\n", "\n").replace("\r", "\n"))


def file_part(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview,
    *,
    name: str | None,
    type: str | None,  # noqa: A002 - as in Message.attach
    disposition: str,
    cid: str | None = None,
    legacy_name: bool = False,
) -> Part:
    """Make a part of a file on disk or of bytes.

    Args:
        source: a path, or the content itself, which then needs a name.
        name: the file name to show; of a path only its last component counts, as of what is given here.
        type: its media type with parameters if any; guessed from the name when it is None.
        disposition: ``attachment`` or ``inline`` (RFC 2183 2.1, 2.2).
        cid: its content identifier, without angle brackets (RFC 2392).
        legacy_name: give the name also in Content-Type, where old programs look, in encoded-words if need be.

    Returns:
        The part; a file is checked now and read when it is written.

    Raises:
        OSError: the file cannot be read; FileNotFoundError when it is not there.
        ValueError: bytes without a name, or a name, type or cid that cannot be written.
        TypeError: neither a path nor bytes.
    """
    body: Held | Disk
    if isinstance(source, bytes | bytearray | memoryview):
        if name is None:
            raise ValueError("bytes have no file name of their own; give name=")
        body = Held(bytes(source))
    elif isinstance(source, str | os.PathLike):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may be untyped
        path = os.fspath(source)
        body = Disk.at(path)
        name = path if name is None else name
    else:
        raise TypeError(f"attach a path, bytes, or a Message, not {source.__class__.__name__}")
    shown = _base_name(name)
    headers = Headers(written=frozenset({"content-transfer-encoding"}))
    content_type = _content_type(type if type is not None else _guess(shown), body, given=type is not None)
    headers.append(_named(content_type, shown) if legacy_name else content_type)
    headers.append(_ENCODINGS["base64"])
    headers.append(parameter_field("Content-Disposition", disposition, [("filename", shown)]))
    if cid is not None:
        headers.append(Field.of("Content-ID", f"<{content_id(cid)}>"))
    return Part(headers, body)


def message_part(enclosed: Enclosed, name: str | None) -> Part:
    """Make a message/rfc822 part; ``compose`` keeps its type in step with the message inside.

    Raises:
        ValueError: the name cannot be written.
    """
    headers = Headers(written=CONTENT_FIELDS)
    names = [] if name is None else [("filename", _base_name(name))]
    headers.append(parameter_field("Content-Disposition", "attachment", names))
    part = Part(headers, enclosed)
    _keep_in_step(part, enclosed)
    return part


def content_id(cid: str) -> str:
    """Validate a content identifier, with or without its angle brackets (RFC 2392).

    Raises:
        ValueError: it holds what a Content-ID cannot.
    """
    inner = cid.removeprefix("<").removesuffix(">")
    if not inner or not inner.isascii() or not inner.isprintable() or _CID_FORBIDDEN.intersection(inner):
        raise ValueError(f"content id {cid!r} is not allowed; printable ASCII without spaces, quotes and brackets is")
    if len(inner) > folding.WORD_WIDTH:
        raise ValueError(f"content id {cid[:20]!r}... has {len(inner)} characters; {folding.WORD_WIDTH} are allowed")
    return inner


def _base_name(name: str) -> str:
    """The last component, whichever system's separator it has; a name must not lead anywhere when it is saved."""
    refuse_controls(name, "file name")
    base = name.replace("\\", "/").rpartition("/")[2].strip()
    if base in ("", ".", ".."):
        raise ValueError(f"file name {name!r} names no file; give name= with a last component")
    return base


def _guess(name: str) -> str:
    import mimetypes  # reads the system's tables on first use, which text-only mail should not pay for

    kind, compression = mimetypes.guess_type(name, strict=False)
    if compression:  # x.tar.gz is a gzip file, whatever is inside (RFC 6713)
        return "application/gzip" if compression == "gzip" else "application/octet-stream"
    # RFC 2046 5.1, 5.2.1: multipart and message take no base64, and only base64 keeps every octet of a file.
    if kind is None or kind.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return kind


def _content_type(type_: str, body: Held | Disk, *, given: bool) -> Field:
    refuse_controls(type_, "type")
    parsed = params.parse(type_)
    main = parsed.value.partition("/")[0]
    if "/" not in parsed.value:
        raise ValueError(f"type {type_!r} is no media type; type/subtype is allowed, such as 'application/pdf'")
    if main in ("message", "multipart"):
        raise ValueError(
            f"type {type_!r} cannot be a file's (RFC 2046 5): attach a Message instead, or leave type= away"
        )
    parameters = list(parsed.params.items())
    if main == "text" and not given and _is_utf8(body):
        parameters.append(("charset", "utf-8"))
    return parameter_field("Content-Type", parsed.value, parameters)


def _named(field: Field, name: str) -> Field:
    """Content-Type with the name of the file.

    QUIRK: Outlook before 2007 and some webmails read no RFC 2231, and show "ATT0001.dat"; they look for an encoded-word
    in name=, which RFC 2047 5 forbids and every reader decodes.
    """
    if name.isascii():
        parsed = field.parameters
        return parameter_field(field.name, parsed.value, [*parsed.params.items(), ("name", name)])
    encoded = words.encoded_words(name, first=words.WORD_LIMIT - len('name=""'))
    source = field.render(utf8=False).removesuffix(b"\r\n")
    return Field.from_source(field.name, b'%s;\r\n name="%s"\r\n' % (source, "\r\n ".join(encoded).encode("ascii")))


def _is_utf8(body: Held | Disk) -> bool:
    """Whether a text file is UTF-8 and more than ASCII, as far as its beginning tells."""
    head = body.data[:_SNIFF] if isinstance(body, Held) else body.head(_SNIFF)
    if head.isascii():
        return False
    try:
        _ = head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == _SNIFF and error.start > _SNIFF - 4  # a character cut by our own limit
    return True


def parameter_field(name: str, value: str, parameters: Sequence[tuple[str, str]]) -> Field:
    """Make a field with parameters (RFC 2231)."""
    return Field.rendered(name, folding.parameters(name, value, parameters))


# --- structure ------------------------------------------------------------------------------------------------------


def compose(
    token: str,
    *,
    text: Part | None,
    html: Part | None,
    embeds: Sequence[Part],
    attachments: Sequence[Part],
    base: Part | None,
    calendar: Part | None = None,
) -> Part:
    """Put parts together in the smallest structure that holds them.

    Args:
        token: what boundaries are made of; occurs in none of the parts, see ``new_token``.
        text: the text/plain part.
        html: the text/html part.
        embeds: what the HTML refers to by ``cid:``.
        attachments: what a person would save.
        base: a body from elsewhere, to which attachments are added; then there is no text, html and calendar.
        calendar: the invitation, the last alternative: RFC 2046 5.1.4 has the one to be preferred stand there.

    Returns:
        The root part.
    """
    for part in attachments:
        if isinstance(part.body, Enclosed) and part.document is None:
            _keep_in_step(part, part.body)
    rich = html if html is not None else base
    if embeds and rich is not None:
        start = [("type", rich.content_type)]  # RFC 2387 3.1: the root's type is required
        rich = _several("related", f"=_{token}.r", [rich, *embeds], start)
        embeds = ()
    views = [part for part in (text, rich, calendar) if part is not None]
    root = _several("alternative", f"=_{token}.a", views) if len(views) > 1 else next(iter(views), None)
    saved = [*embeds, *attachments]
    if root is not None and root.content_type == "multipart/mixed":
        return root if not saved else _several("mixed", f"=_{token}.m", [*root.parts, *saved])
    if root is not None and not saved:
        return root
    if root is None:
        if len(saved) == 1:
            return saved[0]
        root = saved.pop(0) if saved else text_part("", "plain")
        if not saved:
            return root
    return _several("mixed", f"=_{token}.m", [root, *saved])


def multipart(subtype: str, parts: Sequence[Part], parameters: Sequence[tuple[str, str]] = ()) -> Part:
    """Make a multipart of parts, with a boundary that occurs in none of them.

    Raises:
        ValueError: there is no part, or the subtype or a parameter cannot be written.
    """
    if not parts:
        raise ValueError(f"multipart/{subtype} needs at least one part (RFC 2046 5.1.1)")
    return _several(subtype, f"=_{new_token(parts)}", parts, parameters)


def _several(subtype: str, boundary: str, parts: Sequence[Part], more: Sequence[tuple[str, str]] = ()) -> Part:
    headers = Headers(written=CONTENT_FIELDS)
    value = f"multipart/{subtype}"
    headers.append(parameter_field("Content-Type", value, [*more, ("boundary", boundary)]))
    if any(part.body.encoding == "8bit" for part in parts):  # RFC 2045 6.4: around 8bit stands 8bit
        headers.append(_ENCODINGS["8bit"])
    return Part(headers, Several(tuple(parts), boundary))


def _keep_in_step(part: Part, body: Enclosed) -> None:
    """RFC 6532 3.7: message/global for a message whose headers are UTF-8, and then base64 is allowed."""
    international = body.message.is_international
    part.headers.put(Field("Content-Type", "message/global" if international else "message/rfc822"))
    if international:
        part.headers.put(_ENCODINGS["base64"])
    elif body.message.is_eight_bit:
        part.headers.put(_ENCODINGS["8bit"])
    else:
        part.headers.drop("content-transfer-encoding")


def new_token(parts: Sequence[Part]) -> str:
    """Draw the token boundaries are made of, until it occurs in none of the parts (RFC 2046 5.1.1).

    A boundary begins with ``=_``, which neither base64 nor quoted-printable can contain (RFC 2045 6.7); text in 7bit
    can.
    """
    while True:
        token = os.urandom(12).hex()
        if not occurs(token, parts):
            return token


def occurs(token: str, parts: Sequence[Part]) -> bool:
    """Whether a token occurs where a reader would look for a boundary: in what is written as it is."""
    octets = token.encode("ascii")
    return any(octets in wire for wire in _plain(parts))


def _plain(parts: Sequence[Part]) -> Iterator[bytes]:
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if part.document is not None:
            yield part.raw
            continue
        body: Body = part.body
        if isinstance(body, Wire):
            yield body.wire
        elif isinstance(body, Several):
            yield b"--" + body.boundary.encode("ascii")
            waiting.extend(body.parts)
        elif isinstance(body, Enclosed):
            waiting.append(body.message)
