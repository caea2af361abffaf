"""To and from the standard library's ``email``, which is imported only when somebody calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mailwright.encodings import lines
from mailwright.grammar import params
from mailwright.grammar.address import Address, AddressList
from mailwright.grammar.lexer import LINE_LIMIT, replace_controls
from mailwright.mime import composer
from mailwright.mime.body import Body, Enclosed, Several, Wire
from mailwright.mime.field import ADDRESS_FIELDS, Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import Part

if TYPE_CHECKING:
    from email.headerregistry import Address as StdlibAddress
    from email.message import EmailMessage
    from email.message import Message as StdlibMessage

    from mailwright.mime.message import Message

__all__ = ["field_of", "from_email", "raw_items", "to_email"]

_VERBATIM = frozenset({"", "7bit", "quoted-printable", "base64"})


def to_email(message: Message) -> EmailMessage:
    """Convert to the standard library; see ``Message.to_email``."""
    from email import message_from_bytes, message_from_string, policy

    if message.is_international:  # everything but its header is ASCII, and only from text are UTF-8 addresses read
        text = message.to_bytes().decode("utf-8")
        converted = message_from_string(text, policy=policy.default.clone(utf8=True))
    else:
        converted = message_from_bytes(message.to_bytes(), policy=policy.default)
    for hidden in ("Bcc", "Resent-Bcc") if message.document is None else ():  # what was read is written with them
        for field in message.headers.all_fields(hidden):
            converted[hidden] = str(field.addresses)
    return converted


def from_email(source: StdlibMessage, kind: type[Message]) -> Message:
    """Convert from the standard library; see ``Message.from_email``.

    Nesting is followed with a list of what is still to be done, not with the call stack: children first, so that each
    multipart finds its parts made.
    """
    order: list[StdlibMessage] = []
    waiting = [source]
    while waiting:
        item = waiting.pop()
        order.append(item)
        waiting.extend(_children(item))
    made: dict[int, Part] = {}
    whole: dict[int, Message] = {}
    enclosed = {id(child) for item in order if _encloses(item) for child in _children(item)}
    for item in reversed(order):
        headers = Headers()
        for name, value in raw_items(item):
            headers.append(field_of(name, value))
        part = made[id(item)] = Part(headers, _body(item, made, whole, headers))
        if item is source or id(item) in enclosed:
            whole[id(item)] = _message(kind, part)
    return whole[id(source)]


def _message(kind: type[Message], part: Part) -> Message:
    """Fields that describe the content stay with the root part, and the message shows them as its own."""
    message = kind()
    content = Headers()
    for field in part.headers.raw_fields():
        if not field.key.startswith("content-"):
            message.headers.append(field)
        else:
            content.append(field)
    message.adopt(Part(content, part.body))
    if "mime-version" not in message.headers and content.raw_fields():
        message.headers.append(Field("MIME-Version", "1.0"))
    return message


def _children(item: StdlibMessage) -> list[StdlibMessage]:
    payload = cast("object", item.get_payload())
    return cast("list[StdlibMessage]", payload) if isinstance(payload, list) else []


def _encloses(item: StdlibMessage) -> bool:
    return item.get_content_maintype() == "message" and len(_children(item)) == 1


def _body(item: StdlibMessage, made: dict[int, Part], whole: dict[int, Message], headers: Headers) -> Body:
    children = _children(item)
    if _encloses(item):
        return Enclosed(whole[id(children[0])])
    if item.is_multipart():
        return _several(item, tuple(made[id(child)] for child in children), headers)
    payload: object = item.get_payload()
    encoding = str(item.get("content-transfer-encoding", "")).strip().lower()
    text = payload if isinstance(payload, str) else ""
    if encoding in _VERBATIM and text.isascii():
        data = lines.canonical(text.encode("ascii"))
        if lines.survey(data).longest_line <= LINE_LIMIT and b"\0" not in data:
            return Wire(data, encoding)
    decoded: object = item.get_payload(decode=True)
    data = decoded if isinstance(decoded, bytes) else b""
    if item.get_content_maintype() == "text":
        data = lines.canonical(data)
    encoding, wire = (
        composer.encode_text(data) if item.get_content_maintype() == "text" else composer.encode_octets(data)
    )
    headers.put(Field("Content-Transfer-Encoding", encoding))
    return Wire(wire, encoding)


def _several(item: StdlibMessage, parts: tuple[Part, ...], headers: Headers) -> Several:
    """Keep the boundary when there is one that can be kept: a signature may cover it."""
    boundary = item.get_boundary()
    usable = boundary is not None and boundary.isascii() and boundary.isprintable() and 0 < len(boundary) <= 70
    if boundary is None or not usable or boundary != boundary.rstrip() or composer.occurs(f"--{boundary}", parts):
        boundary = f"=_{composer.new_token(parts)}"
        given = [(n, v) for n, v in item.get_params([], unquote=True)[1:] if n.lower() != "boundary"]
        value, kept = params.writable(item.get_content_type(), given, "multipart/mixed")
        headers.put(composer.parameter_field("Content-Type", value, [*kept, ("boundary", boundary)]))
    return Several(parts, boundary)


def raw_items(item: StdlibMessage) -> list[tuple[str, object]]:
    """The fields as the standard library keeps them."""
    return list(item.raw_items())


def field_of(name: str, value: object) -> Field:
    """Convert a field as the standard library keeps it: source text, or one of its header objects.

    Raises:
        ValueError: its name or an address in it cannot be written.
    """
    addresses: tuple[StdlibAddress, ...] | None = getattr(value, "addresses", None)
    if name.lower() in ADDRESS_FIELDS and addresses is not None and not getattr(value, "defects", ()):
        items = [Address(replace_controls(a.display_name), a.username, a.domain) for a in addresses]
        return Field.of(name, AddressList(items)) if items else Field(name, "")
    if type(value) is str:
        try:
            text = value.encode("utf-8", "surrogateescape")  # how the standard library keeps octets it cannot read
        except UnicodeEncodeError:
            text = value.encode("utf-8", "replace")
        folded = lines.canonical(text.rstrip(b"\r\n"))
        return Field.from_source(name, name.encode("ascii", "replace") + b": " + folded + b"\r\n")
    return Field.of(name, replace_controls(str(value)))
