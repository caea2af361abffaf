"""Hosts, ports and URLs: refused before anything is asked of the network, and passwords never shown."""

from __future__ import annotations

import pytest

from mailwright.net import Endpoint, Security, ServerUrl
from mailwright.net.endpoint import loopback

SCHEMES = ("smtp", "smtps")


@pytest.mark.parametrize(
    ("host", "ascii_host", "shown"),
    [
        ("smtp.example.com", "smtp.example.com", "smtp.example.com:25"),
        ("smtp.example.com.", "smtp.example.com", "smtp.example.com.:25"),
        ("localhost", "localhost", "localhost:25"),
        ("my_server.intern", "my_server.intern", "my_server.intern:25"),
        ("münchen.example", "xn--mnchen-3ya.example", "münchen.example:25"),
        ("日本。example", "xn--wgv71a.example", "日本。example:25"),
        ("192.0.2.1", "192.0.2.1", "192.0.2.1:25"),
        ("2001:db8::1", "2001:db8::1", "[2001:db8::1]:25"),
        ("[2001:db8::1]", "2001:db8::1", "[2001:db8::1]:25"),
        ("fe80::1%eth0", "fe80::1%eth0", "[fe80::1%eth0]:25"),
    ],
)
def test_a_host_is_a_name_or_an_address(host: str, ascii_host: str, shown: str) -> None:
    endpoint = Endpoint(host, 25)
    assert (endpoint.ascii_host, str(endpoint)) == (ascii_host, shown)


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("https://smtp.example.com", "is a URL"),
        ("alice@example.com", "is an e-mail address"),
        ("smtp.example.com:587", "port goes into its own parameter"),
        ("[2001:db8::1]:25", "port goes into its own parameter"),
        ("a b.example", "not a valid name"),
        (" smtp.example.com", "not a valid name"),
        ("smtp..example.com", "not a valid name"),
        (".example.com", "not a valid name"),
        ("-a.example", "not a valid name"),
        ("a-.example", "not a valid name"),
        ("a" * 64 + ".example", "not a valid name"),
        ("a." * 127 + "example", "not a valid name"),
        ("smtp.example.com\r\n", "not a valid name"),
        ("smtp\0.example", "not a valid name"),
        ("[smtp.example.com]", "not a valid name"),
        ("1.2.3", "looks like an IP address"),
        ("256.0.0.1", "looks like an IP address"),
        ("fe80::1%eth0\r\nX", "contains a colon"),
        ("mü\u2028nchen.example", "not a valid international name"),
        ("\ud800.example", "not a valid international name"),
    ],
)
def test_what_is_no_host_is_refused_with_the_reason(host: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Endpoint(host, 25)


@pytest.mark.parametrize("host", [None, b"smtp.example.com", 25])
def test_a_host_is_text(host: object) -> None:
    with pytest.raises(TypeError, match="not a string"):
        Endpoint(host, 25)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("port", [0, -1, 65_536, 65_561])
def test_a_port_that_would_wrap_around_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match="not between 1 and 65535"):
        Endpoint("a.example", port)


@pytest.mark.parametrize("port", ["25", 25.0, True, None])
def test_a_port_is_a_whole_number(port: object) -> None:
    with pytest.raises(TypeError, match="not a whole number"):
        Endpoint("a.example", port)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    ("port", "meaning"),
    [
        (465, Security.TLS),
        (993, Security.TLS),
        (995, Security.TLS),
        (587, Security.STARTTLS),
        (25, Security.STARTTLS_IF_OFFERED),
        (2525, Security.STARTTLS_IF_OFFERED),
    ],
)
def test_auto_means_what_the_port_is_for(port: int, meaning: Security) -> None:
    assert Security.AUTO.resolve(port) is meaning
    assert Security.NONE.resolve(port) is Security.NONE


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False),
        ("192.168.0.1", False),
        ("localhost", False),
        ("/run/smtp.sock", False),
    ],
)
def test_only_what_never_leaves_this_machine_is_loopback(address: str, is_loopback: bool) -> None:
    assert loopback(address) is is_loopback


# --- URLs ---


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("smtp://mail.example.com", ServerUrl("smtp", "mail.example.com")),
        ("SMTPS://Mail.Example.com:465/", ServerUrl("smtps", "mail.example.com", 465)),
        ("smtps://alice:secret@h.example", ServerUrl("smtps", "h.example", None, "alice", "secret")),
        ("smtp://a%40b:p%3Aw%2F%23%25@h.example", ServerUrl("smtp", "h.example", None, "a@b", "p:w/#%")),
        ("smtp://alice@[::1]:2525", ServerUrl("smtp", "::1", 2525, "alice")),
    ],
)
def test_a_url_names_a_server_and_perhaps_a_user(url: str, parsed: ServerUrl) -> None:
    assert ServerUrl.parse(url, schemes=SCHEMES) == parsed


@pytest.mark.parametrize(
    "url",
    [
        "http://alice:hunter2@h.example",
        "h.example",
        "smtp://",
        "smtp://alice:hunter2@",
        "smtp://alice:hunter2@h.example:port",
        "smtp://alice:hunter2@h.example:99999",
        "smtp://alice:hunter2@h.example/path",
        "smtp://alice:hunter2@h.example?x=1",
        "smtp://alice:hunter2@h.example#x",
        "smtp://alice:hunter2/x@h.example",
        "smtp://alice:hunter2#x@h.example",
        "smtp://alice:hunter2@[zz",
        "smtp://alice:hunter2[@h.example",
        "smtp://alice:hunter2@[hunter2]",
        "smtp://alice:hunter2\u2100@h.example",
        "smtp://alice:hunter2@h.ex\r\nample",
        "smtp://alice:hunter2@h.ex\tample",
        "smtp://alice:hunter2 @h.example",
    ],
)
def test_what_is_no_url_of_a_server_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        ServerUrl.parse(url, schemes=SCHEMES)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_password_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(ServerUrl.parse("smtp://alice:hunter2@h.example", schemes=SCHEMES))
