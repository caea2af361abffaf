"""Importing is cheap: reading mail loads nothing that talks to the network."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

HEAVY = ["ssl", "socket", "asyncio", "anyio", "trio", "cryptography", "dns", "truststore", "email", "click", "rich"]


def loaded_by(statement: str, names: list[str]) -> list[str]:
    """Run a statement in a fresh interpreter and say which of these modules it has loaded."""
    program = f"import sys; {statement}; print(*[name for name in {names!r} if name in sys.modules])"
    # -I -S would be cheaper still, but an editable install needs its .pth file.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.split()


@pytest.mark.parametrize("module", ["mailwright", "mailwright.errors", "mailwright.dialogue", "mailwright.grammar"])
def test_importing_what_is_text_loads_nothing_of_the_world(module: str) -> None:
    assert loaded_by(f"import {module}", HEAVY) == loaded_by("pass", HEAVY)


@pytest.mark.skipif(importlib.util.find_spec("mailwright.mime") is None, reason="there is no mailwright.mime yet")
def test_importing_mime_loads_nothing_of_the_world() -> None:
    assert loaded_by("import mailwright.mime", HEAVY) == loaded_by("pass", HEAVY)


def test_this_test_can_see_what_is_loaded() -> None:
    assert set(loaded_by("import asyncio, email", ["asyncio", "email", "ssl", "trio"])) >= {"asyncio", "email"}
