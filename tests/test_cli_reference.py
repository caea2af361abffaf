"""The reference of the command line is what the commands say of themselves."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from mailwright.cli.program import program
from source_files import ROOT


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("command_line_writer", ROOT / "docs" / "command_line.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_says_what_the_commands_say(writer: ModuleType) -> None:
    assert writer.PAGE.read_text("utf-8") == writer.page(), "run: .venv/bin/python docs/command_line.py"


def test_every_command_and_option_is_on_it(writer: ModuleType) -> None:
    page = writer.page()
    for name, command in program.commands.items():
        assert f"## mailwright {name}\n" in page
        for parameter in command.params:
            assert all(option in page for option in parameter.opts if option.startswith("--"))


def test_a_changed_command_changes_the_page(writer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = writer.page()
    monkeypatch.setattr(program.commands["demo"], "help", "Something else.")
    assert writer.page() != before
