"""A parcel becomes MAIL and RCPT, or an error that says what the server does not take."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Patience
from mailwright.errors import MessageRefused, NotSupported
from mailwright.smtp import Capabilities
from unit.smtp.scripts import parcel

EVERYTHING = Capabilities({"SIZE": ("1000",), "8BITMIME": (), "SMTPUTF8": (), "CHUNKING": (), "BINARYMIME": ()})


def test_the_envelope_says_what_follows_it() -> None:
    made = parcel("bob@example.com", "eve@example.com", size=24, eight_bit=True)
    assert made.commands(EVERYTHING, is_secured=True) == [
        (b"MAIL FROM:<alice@example.com> SIZE=24 BODY=8BITMIME\r\n", Patience.SENDER, "sender"),
        (b"RCPT TO:<bob@example.com>\r\n", Patience.RECIPIENT, "recipient"),
        (b"RCPT TO:<eve@example.com>\r\n", Patience.RECIPIENT, "recipient"),
    ]


def test_binary_covers_eight_bit() -> None:
    made = parcel(eight_bit=True)
    made.binary = True
    assert made.commands(EVERYTHING, is_secured=True)[0][0].endswith(b"> BODY=BINARYMIME\r\n")
    with pytest.raises(NotSupported, match="BINARYMIME and CHUNKING"):
        made.commands(EVERYTHING.without("CHUNKING"), is_secured=True)


def test_what_is_known_before_is_raised_before_anything_else() -> None:
    obstacle = NotSupported("No.")
    made = parcel(size=10_000)
    with pytest.raises(MessageRefused, match="10000 octets"):
        made.commands(EVERYTHING, is_secured=True)
    made.obstacle = obstacle
    with pytest.raises(NotSupported) as caught:
        made.commands(EVERYTHING, is_secured=True)
    assert caught.value is obstacle
