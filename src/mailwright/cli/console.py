"""Everything the command line prints goes through here: for people, for pipes, or as JSON.

People get lines that fit their terminal; a pipe gets them unbroken. Colours are rich's business, which respects
``NO_COLOR``. What comes out of mail or from a server is made harmless first: a subject cannot write escape codes to
somebody's terminal. And a secret that was made known with :meth:`Console.keep_secret` is starred wherever it appears,
even when a server repeats it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import textwrap
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias, cast

import click
from rich.console import Console as RichConsole
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from mailwright.cli.failures import Facts, facts, hint
from mailwright.errors import MailError
from mailwright.mime.outline import harmless
from mailwright.net import Entry

__all__ = ["Console", "Json", "harmless", "outcome"]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

_STARS: Final = "********"
_SHORTEST_SECRET: Final = 4  # a shorter one would star innocent text, and so give itself away
_LARGE: Final = 1_000_000  # octets; less than that is gone before a bar is drawn
_MARGIN: Final = "   "
_LABEL: Final = 9  # columns of the words before a row
_COLOURS: Final = {"C": "cyan", "S": "green", "*": "dim"}

# What moves the cursor, turns the direction of text, or is none. A text keeps its lines, its tabs and the invisible
# characters that languages and emoji need, which ``harmless`` shows as well.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Console:
    """Prints.

    Args:
        json: print one JSON document instead of text.

    Attributes:
        json: whether it does.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self._out = RichConsole(highlight=False, markup=False, emoji=False)
        self._err = RichConsole(highlight=False, markup=False, emoji=False, stderr=True)
        self._secrets: list[str] = []

    def keep_secret(self, username: str, password: str) -> None:
        """Never print this password, nor what PLAIN and LOGIN make of it."""
        forms = [password, *(base64.b64encode(f"{p}{password}".encode()).decode() for p in ("", f"\0{username}\0"))]
        self._secrets += [form for form in forms if len(form) >= _SHORTEST_SECRET]

    # Text

    def say(self, text: str = "", style: str = "") -> None:
        """A line on standard output, broken to fit a terminal."""
        if not self.json:
            self._print(self._out, text, style)

    def note(self, text: str, style: str = "") -> None:
        """A line on standard error, in JSON as well."""
        self._print(self._err, text, style)

    def row(self, label: str, text: str, style: str = "") -> None:
        """An indented line that says what it is: ``   From     Alice <alice@example.com>``."""
        if not self.json:
            self._row(self._out, label, text, style)

    def part(self, guide: str, text: str, detail: str) -> None:
        """A line of a tree."""
        if not self.json:
            aside = f"  {self._clean(detail)}" if detail else ""
            line = Text.assemble(_MARGIN, (guide, "dim"), self._clean(text), (aside, "dim"))
            self._out.print(line, soft_wrap=True)

    def conversation(self, entry: Entry, *, aside: bool = False) -> None:
        """A line of a transcript, cut at the edge of a terminal; ``aside`` is on standard error."""
        if self.json and not aside:
            return
        to = self._err if aside else self._out
        line = Text.assemble(_MARGIN, (entry.who, _COLOURS[entry.who]), "  ", self._clean(entry.text))
        if (width := _width(to)) is not None:
            line.truncate(width, overflow="ellipsis")
        to.print(line, soft_wrap=True)

    @property
    def draws_lines(self) -> bool:
        """Whether box-drawing characters arrive as such."""
        return self._out.encoding.lower().startswith("utf")

    # What a message holds

    @property
    def is_terminal(self) -> bool:
        """Whether standard output is a terminal, which a text must not control."""
        return sys.stdout is not None and sys.stdout.isatty()  # pyright: ignore[reportUnnecessaryComparison] - closed

    def text(self, text: str) -> None:
        """A text of several lines as it is, its last line ended; on a terminal, what would control it made visible."""
        if self.is_terminal:
            text = _CONTROLS.sub(lambda found: harmless(found[0]), text)
        if text:
            click.echo(text.removesuffix("\n"), color=True)  # click would take escape codes out of it otherwise

    def octets(self, blocks: Iterable[bytes]) -> None:
        """Octets as they are."""
        for block in blocks:
            click.echo(block, nl=False)

    # JSON

    def document(self, value: Json, *, lines: bool = False) -> None:
        """A JSON document on standard output: the whole answer, or with ``lines`` one line of many."""
        if self.json:
            # ASCII, so that it is the same in every terminal and no character of it can be a control code.
            self._out.out(json.dumps(self._cleaned(value), indent=None if lines else 2), highlight=False)

    # Failures

    def failed(self, error: MailError) -> None:
        """Say what happened, what to try and where to read more."""
        if not self.json:
            self.note("Failed.", "bold red")
        self.explain(facts(error), to_error=True)
        self.document({"ok": False, "error": cast("dict[str, Json]", facts(error))})

    def explain(self, found: Facts, *, to_error: bool = False) -> None:
        """The facts of an error, in rows."""
        if self.json:
            return
        to = self._err if to_error else self._out
        self._row(to, "what", str(found["what"]), "red" if to_error else "")
        if found["hint"]:
            self._row(to, "try", str(found["hint"]), "")
        if found["in_doubt"]:
            self._row(to, "careful", "The message may have been accepted; check before sending it again.", "bold")
        self._row(to, "reference", str(found["reference"]), "dim")

    def unusable(self, what: str) -> None:
        """Say in one line why the command makes no sense."""
        if self.json:
            self.document({"ok": False, "error": {"reference": "bad-input", "what": what, "hint": ""}})
        else:
            self.note(f"mailwright: {hint(what)}", "red")

    # Long work

    @contextmanager
    def progress(self, total: int) -> Generator[Callable[[int], None] | None, None, None]:
        """A bar on standard error while a large message leaves, if somebody watches."""
        if total < _LARGE or not self._err.is_terminal:
            yield None
            return
        columns = (TextColumn("sending"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task("sending", total=total)
            yield lambda octets: progress.update(task, completed=octets)

    def _row(self, to: RichConsole, label: str, text: str, style: str) -> None:
        indent = " " * (len(_MARGIN) + _LABEL + 1)
        first, *more = _broken(to, self._clean(text), indent)
        to.print(Text.assemble(_MARGIN, (f"{self._clean(label):<{_LABEL}} ", "dim"), (first, style)), soft_wrap=True)
        for line in more:
            to.print(Text.assemble(indent, (line, style)), soft_wrap=True)

    def _print(self, to: RichConsole, text: str, style: str) -> None:
        for line in _broken(to, self._clean(text), ""):
            to.print(Text(line, style), soft_wrap=True)

    def _clean(self, text: str) -> str:
        text = harmless(text)
        for secret in self._secrets:
            text = text.replace(secret, _STARS)
        return text

    def _cleaned(self, value: Json) -> Json:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, _STARS)
            return value
        if isinstance(value, Mapping):
            return {self._clean(key): self._cleaned(each) for key, each in value.items()}
        if isinstance(value, Sequence):
            return [self._cleaned(each) for each in value]
        return value


def _width(console: RichConsole) -> int | None:
    """Columns there are, or ``None`` in a pipe, which has no edge unless somebody says so."""
    return console.width if console.is_terminal or os.environ.get("COLUMNS", "").isdigit() else None


def _broken(console: RichConsole, text: str, indent: str) -> list[str]:
    width = _width(console)
    if width is None:
        return [text]
    return textwrap.wrap(text, max(width - len(indent), 20), break_on_hyphens=False) or [""]


@contextmanager
def outcome(console: Console, *, unusable: int = 2) -> Generator[None, None, None]:
    """Turn what goes wrong inside into words and an exit code: 1 for mail, ``unusable`` for everything else expected.

    Raises:
        click.exceptions.Exit: something went wrong and has been said.
    """
    try:
        yield
    except MailError as error:
        console.failed(error)
        raise click.exceptions.Exit(1) from None
    except BrokenPipeError:
        raise  # nobody reads any more, so nothing more is said
    except UnicodeDecodeError as error:
        console.unusable(f"this text is not UTF-8: {error.reason} at byte {error.start}")
        raise click.exceptions.Exit(unusable) from None
    except OSError as error:
        console.unusable(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        raise click.exceptions.Exit(unusable) from None
    except (ValueError, ModuleNotFoundError) as error:
        console.unusable(str(error))
        raise click.exceptions.Exit(unusable) from None
