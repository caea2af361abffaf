"""The project's own files, as the tests that guard the house read them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
PACKAGE = "mailwright"


@dataclass(frozen=True)
class Source:
    """One module, parsed.

    Attributes:
        path: below ``src``, with slashes: ``mailwright/smtp/session.py``.
        text: its source.
        tree: the same, parsed.
    """

    path: str
    text: str
    tree: ast.Module = field(compare=False, repr=False)

    @property
    def module(self) -> str:
        """The module's dotted name; a package's is the package's own."""
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_package(self) -> bool:
        """Whether this is the ``__init__`` of a package."""
        return self.path.endswith("/__init__.py")

    @property
    def room(self) -> str:
        """The name right below the package: ``smtp`` for ``mailwright.smtp.session``, empty for the package itself."""
        return room_of(self.module)


def room_of(module: str) -> str:
    """The second part of a dotted name inside the package."""
    return [*module.split("."), ""][1]


def made_up(path: str, text: str) -> Source:
    """A source that exists only in a test of the tests."""
    return Source(path, text, ast.parse(text))


def package_sources() -> list[Source]:
    """Every module of the package."""
    files = sorted((SRC / PACKAGE).rglob("*.py"))
    return [made_up(file.relative_to(SRC).as_posix(), file.read_text("utf-8")) for file in files]


def runtime_nodes(tree: ast.AST) -> list[ast.AST]:
    """Every node outside functions and ``if TYPE_CHECKING``: what an import of the module executes."""
    nodes: list[ast.AST] = []
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            nodes += [node for branch in child.orelse for node in (branch, *runtime_nodes(branch))]
            continue
        nodes += [child, *runtime_nodes(child)]
    return nodes


def nothing_wrong(faults: Iterable[str]) -> None:
    """Fail with every fault on a line of its own."""
    found = list(faults)
    assert not found, "\n".join(["", *found])
