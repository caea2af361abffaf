"""Options that more than one command has, and where secrets come from."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

__all__ = ["PASSWORD_VARIABLE", "json_option", "password_file_option", "password_from", "read_stdin"]

PASSWORD_VARIABLE: Final = "MAILWRIGHT_PASSWORD"  # noqa: S105  the name of a variable, not a password

json_option = click.option("--json", is_flag=True, help="Print JSON instead of text.")

password_file_option = click.option(
    "--password-file", type=click.Path(path_type=Path), help="Read the password from this file."
)


def password_from(file: Path | None, variable: str) -> str | None:
    """The password from a file, else from an environment variable. Never from the command line, which everybody sees.

    Returns:
        the password, or ``None`` when there is neither.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is empty.
    """
    if file is None:
        return os.environ.get(variable) or None
    password = file.read_text("utf-8").removesuffix("\n").removesuffix("\r")
    if not password:
        raise ValueError(f"the password file {str(file)!r} is empty")
    return password


def read_stdin() -> bytes:
    """Everything on standard input.

    Raises:
        ValueError: standard input is closed.
    """
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when closed at the start
        raise ValueError("standard input is closed; give a file instead of -")
    return sys.stdin.buffer.read()
