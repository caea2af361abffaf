"""``send(progress=...)``: what the command line's bar lives on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwright.devserver import Receiver
from mailwright.mime import Message
from mailwright.net import Security
from mailwright.smtp import AsyncSmtpClient, SmtpClient


def large(folder: Path) -> Message:
    (folder / "large.bin").write_bytes(bytes(1_000_000))
    message = Message(from_="a@example.com", to="b@example.com", text="hi")
    message.attach(folder / "large.bin")
    return message


def check(seen: list[int], size: int) -> None:
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == size


def test_progress_rises_to_the_size_of_the_message(receiver: Receiver, tmp_path: Path) -> None:
    message, seen = large(tmp_path), list[int]()
    with SmtpClient("localhost", receiver.port, security=Security.NONE) as smtp:
        smtp.send(message, progress=seen.append)
    check(seen, message.size())


@pytest.mark.anyio
async def test_progress_in_both_event_loops(receiver: Receiver, tmp_path: Path) -> None:
    message, seen = large(tmp_path), list[int]()
    async with AsyncSmtpClient("localhost", receiver.port, security=Security.NONE) as smtp:
        await smtp.send(message, progress=seen.append)
    check(seen, message.size())
