"""The client's conversation up to the mail: greeting, EHLO, STARTTLS, login, small talk, goodbye."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TypeVar

import pytest

from mailwright.dialogue import Dialogue
from mailwright.errors import (
    AuthenticationFailed,
    CleartextCredentials,
    ConnectionLost,
    LimitExceeded,
    MailError,
    NotSupported,
    PlaintextInjection,
    ProtocolError,
    Refused,
    Timeout,
    TlsModeMismatch,
)
from mailwright.net import Security, run
from mailwright.sasl import Password
from mailwright.smtp import Reply, Session
from mailwright.testing import MemoryStream, converse
from unit.smtp.scripts import opened

R = TypeVar("R")
ALICE = Password("alice", "secret")
ALICES_PLAIN = "AUTH PLAIN AGFsaWNlAHNlY3JldA=="
GREETED = "S: 220 mail.example.com ESMTP\nC: EHLO client.example.com\n"


def opening(script: str, security: Security = Security.STARTTLS_IF_OFFERED) -> list[Session]:
    """Open a session against a script; gives each session that was made on the way."""
    made: list[Session] = []

    def begin() -> Dialogue[None]:
        made.append(Session("client.example.com"))
        return made[-1].open(security, "mail.example.com")

    converse(begin, script)
    return made


def says(make: Callable[[], Session], talk: Callable[[Session], Dialogue[R]], script: str) -> R:
    return converse(lambda: talk(make()), script)


def logging_in(script: str, *auth: str, credentials: Password = ALICE) -> Reply:
    return says(lambda: opened(f"AUTH {' '.join(auth)}"), lambda session: session.login(credentials), script)


# --- the greeting ---


def test_a_friendly_server_is_greeted_back() -> None:
    for session in opening(GREETED + "S: 250-mail.example.com\nS: 250-SIZE 1000\nS: 250 PIPELINING"):
        assert session.greeting == Reply(220, None, ("mail.example.com ESMTP",))
        assert list(session.capabilities) == ["SIZE", "PIPELINING"]
        assert not session.is_secured


def test_a_greeting_of_many_lines_is_one_greeting() -> None:
    script = "S: 220-Welcome\nS: 220-to our\nS: 220 server\nC: EHLO client.example.com\nS: 250 mail"
    assert opening(script)[0].greeting == Reply(220, None, ("Welcome", "to our", "server"))


@pytest.mark.parametrize(
    ("script", "kind", "reference"),
    [
        ("S: 421 4.3.2 Too busy", ConnectionLost, "greeting-busy"),
        ("S: 450 come back", Refused, "greeting-busy"),
        ("S: 554 5.7.1 No mail from you", Refused, "greeting-rejected"),
        ("S: 250 strange", Refused, "greeting-rejected"),
        ("S: * OK IMAP4rev1 ready", ProtocolError, "protocol-syntax-error"),
        ("S: +OK POP3 ready", ProtocolError, "protocol-syntax-error"),
        (r"S| \x15\x03\x01\x00\x02\x02\x46", TlsModeMismatch, "tls-mode-mismatch"),
        ("== close", ConnectionLost, "connection-lost"),
        ("S| 220 half a gree\n== close", ConnectionLost, "connection-lost"),
        ("== silence", Timeout, "server-accepts-but-silent"),
    ],
)
def test_every_unfriendly_greeting_is_its_own_error(script: str, kind: type[MailError], reference: str) -> None:
    with pytest.raises(kind) as caught:
        opening(script)
    assert (type(caught.value), caught.value.reference) == (kind, reference)
    assert caught.value.stage == "greeting"


def test_an_endless_greeting_is_cut_off() -> None:
    with pytest.raises(LimitExceeded):
        opening("S: 220 " + "x" * 20_000)


# --- EHLO ---


@pytest.mark.parametrize("no", ["502 5.5.1 Not implemented", "500 What?", "550 no"])
def test_a_server_that_knows_no_ehlo_is_told_helo(no: str) -> None:
    script = GREETED + f"S: {no}\nC: HELO client.example.com\nS: 250-mail.example.com\nS: 250 PIPELINING"
    for session in opening(script):
        assert list(session.capabilities) == []
        assert session.capabilities.greeting == "mail.example.com"


def test_a_server_that_accepts_neither_does_not_like_the_name() -> None:
    with pytest.raises(Refused) as caught:
        opening(GREETED + "S: 550 no\nC: HELO client.example.com\nS: 550 bad name")
    assert caught.value.reference == "helo-name-rejected"
    assert "550 bad name" in caught.value.what


def test_hanging_up_on_ehlo_is_the_answer() -> None:
    with pytest.raises(ConnectionLost) as caught:
        opening(GREETED + "== close")
    assert caught.value.stage == "capability"


def test_a_name_that_cannot_be_said_is_refused_before_connecting() -> None:
    with pytest.raises(ValueError, match="no name to greet"):
        Session("evil\r\nMAIL FROM:<x@y.z>")


# --- TLS ---


def test_tls_from_the_first_byte_comes_before_the_greeting() -> None:
    script = "== tls\n" + GREETED + "S: 250 mail"
    for session in opening(script, Security.TLS):
        assert session.is_secured
        assert session.tls is not None
        assert session.tls.server_name == "mail.example.com"


UPGRADED = GREETED + (
    "S: 250-mail.example.com\nS: 250-AUTH PLAIN\nS: 250-BINARYMIME\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n== tls\n"
    "C: EHLO client.example.com\nS: 250-mail.example.com\nS: 250 AUTH LOGIN"
)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.STARTTLS_IF_OFFERED])
def test_what_was_said_before_tls_is_forgotten(security: Security) -> None:
    for session in opening(UPGRADED, security):
        assert session.is_secured
        assert list(session.capabilities) == ["AUTH"]
        assert session.capabilities.auth == {"LOGIN"}


def test_what_was_said_before_tls_is_forgotten_even_when_nothing_is_said_after_it() -> None:
    script = UPGRADED[: UPGRADED.index("== tls")] + "== tls\nC: EHLO client.example.com\n== close"
    session = Session("client.example.com")
    with pytest.raises(ConnectionLost):
        converse(session.open(Security.STARTTLS, "mail.example.com"), script)
    assert session.is_secured
    assert list(session.capabilities) == []


def test_an_offer_of_starttls_is_ignored_when_no_tls_is_wanted() -> None:
    assert not opening(GREETED + "S: 250-mail\nS: 250 STARTTLS", Security.NONE)[0].is_secured


def test_required_starttls_fails_closed_when_the_offer_is_missing() -> None:
    with pytest.raises(NotSupported) as caught:
        opening(GREETED + "S: 250-mail\nS: 250 XXXXXXXA", Security.STARTTLS)
    assert (caught.value.reference, caught.value.stage) == ("starttls-not-offered", "tls")


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.STARTTLS_IF_OFFERED])
@pytest.mark.parametrize(
    ("reply", "reference"),
    [
        ("454 4.7.0 not available", "starttls-refused-temporary"),
        ("502 no", "starttls-refused"),
        ("250 ok", "starttls-refused"),
    ],
)
def test_refused_starttls_is_never_a_fall_back_to_plaintext(security: Security, reply: str, reference: str) -> None:
    with pytest.raises(Refused) as caught:
        opening(GREETED + f"S: 250-mail\nS: 250 STARTTLS\nC: STARTTLS\nS: {reply}", security)
    assert caught.value.reference == reference


def test_plaintext_in_one_segment_with_the_go_ahead_is_refused() -> None:
    script = GREETED + "S: 250-mail\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: 250-evil\nS: 250 AUTH PLAIN"
    session = Session("client.example.com")
    with pytest.raises(PlaintextInjection, match="250-evil"):
        run(session.open(Security.STARTTLS, "mail.example.com"), MemoryStream(script, "whole"))
    assert not session.is_secured


# --- login ---


def test_plain_says_everything_at_once() -> None:
    reply = logging_in(f"C: {ALICES_PLAIN}\nS: 235 2.7.0 welcome", "PLAIN", "LOGIN")
    assert reply == Reply(235, "2.7.0", ("welcome",))


def test_who_has_logged_in_is_remembered() -> None:
    session = opened("AUTH PLAIN")
    converse(session.login(ALICE), f"C: {ALICES_PLAIN}\nS: 235 welcome")
    assert session.username == "alice"


def test_plain_repeats_itself_for_a_server_that_ignored_it() -> None:
    logging_in(f"C: {ALICES_PLAIN}\nS: 334\nC: AGFsaWNlAHNlY3JldA==\nS: 235 welcome", "PLAIN")


def test_a_server_that_asks_for_ever_is_told_no() -> None:
    script = f"C: {ALICES_PLAIN}\nS: 334\nC: AGFsaWNlAHNlY3JldA==\nS: 334\nC: *\nS: 501 cancelled"
    with pytest.raises(AuthenticationFailed):
        logging_in(script, "PLAIN")


@pytest.mark.parametrize(("length", "at_once"), [(372, True), (375, False)])
def test_long_credentials_go_without_an_initial_response(length: int, at_once: bool) -> None:
    long = Password("alice", "x" * (length - 7))
    said = base64.b64encode(b"\0alice\0" + long.password.encode()).decode()
    line = f"AUTH PLAIN {said}"
    assert (len(line) + 2 <= 512) is at_once
    script = f"C: {line}\n" if at_once else f"C: AUTH PLAIN\nS: 334\nC: {said}\n"
    logging_in(script + "S: 235 welcome", "PLAIN", credentials=long)


def test_login_does_not_read_what_it_is_asked() -> None:
    script = "C: AUTH LOGIN\nS: 334 Username:\nC: YWxpY2U=\nS: 334 Your password?\nC: c2VjcmV0\nS: 235 welcome"
    assert logging_in(script, "LOGIN").code == 235


def test_login_answers_two_questions() -> None:
    script = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 welcome"
    assert logging_in(script, "LOGIN").code == 235


@pytest.mark.parametrize("challenge", ["!!! not base64 !!!", "YWJj", "a"])
def test_a_challenge_that_makes_no_sense_cancels_the_exchange(challenge: str) -> None:
    script = f"C: {ALICES_PLAIN}\nS: 334 {challenge}\nC: *\nS: 501 5.7.0 cancelled"
    with pytest.raises(AuthenticationFailed) as caught:
        logging_in(script, "PLAIN")
    assert caught.value.in_step


@pytest.mark.parametrize(
    ("reply", "reference"),
    [
        ("535 5.7.8 no", "auth-bad-credentials"),
        ("454 4.7.0 later", "auth-temporary-failure"),
        ("534 5.7.9 too weak", "auth-bad-credentials"),
    ],
)
def test_a_refused_login_is_in_step(reply: str, reference: str) -> None:
    with pytest.raises(AuthenticationFailed, match="login of alice by PLAIN") as caught:
        logging_in(f"C: {ALICES_PLAIN}\nS: {reply}", "PLAIN")
    assert (caught.value.reference, caught.value.in_step) == (reference, True)
    assert "secret" not in str(caught.value)


def test_success_before_the_exchange_is_over_is_no_success() -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        logging_in("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 235 already", "LOGIN")
    assert caught.value.reference == "auth-bad-encoding"


def test_a_password_is_not_sent_in_the_clear() -> None:
    with pytest.raises(CleartextCredentials):
        says(lambda: opened("AUTH PLAIN", secured=False), lambda session: session.login(ALICE), "# nothing is said")


def test_a_password_may_be_sent_in_the_clear_when_that_is_allowed() -> None:
    session = opened("AUTH PLAIN", secured=False)
    converse(session.login(ALICE, allow_cleartext=True), f"C: {ALICES_PLAIN}\nS: 235 welcome")


def test_a_path_nobody_can_listen_on_needs_no_tls() -> None:
    session = Session("client.example.com", trusted_path=True)
    session.capabilities = opened("AUTH PLAIN").capabilities
    converse(session.login(ALICE), f"C: {ALICES_PLAIN}\nS: 235 welcome")


def test_without_an_offer_nothing_is_sent() -> None:
    with pytest.raises(NotSupported) as caught:
        says(opened, lambda session: session.login(ALICE), "# nothing is said")
    assert caught.value.reference == "auth-not-offered"


# --- small talk ---


@pytest.mark.parametrize(
    ("talk", "line"),
    [
        (Session.noop, "NOOP"),
        (Session.reset, "RSET"),
        (lambda session: session.verify("alice@example.com"), "VRFY alice@example.com"),
    ],
)
def test_small_talk_gives_the_reply_or_raises_it(talk: Callable[[Session], Dialogue[Reply]], line: str) -> None:
    assert says(opened, talk, f"C: {line}\nS: 252 2.5.0 fine").text == "fine"
    with pytest.raises(Refused, match=f"refused {line.split()[0]}: 502"):
        says(opened, talk, f"C: {line}\nS: 502 no")
    with pytest.raises(ConnectionLost, match=r"is closing the connection: 421 4.3.2 bye") as caught:
        says(opened, talk, f"C: {line}\nS: 421 4.3.2 bye")
    assert caught.value.reference == "too-many-errors"


def test_a_reset_pays_what_is_owed() -> None:
    session = opened()
    session.owes_reset = True
    converse(session.reset(), "C: RSET\nS: 250 ok")
    assert session.owes_reset is False


def test_nothing_can_be_smuggled_into_verify() -> None:
    with pytest.raises(ValueError, match="control characters"):
        says(opened, lambda session: session.verify("x\r\nDATA"), "# nothing is said")


@pytest.mark.parametrize("answer", ["S: 221 bye", "S: 421 bye", "S: garbage", "== close", "== silence"])
def test_a_goodbye_never_fails(answer: str) -> None:
    says(opened, Session.quit, f"C: QUIT\n{answer}")
