"""Names into addresses: their order, a slow resolver, and what each failure is called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from mailwright.errors import ConnectTimeout, NameResolutionError
from mailwright.net import Endpoint
from mailwright.net.resolve import aresolve, interleave, own_name, resolve

HOST = Endpoint("mail.example.com", 25)


def answering(*addresses: str) -> Callable[..., list[object]]:
    def getaddrinfo(host: object, port: object, *args: object, **options: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


def failing(code: int) -> Callable[..., list[object]]:
    def getaddrinfo(*args: object, **options: object) -> list[object]:
        raise socket.gaierror(code, "so it is")

    return getaddrinfo


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ([], []),
        (["a::1", "a::2", "1.1.1.1", "2.2.2.2", "3.3.3.3"], ["a::1", "1.1.1.1", "a::2", "2.2.2.2", "3.3.3.3"]),
        (["1.1.1.1", "a::1", "a::2"], ["1.1.1.1", "a::1", "a::2"]),
        (["1.1.1.1", "1.1.1.1"], ["1.1.1.1"]),
    ],
)
def test_families_alternate_beginning_with_the_resolvers_favourite(given: list[str], order: list[str]) -> None:
    assert interleave(given) == order


def test_an_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing(socket.EAI_FAIL))
    assert resolve(Endpoint("[2001:db8::1]", 25), 1) == ["2001:db8::1"]


def test_a_name_is_looked_up_in_its_ascii_form(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def getaddrinfo(host: object, port: object, **options: object) -> list[object]:
        asked.append(host)
        return answering("192.0.2.1", "2001:db8::1")(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert resolve(Endpoint("münchen.example", 25), 5) == ["192.0.2.1", "2001:db8::1"]
    assert asked == ["xn--mnchen-3ya.example"]


REFERENCES = [
    (socket.EAI_NONAME, "dns-nxdomain"),
    (socket.EAI_AGAIN, "dns-temporary-failure"),
    (socket.EAI_FAIL, "dns-nxdomain"),
    (getattr(socket, "EAI_NODATA", socket.EAI_NONAME), "dns-no-address"),
]


@pytest.mark.parametrize(("code", "reference"), REFERENCES)
def test_each_failure_has_its_reference(code: int, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing(code))
    with pytest.raises(NameResolutionError, match=r"mail\.example\.com has no address: so it is") as caught:
        resolve(HOST, 5)
    assert (caught.value.reference, caught.value.stage) == (reference, "dns")
    assert (caught.value.host, caught.value.port) == ("mail.example.com", 25)


@pytest.mark.anyio
async def test_the_async_twin_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await aresolve(Endpoint("::1", 25)) == ["::1"]

    async def unknown(*args: object, **options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "not now")

    async def found(host: object, port: object, **options: object) -> list[object]:
        return answering("192.0.2.1", "192.0.2.2")(host, port)

    monkeypatch.setattr("mailwright.net.resolve.anyio.getaddrinfo", found)
    assert await aresolve(HOST) == ["192.0.2.1", "192.0.2.2"]
    monkeypatch.setattr("mailwright.net.resolve.anyio.getaddrinfo", unknown)
    with pytest.raises(NameResolutionError) as caught:
        await aresolve(HOST)
    assert caught.value.reference == "dns-temporary-failure"


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def getaddrinfo(*args: object, **options: object) -> list[object]:
        release.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(ConnectTimeout) as caught:
            resolve(HOST, 0.01)
    finally:
        release.set()
    assert (caught.value.reference, caught.value.stage) == ("dns-timeout", "dns")


@pytest.mark.parametrize(
    ("hostname", "local", "name"),
    [
        ("pc.example.com", "192.0.2.1", "pc.example.com"),
        ("pc", "192.0.2.1", "[192.0.2.1]"),
        ("pc", "2001:db8::1", "[IPv6:2001:db8::1]"),
        ("pc", "fe80::1%eth0", "[IPv6:fe80::1]"),
        ("pc.", "192.0.2.1", "[192.0.2.1]"),
        ("my pc.example", "192.0.2.1", "[192.0.2.1]"),
        ("pc", "", "localhost"),
        ("pc", "/run/smtp.sock", "localhost"),
        ("bücher.example", "192.0.2.1", "xn--bcher-kva.example"),
    ],
)
def test_our_own_name_is_a_full_name_or_the_address(
    hostname: str, local: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: hostname)
    monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("this can take seconds"))
    assert own_name(local) == name
