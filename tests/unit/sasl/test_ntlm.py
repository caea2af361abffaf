"""NTLM through pyspnego, against pyspnego's own server."""

from __future__ import annotations

from pathlib import Path

import pytest
import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from mailwright.errors import NotSupported
from mailwright.sasl import Ntlm, Occasion, Password, choose, ntlm
from mailwright.sasl.ntlm import begin_ntlm

OCCASION = Occasion("smtp", "mail.example.com", 25)
ALICE = Password("DOMAIN\\alice", "pässword")


@pytest.fixture(autouse=True)
def _users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom pyspnego's server knows."""
    file = tmp_path / "users"
    file.write_text("DOMAIN:alice:pässword\n", "utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def begun(credentials: Password = ALICE, occasion: Occasion = OCCASION) -> Ntlm:
    mechanism = begin_ntlm(credentials, occasion)
    assert mechanism is not None
    return mechanism


def test_the_server_lets_us_in() -> None:
    server = spnego.server(protocol="ntlm")
    mechanism = begun()
    challenge = server.step(mechanism.first())
    assert challenge is not None
    assert not mechanism.done
    server.step(mechanism.next(challenge))
    assert server.complete
    assert mechanism.done
    assert server.client_principal == "DOMAIN\\alice"


def test_the_server_refuses_another_password() -> None:
    server = spnego.server(protocol="ntlm")
    mechanism = begun(Password("DOMAIN\\alice", "another"))
    proof = mechanism.next(server.step(mechanism.first()) or b"")
    with pytest.raises(SpnegoError):
        server.step(proof)


@pytest.mark.parametrize(("theirs", "is_let_in"), [(b"hash", True), (b"another", False)])
def test_the_proof_is_bound_to_the_servers_certificate(theirs: bytes, is_let_in: bool) -> None:
    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + theirs)
    server = spnego.server(protocol="ntlm", channel_bindings=bindings)
    occasion = Occasion("smtp", "mail.example.com", 25, {"tls-server-end-point": b"hash", "tls-unique": b"u"})
    mechanism = begun(occasion=occasion)
    proof = mechanism.next(server.step(mechanism.first()) or b"")
    if is_let_in:
        server.step(proof)
        assert server.complete
    else:
        with pytest.raises(SpnegoError):
            server.step(proof)


def test_a_server_that_missed_the_first_token_hears_it_once_more() -> None:
    mechanism = begun()
    assert mechanism.next(b"") == mechanism.first()
    with pytest.raises(ValueError, match="no token"):
        mechanism.next(b"")


@pytest.mark.parametrize(
    "challenge", [b"NTLM supported", b"NTLMSSP\x00", b"NTLMSSP\x00\x02" + b"\xff" * 60, b"\x60\x00"]
)
def test_strange_tokens_are_refused(challenge: bytes) -> None:
    mechanism = begun()
    mechanism.first()
    with pytest.raises(ValueError, match="token was not accepted"):
        mechanism.next(challenge)
    assert not mechanism.done


def test_nothing_follows_the_proof() -> None:
    mechanism = begun()
    mechanism.next(spnego.server(protocol="ntlm").step(mechanism.first()) or b"")
    with pytest.raises(ValueError, match="nothing more"):
        mechanism.next(b"x")


def test_the_password_is_not_shown() -> None:
    assert repr(begun()) == "<NTLM>"


# --- without pyspnego ---


@pytest.fixture
def _without_pyspnego(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ntlm, "find_spec", lambda _: None)


@pytest.mark.usefixtures("_without_pyspnego")
def test_without_it_another_mechanism_is_taken() -> None:
    assert choose(ALICE, {"NTLM", "PLAIN"}, OCCASION).name == "PLAIN"


@pytest.mark.usefixtures("_without_pyspnego")
def test_without_it_and_without_another_the_error_names_the_extra() -> None:
    with pytest.raises(NotSupported, match=r"NTLM needs another package.*mailwright\[sspi\]") as caught:
        choose(ALICE, {"NTLM", "GSSAPI"}, OCCASION)
    assert caught.value.reference == "auth-ntlm-gssapi-only"


def test_an_implementation_that_does_not_want_to_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ImportError("no library")

    monkeypatch.setattr(spnego, "client", refuse)
    with pytest.raises(NotSupported, match="NTLM cannot be used on this machine: ImportError"):
        begin_ntlm(ALICE, OCCASION)
