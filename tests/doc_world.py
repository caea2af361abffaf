"""The world of the documentation's examples: their servers exist, their files lie ready, nothing leaves the machine.

Examples say ``smtp.example.com`` and mean it. Here every name under the reserved example domains leads to one small
server of our own, on the ports mail uses (25, 587, 465), with a certificate the system trusts while the examples run.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib
import inspect
import io
import os
import re
import shlex
import socket
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import trustme

from doc_catcher import Caught, open_catcher

HOSTS = ("*.example.com", "*.example.org", "*.example.net", "example.com", "company.com", "*.company.com")
ELSEWHERE = "192.0.2.1"  # an address nobody has (RFC 5737): whoever connects to it is led to the catcher
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SAMPLE = (
    b"From: Alice <alice@example.com>\r\nTo: Bob <bob@company.com>\r\nSubject: Lunch?\r\n"
    b"Date: Fri, 20 Nov 2026 11:30:00 +0100\r\nMessage-ID: <lunch@example.com>\r\n\r\nAt noon?\r\n"
)
FILES = {
    "invoice.pdf": b"%PDF-1.4\n%%EOF\n",
    "logo.png": PIXEL,
    "message.eml": SAMPLE,
    "inbox.mbox": b"From alice@example.com Fri Nov 20 11:30:00 2026\n" + SAMPLE.replace(b"\r\n", b"\n") + b"\n",
}

# --- what is in a document ---

FENCE = re.compile(
    r"(?:^<!--\s*(?P<comment>.*?)\s*-->\s*?\n\n?)?"
    r"^(?P<indent>[ ]*)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
PYTHON = {"python", "py", "python3", "{code-block} python"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        language: what stands behind the fence.
        text: what is inside, without the indentation of the fence.
        line: the line number of its first line.
        comment: the HTML comment right above it.
    """

    language: str
    text: str
    line: int
    comment: str = ""

    @property
    def is_python(self) -> bool:
        """Whether it is an example in Python."""
        return self.language in PYTHON

    @property
    def runs(self) -> bool:
        """Whether it is to be run. Python is, unless it gives a reason; a console is, when it says so."""
        if self.is_python:
            return not self.comment.startswith("no-run:")
        return self.language == "console" and self.comment == "run"


def blocks(markdown: str) -> list[Block]:
    """The fenced blocks of a document."""
    return [
        Block(
            language=found["info"].strip().lower(),
            text=_unindented(found["body"], len(found["indent"])),
            line=markdown.count("\n", 0, found.start("body")) + 1,
            comment=found["comment"] or "",
        )
        for found in FENCE.finditer(markdown)
    ]


def _unindented(text: str, by: int) -> str:
    return "".join(line[by:] if line[:by].isspace() else line for line in text.splitlines(keepends=True))


def compiled(block: Block, file: str) -> CodeType:
    """Compile an example so that its errors name the document's lines. ``await`` may stand at the top."""
    padded = "\n" * (block.line - 1) + block.text
    code = compile(padded, file, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code


# --- where it runs ---


@dataclass
class DocWorld:
    """One document's world.

    Attributes:
        directory: the current directory while it runs, with the files of ``FILES`` in it.
        caught: every message the example servers took, oldest first.
        namespace: the variables its blocks share.
    """

    directory: Path
    caught: list[Caught]
    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def run(self, block: Block, file: str) -> None:
        """Run one block, Python or console."""
        if block.is_python:
            self._run_python(compiled(block, file))
        else:
            self._run_console(block, file)

    def _run_python(self, code: CodeType) -> None:
        value = eval(code, self.namespace)  # for code that awaits, evaluating it gives a coroutine
        if inspect.iscoroutine(value):
            asyncio.run(value)

    def _run_console(self, block: Block, file: str) -> None:
        for command, expected in commands(block.text):
            code, shown = run_cli(command)
            assert code == 0, f"{file}:{block.line}: $ {shlex.join(command)} ended with {code}\n{shown}"
            missing = unseen(expected, shown)
            assert not missing, f"{file}:{block.line}: $ {shlex.join(command)} did not show {missing}, but\n{shown}"


def commands(console: str) -> Iterator[tuple[list[str], list[str]]]:
    """The ``mailwright`` commands of a console block, each with the lines it is said to show."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        first, *shown = part.replace("\\\n", " ").splitlines()
        words = shlex.split(first, comments=True)
        assert words[0] == "mailwright", f"only mailwright itself can be run here, not {words[0]}"
        yield words[1:], [line.strip() for line in shown if line.strip()]


def unseen(expected: list[str], shown: str) -> list[str]:
    """The expected lines that were not shown. ``...`` in them stands for anything."""
    lines = [line.strip() for line in shown.splitlines()]
    patterns = [re.sub(r"[\[*?]", "?", line).replace("...", "*").replace("…", "*") for line in expected]
    return [
        line
        for line, pattern in zip(expected, patterns, strict=True)
        if not any(fnmatch(each, pattern) for each in lines)
    ]


def run_cli(arguments: list[str]) -> tuple[int, str]:
    """Run the command line in this process, inside the example's world; its exit code and all it printed."""
    main = importlib.import_module("mailwright.cli.main").main
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        patch.setattr(sys, "argv", ["mailwright", *arguments])
        return exit_code(main), shown.getvalue()


def exit_code(main: Callable[[], object]) -> int:
    """Run a program's entry point and say what the shell would see."""
    try:
        result = main()
    except SystemExit as left:
        result = left.code
    if isinstance(result, int):
        return result
    return 0 if result is None else 1


@contextlib.contextmanager
def doc_world(directory: Path, authority: trustme.CA, patch: pytest.MonkeyPatch) -> Iterator[DocWorld]:
    """Open the world of one document in a directory of its own."""
    for name, content in FILES.items():
        (directory / name).write_bytes(content)
    trusted = directory / ".trusted.pem"
    authority.cert_pem.write_to_path(trusted)
    with open_catcher(_server_context(authority)) as catcher:
        patch.chdir(directory)
        patch.setenv("SSL_CERT_FILE", str(trusted))
        patch.setenv("HOME", str(directory))
        _lead_to(catcher.ports, patch)
        yield DocWorld(directory, catcher.caught)


def _server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*HOSTS).configure_cert(context)
    return context


def _lead_to(ports: Mapping[int, int], patch: pytest.MonkeyPatch) -> None:
    """Let the example hosts resolve to nowhere, and nowhere be the catcher. Names of other hosts do not resolve."""
    real_lookup, real_connect, real_connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def lookup(host: str | bytes | None, port: str | int | None, *args: Any, **kwargs: Any) -> Any:
        name = os.fsdecode(host or "")
        if any(fnmatch(name, pattern) for pattern in HOSTS):
            host = ELSEWHERE
        elif not _is_here(name):
            raise socket.gaierror(socket.EAI_NONAME, f"the examples' world has no {name}")
        return real_lookup(host, port, *args, **kwargs)

    def led(address: Any) -> Any:
        if isinstance(address, tuple) and address[0] == ELSEWHERE:
            return ("127.0.0.1", ports.get(address[1], 1))  # nobody listens on port 1
        return address

    patch.setattr(socket, "getaddrinfo", lookup)
    patch.setattr(socket.socket, "connect", lambda self, address: real_connect(self, led(address)))
    patch.setattr(socket.socket, "connect_ex", lambda self, address: real_connect_ex(self, led(address)))


def _is_here(name: str) -> bool:
    return name in ("", "localhost", socket.gethostname()) or re.fullmatch(r"[\d.]+|.*:.*", name) is not None
