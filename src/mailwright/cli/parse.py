"""``mailwright parse``: what is in a message, a mailbox, a report; and its contents, to read or to save."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, TypedDict, Unpack

import click

from mailwright.cli.console import Console, Json, outcome
from mailwright.cli.message_facts import Facts, message_facts, undecoded
from mailwright.cli.options import json_option
from mailwright.mime import Message, Part, report
from mailwright.mime.limits import DEFAULT
from mailwright.mime.opening import STDIN, Opened, opened
from mailwright.mime.outline import find, guide, places
from mailwright.mime.report_outline import report_rows
from mailwright.mime.summary import headline, traits

__all__ = ["parse"]

_CONTENTS: Final = ("text", "html", "part")
# RFC 9051 9: section-part = nz-number *("." nz-number)
_NUMBER: Final = re.compile(r"[1-9][0-9]*+(?:\.[1-9][0-9]*+)*")


class ParseOptions(TypedDict):
    """Everything the command takes."""

    files: tuple[str, ...]
    headers: bool
    raw_headers: bool
    text: bool
    html: bool
    part: str | None
    save: Path | None
    all: bool
    mbox: bool | None
    message: int | None
    bodies: bool
    strict: bool
    json: bool


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--headers", is_flag=True, help="Show all header fields, decoded.")
@click.option("--raw-headers", is_flag=True, help="Show all header fields as they stand.")
@click.option("--text", is_flag=True, help="Print what a person would read, as text, and nothing else.")
@click.option("--html", is_flag=True, help="Print what a person would read, as HTML, and nothing else.")
@click.option(
    "--part", metavar="NUMBER", help="Print the content of one part, decoded, such as 1.2; with --save, save it."
)
@click.option("--save", type=click.Path(path_type=Path), metavar="DIRECTORY", help="Save attachments; it has to exist.")
@click.option("--all", is_flag=True, help="With --save: save every part that holds no others.")
@click.option(
    "--mbox/--no-mbox", default=None, help="Whether files are mailboxes; by default, if they begin with a From line."
)
@click.option("--message", type=click.IntRange(1), metavar="NUMBER", help="Only this message of each file, from 1.")
@click.option("--bodies", is_flag=True, help="With --json: with text and HTML.")
@click.option("--strict", is_flag=True, help="End with 1 when a message has defects.")
@json_option
def parse(**options: Unpack[ParseOptions]) -> None:
    """Show what is in messages: header, parts, defects, and what reports say.

    FILE is a message or a mailbox (mbox); - is standard input. Parts have the numbers by which IMAP asks for them.
    Nothing in a message can control the terminal; in a pipe, --text, --html and --part give what is there. The exit
    code is 0, 1 when something cannot be read, found or saved, 2 when the command makes no sense.

    With --json, every message is one line: ok, file, number, mbox (offset, sender, date), subject, from, sender,
    reply_to, to, cc, bcc (name and address, or group and members), date, message_id, in_reply_to, references, headers
    (name and value), raw_headers, parts (path, depth, type, charset, encoding, disposition, filename, cid, octets,
    size, lines, offsets, is_cut), attachments (paths), defects (kind, offset, detail, explanation), report, saved
    (path, file), and with --bodies text and html. What fails is a line with ok, file and error.
    """
    console = Console(json=options["json"])
    with outcome(console):
        _check(options)
    fine = [_file(console, options, name) for name in options["files"]]
    if not all(fine):
        raise click.exceptions.Exit(1)


def _check(options: ParseOptions) -> None:
    """Refuse what contradicts itself, before anything is read."""
    part = options["part"]
    if part is not None and not _NUMBER.fullmatch(part):
        raise ValueError(f"--part {part!r} is no number of a part; 1 is, or 1.2")
    if options["headers"] and options["raw_headers"]:
        raise ValueError("give --headers or --raw-headers, not both")
    given = [f"--{name}" for name in _CONTENTS if options.get(name)]
    if len(given) > 1:
        raise ValueError(f"give one of {' and '.join(given)}, not both")
    if options["json"] and given and not (part and options["save"]):
        raise ValueError(f"{given[0]} prints no JSON; --json --bodies holds the texts, --save saves parts")
    if options["save"] and (options["text"] or options["html"]):
        raise ValueError(f"{given[0]} prints and --save saves; give one of them")
    if options["bodies"] and not options["json"]:
        raise ValueError("--bodies is for --json; --text and --html print texts")
    if options["all"] and options["save"] is None:
        raise ValueError("--all says what to save; give --save DIRECTORY as well")
    if options["files"].count(STDIN) > 1:
        raise ValueError("standard input holds one file; only one FILE can be -")
    if options["save"] is not None and not options["save"].is_dir():
        raise ValueError(f"there is no directory {str(options['save'])!r}; make it first, or name another with --save")


# --- files ----------------------------------------------------------------------------------------------------------


def _file(console: Console, options: ParseOptions, name: str) -> bool:
    """Show the messages of a file; whether all went well."""
    wanted = options["message"]
    fine, last = True, 0
    try:
        for found in opened(name, _stdin(), as_mbox=options["mbox"]):
            last = found.number
            if wanted in (None, last):
                fine = _one(console, options, name, found) and fine
            if wanted == last:
                break
        if wanted is not None and wanted != last:
            raise ValueError(f"there is no message {wanted}; the file holds {last}")
    except BrokenPipeError:
        raise  # nobody reads any more, so nothing more is said
    except OSError as error:
        return _failed(console, name, _said(error, name))
    except ValueError as error:
        return _failed(console, name, str(error))
    return fine


def _stdin() -> BinaryIO | None:
    return None if sys.stdin is None else sys.stdin.buffer  # pyright: ignore[reportUnnecessaryComparison] - closed


def _said(error: OSError, name: str) -> str:
    """What the system says, with the path unless it is the file's own."""
    what = error.strerror or str(error)
    return what if error.filename in (None, name) else f"{error.filename}: {what}"


