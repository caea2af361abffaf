"""Receipts: what the server called the message, and who will not get it."""

from __future__ import annotations

import pytest

from mailwright.errors import MessageRefused, RecipientsRefused
from mailwright.smtp import Receipt, Reply, Timings
from mailwright.smtp.receipt import queue_id

NO_TIME = Timings(0.0, 0.0, 0.0)
OK = Reply(250, None, ("OK",))
UNKNOWN = Reply(550, "5.1.1", ("No such user",))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("2.0.0 Ok: queued as 4XyZ12AbCdz9tK", "4XyZ12AbCdz9tK"),  # Postfix, long ids
        ("2.0.0 Ok: queued as 3F2A81C0042", "3F2A81C0042"),  # Postfix, short ids
        ("OK id=1rPq7C-0002kz-1d", "1rPq7C-0002kz-1d"),  # Exim
        ("OK id=1vLhrx-00000000AbC-2dEf", "1vLhrx-00000000AbC-2dEf"),  # Exim 4.97 and later
        ("2.0.0 43BKd0xY012345 Message accepted for delivery", "43BKd0xY012345"),  # Sendmail
        ("2.0.0 1f0c9b2e Message accepted for delivery", "1f0c9b2e"),  # OpenSMTPD
        (
            "2.0.0 OK  1718000000 5b1f17b1804b1-42c2ba3f1dcsm12345675e9.7 - gsmtp",
            "5b1f17b1804b1-42c2ba3f1dcsm12345675e9.7",
        ),
        (
            "2.6.0 <a1@example.com> [InternalId=98765432101234, Hostname=AM0PR01MB0001.eurprd01.prod.exchangelabs.com] "
            "12345 bytes in 0.122, 98.1 KB/sec Queued mail for delivery",
            "98765432101234",
        ),
        (
            "Ok 010201927c5d3e4f-0a1b2c3d-1111-2222-3333-444455556666-000000",
            "010201927c5d3e4f-0a1b2c3d-1111-2222-3333-444455556666-000000",
        ),  # Amazon SES
        ("Message Queued (9A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9.1)", "9A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9.1"),  # Haraka
        ("2.0.0 OK: caught", None),
        ("", None),
    ],
)
def test_the_queue_id_is_found_in_every_servers_own_words(line: str, name: str | None) -> None:
    assert queue_id(Reply.of(250, (line,))) == name


def test_a_receipt_without_refusals_raises_nothing() -> None:
    Receipt(("bob@example.com",), {}, OK, None, NO_TIME).raise_for_refused()


def test_refused_recipients_become_an_error_when_asked() -> None:
    receipt = Receipt(("bob@example.com",), {"eve@example.com": UNKNOWN}, OK, None, NO_TIME)
    with pytest.raises(RecipientsRefused, match=r"1 of 2 .*eve@example\.com: 550 5\.1\.1 No such user") as caught:
        receipt.raise_for_refused()
    assert caught.value.refused == {"eve@example.com": UNKNOWN}


def test_the_error_of_a_whole_message_comes_first() -> None:
    error = MessageRefused("No.")
    receipt = Receipt((), {"eve@example.com": UNKNOWN}, UNKNOWN, None, NO_TIME, None, error)
    with pytest.raises(MessageRefused) as caught:
        receipt.raise_for_refused()
    assert caught.value is error


def test_timings_add_up() -> None:
    assert Timings(1.0, 2.0, 4.0).total == 7.0
