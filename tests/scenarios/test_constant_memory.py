"""A large attachment is sent from disk in constant memory, in every world."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTE = 1 << 20

PROGRAM = """
import resource, sys, anyio
from mailwright import AsyncSmtpClient, Message, SmtpClient

world, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
message = Message(from_="a@example.com", to="b@example.com", subject="big", text="see file")
message.attach(path)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main():
    async with AsyncSmtpClient("127.0.0.1", port) as smtp:
        await smtp.send(b"small", envelope=envelope)
        before = peak()
        await smtp.send(message)
        print(peak() - before)

from mailwright import Envelope
envelope = Envelope("a@example.com", ["b@example.com"])
if world == "blocking":
    with SmtpClient("127.0.0.1", port) as smtp:
        smtp.send(b"small", envelope=envelope)
        before = peak()
        smtp.send(message)
        print(peak() - before)
else:
    anyio.run(main, backend=world)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
@pytest.mark.parametrize("world", ["blocking", "asyncio", "trio"])
def test_a_hundred_megabytes_cost_less_than_sixteen(world: str, tmp_path: Path) -> None:
    from mailwright.devserver import Receiver

    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    with Receiver(starttls=False, size=200 * MEGABYTE) as receiver:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, world, str(receiver.port), str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert len(receiver.inbox[1].content) > 133 * MEGABYTE
    assert int(done.stdout) < 16 * 1024
