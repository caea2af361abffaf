"""What the types promise: a telling cannot be run as a dialogue, and each face shows its result.

The other way round there is nothing to refuse: a dialogue is a telling that tells nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

api = pytest.importorskip("mypy.api", reason="mypy is not installed")

GOOD = """
from mailwright import AsyncSmtpClient, SmtpClient
from mailwright.dialogue import Dialogue, Telling
from mailwright.net import Connection, Told
from mailwright.smtp import Receipt, Reply, Session
from mailwright.smtp.transaction import send_many


def blocking(client: SmtpClient, connection: Connection, session: Session) -> None:
    reveal_type(client.noop())
    reveal_type(client.verify("alice@example.com"))
    reveal_type(connection.run(session.noop()))
    with Told(connection, send_many(session)) as told:
        for receipt in told:
            reveal_type(receipt)


async def awaiting(client: AsyncSmtpClient) -> None:
    answer = reveal_type(client.noop())
    reveal_type(await answer)
"""
BAD = """
from mailwright import SmtpClient
from mailwright.net import Connection, Told
from mailwright.smtp import Session
from mailwright.smtp.transaction import send_many


def mistaken(client: SmtpClient, connection: Connection, session: Session) -> None:
    connection.run(send_many(session))
    Told(session.noop(), connection)
    client.verify()
    client.noop("argument")
    client.reset().no_such_attribute
"""


def checked(source: str, folder: Path) -> tuple[str, int]:
    """What mypy says of a file, and its exit status."""
    path = folder / "example.py"
    path.write_text(source)
    said, complaints, status = api.run(["--strict", "--no-error-summary", f"--cache-dir={folder}", str(path)])
    assert complaints == ""
    return said, status


@pytest.mark.timeout(300)
def test_good_code_passes_and_every_face_shows_its_result(tmp_path: Path) -> None:
    said, status = checked(GOOD, tmp_path)
    assert status == 0, said
    revealed = re.findall(r'Revealed type is "(.*)"', said)
    reply = "mailwright.smtp.reply.Reply"
    assert revealed == [
        reply,
        reply,
        reply,
        "mailwright.smtp.receipt.Receipt",
        f"typing.Coroutine[Any, Any, {reply}]",
        reply,
    ]


@pytest.mark.timeout(300)
def test_each_mistake_is_found_at_its_line(tmp_path: Path) -> None:
    said, status = checked(BAD, tmp_path)
    assert status == 1
    found = {
        (int(line), code) for line, code in re.findall(r"example\.py:(\d+): error: .*\[([\w-]+)\]$", said, re.MULTILINE)
    }
    first = BAD.splitlines().index("    connection.run(send_many(session))") + 1
    assert found == {
        (first, "arg-type"),
        (first + 1, "arg-type"),
        (first + 2, "call-arg"),
        (first + 3, "call-arg"),
        (first + 4, "attr-defined"),
    }
