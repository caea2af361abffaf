"""Every login mechanism a real Postfix with a real Dovecot offers, in blocking code, asyncio and trio."""

from __future__ import annotations

import re

import anyio
import pytest

from live.lab.dovecot import MECHANISMS
from live.lab.laboratory import Lab
from live.lab.mailbox import Account
from live.world import WORLDS
from mailwright import (
    AsyncSmtpClient,
    AuthenticationFailed,
    NotSupported,
    Password,
    Security,
    SmtpClient,
    Tls,
    Transcript,
)
from mailwright.sasl import Policy, Strength

pytestmark = pytest.mark.live

NAMES = MECHANISMS.upper().split()
PASSWORDS = ["pencil", 'pä:ss, "wörd"=', "key \U0001f511", "x" * 200]

every_world = pytest.mark.parametrize("world", WORLDS)
every_mechanism = pytest.mark.parametrize("name", NAMES)


def log_in(world: str, lab: Lab, credentials: Password, security: Security = Security.STARTTLS) -> str:
    """Log in and say one thing more; gives what was said."""
    transcript = Transcript()
    port = lab.postfix.submissions if security is Security.TLS else lab.postfix.submission

    async def main() -> None:
        async with AsyncSmtpClient(
            "localhost",
            port,
            security=security,
            credentials=credentials,
            tls=Tls(ca=lab.ca),
            transcript=transcript,
        ) as smtp:
            assert (await smtp.noop()).code == 250

    if world != "blocking":
        anyio.run(main, backend=world)
        return str(transcript)
    with SmtpClient(
        "localhost", port, security=security, credentials=credentials, tls=Tls(ca=lab.ca), transcript=transcript
    ) as smtp:
        assert smtp.noop().code == 250
    return str(transcript)


def attempts(said: str) -> list[str]:
    """The mechanisms that were tried."""
    return re.findall(r" C: AUTH (\S+)", said)


def test_the_lab_offers_what_is_tested() -> None:
    assert {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"} <= set(NAMES)


@every_world
@every_mechanism
def test_each_lets_us_in(lab: Lab, user: Account, world: str, name: str) -> None:
    said = log_in(world, lab, Password(user.address, user.password, mechanisms=(name,)))
    assert attempts(said) == [name]
    assert user.password not in said


@every_world
@every_mechanism
def test_each_refuses_a_wrong_password_once(lab: Lab, user: Account, world: str, name: str) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        log_in(world, lab, Password(user.address, "wrong", mechanisms=(name,)))
    assert caught.value.reply is not None
    assert caught.value.reply.code == 535
    assert caught.value.reference == "auth-bad-credentials"
    assert f"by {name}" in str(caught.value)


@every_mechanism
@pytest.mark.parametrize("password", PASSWORDS)
def test_each_takes_any_password(lab: Lab, name: str, password: str) -> None:
    user = lab.user(password=password)
    log_in("blocking", lab, Password(user.address, password, mechanisms=(name,)))


@every_world
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_left_to_itself_it_takes_the_strongest(lab: Lab, user: Account, world: str, security: Security) -> None:
    said = log_in(world, lab, Password(user.address, user.password), security)
    assert attempts(said) == ["SCRAM-SHA-256"]


def test_after_a_wrong_password_nothing_weaker_is_tried(lab: Lab, user: Account) -> None:
    transcript = Transcript()
    client = SmtpClient(
        "localhost",
        lab.postfix.submission,
        credentials=Password(user.address, "wrong"),
        security=Security.STARTTLS,
        tls=Tls(ca=lab.ca),
        transcript=transcript,
    )
    client.connect()
    with pytest.raises(AuthenticationFailed):
        client.login()
    assert attempts(str(transcript)) == ["SCRAM-SHA-256"]
    assert client.is_connected  # in step: the right one may follow
    assert client.login(user.address, user.password).code == 235
    client.quit()


def test_a_minimum_the_server_cannot_meet_sends_nothing(lab: Lab, user: Account) -> None:
    credentials = Password(user.address, user.password, mechanisms=Policy(minimum=Strength.BOUND))
    with pytest.raises(NotSupported) as caught:
        log_in("blocking", lab, credentials)
    assert caught.value.reference == "auth-no-common-mechanism"
