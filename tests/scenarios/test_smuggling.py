"""One message handed over is one message received, whatever bytes it holds and wherever its chunks are cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mailwright import Envelope, SmtpClient
from mailwright.devserver import Receiver

HIDDEN = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nsmuggled\r\n.\r\n"
ENDS = [
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\r\n",
    b"\n\n.\n\n",
]
ENVELOPE = Envelope("a@example.com", ["b@example.com"])


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver(starttls=False) as receiver:
        yield receiver


def canonical(raw: bytes) -> bytes:
    """What must arrive: the same lines, each ended by CRLF."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_nothing_in_a_message_ends_it(receiver: Receiver, end: bytes) -> None:
    receiver.inbox.clear()
    raw = b"Subject: one\r\n\r\nfirst" + end + HIDDEN
    with SmtpClient("127.0.0.1", receiver.port) as smtp:
        smtp.send(raw, envelope=ENVELOPE)
        smtp.send(b"Subject: two\r\n\r\n", envelope=ENVELOPE)
    assert [caught.content for caught in receiver.inbox] == [canonical(raw), b"Subject: two\r\n\r\n"]
    assert all(str(caught.sender) == "a@example.com" for caught in receiver.inbox)
