"""Credentials that no mechanism could carry are refused, and secrets are not shown."""

from __future__ import annotations

import pytest

from mailwright.sasl import Anonymous, ClientCertificate, Credentials, Kerberos, OAuth2, Password, Policy, Strength


@pytest.mark.parametrize(
    "credentials",
    [
        Password("alice", "hunter2"),
        Password("alice", "hunter2", mechanisms=("PLAIN",)),
        OAuth2("alice", "hunter2"),
        Kerberos("alice", "hunter2"),
    ],
)
def test_a_secret_is_not_in_its_repr(credentials: Credentials) -> None:
    assert "hunter2" not in repr(credentials)
    assert "alice" in repr(credentials)
    assert credentials.is_secret


def test_who_is_meant_can_be_said() -> None:
    assert Anonymous().username == "anonymous"
    assert Anonymous("sirhc").username == "sirhc"
    assert ClientCertificate().username == "the client certificate's owner"
    assert ClientCertificate("bob").username == "bob"
    assert not Anonymous().is_secret
    assert not ClientCertificate().is_secret


@pytest.mark.parametrize(
    ("username", "password", "why"),
    [
        ("", "hunter2", "user name is empty"),
        ("alice", "", "password of 'alice' is empty"),
        ("ali\0ce", "hunter2", "NUL"),
        ("alice", "hun\0ter2", "NUL"),
        ("ali\ud800ce", "hunter2", "surrogate"),
        ("alice", "hunter2\udcff", "surrogate"),
    ],
)
def test_what_cannot_be_said_is_refused_without_showing_the_password(username: str, password: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        Password(username, password)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("username", "token", "why"),
    [
        ("", "hunter2", "user name is empty"),
        ("alice\x01auth=Bearer stolen", "hunter2", "control"),
        ("alice\r\n", "hunter2", "control"),
        ("alice\x7f", "hunter2", "control"),
        ("alice\ud800", "hunter2", "surrogate"),
        ("alice", "", "token of 'alice' is empty"),
        ("alice", "hunter2\x01", "printable"),
        ("alice", "hunter2 hunter2", "printable"),
        ("alice", "hunter2ü", "printable"),
    ],
)
def test_a_token_that_cannot_be_said_is_refused_without_showing_it(username: str, token: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        OAuth2(username, token)
    assert "hunter2" not in str(caught.value)


def test_a_provider_is_not_asked_before_the_login() -> None:
    def never() -> str:
        raise AssertionError("asked too early")

    assert OAuth2("alice", never).username == "alice"


@pytest.mark.parametrize("text", ["a\0b", "a\ud800"])
def test_an_authorization_id_is_text(text: str) -> None:
    for make in (ClientCertificate, lambda t: Password("a", "b", authorization_id=t), Kerberos):
        with pytest.raises(ValueError, match=r"NUL|surrogate"):
            make(text)
    with pytest.raises(ValueError, match="authorization id"):
        Kerberos(authorization_id=text)


def test_a_trace_is_held_against_its_rules() -> None:
    with pytest.raises(ValueError, match="contains"):
        Anonymous("a\nb")


@pytest.mark.parametrize(
    "make",
    [
        lambda m: Password("a", "b", mechanisms=m),
        lambda m: OAuth2("a", "b", mechanisms=m),
        lambda m: ClientCertificate(mechanisms=m),
        lambda m: Kerberos(mechanisms=m),
        lambda m: Anonymous(mechanisms=m),
    ],
)
def test_mechanisms_are_checked_when_they_are_given(make: type[Credentials]) -> None:
    assert make(Policy(minimum=Strength.PROVEN)).mechanisms == Policy(minimum=Strength.PROVEN)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="no name of a SASL mechanism"):
        make(["two words"])  # type: ignore[call-arg]
