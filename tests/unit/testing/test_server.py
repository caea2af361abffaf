"""A scripted server plays to real clients, and says when one did not keep to the script."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailwright import Security, SmtpClient, Tls
from mailwright.devserver import make_certificate
from mailwright.testing import Feed, ScriptedServer

GREETED = "S: 220 mail.example.com\nC: EHLO client.example.com\nS: 250-mail\nS: 250 STARTTLS\n"
GOODBYE = "C: QUIT\nS: 221 bye\n"


def client(server: ScriptedServer, security: Security = Security.NONE, tls: Tls | None = None) -> SmtpClient:
    return SmtpClient(server.host, server.port, security=security, tls=tls, local_hostname="client.example.com")


@pytest.mark.parametrize("feed", ["whole", "line", "byte"])
def test_a_client_that_keeps_to_the_script_is_served(feed: Feed) -> None:
    with ScriptedServer(GREETED + GOODBYE, feed) as server, client(server) as smtp:
        assert "STARTTLS" in smtp.capabilities
    assert server.failures == []


def test_several_clients_are_served_one_after_the_other() -> None:
    with ScriptedServer(GREETED + GOODBYE, connections=2) as server:
        for _ in range(2):
            with client(server):
                pass


def test_tls_is_real(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, ["127.0.0.1"])
    script = GREETED + "C: STARTTLS\nS: 220 go\n== tls\nC: EHLO client.example.com\nS: 250 mail\n" + GOODBYE
    trusting = Tls(ca=certificate.certificate)
    with ScriptedServer(script, tls=certificate) as server, client(server, Security.STARTTLS, trusting) as smtp:
        assert smtp.tls is not None


def said(server: ScriptedServer, data: bytes) -> bytes:
    with socket.create_connection((server.host, server.port)) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        heard = b""
        while piece := sock.recv(4096):
            heard += piece
        return heard


def test_other_words_than_scripted_are_raised_on_leaving() -> None:
    with pytest.raises(AssertionError, match="line 1: expected b'EHLO"), ScriptedServer("C: EHLO x") as server:
        said(server, b"HELO x\r\n")


def test_leaving_before_the_end_is_raised_on_leaving() -> None:
    with pytest.raises(AssertionError, match="the conversation ended"), ScriptedServer("S: 220\nC: QUIT") as server:
        assert said(server, b"") == b"220\r\n"


def test_a_script_with_tls_and_no_certificate_is_raised_on_leaving() -> None:
    with (
        pytest.raises(ValueError, match="TLS"),
        ScriptedServer("== tls") as server,
        socket.create_connection((server.host, server.port)) as sock,
    ):
        assert sock.recv(1) == b""


def test_an_error_of_the_test_itself_comes_first() -> None:
    def failing() -> None:
        with ScriptedServer("C: EHLO x") as server:
            said(server, b"HELO x\r\n")
            raise KeyError("mine")

    with pytest.raises(KeyError):
        failing()


def test_a_server_nobody_came_to_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="nobody connected"), ScriptedServer("S: 220"):
        pass


def test_a_server_hangs_up_where_the_script_says_so() -> None:
    with ScriptedServer("S: 220 hi\n== close") as server:
        assert said(server, b"") == b"220 hi\r\n"


def test_in_silence_a_client_may_say_what_it_likes() -> None:
    with ScriptedServer("S: 220 hi\n== silence") as server:
        assert said(server, b"anything\r\n") == b"220 hi\r\n"
