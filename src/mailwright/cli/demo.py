"""``mailwright demo``: a message on its way and back, and three mistakes, on this machine alone."""

from __future__ import annotations

import base64
import secrets
import tempfile
import time
from pathlib import Path
from typing import Final, cast

import click

from mailwright.cli import structure
from mailwright.cli.console import Console, Json, outcome
from mailwright.cli.failures import facts
from mailwright.cli.mistakes import Mistake, mistakes, outcome_of
from mailwright.cli.options import json_option
from mailwright.cli.picture import png
from mailwright.devserver import Receiver, make_certificate
from mailwright.mime import Message
from mailwright.net import Entry, Security, Tls, Transcript
from mailwright.smtp import SmtpClient

__all__ = ["demo"]

_USER: Final = "alice"
_PATIENCE: Final = 3.0  # seconds for every wait
_SHOWN: Final = 6  # lines of the message that the conversation shows


@click.command()
@json_option
def demo(json: bool) -> None:
    """Show the library at work: send a message to itself, and make three mistakes.

    A server is started on this machine, with TLS and a login; a message with a picture and an attachment is sent to it
    and read back. Then three classic mistakes show what an error says. It needs no network. The exit code is 0 only
    when everything went as it should.
    """
    console = Console(json=json)
    began = time.monotonic()
    password = secrets.token_urlsafe(16)
    console.keep_secret(_USER, password)
    with outcome(console, unusable=1), tempfile.TemporaryDirectory(prefix="mailwright-demo-") as folder:
        certificate = make_certificate(Path(folder), ["localhost", "127.0.0.1", "::1"])
        with Receiver(certificate=certificate, users={_USER: password}, login_required=True) as receiver:
            delivered = _deliver(console, receiver, password)
            (Path(folder) / "other").mkdir()
            failed = _fail(console, mistakes(receiver, _USER, Path(folder) / "other"))
    ok = bool(delivered["ok"]) and all(each["ok"] for each in failed)
    seconds = time.monotonic() - began
    console.say()
    good = f"Everything went as it should, in {seconds:.1f} seconds."
    console.say(good if ok else "Something did not go as it should; see above.", "bold green" if ok else "bold red")
    console.document({"ok": ok, "delivery": delivered, "mistakes": failed, "seconds": round(seconds, 3)})
    raise click.exceptions.Exit(0 if ok else 1)


# --- a message, there and back ---


def _message() -> Message:
    message = Message(
        from_="Alice <alice@example.com>",
        to="Zoë <zoe@example.org>",
        subject="Your order has left the house",
        text="Dear Zoë,\n\nyour parcel is on its way. The invoice is attached.\n\nAlice\n",
        html='<p>Dear Zoë,</p><p>your parcel is on its way.</p><p><img src="cid:letter" alt="a letter"></p>',
    )
    message.embed(png(), cid="letter", name="letter.png")
    message.attach(b"article,price\nteapot,24.00\n", name="invoice.csv")
    return message


def _deliver(console: Console, receiver: Receiver, password: str) -> dict[str, Json]:
    message = _message()
    _heading(console, "A message", "a text, its HTML with a picture in it, and an attachment")
    console.row("from", str(message.from_))
    console.row("to", str(message.to))
    console.row("subject", message.subject)
    console.say()
    _heading(console, "The conversation", "STARTTLS, then a login; secrets are starred")
    transcript = Transcript(_Conversation(console).show)
    with SmtpClient(
        "localhost",
        receiver.port,
        security=Security.STARTTLS,
        username=_USER,
        password=password,
        tls=Tls(ca=receiver.ca),
        timeout=_PATIENCE,
        transcript=transcript,
    ) as smtp:
        receipt = smtp.send(message)
    console.say()
    return {
        **_arrived(console, receiver, message.to_bytes(), str(transcript), password),
        "accepted": receipt.accepted,
        "reply": str(receipt.reply),
        "tls": str(receipt.tls),
        "transcript": [f"{entry.who}: {entry.text}" for entry in transcript.entries],
    }


def _arrived(console: Console, receiver: Receiver, sent: bytes, said: str, password: str) -> dict[str, Json]:
    caught = receiver.inbox.wait(1, _PATIENCE)[0]
    intact = caught.content == sent
    secret = not any(form in said for form in _forms(password))
    tree = structure.read(caught.content)
    _heading(console, "What arrived", "read back from the server, with Python's own parser as a witness")
    structure.show(console, tree)
    console.say()
    _verdict(console, intact, f"{len(caught.content):,} bytes, the same that were sent")
    _verdict(console, caught.is_secured, "came over TLS")
    _verdict(console, caught.username == _USER, f"came from {_USER}, who had logged in")
    _verdict(console, secret, "the password is nowhere in the conversation above")
    ok = intact and secret and caught.is_secured and caught.username == _USER
    return {"ok": ok, "intact": intact, "secret_starred": secret, "size": len(sent), "structure": tree.facts()}


def _forms(password: str) -> tuple[str, str, str]:
    """The password as it is, and as LOGIN and PLAIN say it."""
    login, plain = (base64.b64encode(f"{before}{password}".encode()).decode() for before in ("", f"\0{_USER}\0"))
    return password, login, plain


class _Conversation:
    """Shows a conversation as it happens, with the message cut short."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._message = 0
        self._inside = False

    def show(self, entry: Entry) -> None:
        """Show the next line, unless it is one of too many."""
        if self._inside and (entry.who != "C" or entry.text == "."):  # the end of DATA, or the answer to BDAT
            self._inside = False
            if self._message > _SHOWN:
                self._console.conversation(Entry(entry.seconds, "C", f"... {self._message - _SHOWN} more lines"))
        if self._inside:
            self._message += 1
            if self._message > _SHOWN:
                return
        self._console.conversation(entry)
        self._inside = self._inside or entry.text.startswith(("354 ", "BDAT "))


# --- mistakes ---


def _fail(console: Console, made: tuple[Mistake, ...]) -> list[dict[str, Json]]:
    console.say()
    _heading(console, "Three mistakes", "made on purpose, to see what the error says")
    return [_failed(console, number, mistake) for number, mistake in enumerate(made, 1)]


def _failed(console: Console, number: int, mistake: Mistake) -> dict[str, Json]:
    error = outcome_of(mistake)
    if number > 1:
        console.say()
    console.say(f"   {mistake.title}", "bold")
    if error is None:
        _verdict(console, False, "an error was expected, and there was none")
        return {"ok": False, "mistake": mistake.title, "expected": mistake.expected, "error": None}
    found = facts(error)
    console.explain(found)
    ok = error.reference == mistake.expected
    if not ok:
        _verdict(console, False, f"{mistake.expected} was expected")
    return {"ok": ok, "mistake": mistake.title, "expected": mistake.expected, "error": cast("dict[str, Json]", found)}


def _heading(console: Console, title: str, explanation: str) -> None:
    console.say(title, "bold blue")
    console.say(f"   {explanation}", "dim")
    console.say()


def _verdict(console: Console, ok: bool, text: str) -> None:
    console.row("yes" if ok else "NO", text, "" if ok else "red")
