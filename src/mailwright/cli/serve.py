"""``mailwright serve``: catch mail, show it, deliver nothing."""

from __future__ import annotations

import signal
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict, Unpack

import anyio
import click

from mailwright.cli.console import Console, Json, outcome
from mailwright.cli.options import PASSWORD_VARIABLE, json_option, password_file_option, password_from
from mailwright.devserver import Receiver
from mailwright.mime import Message
from mailwright.net.endpoint import loopback
from mailwright.smtp import Caught

__all__ = ["serve"]


class ServeOptions(TypedDict):
    """Everything the command takes."""

    host: str
    port: int
    tls_port: int | None
    tls: bool | None
    save: Path | None
    user: str | None
    password_env: str
    password_file: Path | None
    size: int | None
    json: bool


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=1025, show_default=True, help="The port; 0 takes a free one."
)
@click.option("--tls-port", type=click.IntRange(0, 65535), help="A second port, for TLS from the first byte.")
@click.option(
    "--tls/--no-tls",
    default=None,
    help="Offer STARTTLS with a self-made certificate; by default when the extra crypto is installed.",
)
@click.option("--save", type=click.Path(path_type=Path), help="Write every message into this folder.")
@click.option("--user", metavar="NAME", help="Require a login by this name; the password as for send.")
@click.option(
    "--password-env",
    default=PASSWORD_VARIABLE,
    show_default=True,
    metavar="NAME",
    help="The environment variable that holds the password.",
)
@password_file_option
@click.option("--size", type=click.IntRange(1), metavar="BYTES", help="The largest message to take.")
@json_option
def serve(**options: Unpack[ServeOptions]) -> None:
    """Catch mail until interrupted, and deliver none of it.

    For development: send your program's mail to 127.0.0.1 port 1025 and see it here, a line for each. With --json, each
    line is a JSON document.
    """
    console = Console(json=options["json"])
    with outcome(console):
        receiver = _receiver(options, console)
    with outcome(console, unusable=1):  # the command made sense; the machine said no
        try:
            anyio.run(_catch, receiver, options, console)
        except KeyboardInterrupt:
            pass  # where signals cannot be waited for
    console.say("Stopped.", "dim")


def _receiver(options: ServeOptions, console: Console) -> Receiver:
    possible = find_spec("cryptography") is not None
    tls = possible if options["tls"] is None else options["tls"]
    if not tls and possible and options["tls_port"] is not None:
        raise ValueError("--tls-port needs TLS: leave out --no-tls")
    if not possible and (tls or options["tls_port"] is not None):
        raise ModuleNotFoundError("TLS needs a certificate, and making one needs: pip install 'mailwright[crypto]'")
    return Receiver(
        host=options["host"],
        port=options["port"],
        tls_port=options["tls_port"],
        starttls=tls,
        users=_users(options, console),
        login_required=options["user"] is not None,
        cleartext_login=not tls,
        size=options["size"],
        save=options["save"],
        on_mail=lambda caught: _show(console, caught),
    )


def _users(options: ServeOptions, console: Console) -> dict[str, str]:
    user = options["user"]
    if user is None:
        return {}
    password = password_from(options["password_file"], options["password_env"])
    if password is None:
        raise ValueError(
            f"the password of {user} is missing: set the environment variable {options['password_env']}, or give "
            "--password-file"
        )
    console.keep_secret(user, password)
    return {user: password}


async def _catch(receiver: Receiver, options: ServeOptions, console: Console) -> None:
    if not hasattr(signal, "SIGKILL"):  # Windows: no loop can wait for signals there, and Ctrl+C cancels
        async with receiver:
            _announce(console, receiver, options)
            await anyio.sleep_forever()
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with receiver:
            _announce(console, receiver, options)
            async for _ in signals:
                break


# --- what is said ---


def _announce(console: Console, receiver: Receiver, options: ServeOptions) -> None:
    ca = _ca(receiver)
    console.say(f"Catching mail at {receiver.host} port {receiver.port}. Nothing is delivered; Ctrl+C ends it.", "bold")
    if receiver.tls_port:
        console.row("tls", f"port {receiver.tls_port} speaks TLS from the first byte")
    if ca is not None:
        console.row("trust", ca)
    if options["save"] is not None:
        console.row("saved", str(options["save"]))
    if not loopback(receiver.host):
        console.note("Others can reach this address, and nothing keeps them from leaving mail here.", "yellow")
    listening: dict[str, Json] = {"event": "listening", "host": receiver.host, "port": receiver.port}
    console.document({**listening, "tls_port": receiver.tls_port or None, "ca": ca}, lines=True)


def _ca(receiver: Receiver) -> str | None:
    try:
        return str(receiver.ca)
    except ValueError:
        return None


def _show(console: Console, caught: Caught) -> None:
    now = datetime.now().astimezone()
    sender = None if caught.sender is None else caught.sender.addr_spec
    recipients = [address.addr_spec for address in caught.recipients]
    subject, size = _subject(caught.content), len(caught.content)
    console.say(f"{now:%H:%M:%S}  {sender or '<>'} -> {', '.join(recipients)}  {subject or '(no subject)'}  {size:,} B")
    console.document(
        {
            "event": "mail",
            "time": now.isoformat(timespec="seconds"),
            "sender": sender,
            "recipients": recipients,
            "subject": subject,
            "size": size,
            "user": caught.username,
            "tls": caught.is_secured,
        },
        lines=True,
    )


def _subject(content: bytes) -> str:
    from email.parser import BytesParser
    from email.policy import default

    try:
        return Message.from_email(BytesParser(policy=default).parsebytes(content, headersonly=True)).subject
    except Exception:  # noqa: BLE001  the standard library stumbles over some malformed headers; mail goes on
        return "(unreadable subject)"
