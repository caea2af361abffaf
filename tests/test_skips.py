"""What did not run is said, and where it was promised to run it is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from source_files import ROOT

# A plugin that takes Postfix away, and a test that needs the corpora.
NO_POSTFIX = """
from pathlib import Path
from live.lab import obstacles
obstacles.POSTFIX_MASTER = Path("/nonexistent")
"""
LIVE_TEST = "tests/live/test_lab.py::test_an_unknown_recipient_is_550"


def run_pytest(tmp_path: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of our tests in a process of its own, on a machine without Postfix."""
    (tmp_path / "no_postfix.py").write_text(NO_POSTFIX)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAILWRIGHT_", "PYTEST_"))}
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "tests")])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no_postfix", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env={**inherited, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_live_tests_skip_without_servers_and_the_last_lines_say_so(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, LIVE_TEST)
    assert run.returncode == 0, run.stdout
    assert "live tests: 1 skipped, because postfix is not installed" in run.stdout
    assert "1 skipped" in run.stdout.splitlines()[-1]


def test_a_skipped_live_test_is_a_failure_where_live_tests_are_required(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, LIVE_TEST, MAILWRIGHT_REQUIRE_LIVE="1")
    assert run.returncode == 1
    assert "MAILWRIGHT_REQUIRE_LIVE=1, but this live test was skipped: postfix is not installed" in run.stdout


@pytest.mark.parametrize("corpora", ["", "/nonexistent"])
def test_corpus_tests_skip_without_corpora_and_that_is_never_a_failure(tmp_path: Path, corpora: str) -> None:
    test = "tests/test_skips.py::test_the_corpora_are_a_directory"
    run = run_pytest(tmp_path, test, MAILWRIGHT_CORPORA=corpora, MAILWRIGHT_REQUIRE_LIVE="1")
    assert run.returncode == 0, run.stdout
    assert "corpus tests: 1 skipped, because MAILWRIGHT_CORPORA does not name a directory" in run.stdout


def test_the_corpora_are_a_directory(corpora: Path) -> None:
    assert any(corpora.iterdir())
