"""From options, files and standard input to a message and its envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from mailwright.cli.options import read_stdin
from mailwright.grammar.address import Address, parse_list
from mailwright.mime import Envelope, Message, Outgoing

if TYPE_CHECKING:
    from email.message import EmailMessage

__all__ = ["ComposeOptions", "Composed", "compose", "without_bcc"]

_HIDDEN: Final = {b"bcc", b"resent-bcc"}
_FOR_NEW_ONES: Final = {"subject", "text", "text_file", "html", "html_file", "attach", "header"}
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")


class ComposeOptions(TypedDict):
    """What is to be sent, and to whom."""

    message: str | None
    from_: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str | None
    text: str | None
    text_file: str | None
    html: str | None
    html_file: str | None
    attach: tuple[Path, ...]
    header: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """A message and where it goes.

    Attributes:
        message: the message: one of ours, or bytes that are sent as they are.
        envelope: from whom, to whom.
        size: octets.
    """

    message: Message | bytes
    envelope: Envelope
    size: int

    def raw(self) -> bytes:
        """The message as it is sent."""
        return self.message if isinstance(self.message, bytes) else self.message.to_bytes()


def compose(options: ComposeOptions) -> Composed:
    """Make the message, or read it.

    Raises:
        ValueError: it cannot be made from these options; says which is in the way.
        OSError: a file cannot be read.
    """
    return _written(options) if options["message"] is None else _given(options, options["message"])


# --- a message made from options ---


def _written(options: ComposeOptions) -> Composed:
    _refuse_nothing(options)
    message = Message(
        from_=options["from_"],
        to=_listed(options["to"]),
        cc=_listed(options["cc"]),
        bcc=_listed(options["bcc"]),
        subject=options["subject"],
        text=_content("text", options["text"], options["text_file"]),
        html=_content("html", options["html"], options["html_file"]),
    )
    for path in options["attach"]:
        message.attach(path)
    _add_headers(message, options["header"])
    outgoing = Outgoing.of(message)
    return Composed(message, Envelope.of(message), outgoing.size(outgoing.international) or 0)


def _refuse_nothing(options: ComposeOptions) -> None:
    texts = options["text"], options["text_file"], options["html"], options["html_file"]
    if not (any(texts) or options["subject"] or options["attach"]):
        raise ValueError("there is nothing to send: give --subject, --text, --html, --attach, or a MESSAGE file")
    if not options["from_"]:
        raise ValueError("the sender is missing: give --from")
    if not (options["to"] or options["cc"] or options["bcc"]):
        raise ValueError("a recipient is missing: give --to, --cc or --bcc")
    if texts.count("-") > 1:
        raise ValueError("standard input holds one text; only one option can be -")


def _listed(values: tuple[str, ...]) -> str | None:
    return ", ".join(values) or None


def _content(name: str, text: str | None, file: str | None) -> str | None:
    if text is not None and file is not None:
        raise ValueError(f"give --{name} or --{name}-file, not both")
    if "-" in (text, file):
        return read_stdin().decode("utf-8")
    return text if file is None else Path(file).read_text("utf-8")


def _add_headers(message: Message, headers: tuple[str, ...]) -> None:
    """The first of a name replaces what is there, more of it are added."""
    seen: set[str] = set()
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise ValueError(f'--header {header!r} is not of the form "Name: value"')
        name = name.strip()
        if name.lower() in seen:
            message.headers.add(name, value.strip())
        else:
            message.headers[name] = value.strip()
        seen.add(name.lower())


# --- a message that is there already ---


def _given(options: ComposeOptions, source: str) -> Composed:
    """Its bytes go out as they are, but for Bcc: a signature in it stays valid."""
    for name, value in options.items():
        if value and name in _FOR_NEW_ONES:
            raise ValueError(f"--{name.replace('_', '-')} is for a message made here, and MESSAGE is one already")
    raw = read_stdin() if source == "-" else Path(source).read_bytes()
    if not raw.strip():
        raise ValueError("the message is empty")
    sent = without_bcc(raw)
    return Composed(sent, _envelope(options, raw), len(sent))


def _envelope(options: ComposeOptions, raw: bytes) -> Envelope:
    sender, recipients = options["from_"], _mailboxes(options["to"] + options["cc"] + options["bcc"])
    if sender and sender != "<>" and recipients:
        return Envelope(_mailboxes((sender,))[0], recipients)  # and the header may say what it likes
    header = _header(raw)
    if sender is not None and "from" not in header:
        header["From"] = "nobody@localhost"  # the envelope has one, and only the recipients are looked for
    if recipients and not any(name in header for name in ("to", "cc", "bcc")):
        header["To"] = str(recipients[0])
    own = Envelope.of(header)
    return Envelope(
        own.sender if sender is None else None if sender in ("", "<>") else _mailboxes((sender,))[0],
        recipients or own.recipients,
    )


def _header(raw: bytes) -> EmailMessage:
    from email.parser import BytesParser
    from email.policy import default

    return BytesParser(policy=default).parsebytes(raw, headersonly=True)


def _mailboxes(values: tuple[str, ...]) -> tuple[Address, ...]:
    return tuple(box for value in values for box in parse_list(value, strict=True).mailboxes)


def without_bcc(raw: bytes) -> bytes:
    """The message without its Bcc fields (RFC 5322 3.6.3); every other byte is kept."""
    kept: list[bytes] = []
    hidden, at = False, 0
    while at < len(raw):
        found = _LINE_END.search(raw, at)
        end = found.end() if found else len(raw)
        line = raw[at:end]
        if line in (b"\r\n", b"\n", b"\r"):
            break
        if line[:1] not in (b" ", b"\t"):
            hidden = line.partition(b":")[0].strip().lower() in _HIDDEN
        if not hidden:
            kept.append(line)
        at = end
    return b"".join(kept) + raw[at:]
