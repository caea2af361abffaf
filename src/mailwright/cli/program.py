"""The program: its name, its version and its commands, each of which lives in the file of its name."""

from __future__ import annotations

import click

import mailwright
from mailwright.cli.demo import demo
from mailwright.cli.parse import parse
from mailwright.cli.send import send
from mailwright.cli.serve import serve

__all__ = ["program"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(mailwright.__version__, prog_name="mailwright")
def program() -> None:
    """Write, send, read and catch mail.

    Exit codes: 0 when everything went as asked, 1 when a server refused or something failed, 2 when the command itself
    makes no sense (a missing file, an address that is none). Every command has --json.
    """


for _command in (demo, send, parse, serve):
    program.add_command(_command)
