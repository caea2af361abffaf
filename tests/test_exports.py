"""The public names, pinned: tests/exports.toml says what each room shows, and a change to it is a decision."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import tomllib
from dataclasses import dataclass
from types import ModuleType

import pytest

from source_files import PACKAGE, ROOT

EXPORTS: dict[str, list[str]] = {
    room: table["names"] for room, table in tomllib.loads((ROOT / "tests/exports.toml").read_text("utf-8")).items()
}
PUBLIC = ["", "errors", "dialogue", "grammar", "mime", "net", "sasl", "smtp", "testing", "devserver"]
SHOWN = [f"{PACKAGE}.{room}".rstrip(".") for room in PUBLIC]


def shown_by(module: ModuleType) -> list[str]:
    """The names a module says are public."""
    return sorted(getattr(module, "__all__", []))


def undocumented(module: ModuleType, names: list[str]) -> list[str]:
    """The classes, functions and modules among these names that say nothing about themselves."""
    found = [(name, getattr(module, name)) for name in names]
    return [name for name, value in found if _can_have_docstring(value) and not _own_docstring(value)]


def _can_have_docstring(value: object) -> bool:
    return inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value)


def _own_docstring(value: object) -> str | None:
    doc = value.__doc__
    is_generated = inspect.isclass(value) and doc is not None and doc.startswith(f"{value.__name__}(")
    return None if is_generated else doc  # a dataclass without a sentence gets its signature for one


def exists(name: str) -> bool:
    """Whether a module is there yet."""
    return importlib.util.find_spec(name) is not None


@pytest.mark.parametrize("room", sorted(EXPORTS))
def test_each_room_shows_what_is_pinned(room: str) -> None:
    module = importlib.import_module(room)
    pinned = sorted(EXPORTS[room])
    assert shown_by(module) == pinned, f"if the change is meant, change tests/exports.toml: {room}"
    assert [name for name in pinned if not hasattr(module, name)] == []
    assert undocumented(module, pinned) == []


def test_every_public_room_that_exists_is_pinned() -> None:
    assert sorted(name for name in SHOWN if exists(name)) == sorted(EXPORTS)


def test_no_name_is_pinned_twice() -> None:
    assert [room for room, names in EXPORTS.items() if len(names) != len(set(names))] == []


def test_the_index_shows_the_very_objects_of_the_rooms() -> None:
    index = importlib.import_module(PACKAGE)
    rooms = [importlib.import_module(room) for room in EXPORTS if room != PACKAGE]
    strays = [
        name
        for name in shown_by(index)
        if not inspect.ismodule(getattr(index, name)) and name != "__version__"
        if not any(getattr(room, name, None) is getattr(index, name) for room in rooms)
    ]
    assert strays == []


# --- the checker itself ---


@dataclass
class Bare:
    x: int


class Told:
    """Said."""


def silent() -> None: ...


def test_it_finds_what_has_no_docstring() -> None:
    module = ModuleType("made_up", "A module.")
    module.__dict__.update(Bare=Bare, Told=Told, silent=silent, LIMIT=1)
    assert undocumented(module, ["Bare", "Told", "silent", "LIMIT"]) == ["Bare", "silent"]
