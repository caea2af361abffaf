"""From options and environment to a client: which server, how protected, who logs in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypedDict

import click
from click.core import ParameterSource

from mailwright.cli.console import Console
from mailwright.cli.options import password_from
from mailwright.net import Security, Tls, Transcript
from mailwright.smtp import SmtpClient
from mailwright.smtp.settings import from_url

__all__ = ["ServerOptions", "make_client"]


class ServerOptions(TypedDict):
    """Which server, and how to talk to it."""

    host: str | None
    port: int | None
    url: str | None
    security: str | None
    user: str | None
    password_env: str
    password_file: Path | None
    ca: Path | None
    pin: tuple[str, ...]
    timeout: float | None
    local_hostname: str | None


def make_client(options: ServerOptions, console: Console, transcript: Transcript | None) -> SmtpClient:
    """Make a client that is not connected yet.

    Raises:
        ValueError: no server is named, an option cannot be what it is, or a password is missing or given openly.
        OSError: a file cannot be read.
    """
    options, password = _with_url(options, console)
    if options["host"] is None:
        raise ValueError("which server? give --host or --url")
    user = options["user"]
    if user is not None:
        password = _password(options, password)
        console.keep_secret(user, password)
    return SmtpClient(
        options["host"],
        options["port"],
        security=Security(options["security"] or Security.AUTO.value),
        username=user,
        password=password if user is not None else None,
        tls=Tls(ca=options["ca"], pinned=options["pin"]),
        timeout=options["timeout"],
        local_hostname=options["local_hostname"],
        transcript=transcript,
    )


def _with_url(options: ServerOptions, console: Console) -> tuple[ServerOptions, str | None]:
    """Spell a URL out into the options it stands for, and the password it holds."""
    url = options["url"]
    if url is None:
        return options, None
    openly = click.get_current_context().get_parameter_source("url") is ParameterSource.COMMANDLINE
    if options["host"] is not None and not openly:
        return options, None  # the command line has the last word, and another server's password stays at home
    for name in ("host", "port", "security"):
        if options[name] is not None:
            raise ValueError(f"--url says it all; --{name} cannot be given as well")
    try:
        parsed, security = from_url(url)
    except ValueError as error:
        # What is wrong with it may be the password's fault, so a URL that may hold one is not quoted.
        detail = "" if "@" in url else f": {error}"
        raise ValueError(f"--url is none such as smtps://alice@smtp.example.com:465{detail}") from None
    if parsed.password is not None:
        console.keep_secret(parsed.username or "", parsed.password)
        if openly:
            raise ValueError(
                "--url holds a password, and everybody on this machine can read a command line; leave it out, or set "
                "the environment variable MAILWRIGHT_URL instead"
            )
    user = parsed.username if options["user"] is None else options["user"]
    mine = parsed.password if user == parsed.username else None
    return {**options, "host": parsed.host, "port": parsed.port, "security": security.value, "user": user}, mine


def _password(options: ServerOptions, from_url: str | None) -> str:
    password = password_from(options["password_file"], options["password_env"])
    if found := password if options["password_file"] is not None else from_url or password:
        return found
    if sys.stdin is None or not sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison] - when closed
        raise ValueError(
            f"the password of {options['user']} is missing: set the environment variable {options['password_env']}, or "
            "give --password-file"
        )
    return str(click.prompt(f"Password of {options['user']}", hide_input=True, err=True))
