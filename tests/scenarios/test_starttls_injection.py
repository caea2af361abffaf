"""Plaintext behind the go-ahead for TLS is refused by name, and nothing said in plaintext is believed afterwards."""

from __future__ import annotations

import pytest

from mailwright.dialogue import Dialogue
from mailwright.errors import NotSupported, PlaintextInjection
from mailwright.net import Security
from mailwright.sasl import Password
from mailwright.smtp import Session
from mailwright.testing import Script, converse
from mailwright.testing.conversing import _outcome
from mailwright.testing.script import Player

BEFORE = """
S: 220 mail.example.com ESMTP
C: EHLO client.example.com
S: 250-mail.example.com
S: 250-AUTH PLAIN LOGIN
S: 250 STARTTLS
C: STARTTLS
"""


def opened(security: Security = Security.STARTTLS) -> Dialogue[Session]:
    """A session that has been opened."""
    session = Session("client.example.com")
    yield from session.open(security, "mail.example.com")
    return session


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.STARTTLS_IF_OFFERED])
def test_what_follows_the_go_ahead_in_one_segment_is_refused(security: Security) -> None:
    script = Script.parse(BEFORE + "S| 220 Go ahead\\r\\n250-mail.example.com\\r\\n250 AUTH PLAIN\\r\\n\n== tls\n")
    outcome = _outcome(opened(security), Player(script, "whole"), [])
    error = getattr(outcome, "error", None)
    assert isinstance(error, PlaintextInjection)
    assert error.reference == "starttls-plaintext-injection"
    assert not error.in_step
    assert "250-mail.example.com" in str(error)


def test_mechanisms_offered_only_in_plaintext_are_forgotten() -> None:
    def logging_in() -> Dialogue[None]:
        session = yield from opened()
        yield from session.login(Password("alice", "secret"))

    after = "S: 220 Go ahead\n== tls\nC: EHLO client.example.com\nS: 250-mail.example.com\nS: 250 PIPELINING\n"
    with pytest.raises(NotSupported) as caught:
        converse(logging_in, BEFORE + after)
    assert caught.value.reference == "auth-not-offered"


def test_an_offer_that_was_taken_away_is_an_error_where_tls_is_required() -> None:
    stripped = "S: 220 mail.example.com ESMTP\nC: EHLO client.example.com\nS: 250-mail.example.com\nS: 250 XXXXXXXA\n"
    with pytest.raises(NotSupported) as caught:
        converse(opened, stripped)
    assert caught.value.reference == "starttls-not-offered"
