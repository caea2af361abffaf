"""What a pool is told, what it shows of itself, and what it lends. What it promises is in the scenarios."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from mailwright import AsyncSmtpClient, Envelope, Message, Security, SmtpClient
from mailwright.smtp import Caught
from mailwright.smtp.async_pool import AsyncSmtpPool
from mailwright.smtp.pool import SmtpPool
from mailwright.smtp.pooled import ClientOptions
from mailwright.smtp.pooling import Rate
from mailwright.testing import capture

Pool = Callable[..., SmtpPool | AsyncSmtpPool]

BOTH: list[Pool] = [SmtpPool, AsyncSmtpPool]
ENVELOPE = Envelope("alice@example.com", ["bob@example.com"])
LETTER = Message(from_="alice@example.com", to="bob@example.com", subject="hello", text="hello")


# --- what it is told ---


def test_a_pool_is_told_whatever_a_client_is_told() -> None:
    parameters = inspect.signature(SmtpClient).parameters.values()
    keywords = {one.name: one.annotation for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}
    assert {name: kind.__forward_arg__ for name, kind in ClientOptions.__annotations__.items()} == keywords


@pytest.mark.parametrize("face", [(SmtpClient, SmtpPool), (AsyncSmtpClient, AsyncSmtpPool)])
def test_sending_through_a_pool_takes_what_sending_takes(face: tuple[type, type]) -> None:
    client, pool = (inspect.signature(vars(one)["send"]) for one in face)
    assert pool == client


@pytest.mark.parametrize("pool", BOTH)
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"size": 0}, "size=0"),
        ({"max_age": -1}, "max_age=-1"),
        ({"rate": 0}, "rate=0"),
        ({"acquire_timeout": 0}, "acquire_timeout=0"),
        ({"username": "alice"}, "the password is missing"),
        ({"local_hostname": "a\r\nb"}, "a.*b"),
        ({"source_address": "here"}, "'here' is no IP address"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_told(pool: Pool, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        pool("smtp.example.com", **wrong)


@pytest.mark.parametrize("pool", BOTH)
def test_no_such_option(pool: Pool) -> None:
    with pytest.raises(TypeError, match="colour"):
        pool("smtp.example.com", colour="red")


@pytest.mark.parametrize("pool", [SmtpPool, AsyncSmtpPool])
def test_a_url_says_it_all(pool: type[SmtpPool] | type[AsyncSmtpPool]) -> None:
    made = pool.from_url("smtps://alice:secret@smtp.example.com", size=2)
    assert repr(made) == f"<{pool.__name__} smtp.example.com:465 0 of 2 lent, 0 resting>"
    assert "secret" not in repr(vars(made))  # as a traceback with variables shows it
    with pytest.raises(ValueError, match="scheme") as refused:
        pool.from_url("http://alice:secret@smtp.example.com")
    assert "secret" not in str(refused.value)


# --- what it shows, and what it lends ---


def test_it_shows_what_it_does() -> None:
    with capture(), SmtpPool("smtp.example.com", size=2) as pool:
        assert "0 of 2 lent, 0 resting" in repr(pool)
        with pool.connection() as smtp:
            assert "1 of 2 lent, 0 resting" in repr(pool)
            assert smtp.is_connected
        assert "0 of 2 lent, 1 resting" in repr(pool)
    assert "closed, 0 resting" in repr(pool)


def refusing_carl() -> AbstractContextManager[list[Caught]]:
    return capture(refuse=lambda _role, who: (550, "no") if who.startswith("carl") else None)


def test_it_sends_with_everything_a_client_sends_with() -> None:
    octets: list[int] = []
    crowd = Envelope("alice@example.com", ["bob@example.com", "carl@example.com"])
    with refusing_carl() as caught, SmtpPool("smtp.example.com", username="alice", password="secret") as pool:
        receipt = pool.send(LETTER, envelope=crowd, partial="deliver", progress=octets.append)
        assert (receipt.accepted, list(receipt.refused)) == (("bob@example.com",), ["carl@example.com"])
        assert pool.send(LETTER).accepted
    assert octets
    assert [message.username for message in caught] == ["alice", "alice"]


@pytest.mark.anyio
async def test_the_async_pool_sends_with_everything_a_client_sends_with() -> None:
    octets: list[int] = []
    with refusing_carl() as caught:
        async with AsyncSmtpPool("smtp.example.com", username="alice", password="secret", rate=Rate(9)) as pool:
            crowd = Envelope("alice@example.com", ["bob@example.com", "carl@example.com"])
            receipt = await pool.send(LETTER, envelope=crowd, partial="deliver", progress=octets.append)
            assert (receipt.accepted, list(receipt.refused)) == (("bob@example.com",), ["carl@example.com"])
            async with pool.connection() as smtp:
                assert isinstance(smtp, AsyncSmtpClient)
                assert (await smtp.send(LETTER)).accepted
    assert octets
    assert [message.username for message in caught] == ["alice", "alice"]


def test_closing_twice_is_harmless_and_nothing_is_opened_for_nothing() -> None:
    with capture() as caught:
        pool = SmtpPool("smtp.example.com", security=Security.TLS)
        pool.close()
        pool.close()
    assert caught == []


def test_a_message_that_cannot_be_sent_costs_nothing() -> None:
    with capture() as caught, SmtpPool("smtp.example.com") as pool:
        with pytest.raises(ValueError, match="bytes and files are sent as they are"):
            pool.send(b"Subject: to whom?")
        assert "0 of 8 lent, 1 resting" in repr(pool)
        pool.send(LETTER)
    assert len(caught) == 1
