"""The live lab as fixtures: servers once per run, users as many as wanted."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from live.lab.laboratory import Lab, open_lab
from live.lab.mailbox import Account


@pytest.fixture(scope="session")
def _servers() -> Iterator[Lab]:
    with open_lab() as servers:
        yield servers


@pytest.fixture
def lab(_servers: Lab) -> Lab:
    """Postfix and Dovecot, running: also after a test that stopped them."""
    _servers.ensure_running()
    return _servers


@pytest.fixture
def user(lab: Lab) -> Account:
    """A user nobody else has, with an empty mailbox."""
    return lab.user()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers had to say beside a test that failed."""
    report = yield
    servers = getattr(item, "funcargs", {}).get("lab")
    if report.when == "call" and report.failed and isinstance(servers, Lab):
        report.sections.append(("the servers' logs", servers.log_tail()))
    return report