def _failed(console: Console, name: str, what: str) -> bool:
    console.note(f"mailwright: {name}: {what}", "red")
    error: Facts = {"reference": "bad-input", "what": what, "hint": ""}
    console.document({"ok": False, "file": name, "error": error}, lines=True)
    return False


def _one(console: Console, options: ParseOptions, name: str, found: Opened) -> bool:
    try:
        return _message(console, options, name, found)
    except ValueError as error:  # this message has no such part; the next may
        return _failed(console, name, str(error))


def _message(console: Console, options: ParseOptions, name: str, found: Opened) -> bool:
    message = found.message
    saved = _saved(message, options)
    if options["save"] is None and (options["text"] or options["html"] or options["part"]):
        _print(console, options, message)
    elif console.json:
        console.document(
            {**_origin(name, found), **message_facts(message, bodies=options["bodies"]), "saved": _paths(saved)},
            lines=True,
        )
    else:
        _show(console, options, name, found)
        for path, file in saved:
            console.row("saved", f"{path}  {file}" if path else str(file), "green")
        console.say()
    return not (options["strict"] and message.defects)


def _origin(name: str, found: Opened) -> Facts:
    entry = found.entry
    date = None if entry is None or entry.date is None else entry.date.isoformat()
    mbox: Json = None if entry is None else {"offset": entry.offset, "sender": entry.sender, "date": date}
    return {"ok": True, "file": name, "number": found.number, "mbox": mbox}


# --- contents -------------------------------------------------------------------------------------------------------


def _print(console: Console, options: ParseOptions, message: Message) -> None:
    if options["part"] is None:
        console.text(message.as_text() if options["text"] else message.as_html())
        return
    part = _leaf(message, options["part"])
    if not console.is_terminal:
        console.octets(part.body.octets())
    elif part.content_type.startswith("text/"):
        console.text(part.read_text())
    else:
        raise ValueError(f"part {options['part']} is {part.content_type}, no text; send it to a file, or give --save")


def _leaf(message: Message, path: str) -> Part:
    part = find(message, path)
    if part.parts:
        raise ValueError(f"part {path} is {part.content_type} and only holds others; ask for {path}.1")
    return part


def _saved(message: Message, options: ParseOptions) -> list[tuple[str, Path]]:
    """Save what is to be saved: numbers of parts, and where they are now."""
    directory = options["save"]
    if directory is None:
        return []
    if options["part"] is not None:
        return [(options["part"], _leaf(message, options["part"]).save(directory))]
    return [(path, part.save(directory)) for path, part in _to_save(message, every=options["all"])]


def _to_save(message: Message, *, every: bool) -> Iterator[tuple[str, Part]]:
    wanted = {id(part) for part in message.attachments}
    for place in places(message, depth=DEFAULT.depth):
        part = place.part
        is_leaf = not part.parts and part.message is None
        if id(part) in wanted or (every and is_leaf):
            yield place.path, part


def _paths(saved: list[tuple[str, Path]]) -> list[Json]:
    return [{"path": path, "file": str(file)} for path, file in saved]


# --- an overview ----------------------------------------------------------------------------------------------------


def _show(console: Console, options: ParseOptions, name: str, found: Opened) -> None:
    message = found.message
    console.say(name if found.entry is None else f"{name}, message {found.number}", "bold")
    _header(console, options, message)
    for place in places(message):
        what = f"{place.path}  {place.part.content_type}".lstrip(" ")
        console.part(guide(place, drawn=console.draws_lines), what, traits(place))
    told = report(message)
    for label, value in [] if told is None else report_rows(told):
        console.row(label, value, "bold" if label == "report" else "")
    for defect in message.defects:
        console.row("defect", str(defect), "yellow")


def _header(console: Console, options: ParseOptions, message: Message) -> None:
    if options["raw_headers"]:
        for field in message.headers:
            for line in undecoded(field.raw).split("\n"):
                console.say(line.removesuffix("\r"))
    elif options["headers"]:
        for field in message.headers:
            console.say(f"{field.name}: {field.value}")
    else:
        for label, value in headline(message):
            console.row(label.lower(), value)
