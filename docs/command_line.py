"""Writes look-up/command-line.md from the commands; run ``python docs/command_line.py`` when one has changed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from mailwright.cli.program import program

PAGE = Path(__file__).parent / "look-up" / "command-line.md"

BEGIN = """\
<!-- Written by docs/command_line.py; change the commands, not this page. -->

# The command line

The command line comes with the extra `cli`: `pip install 'mailwright[cli]'`. `python -m mailwright` is the same as
`mailwright`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([BEGIN, *_described(program), *_commands()])


def _commands() -> Iterator[str]:
    for name, command in program.commands.items():
        yield f"## mailwright {name}\n"
        yield from _described(command)
        yield from _usage(name, command)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield from _option(parameter)


def _described(command: click.Command) -> Iterator[str]:
    yield f"{inspect.cleandoc(command.help or '')}\n"


def _usage(name: str, command: click.Command) -> Iterator[str]:
    arguments = [p.metavar or f"[{p.human_readable_name}]" for p in command.params if isinstance(p, click.Argument)]
    words = " ".join(["mailwright", name, "[OPTIONS]", *arguments])
    yield f"```text\n{words}\n```\n"


def _option(option: click.Option) -> Iterator[str]:
    names = " / ".join([", ".join(option.opts), *option.secondary_opts])
    yield f"`{names}{_value(option)}`"
    yield f": {option.help}{_default(option)}\n"


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return f" {'|'.join(str(choice) for choice in option.type.choices)}"
    return f" {option.metavar or option.type.name.partition(' ')[0].upper()}"


def _default(option: click.Option) -> str:
    return f" Default: `{option.default}`." if option.show_default else ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
