"""Both faces against a real server on loopback: connecting, logging in, sending, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwright import (
    AsyncSmtpClient,
    AuthenticationFailed,
    Busy,
    CertificateError,
    Envelope,
    NotConnected,
    Security,
    SenderRefused,
    SmtpClient,
    Tls,
    Transcript,
)
from mailwright.devserver import Receiver
from mailwright.net import CertificateFacts
from mailwright.testing import ScriptedServer

CONTENT = b"Subject: hi\r\n\r\nHello.\r\n"
TO_BOB = Envelope("alice@example.com", ["bob@example.com"])
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with Receiver(tls_port=0, users={"alice": "secret"}, cleartext_login=True) as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def emptied(server: Receiver) -> None:
    server.inbox.clear()


def blocking(server: Receiver, **options: object) -> SmtpClient:
    return SmtpClient(HOST, server.port, security=Security.NONE, **options)  # type: ignore[arg-type]  # passed on


def awaiting(server: Receiver, **options: object) -> AsyncSmtpClient:
    return AsyncSmtpClient(HOST, server.port, security=Security.NONE, **options)  # type: ignore[arg-type]  # passed on


# --- connecting ---


def test_a_client_knows_nothing_before_it_connects(server: Receiver) -> None:
    client = blocking(server)
    assert (client.is_connected, client.greeting, client.tls, list(client.capabilities)) == (False, None, None, [])
    with pytest.raises(NotConnected):
        client.send(CONTENT, envelope=TO_BOB)
    client.quit()
    client.close()


def test_connecting_twice_is_a_mistake_and_quitting_twice_is_none(server: Receiver) -> None:
    client = blocking(server)
    client.connect()
    with pytest.raises(Busy, match="connected already"):
        client.connect()
    client.noop()
    client.quit()
    client.quit()
    assert not client.is_connected
    with pytest.raises(NotConnected):
        client.noop()
    with client:
        assert client.noop().code == 250


@pytest.mark.anyio
async def test_the_async_face_does_the_same(server: Receiver) -> None:
    client = awaiting(server)
    with pytest.raises(NotConnected):
        await client.send(CONTENT, envelope=TO_BOB)
    await client.quit()
    await client.connect()
    with pytest.raises(Busy, match="connected already"):
        await client.connect()
    await client.quit()
    await client.quit()
    async with client:
        assert (await client.noop()).code == 250
    await client.close()


def test_leaving_with_an_error_says_goodbye_and_an_interruption_does_not(server: Receiver) -> None:
    for error, last in ((KeyError("mine"), "closed"), (KeyboardInterrupt(), "aborted")):
        transcript = Transcript()
        with pytest.raises(type(error)), blocking(server, transcript=transcript):
            raise error
        assert transcript.entries[-1].text == last


# --- login ---


def test_a_wrong_password_leaves_the_connection_for_the_right_one(server: Receiver) -> None:
    client = blocking(server)
    client.connect()
    with pytest.raises(AuthenticationFailed):
        client.login("alice", "wrong")
    assert client.login("alice", "secret").code == 235
    client.quit()


@pytest.mark.anyio
async def test_a_wrong_password_leaves_the_async_connection_for_the_right_one(server: Receiver) -> None:
    client = awaiting(server)
    await client.connect()
    with pytest.raises(AuthenticationFailed):
        await client.login("alice", "wrong")
    assert (await client.login("alice", "secret")).code == 235
    await client.quit()


def test_entering_logs_in_and_connecting_does_not(server: Receiver) -> None:
    client = blocking(server, username="alice", password="secret")
    with client:
        client.send(CONTENT, envelope=TO_BOB)
    client.connect()
    client.send(CONTENT, envelope=TO_BOB)
    client.login()
    client.quit()
    assert [caught.username for caught in server.inbox.wait(2, 20)] == ["alice", None]


@pytest.mark.parametrize(("username", "password"), [(None, None), ("alice", None), (None, "secret")])
def test_there_must_be_something_to_log_in_with(server: Receiver, username: str | None, password: str | None) -> None:
    with blocking(server) as client, pytest.raises(ValueError, match="nothing to log in with"):
        client.login(username, password)


def test_a_failed_entrance_leaves_no_connection(server: Receiver) -> None:
    client = blocking(server, username="alice", password="wrong")
    with pytest.raises(AuthenticationFailed) as caught, client:
        pass
    assert not client.is_connected
    assert caught.value.host == HOST


# --- verdicts ---


@pytest.mark.parametrize("accepts", [True, False])
def test_a_function_may_accept_what_verification_refused(server: Receiver, accepts: bool) -> None:
    asked: list[CertificateFacts] = []

    def judge(facts: CertificateFacts) -> bool:
        asked.append(facts)
        return accepts

    client = SmtpClient(HOST, server.tls_port, security=Security.TLS, tls=Tls(verify=judge))
    if accepts:
        with client:
            assert client.tls is not None
    else:
        with pytest.raises(CertificateError), client:
            pass
    assert [facts.verify_code for facts in asked] == [18]


@pytest.mark.anyio
async def test_a_function_may_accept_in_async_code_too(server: Receiver) -> None:
    settings = Tls(verify=lambda _: True)
    async with AsyncSmtpClient(HOST, server.tls_port, security=Security.TLS, tls=settings) as client:
        assert client.tls is not None


# --- sending ---


def test_progress_is_told(server: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    path.write_bytes(CONTENT)
    told: list[int] = []
    with blocking(server) as client:
        client.send(path, envelope=TO_BOB, progress=told.append)
    assert told[-1] == len(CONTENT)
    assert server.inbox.wait(1, 20)[0].content == CONTENT


@pytest.mark.anyio
async def test_files_are_sent_by_the_async_face(server: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    path.write_bytes(CONTENT)
    async with awaiting(server) as client:
        await client.send(path, envelope=TO_BOB)
    assert server.inbox[0].content == CONTENT


def test_bytes_need_an_envelope_and_a_mistake_keeps_the_connection(server: Receiver) -> None:
    with blocking(server) as client:
        with pytest.raises(ValueError, match="give envelope="):
            client.send(CONTENT)
        assert client.is_connected
        client.send(CONTENT, envelope=TO_BOB)


def test_many_are_sent_in_order_and_may_be_left(server: Receiver) -> None:
    bodies = [b"Subject: %d\r\n\r\n" % number for number in range(5)]
    with blocking(server) as client:
        receipts = list(client.send_many((body, TO_BOB) for body in bodies))
        assert [receipt.accepted for receipt in receipts] == [("bob@example.com",)] * 5
        for _ in client.send_many((body, TO_BOB) for body in bodies):
            break
        assert client.noop().code == 250
    assert [caught.content for caught in server.inbox[:5]] == bodies


@pytest.mark.anyio
async def test_many_are_sent_in_order_by_the_async_face(server: Receiver) -> None:
    bodies = [b"Subject: %d\r\n\r\n" % number for number in range(3)]
    async with awaiting(server) as client:
        accepted = [receipt.accepted async for receipt in client.send_many([(body, TO_BOB) for body in bodies])]
    assert len(accepted) == 3
    assert [caught.content for caught in server.inbox] == bodies


def test_an_error_says_where_it_happened() -> None:
    script = "S: 220 hi\nC: *\nS: 250 mail\nC: *\nS: 550 no\nC: QUIT\nS: 221 bye"
    with ScriptedServer(script) as server, SmtpClient(server.host, server.port, security=Security.NONE) as client:
        with pytest.raises(SenderRefused) as caught:
            client.send(CONTENT, envelope=TO_BOB)
        assert (caught.value.host, caught.value.port) == (server.host, server.port)


def test_no_secret_is_in_the_transcript(server: Receiver) -> None:
    transcript = Transcript()
    with blocking(server, username="alice", password="secret", transcript=transcript):
        pass
    assert "AUTH PLAIN ********" in str(transcript)
    assert "AGFsaWNl" not in str(transcript)


def test_saying_goodbye_while_somebody_else_talks_leaves_them_alone(server: Receiver) -> None:
    with blocking(server) as smtp:
        _, connection = smtp.conversation()
        connection.take()
        with pytest.raises(Busy):
            smtp.quit()
        assert smtp.is_connected
        connection.release()
        assert smtp.noop().is_positive


@pytest.mark.parametrize(
    ("option", "value"), [("security", "tls"), ("security", None), ("tls", True), ("tls", "ca.pem")]
)
def test_a_value_of_the_wrong_kind_is_named(option: str, value: object) -> None:
    with pytest.raises(TypeError, match=option):
        SmtpClient("smtp.example.com", **{option: value})  # type: ignore[arg-type]  # the mistake is the test


@pytest.mark.parametrize("timeout", [0, -1, True, float("inf"), float("nan"), "5"])
def test_a_timeout_is_a_number_of_seconds(timeout: object) -> None:
    with pytest.raises(ValueError, match="positive number of seconds"):
        SmtpClient("smtp.example.com", timeout=timeout)  # type: ignore[arg-type]  # as above
