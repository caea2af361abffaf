"""What a client is told before it connects is checked when it is told."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from mailwright import AsyncSmtpClient, Password, Security, SmtpClient, Timeouts
from mailwright.smtp.settings import Settings

BOTH = pytest.mark.parametrize("kind", [SmtpClient, AsyncSmtpClient])


def settings(*arguments: Any, **options: Any) -> Settings:
    return SmtpClient(*arguments, **options)._settings


@pytest.mark.parametrize(
    ("options", "port", "resolved"),
    [
        ({}, 587, Security.STARTTLS),
        ({"security": Security.TLS}, 465, Security.TLS),
        ({"security": Security.STARTTLS}, 587, Security.STARTTLS),
        ({"security": Security.STARTTLS_IF_OFFERED}, 25, Security.STARTTLS_IF_OFFERED),
        ({"security": Security.NONE}, 25, Security.NONE),
        ({"port": 465}, 465, Security.TLS),
        ({"port": 25}, 25, Security.STARTTLS_IF_OFFERED),
        ({"port": 465, "security": Security.NONE}, 465, Security.NONE),
    ],
)
def test_port_and_security_follow_from_each_other(options: dict[str, Any], port: int, resolved: Security) -> None:
    made = settings("mail.example.com", **options)
    assert (made.endpoint.port, made.security) == (port, resolved)


@BOTH
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"username": "alice"}, "the password is missing"),
        ({"password": "hunter2"}, "the username is missing"),
        ({"username": "", "password": "hunter2"}, "user name is empty"),
        ({"username": "a", "password": "hunter2", "credentials": Password("b", "c")}, "not both"),
        ({"local_hostname": "a b"}, "no name to greet"),
        ({"local_hostname": "x\r\nQUIT"}, "no name to greet"),
        ({"source_address": "localhost"}, "source address 'localhost' is no IP address"),
        ({"port": 0}, "not between 1 and 65535"),
        ({"port": 70_000}, "not between 1 and 65535"),
        ({"timeout": 0}, "timeout connect=0"),
        ({"timeout": float("nan")}, "timeout connect=nan"),
    ],
)
def test_each_mistake_is_named_without_the_password(
    kind: type[SmtpClient | AsyncSmtpClient], options: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        kind("mail.example.com", **options)
    assert "hunter2" not in str(caught.value)


@BOTH
def test_a_repr_shows_where_and_how_and_no_secret(kind: type[SmtpClient | AsyncSmtpClient]) -> None:
    client = kind("mail.example.com", username="alice", password="hunter2")
    assert repr(client) == f"<{kind.__name__} mail.example.com:587 starttls>"


def test_timeouts_and_limits_have_their_defaults() -> None:
    made = settings("mail.example.com")
    assert made.timeouts == Timeouts()
    assert made.limits.line == 16_384
    assert settings("mail.example.com", timeout=3).timeouts.verdict == 3


def test_the_server_is_greeted_by_our_name_or_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "pc")
    assert settings("a.example").session("192.0.2.9", "192.0.2.1").local_hostname == "[192.0.2.1]"
    named = settings("a.example", local_hostname="me.example")
    assert named.session("192.0.2.9", "192.0.2.1").local_hostname == "me.example"


@pytest.mark.parametrize(("peer", "trusted"), [("127.0.0.1", True), ("::1", True), ("192.0.2.9", False), ("", False)])
def test_only_a_loopback_peer_is_a_trusted_path(peer: str, trusted: bool) -> None:
    assert settings("a.example").session(peer, "192.0.2.1").trusted_path is trusted


@BOTH
@pytest.mark.parametrize(
    ("url", "port", "security", "username"),
    [
        ("smtp://h.example", 587, Security.STARTTLS, None),
        ("smtp://h.example:25", 25, Security.STARTTLS_IF_OFFERED, None),
        ("smtps://al%40ice:hunter2@h.example", 465, Security.TLS, "al@ice"),
        ("smtp+starttls://h.example:2525", 2525, Security.STARTTLS, None),
    ],
)
def test_a_client_is_made_from_a_url(
    kind: type[SmtpClient | AsyncSmtpClient], url: str, port: int, security: Security, username: str | None
) -> None:
    made = kind.from_url(url)._settings
    assert (made.endpoint.port, made.security) == (port, security)
    assert (made.credentials.username if made.credentials else None) == username


def test_options_beside_a_url_win() -> None:
    made = SmtpClient.from_url("smtps://alice@h.example", password="secret", timeout=3)._settings
    assert made.credentials == Password("alice", "secret")
    assert made.timeouts.reply == 3


@pytest.mark.parametrize(
    "url", ["http://h.example", "lmtp://h.example", "smtps://alice:hunter2@h.example/x", "smtps://alice@h"]
)
def test_what_is_no_url_of_ours_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|password is missing") as caught:
        SmtpClient.from_url(url)
    assert "hunter2" not in str(caught.value)


@BOTH
def test_chunking_is_on_and_can_be_turned_off(kind: type[SmtpClient | AsyncSmtpClient]) -> None:
    assert kind("mail.example.com")._settings.session("127.0.0.1", "127.0.0.1").chunking
    off = kind.from_url("smtp://mail.example.com", chunking=False)
    assert not off._settings.session("127.0.0.1", "127.0.0.1").chunking
