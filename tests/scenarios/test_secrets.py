"""A password is in no log, repr, transcript or traceback, whatever goes wrong."""

from __future__ import annotations

import logging
import traceback

import pytest

from mailwright import AuthenticationFailed, MailError, Password, Security, SmtpClient, Tls, Transcript
from mailwright.devserver import Receiver
from mailwright.net import ServerUrl
from mailwright.testing import ScriptedServer

SECRET = "hunter2-and-more"
ENCODED = "AGFsaWNlAGh1bnRlcjItYW5kLW1vcmU="  # base64 of NUL alice NUL secret


def spoken(error: BaseException) -> str:
    """Everything a log could make of an error."""
    return "".join([*traceback.format_exception(error), repr(error), str(error), repr(vars(error))])


def test_a_refused_login(caplog: pytest.LogCaptureFixture) -> None:
    transcript = Transcript()
    with caplog.at_level(logging.DEBUG), Receiver(users={"alice": "another"}) as receiver:
        with pytest.raises(AuthenticationFailed) as caught:
            SmtpClient(
                "localhost",
                receiver.port,
                security=Security.STARTTLS,
                tls=Tls(ca=receiver.ca),
                username="alice",
                password=SECRET,
                transcript=transcript,
            ).__enter__()
        told = "".join([spoken(caught.value), str(transcript), caplog.text, repr(receiver._policy)])
    assert SECRET not in told
    assert ENCODED not in told
    assert "another" not in told
    assert "AUTH PLAIN ********" in str(transcript)


def test_a_server_that_repeats_what_it_was_told() -> None:
    script = f"""
    S: 220 mail.example.com ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mail.example.com
    S: 250 AUTH PLAIN
    C: AUTH PLAIN {ENCODED}
    S: 500 5.5.2 What is AUTH PLAIN {ENCODED}?
    """
    transcript = Transcript()
    with ScriptedServer(script) as server, pytest.raises(MailError):
        SmtpClient(
            server.host,
            server.port,
            username="alice",
            password=SECRET,
            transcript=transcript,
            local_hostname="[127.0.0.1]",
        ).__enter__()
    assert ENCODED not in str(transcript)


def test_login_by_two_prompts() -> None:
    script = """
    S: 220 mail.example.com ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mail.example.com
    S: 250 AUTH LOGIN
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: YWxpY2U=
    S: 334 UGFzc3dvcmQ6
    C: aHVudGVyMi1hbmQtbW9yZQ==
    S: 235 Welcome
    C: QUIT
    S: 221 Bye
    """
    transcript = Transcript()
    with (
        ScriptedServer(script) as server,
        SmtpClient(
            server.host,
            server.port,
            username="alice",
            password=SECRET,
            transcript=transcript,
            local_hostname="[127.0.0.1]",
        ),
    ):
        pass
    assert "aHVudGVyMi1hbmQtbW9yZQ==" not in str(transcript)
    assert str(transcript).count("********") == 2


def test_values_that_hold_it() -> None:
    url = f"smtps://alice:{SECRET}@mail.example.com"
    held = [
        Password("alice", SECRET),
        SmtpClient("mail.example.com", username="alice", password=SECRET),
        SmtpClient.from_url(url),
        ServerUrl.parse(url, schemes=("smtps",)),
    ]
    assert SECRET not in repr(held)


@pytest.mark.parametrize("url", [f"http://a:{SECRET}@h", f"smtps://a:{SECRET}@h:99999", f"smtps://a:{SECRET}@h/path"])
def test_a_bad_url_is_explained_without_it(url: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  what matters is what it does not say
        SmtpClient.from_url(url)
    assert SECRET not in spoken(caught.value)
