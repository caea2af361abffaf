"""Whatever the mode and whatever the server offers, a password never travels unencrypted, unless that was asked for."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Dialogue
from mailwright.errors import CleartextCredentials
from mailwright.net import Connection, Security
from mailwright.net.endpoint import loopback
from mailwright.sasl import Password
from mailwright.smtp import Session
from mailwright.testing import MemoryStream

OFFERS = """
S: 220 mail.example.com ESMTP
C: EHLO client.example.com
S: 250-mail.example.com
S: 250 AUTH PLAIN LOGIN
"""
LOGIN = "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 Welcome\n"


def login(security: Security, *, trusted_path: bool = False, allow_cleartext: bool = False) -> Dialogue[str | None]:
    """Open and log in."""
    session = Session("client.example.com", trusted_path=trusted_path)
    yield from session.open(security, "mail.example.com")
    yield from session.login(Password("alice", "secret"), allow_cleartext=allow_cleartext)
    return session.username


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS_IF_OFFERED])
def test_the_password_stays_and_the_connection_too(security: Security) -> None:
    stream = MemoryStream(OFFERS)  # the script has no AUTH: saying it would fail the test
    connection = Connection(stream)
    with pytest.raises(CleartextCredentials) as caught:
        connection.run(login(security))
    assert caught.value.in_step
    assert stream.is_open
    assert "secret" not in str(caught.value)


def test_loopback_is_safe() -> None:
    assert Connection(MemoryStream(OFFERS + LOGIN)).run(login(Security.NONE, trusted_path=True)) == "alice"


def test_it_can_be_asked_for() -> None:
    assert Connection(MemoryStream(OFFERS + LOGIN)).run(login(Security.NONE, allow_cleartext=True)) == "alice"


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.1", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("localhost", False),  # a name is no address: the resolver may say anything
    ],
)
def test_which_addresses_are_loopback(address: str, safe: bool) -> None:
    assert loopback(address) is safe
