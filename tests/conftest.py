"""What every test may use, and an honest account of what did not run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from live.lab.obstacles import live_obstacle

TESTS = Path(__file__).parent
LIVE = TESTS / "live"
NO_CORPORA = "MAILWRIGHT_CORPORA does not name a directory of test corpora"


def live_required() -> bool:
    """Whether this run promised to test against real servers, as the one in CI does."""
    return os.environ.get("MAILWRIGHT_REQUIRE_LIVE") == "1"


# --- fixtures ---


@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both worlds, for every test marked ``anyio``."""
    return cast(str, request.param)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The directory of other people's test mail, which is not part of this project."""
    named = os.environ.get("MAILWRIGHT_CORPORA")
    if not named or not Path(named).is_dir():
        pytest.skip(NO_CORPORA)
    return Path(named)


# --- live tests ---


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under tests/live is live, and is skipped where no server can be started."""
    obstacle = live_obstacle()
    for item in items:
        if LIVE in item.path.parents:
            item.add_marker(pytest.mark.live)
        if obstacle and item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason=obstacle))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where live tests are required, one that was skipped has failed."""
    report = yield
    if live_required() and _is_live(report) and _was_skipped(report):
        report.outcome = "failed"
        report.longrepr = f"MAILWRIGHT_REQUIRE_LIVE=1, but this live test was skipped: {_reason(report)}"
    return report


# --- the last lines ---


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests did not run for want of a server or of the corpora, and why."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if isinstance(r, pytest.TestReport)]
    for line in summary_lines(skipped):
        terminalreporter.write_line(line, yellow=True)


def summary_lines(skipped: list[pytest.TestReport]) -> list[str]:
    """One line for each kind of test that was skipped, with the reasons."""
    reports = [report for report in skipped if _was_skipped(report)]
    live = Counter(_reason(report) for report in reports if _is_live(report))
    corpus = sum(NO_CORPORA in _reason(report) for report in reports)
    lines = []
    if live:
        lines.append(f"live tests: {live.total()} skipped, because {'; '.join(live)}")
    if corpus:
        lines.append(f"corpus tests: {corpus} skipped, because {NO_CORPORA}")
    return lines


def _is_live(report: pytest.TestReport) -> bool:
    return "live" in report.keywords


def _was_skipped(report: pytest.TestReport) -> bool:
    return report.skipped and not hasattr(report, "wasxfail")  # an expected failure is reported as skipped too


def _reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
