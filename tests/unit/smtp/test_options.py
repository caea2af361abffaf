"""What is asked for with a message becomes parameters, or an error that says what the server does not offer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mailwright import Address, NotSupported
from mailwright.smtp import Capabilities, DeliveryOptions
from mailwright.smtp.transaction import send
from mailwright.testing import converse
from unit.smtp.scripts import CONTENT, opened, parcel

ALL = Capabilities(dict.fromkeys(["DSN", "REQUIRETLS", "DELIVERBY", "MT-PRIORITY", "FUTURERELEASE"], ()))
BOB = Address("", "bob", "example.com")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("asked", "parameters"),
    [
        ({}, []),
        ({"return_content": "full"}, ["RET=FULL"]),
        ({"return_content": "headers"}, ["RET=HDRS"]),
        ({"envelope_id": "order+42=a b"}, ["ENVID=order+2B42+3Da+20b"]),
        ({"require_tls": True}, ["REQUIRETLS"]),
        ({"deliver_within": 120}, ["BY=120;R"]),
        ({"deliver_within": 120, "when_late": "notify"}, ["BY=120;N"]),
        ({"priority": -3}, ["MT-PRIORITY=-3"]),
        ({"hold_for": 3600}, ["HOLDFOR=3600"]),
        ({"hold_until": NOON}, ["HOLDUNTIL=2026-11-21T11:00:00Z"]),
        ({"mail_parameters": ("XVERP", "X-A=b")}, ["XVERP", "X-A=b"]),
    ],
)
def test_parameters_of_mail(asked: dict[str, Any], parameters: list[str]) -> None:
    assert DeliveryOptions(**asked).for_mail(ALL, is_secured=True) == parameters


@pytest.mark.parametrize(
    ("notify", "address", "parameters"),
    [
        ("never", BOB, ["NOTIFY=NEVER", "ORCPT=rfc822;bob@example.com"]),
        (["delay", "success"], BOB, ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;bob@example.com"]),
        (["failure"], Address("", "a+b=c", "x.y"), ["NOTIFY=FAILURE", "ORCPT=rfc822;a+2Bb+3Dc@x.y"]),
        (["failure"], Address("", "a b", "x.y"), ["NOTIFY=FAILURE", 'ORCPT=rfc822;"a+20b"@x.y']),
        (["failure"], Address("", "j\u00f6rg+x", "x.y"), ["NOTIFY=FAILURE", "ORCPT=utf-8;j\u00f6rg\\x{2B}x@x.y"]),
        (
            ["failure"],
            Address("", "bob", "b\u00fccher.example"),
            ["NOTIFY=FAILURE", "ORCPT=rfc822;bob@xn--bcher-kva.example"],
        ),
    ],
)
def test_parameters_of_rcpt(notify: Any, address: Address, parameters: list[str]) -> None:
    assert DeliveryOptions(notify=notify).for_rcpt(address) == parameters


@pytest.mark.parametrize(
    ("asked", "keyword"),
    [
        ({"notify": "never"}, "DSN"),
        ({"return_content": "full"}, "DSN"),
        ({"envelope_id": "x"}, "DSN"),
        ({"require_tls": True}, "REQUIRETLS"),
        ({"deliver_within": 1}, "DELIVERBY"),
        ({"priority": 0}, "MT-PRIORITY"),
        ({"hold_for": 1}, "FUTURERELEASE"),
        ({"hold_until": NOON}, "FUTURERELEASE"),
    ],
)
def test_what_the_server_does_not_offer_is_named(asked: dict[str, Any], keyword: str) -> None:
    with pytest.raises(NotSupported, match=f"{next(iter(asked))} needs {keyword}") as caught:
        DeliveryOptions(**asked).for_mail(Capabilities(), is_secured=True)
    assert caught.value.reference == "esmtp-parameter-unsupported"


def test_tls_all_the_way_begins_here() -> None:
    with pytest.raises(NotSupported, match="this connection is not encrypted"):
        DeliveryOptions(require_tls=True).for_mail(ALL, is_secured=False)


@pytest.mark.parametrize(
    "asked",
    [
        {"notify": []},
        {"notify": "success"},
        {"notify": ["never"]},
        {"return_content": "all"},
        {"envelope_id": ""},
        {"envelope_id": "x" * 101},
        {"envelope_id": "a\r\nb"},
        {"envelope_id": "\u00fc"},
        {"deliver_within": 0},
        {"deliver_within": 10**9},
        {"when_late": "never"},
        {"priority": 10},
        {"priority": -10},
        {"hold_for": 0},
        {"hold_for": 1, "hold_until": NOON},
        {"hold_until": datetime(2026, 11, 21)},
    ],
)
def test_a_value_that_cannot_be_is_named(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(asked))):
        DeliveryOptions(**asked)


def test_they_travel_with_the_envelope() -> None:
    asked = DeliveryOptions(notify=["failure"], return_content="headers", rcpt_parameters=("X-NOTE=1",))
    wanted = parcel()
    wanted.options = asked
    script = """
    C: MAIL FROM:<alice@example.com> RET=HDRS
    C: RCPT TO:<bob@example.com> NOTIFY=FAILURE ORCPT=rfc822;bob@example.com X-NOTE=1
    C: DATA
    S: 250 ok
    S: 250 ok
    S: 354 go
    C: Subject: hi
    C:
    C: Hello.
    C: .
    S: 250 ok
    """
    assert converse(lambda: send(opened("PIPELINING", "DSN"), wanted), script, [CONTENT]).accepted


def test_nothing_is_said_to_a_server_that_cannot() -> None:
    wanted = parcel()
    wanted.options = DeliveryOptions(hold_until=datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(NotSupported):
        converse(lambda: send(opened("PIPELINING"), wanted), "", [CONTENT])


def test_a_body_is_one_of_three() -> None:
    assert DeliveryOptions().body == "7bit"
    with pytest.raises(ValueError, match="body='base64' is none of"):
        DeliveryOptions(body="base64")  # type: ignore[arg-type]  # callers may be untyped
