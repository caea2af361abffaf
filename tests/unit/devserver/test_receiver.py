"""The receiver catches mail from everybody at once, in a thread and in both event loops."""

from __future__ import annotations

import threading
from pathlib import Path

import anyio
import pytest

from mailwright import AsyncSmtpClient, Envelope, RecipientsRefused, Security, SenderRefused, SmtpClient, Tls
from mailwright.devserver import Receiver, make_certificate
from mailwright.smtp import Caught

CONTENT = b"Subject: hi\r\n\r\nHello.\r\n"
TO_BOB = Envelope("alice@example.com", ["bob@example.com"])
HOST = "127.0.0.1"


def plain(receiver: Receiver) -> SmtpClient:
    return SmtpClient(HOST, receiver.port, security=Security.NONE)


def test_a_message_is_caught() -> None:
    with Receiver() as receiver:
        with plain(receiver) as smtp:
            smtp.send(CONTENT, envelope=TO_BOB)
        (caught,) = receiver.inbox.wait(1, 20)
    assert caught.content == CONTENT
    assert not caught.is_secured


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_both_kinds_of_tls_are_served_with_a_certificate_of_its_own(security: Security) -> None:
    with Receiver(tls_port=0, users={"alice": "secret"}, login_required=True) as receiver:
        port = receiver.tls_port if security is Security.TLS else receiver.port
        with SmtpClient(
            HOST, port, security=security, tls=Tls(ca=receiver.ca), username="alice", password="secret"
        ) as smtp:
            smtp.send(CONTENT, envelope=TO_BOB)
        (caught,) = receiver.inbox.wait(1, 20)
    assert (caught.is_secured, caught.username) == (True, "alice")


def test_a_certificate_may_be_given(tmp_path: Path) -> None:
    given = make_certificate(tmp_path, [HOST])
    with Receiver(certificate=given) as receiver:
        assert receiver.ca == tmp_path / "certificate.pem"
        with SmtpClient(HOST, receiver.port, security=Security.STARTTLS, tls=Tls(ca=receiver.ca)) as smtp:
            assert smtp.tls is not None


def test_a_receiver_can_run_twice() -> None:
    receiver = Receiver()
    for _ in range(2):
        with receiver, SmtpClient(HOST, receiver.port, security=Security.STARTTLS, tls=Tls(ca=receiver.ca)) as smtp:
            smtp.noop()


def test_without_tls_there_is_nothing_to_trust() -> None:
    with Receiver(starttls=False) as receiver:
        assert receiver.tls_port == 0
        with pytest.raises(ValueError, match="no certificate"):
            _ = receiver.ca


def test_a_login_that_nobody_could_pass_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="would refuse everybody"):
        Receiver(login_required=True)


def test_a_port_in_use_is_an_error_in_every_world() -> None:
    with Receiver() as first:
        with pytest.raises(OSError, match=f"port {first.port}: something else does already"):
            Receiver(port=first.port).__enter__()
        for backend in ("asyncio", "trio"):

            async def enter() -> None:
                async with Receiver(port=first.port):
                    pass

            with pytest.raises(OSError, match="something else does already"):
                anyio.run(enter, backend=backend)


def test_a_second_port_in_use_frees_the_first() -> None:
    with Receiver() as first:
        second = Receiver(port=0, tls_port=first.port)
        with pytest.raises(OSError, match="something else"):
            second.__enter__()
        assert second._bound == []


def test_addresses_can_be_refused() -> None:
    def refuse(role: str, address: str) -> tuple[int, str] | None:
        return (550, f"5.1.1 No {role} {address}") if "evil" in address else None

    with Receiver(refuse=refuse, starttls=False) as receiver, plain(receiver) as smtp:
        with pytest.raises(RecipientsRefused, match=r"No recipient evil@example\.com"):
            smtp.send(CONTENT, envelope=Envelope("a@example.com", ["evil@example.com"]))
        with pytest.raises(SenderRefused, match=r"No sender evil@example\.com"):
            smtp.send(CONTENT, envelope=Envelope("evil@example.com", ["a@example.com"]))
        smtp.send(CONTENT, envelope=TO_BOB)
        assert len(receiver.inbox) == 1


def test_messages_are_saved_and_told_before_the_client_hears_of_it(tmp_path: Path) -> None:
    seen: list[Caught] = []
    with Receiver(save=tmp_path, on_mail=seen.append, starttls=False) as receiver, plain(receiver) as smtp:
        smtp.send(CONTENT, envelope=TO_BOB)
        assert (tmp_path / "00001.eml").read_bytes() == CONTENT
        assert len(seen) == 1


def test_limits_are_passed_on() -> None:
    with Receiver(size=1234, recipients=1, starttls=False, hostname="mail.example.com") as receiver:
        with plain(receiver) as smtp:
            assert (smtp.capabilities.size, smtp.capabilities.greeting) == (1234, "mail.example.com")
            receipt = smtp.send(CONTENT, envelope=Envelope("a@b.example", ["c@d.example", "e@f.example"]))
        assert list(receipt.refused) == ["e@f.example"]


def test_fifty_threads_are_served_at_once() -> None:
    with Receiver(starttls=False) as receiver:
        together = threading.Barrier(50)

        def one() -> None:
            with plain(receiver) as smtp:
                together.wait(20)
                smtp.send(CONTENT, envelope=TO_BOB)

        threads = [threading.Thread(target=one) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(receiver.inbox) == 50


@pytest.mark.anyio
async def test_fifty_tasks_are_served_at_once_in_the_running_loop() -> None:
    async with Receiver(starttls=False) as receiver:

        async def one() -> None:
            async with AsyncSmtpClient(HOST, receiver.port, security=Security.NONE) as smtp:
                await smtp.send(CONTENT, envelope=TO_BOB)

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(one)
        assert len(receiver.inbox) == 50


@pytest.mark.anyio
async def test_leaving_hangs_up_on_whoever_is_connected() -> None:
    async with Receiver(starttls=False) as receiver:
        client = AsyncSmtpClient(HOST, receiver.port, security=Security.NONE)
        await client.connect()
    with pytest.raises(ConnectionError):
        await client.noop()
    assert not client.is_connected


def test_a_listener_that_fails_is_logged_and_the_server_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def failing(caught: Caught) -> None:
        if b"first" in caught.content:
            raise RuntimeError("nobody listens to me")

    with Receiver(starttls=False, on_mail=failing) as receiver:
        with pytest.raises(ConnectionError), plain(receiver) as smtp:
            smtp.send(b"Subject: first\r\n\r\n", envelope=TO_BOB)
        with plain(receiver) as smtp:
            smtp.send(CONTENT, envelope=TO_BOB)
        assert len(receiver.inbox) == 2
    assert "nobody listens to me" in caplog.text
