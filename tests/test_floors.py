"""A module imports only from floors below its own, or from its own room.

The floors are those of docs/understand/architecture.md. Rooms on one floor do not know each other, and the floors below
the conversations have two sides: mail as text, and the world.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from source_files import PACKAGE, Source, made_up, nothing_wrong, package_sources, room_of, runtime_nodes

FLOORS = {
    "__main__": 9,
    "cli": 8,
    "doctor": 7,
    "outbox": 7,
    "devserver": 7,
    "testing": 7,
    "transports": 6,
    "smtp": 5,
    "imap": 5,
    "pop3": 5,
    "sasl": 4,
    "mailauth": 4,
    "crypt": 4,
    "mime": 3,
    "grammar": 2,
    "net": 2,
    "encodings": 1,
    "dialogue": 1,
    "errors": 0,
}
INDEX_FLOOR = 8  # mailwright/__init__.py shows everything below the front door; only the front door may use it

TEXT_WING = {"encodings", "grammar", "mime"}
WORLD_WING = {"dialogue", "net"}
PURE_PROOFS = {"sasl", "mailauth", "crypt"}  # they ask questions; others go and find out

# Who may import what does not belong to the package. A pattern is matched against the path below src/mailwright.
WORLD = ("net/*", "testing.py", "testing/*")
THIRD_PARTY: dict[str, tuple[str, ...]] = {
    # core
    # A pool has callers wait for each other, in whatever loop they run; it says nothing to anybody.
    "anyio": (*WORLD, "devserver/*", "cli/*", "smtp/async_pool.py"),
    "dns": ("net/*",),
    "idna": ("net/*", "grammar/*"),
    "pybase64": ("encodings/*", "sasl/*"),
    "truststore": ("net/tls.py",),
    # optional: the one file that needs it
    "cryptography": ("crypt/*", "mailauth/*", "net/certificate.py", "sasl/*", "devserver/*", "testing/*", "testing.py"),
    "httpx2": ("net/http.py",),
    "python_socks": ("net/proxy.py",),
    "spnego": ("sasl/ntlm.py", "sasl/gssapi.py"),
    "click": ("cli/*",),
    "rich": ("cli/*", "doctor/report.py", "devserver/*"),
    "chardet": ("encodings/charset.py",),
    "nh3": ("mime/*",),
    "css_inline": ("mime/*",),
    "pysequoia": ("crypt/openpgp.py",),
    "opentelemetry": ("net/telemetry.py",),
}
STANDARD: dict[str, tuple[str, ...]] = {
    "socket": WORLD,
    "ssl": WORLD,
    "select": WORLD,
    "selectors": WORLD,
    "asyncio": WORLD,
    "trio": WORLD,
    "smtplib": (),
    "imaplib": (),
    "poplib": (),
}
# A conversation computes, yields and raises: what is random, timed or logged comes in as an argument.
CONVERSATIONS = ("dialogue.py", "*/session.py", "*/reception.py")
NOT_IN_CONVERSATIONS = {"time", "random", "secrets", "uuid", "logging", "threading", "os"}


@dataclass(frozen=True)
class Import:
    """One imported module, with what is taken from it."""

    target: str
    names: tuple[str, ...]
    line: int

    @property
    def top(self) -> str:
        """The distribution's side of the name: what is installed."""
        return self.target.split(".")[0]


# --- reading imports ---


def imports(source: Source) -> Iterator[Import]:
    """Every import of a module, wherever it stands; relative ones are resolved."""
    for node in ast.walk(source.tree):
        yield from _imports_of(source, node)


def _imports_of(source: Source, node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, (), node.lineno)
    elif isinstance(node, ast.ImportFrom):
        target = _resolved(source, node)
        names = tuple(alias.name for alias in node.names)
        if target == PACKAGE:  # "from mailwright import mime" names rooms
            yield from (Import(f"{PACKAGE}.{name}", (), node.lineno) for name in names)
        else:
            yield Import(target, names, node.lineno)


