"""``mailwright send``: one message, from options, a file or standard input."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Unpack, cast

import click

from mailwright.cli import structure
from mailwright.cli.composing import Composed, ComposeOptions, compose
from mailwright.cli.console import Console, outcome
from mailwright.cli.failures import reply_facts
from mailwright.cli.options import PASSWORD_VARIABLE, json_option, password_file_option
from mailwright.cli.server import ServerOptions, make_client
from mailwright.net import Security, Transcript
from mailwright.smtp import Receipt, Reply

__all__ = ["send"]


class SendOptions(ComposeOptions, ServerOptions):
    """Everything the command takes."""

    partial: Literal["deliver", "abort"]
    dry_run: bool
    transcript: bool
    json: bool


@click.command()
@click.argument("message", required=False, metavar="[MESSAGE]")
@click.option("--from", "from_", metavar="ADDRESS", help="The author; with MESSAGE, the envelope's sender.")
@click.option("--to", multiple=True, metavar="ADDRESSES", help="Recipients, separated by commas; repeatable.")
@click.option("--cc", multiple=True, metavar="ADDRESSES", help="Who gets a copy; repeatable.")
@click.option("--bcc", multiple=True, metavar="ADDRESSES", help="Who gets a copy unseen; repeatable.")
@click.option("--subject", metavar="TEXT", help="The subject.")
@click.option("--text", metavar="TEXT", help="The text; - reads standard input.")
@click.option("--text-file", metavar="FILE", help="Read the text from a file; - is standard input.")
@click.option("--html", metavar="HTML", help="The HTML; - reads standard input.")
@click.option("--html-file", metavar="FILE", help="Read the HTML from a file; - is standard input.")
@click.option("--attach", multiple=True, type=click.Path(path_type=Path), help="Attach a file; repeatable.")
@click.option("--header", multiple=True, metavar='"NAME: VALUE"', help="Set a header field; repeatable.")
@click.option("--host", metavar="HOST", help="The server's name or address.")
@click.option("--port", type=int, help="The server's port; by default what --security implies, else 587.")
@click.option(
    "--url",
    envvar="MAILWRIGHT_URL",
    metavar="URL",
    help="The server as smtps://user@host:port (or smtp, smtp+starttls). A password in it is taken only from the "
    "environment variable MAILWRIGHT_URL.",
)
@click.option(
    "--security",
    type=click.Choice([mode.value for mode in Security]),
    help="How the connection is protected; auto goes by the port.",
)
@click.option("--user", metavar="NAME", help="Log in by this name. The password is asked for, or see below.")
@click.option(
    "--password-env",
    default=PASSWORD_VARIABLE,
    show_default=True,
    metavar="NAME",
    help="The environment variable that holds the password.",
)
@password_file_option
@click.option("--ca", type=click.Path(path_type=Path), help="Trust this authority (PEM) instead of the system's.")
@click.option("--pin", multiple=True, metavar="SHA256", help="Accept only the certificate of this fingerprint.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Patience for every single wait.")
@click.option("--local-hostname", metavar="NAME", help="The name to greet the server with.")
@click.option(
    "--partial",
    type=click.Choice(["deliver", "abort"]),
    default="deliver",
    show_default=True,
    help="When some recipients are refused: deliver to the others, or to nobody.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent to whom; connect to nothing.")
@click.option("--transcript", is_flag=True, help="Show the conversation on standard error, secrets starred.")
@json_option
def send(**options: Unpack[SendOptions]) -> None:
    """Send one message.

    It is made from the options, or it is the file MESSAGE (- for standard input), which goes out byte for byte but for
    its Bcc. A password comes from a prompt, an environment variable or a file, never from the command line. The exit
    code is 0 when every recipient was accepted, 1 when one was refused or the sending failed, 2 when the command makes
    no sense.
    """
    console = Console(json=options["json"])
    with outcome(console):
        composed = compose(options)
        if options["dry_run"]:
            _show(console, composed)
            return
        receipt = _sent(console, options, composed)
    _report(console, receipt, composed.size)
    if receipt.refused:
        raise click.exceptions.Exit(1)


def _sent(console: Console, options: SendOptions, composed: Composed) -> Receipt:
    transcript = Transcript(lambda entry: console.conversation(entry, aside=True)) if options["transcript"] else None
    client = make_client(options, console, transcript)
    with client as smtp, console.progress(composed.size) as progress:
        return smtp.send(composed.message, envelope=composed.envelope, partial=options["partial"], progress=progress)


# --- what is said about it ---


def _show(console: Console, composed: Composed) -> None:
    sender, recipients = _parties(composed)
    tree = structure.read(composed.raw())
    console.say("Nothing is sent. This would be:", "bold")
    console.row("from", sender or "<>")
    console.row("to", ", ".join(recipients))
    console.row("size", f"{composed.size:,} bytes")
    structure.show(console, tree)
    envelope = {"sender": sender, "recipients": recipients}
    console.document(
        {"ok": True, "sent": False, "envelope": envelope, "size": composed.size, "structure": tree.facts()}
    )


def _parties(composed: Composed) -> tuple[str | None, list[str]]:
    sender, recipients = composed.envelope.sender, composed.envelope.recipients
    return None if sender is None else sender.addr_spec, [address.addr_spec for address in recipients]


def _report(console: Console, receipt: Receipt, size: int) -> None:
    console.say("Sent to some, and refused for others." if receipt.refused else "Sent.", "bold")
    console.row("to", ", ".join(receipt.accepted))
    for address, reply in receipt.refused.items():
        console.row("refused", f"{address}: {reply}", "red")
    console.row("reply", str(receipt.reply or ""))
    if receipt.queue_id is not None:
        console.row("queue id", receipt.queue_id)
    console.row("over", "an unencrypted connection" if receipt.tls is None else str(receipt.tls))
    tls = None if receipt.tls is None else {"version": receipt.tls.version, "cipher": receipt.tls.cipher}
    console.document(
        {
            "ok": not receipt.refused,
            "sent": True,
            "accepted": receipt.accepted,
            "refused": {address: _facts(reply) for address, reply in receipt.refused.items()},
            "reply": None if receipt.reply is None else _facts(receipt.reply),
            "queue_id": receipt.queue_id,
            "size": size,
            "tls": tls,
            "seconds": round(receipt.timings.total, 6),
        }
    )


def _facts(reply: Reply) -> dict[str, str | int | None]:
    return cast("dict[str, str | int | None]", reply_facts(reply))
