"""Whatever a server asks: an answer or a ValueError, soon; and what is prepared stays prepared."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import scramp  # type: ignore[import-untyped]  # it has no types
from hypothesis import given, settings
from hypothesis import strategies as st

from linear import assert_linear
from mailwright.sasl import (
    Anonymous,
    AnonymousTrace,
    ClientCertificate,
    CramMd5,
    DigestMd5,
    External,
    Login,
    Mechanism,
    NotProven,
    OAuth2,
    OAuthBearer,
    Occasion,
    Password,
    Plain,
    Scram,
    XOAuth2,
    parse_plain,
    saslprep,
)
from mailwright.sasl.ntlm import begin_ntlm

OCCASION = Occasion("smtp", "mail.example.com", 587, {"tls-unique": b"u"}, nonce=lambda: "ours")
SECRET = "hunter2-is-secret"
USER = Password("alice", SECRET)
TOKEN = OAuth2("alice", SECRET)

MAKERS: dict[str, Callable[[], Mechanism | None]] = {
    "PLAIN": lambda: Plain(USER),
    "LOGIN": lambda: Login(USER),
    "CRAM-MD5": lambda: CramMd5(USER),
    "DIGEST-MD5": lambda: DigestMd5(USER, OCCASION),
    "SCRAM-SHA-256": lambda: Scram(USER, "SCRAM-SHA-256", OCCASION),
    "SCRAM-SHA-512-PLUS": lambda: Scram(USER, "SCRAM-SHA-512-PLUS", OCCASION),
    "XOAUTH2": lambda: XOAuth2(TOKEN),
    "OAUTHBEARER": lambda: OAuthBearer(TOKEN, OCCASION),
    "EXTERNAL": lambda: External(ClientCertificate()),
    "ANONYMOUS": lambda: AnonymousTrace(Anonymous("x")),
    "NTLM": lambda: begin_ntlm(USER, OCCASION),
}

# Bytes that look like something, so that more than the first check is reached; counts stay small, for each costs time.
SCRAM_FIRST = st.builds(
    "r=ours{},s={},i={}{}".format,
    st.sampled_from(["", "x", "x,y", " ", "ü"]),
    st.sampled_from(["", "c2FsdA==", "c2F", "!", "="]),
    st.one_of(st.integers(-5, 300), st.integers(10**7, 10**30), st.sampled_from(["", "1e3", "٤"])),
    st.sampled_from(["", ",x=1", ",r=a", ",", ",m="]),
).map(str.encode)
DIGEST = st.lists(
    st.sampled_from(
        [
            'nonce="n"',
            "nonce=",
            "algorithm=md5-sess",
            "charset=utf-8",
            "charset=x",
            'qop="auth"',
            'qop="auth-int"',
            "stale=true",
            'realm="r\\"',
            'realm="ü"',
            "rspauth=0",
            "=",
            '"',
        ]
    ),
    max_size=8,
).map(lambda parts: ",".join(parts).encode())
JSON = st.recursive(st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)).map(
    lambda value: repr(value).replace("'", '"').encode("utf-8", "replace")
)
NTLM = st.binary(max_size=80).map(lambda rest: b"NTLMSSP\x00\x02\x00\x00\x00" + rest)
CHALLENGES = st.lists(
    st.one_of(
        st.binary(max_size=300),
        SCRAM_FIRST,
        DIGEST,
        JSON,
        NTLM,
        st.sampled_from([b"", b"e=x", b"v=AAAA", b"v=", b"r=ours1,s=c2FsdA==,i=1"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=150, deadline=None)
@given(challenges=CHALLENGES)
def test_any_challenge_is_answered_or_a_value_error_and_nobody_proves_what_he_does_not_know(
    name: str, challenges: list[bytes]
) -> None:
    mechanism = MAKERS[name]()
    assert mechanism is not None
    mechanism.first()
    answers, said = 0, ""
    try:
        for challenge in challenges:
            assert isinstance(mechanism.next(challenge), bytes)
            answers += 1
    except ValueError as error:
        said = str(error)
    assert SECRET not in said
    # No mechanism goes on for ever: LOGIN and NTLM have the most to say.
    assert answers <= 2
    if mechanism.proves_server:
        assert not mechanism.done
    assert SECRET not in f"{mechanism!r}{mechanism.complaint!r}"


@given(st.text(min_size=1).filter(lambda text: "\0" not in text), st.text(min_size=1).filter(lambda t: "\0" not in t))
def test_what_plain_says_is_read_back(username: str, password: str) -> None:
    try:
        credentials = Password(username, password)
    except ValueError:
        return  # a lone surrogate
    assert parse_plain(Plain(credentials).first()) == (username, password)


@given(st.text())
def test_what_is_prepared_stays_prepared(text: str) -> None:
    for stored in (True, False):
        try:
            once = saslprep(text, stored=stored)
        except ValueError:
            continue
        assert saslprep(once, stored=stored) == once


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    st.sampled_from(["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
)
def test_scramp_lets_anybody_in_whose_password_it_takes(password: str, name: str) -> None:
    mechanism = scramp.ScramMechanism(name)
    try:
        known = mechanism.make_auth_info(password, iteration_count=4096)
    except scramp.ScramException:
        return  # SASLprep refuses it
    server = mechanism.make_server(lambda _: known)
    scram = Scram(Password("alice", password), name, OCCASION)
    server.set_client_first(scram.first().decode())
    server.set_client_final(scram.next(server.get_server_first().encode()).decode())
    scram.next(server.get_server_final().encode())
    assert scram.done


CHALLENGES_OF_ANY_LENGTH: dict[str, Callable[[int], bytes]] = {
    "commas": lambda n: b"," * n,
    "words": lambda n: b"a=" * n,
    "backslashes": lambda n: b'a="' + b"\\" * n,
    "nonces": lambda n: b"nonce=x," * n,
    "spaces": lambda n: b" \t" * n + b"!",
    "quoted quotes": lambda n: b'a="' + b'\\"' * n,
    "a long nonce": lambda n: b"r=ours" + b"x" * n,
    "a long salt": lambda n: b"r=ours1,s=" + b"A" * n + b",i=1" + b",x=1" * n,
    "braces": lambda n: b"{" * n,
}


@pytest.mark.parametrize("challenge", CHALLENGES_OF_ANY_LENGTH)
@pytest.mark.parametrize("name", [name for name in MAKERS if name != "NTLM"])
def test_a_challenge_of_any_length_is_read_in_linear_time(name: str, challenge: str) -> None:
    def answer(data: bytes) -> None:
        mechanism = MAKERS[name]()
        assert mechanism is not None
        mechanism.first()
        try:
            mechanism.next(data)
        except ValueError:
            pass

    assert_linear(answer, CHALLENGES_OF_ANY_LENGTH[challenge], largest=12_000)


@given(st.binary(min_size=1, max_size=64))
def test_no_signature_but_the_right_one_is_believed(signature: bytes) -> None:
    scram = Scram(USER, "SCRAM-SHA-1", OCCASION)
    scram.first()
    scram.next(b"r=ours1,s=c2FsdA==,i=1")
    with pytest.raises(NotProven):
        scram.next(b"v=" + base64.b64encode(signature))
    assert not scram.done
