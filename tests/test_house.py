"""The house is kept: short files, telling names, one version, a reason beside every exception."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailwright
from source_files import ROOT, Source, made_up, nothing_wrong, package_sources

SPLIT_AT = 600
LOOK_AGAIN_AT = 400
MEANINGLESS = {"utils", "util", "helpers", "common", "misc", "types", "models", "core", "base"}
MAY_BE_CALLED_BASE = {"mailwright/transports/base.py"}  # the contract the transports share

# A tool's exception: its name, its code in brackets or after a colon, and the reason behind it.
EXCEPTION = re.compile(r"#\s*(?P<tool>noqa|type:\s*ignore|pyright:\s*ignore)(?P<rest>[^#]*)")
CODED = re.compile(r"^(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)(?P<reason>.*)$")

# Spelled in pieces, so that this file does not hold what it looks for.
ELSEWHERE = re.compile("|".join(["/" + r"work/", r"\.\./" + "shared", "/root" + "/", "/home" + "/"]))
TEXT_FILES = {".py", ".md", ".toml", ".sh", ".txt", ".yaml", ".yml", ".json", ".eml", "", ".html", ".css", ".js"}
NOT_OURS = {".git", ".venv", "_build", "__pycache__", ".hypothesis", "dist", "build"}


def too_long(sources: list[Source], limit: int) -> list[str]:
    """The modules of more lines than this."""
    counted = [(source.path, source.text.count("\n")) for source in sources]
    return [f"{path}: {lines} lines" for path, lines in counted if lines > limit]


def meaningless(sources: list[Source]) -> list[str]:
    """The modules and packages whose names say nothing."""
    return [
        source.path
        for source in sources
        if MEANINGLESS & set(source.module.split(".")) and source.path not in MAY_BE_CALLED_BASE
    ]


def unreasoned(source: Source) -> Iterator[str]:
    """The lint and type exceptions without a code, or without a reason behind it."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for found in EXCEPTION.finditer(line):
            coded = CODED.match(found["rest"].strip())
            behind = (coded["reason"] if coded else "") + line[found.end() :]
            if not coded:
                yield f"{source.path}:{number}: {found['tool']} names no code"
            elif not re.search(r"\w{3}", re.sub(EXCEPTION, "", behind)):
                yield f"{source.path}:{number}: {found['tool']} gives no reason"


def project_files() -> Iterator[Path]:
    """Every text file that belongs to the project."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if NOT_OURS & set(parts) or any(part.startswith(".") and part.endswith("_cache") for part in parts):
            continue
        if path.is_file() and path.suffix in TEXT_FILES:
            yield path


def stray_paths(text: str) -> list[str]:
    """The lines that name a place on somebody's machine."""
    return [line.strip() for line in text.splitlines() if ELSEWHERE.search(line)]


# --- the house as it stands ---


def test_no_module_is_too_long() -> None:
    sources = package_sources()
    nothing_wrong(too_long(sources, SPLIT_AT))
    for reminder in too_long(sources, LOOK_AGAIN_AT):
        print(f"look again: {reminder}")


def test_every_module_has_a_telling_name() -> None:
    nothing_wrong(meaningless(package_sources()))


def test_every_exception_has_its_code_and_its_reason() -> None:
    nothing_wrong(fault for source in package_sources() for fault in unreasoned(source))


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {str(path.relative_to(ROOT)): stray_paths(path.read_text("utf-8", "replace")) for path in project_files()}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert mailwright.__version__ == project["version"]


# --- the checkers themselves ---


def test_it_counts_lines() -> None:
    assert too_long([made_up("mailwright/a.py", "\n" * 601)], SPLIT_AT) == ["mailwright/a.py: 601 lines"]
    assert too_long([made_up("mailwright/a.py", "\n" * 600)], SPLIT_AT) == []


@pytest.mark.parametrize("path", ["mailwright/utils.py", "mailwright/smtp/helpers.py", "mailwright/common/date.py"])
def test_it_refuses_names_that_say_nothing(path: str) -> None:
    assert meaningless([made_up(path, ""), made_up("mailwright/smtp/reply.py", "")]) == [path]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: N818",
        "# type: ignore",
        "# type: ignore[misc]",
        "# pyright: ignore",
        "# pyright: ignore[reportAny]",
        "# type: ignore[misc]  # noqa: E501",
    ],
)
def test_it_refuses_exceptions_without_code_or_reason(comment: str) -> None:
    assert list(unreasoned(made_up("mailwright/a.py", f"x = 1  {comment}")))


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: N818  a way to leave, not an error",
        "# noqa: N818, E501  a way to leave",
        "# type: ignore[misc]  # mypy cannot see it",
        "# pyright: ignore[reportAny]  # the stdlib says Any",
        "# nothing to see",
    ],
)
def test_it_lets_reasoned_exceptions_pass(comment: str) -> None:
    assert list(unreasoned(made_up("mailwright/a.py", f"x = 1  {comment}"))) == []


def test_it_finds_places_on_machines() -> None:
    place = "/home" + "/somebody"
    assert stray_paths(f"a\nsee {place}\nwork/life") == [f"see {place}"]