def _resolved(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.module.split(".") if source.is_package else source.module.split(".")[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


# --- the rules ---


def floor_faults(source: Source) -> list[str]:
    """What this module imports of the package and may not."""
    if source.module == PACKAGE:
        return []  # the index stands outside the house
    if source.room not in FLOORS:
        return [f"{source.path}: the house has no room {source.room!r}; give it a floor or another place"]
    return [
        f"{source.path}:{found.line}: imports {found.target}: {why}"
        for found in imports(source)
        if found.top == PACKAGE and (why := _why_not(source.room, found))
    ]


def _why_not(room: str, found: Import) -> str | None:
    target = room_of(found.target)
    if target not in FLOORS:
        return None if FLOORS[room] >= INDEX_FLOOR else "the index is for users; import from the room"
    if target == room:
        return None
    if FLOORS[target] > FLOORS[room]:
        return f"{target} is on floor {FLOORS[target]}, above {room} on {FLOORS[room]}"
    if FLOORS[target] == FLOORS[room]:
        return f"{target} and {room} share floor {FLOORS[room]} and do not know each other"
    return _why_not_from_this_wing(room, target)


def _why_not_from_this_wing(room: str, target: str) -> str | None:
    if room in TEXT_WING and target in WORLD_WING:
        return f"{room} is text, and text does not know the world"
    if room in WORLD_WING and target in TEXT_WING:
        return f"{room} is the world, and the world does not know mail"
    if room in PURE_PROOFS and target == "net":
        return f"{room} asks questions and never touches the net"
    return None


def foreign_faults(source: Source) -> list[str]:
    """What this module imports from outside the package and may not."""
    inside = source.path.removeprefix(f"{PACKAGE}/")
    faults = []
    for found in imports(source):
        if found.top in (PACKAGE, "__future__"):
            continue
        if why := _why_not_here(inside, found):
            faults.append(f"{source.path}:{found.line}: imports {found.target}: {why}")
    return faults + _sleeps(source, inside) + _loads_email(source)


def _why_not_here(inside: str, found: Import) -> str | None:
    if _is_one_of(inside, CONVERSATIONS) and found.top in NOT_IN_CONVERSATIONS:
        return "a conversation computes, yields and raises; let it be an argument"
    places = STANDARD.get(found.top, THIRD_PARTY.get(found.top))
    if places is not None:
        return None if _is_one_of(inside, places) else f"only {', '.join(places) or 'nobody'} may"
    return None if found.top in sys.stdlib_module_names else "the project does not depend on it"


def _sleeps(source: Source, inside: str) -> list[str]:
    """Calls of ``time.sleep`` outside the world."""
    if _is_one_of(inside, WORLD):
        return []
    lines = [i.line for i in imports(source) if i.target == "time" and "sleep" in i.names]
    lines += [
        n.lineno for n in ast.walk(source.tree) if isinstance(n, ast.Attribute) and ast.unparse(n) == "time.sleep"
    ]
    return [f"{source.path}:{line}: sleeps; only the performers wait" for line in lines]


def _loads_email(source: Source) -> list[str]:
    """Imports of the standard ``email`` package that happen whenever the module is imported."""
    found = [i for node in runtime_nodes(source.tree) for i in _imports_of(source, node) if i.top == "email"]
    return [f"{source.path}:{i.line}: loads {i.target}; import it where it is converted to or from" for i in found]


def _is_one_of(inside: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(inside, pattern) for pattern in patterns)


def index_faults(source: Source) -> list[str]:
    """What the package's index defines: it may import, name, state its version and load lazily."""
    return [
        f"{source.path}:{node.lineno}: defines something; the index only shows what the rooms hold"
        for node in source.tree.body
        if not _belongs_in_an_index(node)
    ]


def _belongs_in_an_index(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
        return not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.dump(node.test) and all(map(_belongs_in_an_index, node.body))
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__getattr__", "__dir__")
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets)
    return False


# --- the house as it stands ---


def test_every_module_looks_only_down() -> None:
    nothing_wrong(fault for source in package_sources() for fault in floor_faults(source))


def test_the_world_and_optional_packages_stay_in_their_rooms() -> None:
    nothing_wrong(fault for source in package_sources() for fault in foreign_faults(source))


def test_the_index_defines_nothing() -> None:
    nothing_wrong(fault for source in package_sources() if source.module == PACKAGE for fault in index_faults(source))


# --- the checker itself ---


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("mailwright/grammar/date.py", "from mailwright.mime import part", "above grammar"),
        ("mailwright/grammar/date.py", "import mailwright.mime.part", "above grammar"),
        ("mailwright/grammar/date.py", "from mailwright import mime", "above grammar"),
        ("mailwright/grammar/date.py", "from ..mime.part import Part", "above grammar"),
        ("mailwright/grammar/__init__.py", "from ..mime import part", "above grammar"),
        ("mailwright/grammar/date.py", "from .. import mime", "above grammar"),
        ("mailwright/grammar/date.py", "def f():\n    from mailwright.smtp import reply", "above grammar"),
        ("mailwright/grammar/a.py", "if TYPE_CHECKING:\n    from mailwright.imap import sets", "above grammar"),
        ("mailwright/smtp/client.py", "from mailwright.imap import client", "share floor 5"),
        ("mailwright/grammar/date.py", "from mailwright.net import tls", "share floor 2"),
        ("mailwright/encodings/lines.py", "from mailwright import dialogue", "share floor 1"),
        ("mailwright/net/tls.py", "from mailwright.encodings import base64", "does not know mail"),
        ("mailwright/mime/part.py", "from mailwright.dialogue import Wire", "does not know the world"),
        ("mailwright/grammar/date.py", "from mailwright.dialogue import Wire", "does not know the world"),
        ("mailwright/mailauth/spf/check.py", "from mailwright.net.dns import ask", "never touches the net"),
        ("mailwright/smtp/client.py", "from mailwright import Message", "the index is for users"),
        ("mailwright/errors.py", "import mailwright", "the index is for users"),
        ("mailwright/utils.py", "", "no room 'utils'"),
    ],
)
def test_it_refuses_what_looks_up_or_across(path: str, text: str, fault: str) -> None:
    (found,) = floor_faults(made_up(path, text))
    assert fault in found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "mailwright/smtp/session.py",
            "from mailwright.smtp.reply import Reply\nfrom . import data\nfrom .data import x",
        ),
        ("mailwright/smtp/client.py", "from mailwright import mime, net\nfrom mailwright.sasl import plain"),
        ("mailwright/mailauth/spf/check.py", "from ..tags import parse\nfrom mailwright.dialogue import Dialogue"),
        ("mailwright/cli/main.py", "from mailwright import __version__"),
        ("mailwright/__init__.py", "from mailwright.cli import main"),
        ("mailwright/grammar/date.py", "import re, mailwrighter"),
    ],
)
def test_it_lets_pass_what_looks_down(path: str, text: str) -> None:
    assert floor_faults(made_up(path, text)) == []


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("mailwright/smtp/client.py", "import socket", "only net/*"),
        ("mailwright/mime/part.py", "from ssl import SSLContext", "only net/*"),
        ("mailwright/smtp/client.py", "def f():\n    import asyncio.subprocess", "only net/*"),
        ("mailwright/mime/part.py", "import anyio.abc", "only net/*"),
        ("mailwright/net/tls.py", "import cryptography", "only crypt/*"),
        ("mailwright/net/tls.py", "import click", "only cli/*"),
        ("mailwright/devserver/serve.py", "import click", "only cli/*"),
        ("mailwright/doctor/finding.py", "import rich", "only cli/*"),
        ("mailwright/net/tls.py", "import requests", "does not depend on it"),
        ("mailwright/transports/smtp.py", "import smtplib", "only nobody may"),
        ("mailwright/smtp/session.py", "import secrets", "let it be an argument"),
        ("mailwright/dialogue.py", "import time", "let it be an argument"),
        ("mailwright/smtp/client.py", "import time\ntime.sleep(1)", "only the performers wait"),
        ("mailwright/smtp/client.py", "from time import sleep", "only the performers wait"),
        ("mailwright/mime/views.py", "import email.message", "loads email.message"),
        ("mailwright/mime/views.py", "class A:\n    from email import policy", "loads email"),
    ],
)
def test_it_refuses_strangers_outside_their_rooms(path: str, text: str, fault: str) -> None:
    (found,) = foreign_faults(made_up(path, text))
    assert fault in found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("mailwright/net/streams.py", "import socket, ssl, selectors, anyio\nimport time\ntime.sleep(1)"),
        ("mailwright/testing.py", "import socket, anyio"),
        ("mailwright/devserver/serve.py", "import anyio"),
        ("mailwright/doctor/report.py", "from rich.console import Console"),
        ("mailwright/mime/views.py", "def to_email():\n    from email import message_from_bytes"),
        ("mailwright/mime/views.py", "if TYPE_CHECKING:\n    from email.message import EmailMessage"),
        ("mailwright/smtp/client.py", "import re, time\ntime.monotonic()"),
    ],
)
def test_it_lets_strangers_be_where_they_belong(path: str, text: str) -> None:
    assert foreign_faults(made_up(path, text)) == []


@pytest.mark.parametrize(
    "text", ["def send(): ...", "class A: ...", "LIMIT = 1", "print()", "if TYPE_CHECKING:\n    def f(): ..."]
)
def test_it_refuses_definitions_in_the_index(text: str) -> None:
    assert len(index_faults(made_up("mailwright/__init__.py", text))) == 1


def test_it_lets_the_index_show_and_load_lazily() -> None:
    text = '"A sentence."\nfrom a import b\n__version__ = "1"\n_ROOMS: dict = {}\ndef __getattr__(name): ...'
    assert index_faults(made_up("mailwright/__init__.py", text)) == []
