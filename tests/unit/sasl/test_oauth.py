"""A token is said as the specifications say, and a server's reasons for refusing it are heard."""

from __future__ import annotations

import json

import pytest

from mailwright.sasl import OAuth2, OAuthBearer, Occasion, XOAuth2

SOMEUSER = OAuth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
GOOGLE = b'{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}'


def both(credentials: OAuth2 = SOMEUSER) -> list[OAuthBearer | XOAuth2]:
    return [OAuthBearer(credentials, Occasion()), XOAuth2(credentials)]


def test_xoauth2_is_as_google_documents_it() -> None:
    mechanism = XOAuth2(SOMEUSER)
    assert not mechanism.done
    assert mechanism.first() == (
        b"user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
    )
    assert mechanism.done


def test_oauthbearer_is_as_in_rfc_7628_section_4_1() -> None:
    user = OAuth2("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")
    mechanism = OAuthBearer(user, Occasion("imap", "server.example.com", 143))
    assert mechanism.first() == (
        b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
        b"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
    )


def test_what_is_not_known_is_left_out_and_names_are_escaped() -> None:
    assert OAuthBearer(OAuth2("a=b,c", "t"), Occasion()).first() == b"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01"


@pytest.mark.parametrize(("mechanism", "farewell"), list(zip(both(), [b"\x01", b""], strict=True)))
def test_reasons_for_a_refusal_are_kept_and_the_exchange_ends(
    mechanism: OAuthBearer | XOAuth2, farewell: bytes
) -> None:
    mechanism.first()
    assert mechanism.next(GOOGLE) == farewell
    assert mechanism.complaint == {
        "status": "401",
        "schemes": "bearer mac",
        "scope": "https://mail.google.com/",
    }
    assert not mechanism.done
    with pytest.raises(ValueError, match="nothing more"):
        mechanism.next(GOOGLE)


@pytest.mark.parametrize(
    ("challenge", "complaint"),
    [
        (
            b'{"status":"invalid_token","openid-configuration":null}',
            {"status": "invalid_token", "openid-configuration": "null"},
        ),
        (b'{"status":401,"more":["a",1]}', {"status": "401", "more": '["a", 1]'}),
        (b"{}", {"status": "empty"}),
        (b"not json\r\nat all", {"status": "not json  at all"}),
        (b"[1]", {"status": "[1]"}),
        (b"\xff", {"status": "\ufffd"}),
        (b"\x00", {"status": "unreadable"}),
        (b'{"status":"\\u001b[2J\\n"}', {"status": "[2J"}),
    ],
)
def test_reasons_that_are_badly_made_are_kept_as_well_as_may_be(challenge: bytes, complaint: dict[str, str]) -> None:
    for mechanism in both():
        mechanism.first()
        mechanism.next(challenge)
        assert mechanism.complaint == complaint


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"])
def test_brackets_in_brackets_are_survived(deep: bytes) -> None:
    for mechanism in both():
        mechanism.first()
        mechanism.next(deep)
        assert mechanism.complaint
        assert all(len(value) <= 200 for value in mechanism.complaint.values())


def test_no_more_is_kept_than_a_person_would_read() -> None:
    mechanism = XOAuth2(SOMEUSER)
    mechanism.next(json.dumps({str(number): "x" * 5000 for number in range(100)}).encode())
    assert len(mechanism.complaint) == 16
    assert {len(value) for value in mechanism.complaint.values()} == {200}


@pytest.mark.parametrize("echo", [b'{"status":"no %s"}', b'{"%s":"no"}', b"no %s", b'{"a":["%s"]}'])
def test_a_server_that_repeats_the_token_does_not_get_it_printed(echo: bytes) -> None:
    mechanism = XOAuth2(SOMEUSER)
    token = SOMEUSER.access_token()
    mechanism.next(echo % token.encode())
    assert token not in repr(mechanism.complaint)
    assert "********" in repr(mechanism.complaint)


def test_a_server_that_missed_the_message_hears_it_once_more() -> None:
    for mechanism in both():
        assert mechanism.next(b"") == mechanism.first()
        with pytest.raises(ValueError, match="nothing more"):
            mechanism.next(b"")


def test_a_provider_is_asked_when_the_login_begins() -> None:
    tokens = iter(["one", "two"])
    credentials = OAuth2("alice", lambda: next(tokens))
    assert b"Bearer one\x01" in XOAuth2(credentials).first()
    assert b"Bearer two\x01" in XOAuth2(credentials).first()


@pytest.mark.parametrize("token", ["", "a\x01b", "a b", "ä", "a\r\n"])
def test_a_provider_that_gives_no_token_is_an_error_without_it(token: str) -> None:
    with pytest.raises(ValueError, match="access token of 'alice'") as caught:
        XOAuth2(OAuth2("alice", lambda: token))
    assert not token or repr(token) not in str(caught.value)
