"""GSSAPI and GSS-SPNEGO, against a stand-in for a Kerberos library.

A real one needs a key distribution centre. The stand-in keeps the order of tokens and the wrapping that RFC 4752
describes, so what is tested is our part of it: which octets go where, and what is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import spnego

from mailwright.errors import NotSupported
from mailwright.sasl import Gssapi, Kerberos, Occasion, Spnego, choose, ntlm
from mailwright.sasl.gssapi import begin_gssapi, begin_spnego

OCCASION = Occasion("smtp", "mail.example.com", 25)


@dataclass
class Wrapped:
    data: bytes


class Context:
    """Says ``request``, expects ``reply``, and is complete then."""

    def __init__(self, *, is_mutual: bool = True) -> None:
        self.complete = False
        self.is_mutual = is_mutual

    def step(self, in_token: bytes | None = None, /) -> bytes | None:
        if in_token is None:
            self.complete = not self.is_mutual
            return b"request"
        if in_token != b"reply":
            raise RuntimeError("a library's own error")
        self.complete = True
        return None

    def wrap(self, data: bytes, encrypt: bool = True) -> Wrapped:
        assert not encrypt  # RFC 4752 3.1: conf_flag set to FALSE
        return Wrapped(b"<" + data + b">")

    def unwrap(self, data: bytes) -> Wrapped:
        if data[:1] + data[-1:] != b"<>":
            raise RuntimeError("a library's own error")
        return Wrapped(data[1:-1])


@pytest.mark.parametrize("authorization_id", ["", "jürgen"])
def test_tokens_then_the_choice_of_no_layer(authorization_id: str) -> None:
    mechanism = Gssapi(Context(), authorization_id)
    assert mechanism.first() == b"request"
    assert mechanism.next(b"reply") == b""
    assert not mechanism.done
    assert mechanism.next(b"<\x07\x00\x10\x00>") == b"<\x01\x00\x00\x00" + authorization_id.encode() + b">"
    assert mechanism.done
    with pytest.raises(ValueError, match="nothing more"):
        mechanism.next(b"<\x07\x00\x10\x00>")


def test_a_context_that_is_complete_at_once_goes_on_to_the_choice() -> None:
    mechanism = Gssapi(Context(is_mutual=False))
    mechanism.first()
    mechanism.next(b"<\x01\x00\x00\x00>")
    assert mechanism.done


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (b"", "not accepted"),
        (b"plain", "not accepted"),
        (b"<>", "0 octets instead of 4"),
        (b"<\x01\x00\x00>", "3 octets"),
        (b"<\x01\x00\x00\x00\x00>", "5 octets"),
        (b"<\x06\x00\x10\x00>", "insists on a security layer"),
    ],
)
def test_an_offer_of_layers_that_will_not_do_is_refused(offer: bytes, why: str) -> None:
    mechanism = Gssapi(Context())
    mechanism.next(b"reply")
    with pytest.raises(ValueError, match=why):
        mechanism.next(offer)
    assert not mechanism.done


def test_a_strange_token_is_refused_by_the_name_of_the_librarys_error() -> None:
    with pytest.raises(ValueError, match="RuntimeError"):
        Gssapi(Context()).next(b"something else")


def test_spnego_is_over_with_the_tokens() -> None:
    mechanism = Spnego(Context())
    assert mechanism.first() == b"request"
    mechanism.next(b"reply")
    assert mechanism.done


def test_the_library_is_told_with_whom_it_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def client(username: object, password: object, **more: object) -> Context:
        asked.append((username, password, more["hostname"], more["service"], more["protocol"]))
        return Context()

    monkeypatch.setattr(spnego, "client", client)
    assert choose(Kerberos(), {"GSSAPI", "GSS-SPNEGO"}, OCCASION).name == "GSSAPI"
    assert choose(Kerberos("alice", "pw"), {"GSS-SPNEGO"}, OCCASION).name == "GSS-SPNEGO"
    assert asked == [
        (None, None, "mail.example.com", "smtp", "kerberos"),
        ("alice", "pw", "mail.example.com", "smtp", "negotiate"),
    ]


@pytest.mark.parametrize("begin", [begin_gssapi, begin_spnego])
def test_without_pyspnego_the_error_names_the_extra(begin: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ntlm, "find_spec", lambda _: None)
    with pytest.raises(NotSupported, match=r"mailwright\[sspi\]"):
        begin(Kerberos(), OCCASION)  # type: ignore[operator]


@pytest.mark.parametrize("begin", [begin_gssapi, begin_spnego])
def test_without_a_kerberos_library_the_error_names_that(begin: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ImportError("no library")

    monkeypatch.setattr(spnego, "client", refuse)
    with pytest.raises(NotSupported, match=r"pyspnego\[kerberos\]") as caught:
        begin(Kerberos("alice", "hunter2"), OCCASION)  # type: ignore[operator]
    assert "hunter2" not in str(caught.value)
