"""Messages that begin with another: an answer, a forwarded one, the next one of the same kind (RFC 5322 3.6.4, A.2).

The message they begin with is not changed. Its parts are taken over as they stand, in the encoding they came in.
"""

from __future__ import annotations

import html as escaping
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import unquote

from mailwright.encodings import flowed, html_text, lines, text_html
from mailwright.grammar import lists
from mailwright.grammar.address import Address, Group
from mailwright.grammar.lexer import replace_controls
from mailwright.mime import composer, views
from mailwright.mime.body import Ranged, Wire
from mailwright.mime.field import ADDRESS_FIELDS, ONCE, Field
from mailwright.mime.headers import Headers
from mailwright.mime.part import Part

if TYPE_CHECKING:
    from mailwright.mime.field import AddressLike
    from mailwright.mime.message import Message

__all__ = ["Answered", "as_html", "as_text", "forward", "reply", "template"]

Answered: TypeAlias = Literal["author", "all", "list"]
"""Who gets an answer: the author, everybody who got the message, or the list it came by."""

REFERENCES_LIMIT: Final = 30
"""Identifiers of a thread that are kept: the first and the newest. Son-of-RFC1036 6.5 wants at least the first and the
last three; more than one line of 998 octets full helps nobody."""

# RFC 5322 3.6.5: "Re: ". QUIRK: "AW", "SV", "Antw", "TR", "WG" and counters such as "Re[2]:", which programs in other
# languages write; another "Re: " before them would grow with every answer.
_REPLIED = re.compile(r"(?:re|aw|sv|antw|vs|odp|ynt|res)(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARDED = re.compile(r"(?:fwd?|wg|tr|vb|rv|i)\s*:", re.IGNORECASE)
# Fields that tell the way of one message, or belong to it alone (RFC 5322 3.6.4, 3.6.6, 3.6.7; RFC 6376, 8601, 8617).
_ITS_OWN: Final = frozenset(
    [
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "received",
        "return-path",
        "delivered-to",
        "x-original-to",
        "envelope-to",
        "mime-version",
        "dkim-signature",
        "domainkey-signature",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "authentication-results",
        "received-spf",
        "x-received",
        "status",
        "x-status",
        "x-uid",
        "x-mozilla-status",
        "x-mozilla-status2",
        "autocrypt",
        "content-length",
        "lines",
    ]
)
_SHOWN: Final = ("From", "Date", "Subject", "To", "Cc")
_WRITTEN: Final = frozenset({"content-transfer-encoding"})


# --- reading whatever there is --------------------------------------------------------------------------------------


def as_text(message: Message) -> str:
    """The text of a message, made of its HTML when there is no other; see ``Message.as_text``."""
    text = _unflowed(message)
    if text is not None:
        return text
    html = message.html
    return "" if html is None else html_text.to_text(html)


def as_html(message: Message) -> str:
    """The HTML of a message, made of its text when there is no other; see ``Message.as_html``."""
    html = message.html
    return html if html is not None else text_html.to_html(_unflowed(message) or "")


def _unflowed(message: Message) -> str | None:
    """The text with its paragraphs as lines (RFC 3676)."""
    text = message.unflowed()
    if text is None and (text := message.text) is not None:
        format_, delsp = _format(message)
        return flowed.decode(text, delsp=delsp) if format_ == "flowed" else text
    return text


def _format(message: Message) -> tuple[str, bool]:
    """RFC 3676 4: what the text says of itself; ``views`` may join several, and then the first speaks for them."""
    part = next((part for part in views.sort(message).text if part.content_type == "text/plain"), None)
    declared = None if part is None else part.headers.parameters("content-type")
    if declared is None:
        return "", False
    return declared.params.get("format", "").lower(), declared.params.get("delsp", "").lower() == "yes"


def _new() -> Message:
    from mailwright.mime.message import Message  # which has the methods that call this module

    return Message()


# --- an answer ------------------------------------------------------------------------------------------------------


def reply(
    message: Message,
    *,
    from_: AddressLike,
    text: str,
    html: str | None,
    to: Answered,
    quote: bool,
) -> Message:
    """Begin an answer; see ``Message.reply``."""
    answer = _new()
    answer.from_ = from_
    own = {_same(box) for box in answer.from_.mailboxes}
    first, others = _recipients(message, to, own)
    if not first:
        raise ValueError(f"there is nobody to answer: the message names no {'list' if to == 'list' else 'author'}")
    answer.to = first
    if others:
        answer.cc = others
    answer.subject = _subject(message, "Re: ", _REPLIED)
    _thread(answer, message)
    answer.text = _above(text, f"{_attribution(message)}\n{_quoted(message.as_text())}") if quote else text
    if html is not None:
        answer.html = f"{html}{_quoted_html(message)}" if quote else html
        if quote:
            _keep_images(answer, message)
    return answer


def _recipients(message: Message, to: Answered, own: set[str]) -> tuple[list[Address], list[Address]]:
    """Who is written to, and who gets a copy (RFC 5322 3.6.2, 3.6.3); nobody twice, and not the one who answers."""
    if to == "list":
        return _list_post(message), []
    if to not in ("author", "all"):
        raise ValueError(f"to={to!r} is not known; 'author', 'all' or 'list' is")
    first = list(message.reply_to.mailboxes or message.from_.mailboxes or message.sender.mailboxes)
    if all(_same(box) in own for box in first) and message.to:  # an answer to oneself goes on to whom it was written
        first = list(message.to.mailboxes)
    copies = [*message.to.mailboxes, *message.cc.mailboxes] if to == "all" else []
    seen = {_same(box) for box in first} | own
    others: list[Address] = []
    for box in copies:
        if _same(box) not in seen:
            seen.add(_same(box))
            others.append(box)
    return first, others


def _list_post(message: Message) -> list[Address]:
    """RFC 2369 3.4."""
    field = message.headers.field("list-post")
    posts = () if field is None else lists.parse_commands(field.value).urls
    for url in posts:
        scheme, _, rest = url.partition(":")
        if scheme.lower() == "mailto":
            try:
                return [Address.parse(unquote(rest.partition("?")[0]))]
            except ValueError:
                continue
    return []


def _same(box: Address) -> str:
    """Mailboxes that no server in use tells apart."""
    return f"{box.local}@{box.domain}".casefold()


def _subject(message: Message, prefix: str, known: re.Pattern[str]) -> str:
    subject = replace_controls(message.subject)
    return subject if known.match(subject) else prefix + subject


def _thread(answer: Message, message: Message) -> None:
    """RFC 5322 3.6.4: References are those of the parent, or its In-Reply-To when that is one, and the parent."""
    parent = message.message_id
    if parent is None:
        return
    before = list(message.references) or [one for one in (message.in_reply_to,) if one is not None]
    thread = [*[one for one in before if one != parent], parent]
    if len(thread) > REFERENCES_LIMIT:
        thread = [thread[0], *thread[1 - REFERENCES_LIMIT :]]
    try:
        answer.in_reply_to = parent
        answer.references = thread
    except ValueError:  # an identifier that was tolerated and cannot be written
        answer.in_reply_to = None
        answer.references = None


def _above(text: str, below: str) -> str:
    own = text.rstrip("\n")
    return f"{own}\n\n{below}" if own else below


def _attribution(message: Message) -> str:
    boxes = message.from_.mailboxes
    who = (boxes[0].name or boxes[0].addr_spec) if boxes else "somebody"
    when = message.date
    return f"{who} wrote:" if when is None else f"On {when:%Y-%m-%d at %H:%M}, {who} wrote:"


def _quoted(text: str) -> str:
    """RFC 3676 4.5: a line that is quoted already gets no space between the marks."""
    quoted = [f">{line}" if line[:1] == ">" else f"> {line}".rstrip() for line in text.rstrip("\n").split("\n")]
    return "\n".join([*quoted, ""])


def _quoted_html(message: Message) -> str:
    attribution = escaping.escape(_attribution(message))
    return f'<p>{attribution}</p><blockquote type="cite">{_inner(message.as_html())}</blockquote>'


# What stands around the content of a document, which is put into another one. A tag ends before the next one begins, so
# that each octet is looked at once.
_AROUND = re.compile(r"<!doctype\b[^<>]*>|</?(?:html|body)\b[^<>]*>", re.IGNORECASE)
_HEAD = re.compile(r"<head\b", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*+>", re.IGNORECASE)


def _inner(html: str) -> str:
    begin, end = _HEAD.search(html), _HEAD_END.search(html)
    if begin and end and begin.start() < end.start():
        html = html[: begin.start()] + html[end.end() :]
    return _AROUND.sub("", html)


# --- a forwarded message --------------------------------------------------------------------------------------------


def forward(
    message: Message,
    *,
    from_: AddressLike,
    to: AddressLike,
    text: str,
    html: str | None,
    as_attachment: bool,
) -> Message:
    """Begin a message that passes another on; see ``Message.forward``."""
    passed = _new()
    passed.from_ = from_
    passed.to = to
    passed.subject = _subject(message, "Fwd: ", _FORWARDED)
    if as_attachment:
        passed.text = text
        passed.html = html
        _ = passed.attach(message)
        return passed
    _thread(passed, message)
    head = [(name, _line(message, name.lower())) for name in _SHOWN if name in message.headers]
    shown = "".join([f"{name}: {value}\n" for name, value in head])
    passed.text = _above(text, f"---------- Forwarded message ----------\n{shown}\n{message.as_text()}")
    if html is not None or message.html is not None:
        table = "".join([f"<b>{name}:</b> {escaping.escape(value)}<br>" for name, value in head])
        own = text_html.to_html(text) if html is None else html
        passed.html = f"{own}<p>---------- Forwarded message ----------</p><p>{table}</p>{_inner(message.as_html())}"
        _keep_images(passed, message)
    for part in message.attachments:
        passed.take(_taken(part), embedded=False)
    return passed


def _line(message: Message, key: str) -> str:
    field = message.headers.field(key)
    if field is None:
        return ""
    return ", ".join(map(_named, field.addresses)) if key in ADDRESS_FIELDS else field.value


def _named(item: Address | Group) -> str:
    return str(item) if isinstance(item, Group) or not item.name else f"{item.name} <{item.addr_spec}>"


def _keep_images(answer: Message, message: Message) -> None:
    """What the HTML refers to by cid: goes along; everything else is an attachment, or is left behind."""
    for part in _embedded(message):
        answer.take(_taken(part), embedded=True)


def _embedded(message: Message) -> list[Part]:
    """The parts that are neither read nor saved, but shown by what is read."""
    sorted_ = views.sort(message)
    elsewhere = {id(part) for part in (*sorted_.text, *sorted_.html, *message.attachments)}
    return [part for part in message.walk() if part.cid and not part.parts and id(part) not in elsewhere]


# --- the next one of its kind ---------------------------------------------------------------------------------------


def template(message: Message) -> Message:
    """Begin a new message with everything a message says; see ``Message.template``."""
    made = _new()
    for field in message.headers.fields():
        once = field.key in ONCE and made.headers.own(field.key) is not None
        if not once and field.key not in _ITS_OWN and not field.key.startswith(("content-", "resent-")):
            made.headers.append(field)
    made.text = message.text
    made.html = message.html
    _keep_images(made, message)
    for part in message.attachments:
        made.take(_taken(part), embedded=False)
    return made


def _taken(part: Part) -> Part:
    """A part for another message: the octets it came in, or encoded anew when they cannot travel as they are."""
    headers = Headers(written=_WRITTEN)
    for field in part.headers.fields():
        if field.key.startswith("content-"):
            headers.append(field)
    body = part.body
    if isinstance(body, Ranged) and not lines.survey(body.buffer[body.begin : body.end]).is_seven_bit:
        encoding, wire = composer.encode_octets(part.content)
        headers.put(Field("Content-Transfer-Encoding", encoding))
        body = Wire(wire, encoding)
    return Part(headers, body)
