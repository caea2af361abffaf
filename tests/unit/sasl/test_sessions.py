"""Each mechanism in an SMTP conversation: what is said on the wire, and what is made of the end of it (RFC 4954)."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import scramp  # type: ignore[import-untyped]  # it has no types
import spnego

from mailwright.dialogue import Dialogue, Write
from mailwright.errors import (
    AuthenticationFailed,
    CleartextCredentials,
    MailError,
    NotSupported,
    ProtocolError,
    ServerNotProven,
)
from mailwright.net.tls import TlsFacts
from mailwright.sasl import Anonymous, ClientCertificate, Credentials, Kerberos, OAuth2, Password, Policy, Strength
from mailwright.smtp import Capabilities, Reply, Session, SmtpClient
from mailwright.testing import converse

USER = Password("user", "pencil")
TOKEN = OAuth2("alice", "t0ken")
GOOGLE = '{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}'
NONCE = "fyko+d2lbbFgONRv9qkxdawL"
SERVER_FIRST = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
PROOF = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
SERVER_FINAL = "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def session(*auth: str, nonce: str = NONCE, bindings: dict[str, bytes] | None = None, secured: bool = True) -> Session:
    """A session behind EHLO, and over TLS."""
    made = Session("client.example.com", host="mail.example.com", port=587, nonce=lambda: nonce)
    made.capabilities = Capabilities({"AUTH": auth}, "mail.example.com")
    made.is_secured = secured
    made.tls = TlsFacts("TLSv1.3", "", 256, "mail.example.com", None, bindings or {})
    return made


def logging_in(script: str, *auth: str, credentials: Credentials = USER, **more: object) -> Reply:
    """Log in against a script; it is played whole, by line and by byte."""
    return converse(lambda: session(*auth, **more).login(credentials), script)  # type: ignore[arg-type]


def failing(script: str, *auth: str, credentials: Credentials = USER, **more: object) -> MailError:
    """The error a login ends in."""
    with pytest.raises(MailError) as caught:
        logging_in(script, *auth, credentials=credentials, **more)
    return caught.value


SCRAM_SAID = f"C: AUTH SCRAM-SHA-1 {b64(f'n,,n=user,r={NONCE}')}"
SCRAM_BEGUN = f"""
    {SCRAM_SAID}
    S: 334 {b64(SERVER_FIRST)}
    C: {b64(PROOF)}
"""

# --- each mechanism to its good end ---


def test_scram_ends_with_an_empty_answer_to_the_servers_proof() -> None:
    reply = logging_in(f"{SCRAM_BEGUN}\nS: 334 {b64(SERVER_FINAL)}\nC:\nS: 235 2.7.0 in", "SCRAM-SHA-1")
    assert reply.code == 235


def test_cram_md5() -> None:
    asked, answer = b64("<1896.697170952@postoffice.reston.mci.net>"), b64("tim b913a602c7eda7a495b4e6e7334d3890")
    script = f"C: AUTH CRAM-MD5\nS: 334 {asked}\nC: {answer}\nS: 235 in"
    logging_in(script, "CRAM-MD5", credentials=Password("tim", "tanstaaftanstaaf"))


DIGEST_ASKED = b64('realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8')
DIGEST_SAID = b64(
    'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,'
    'cnonce="OA6MHXh6VqTrRk",digest-uri="smtp/mail.example.com",response=9d92c88801bca8d59276872096fc1d25,qop=auth'
)


def test_digest_md5_asks_for_this_server_and_this_service() -> None:
    proof = b64("rspauth=03700f760dca4be3b4960cbd968650f7")
    script = f"C: AUTH DIGEST-MD5\nS: 334 {DIGEST_ASKED}\nC: {DIGEST_SAID}\nS: 334 {proof}\nC:\nS: 235 in"
    logging_in(script, "DIGEST-MD5", nonce="OA6MHXh6VqTrRk", credentials=Password("chris", "secret"))


def performed(talk: Dialogue[Reply], answer: Callable[[bytes], str]) -> Reply:
    """Perform a login against a function that is given each decoded word and gives the reply."""
    said, heard = b"", None
    try:
        while True:
            request = talk.send(heard)
            heard = None
            if isinstance(request, Write):
                said = base64.b64decode(request.data.rsplit(None, 1)[-1] if request.data.strip() else b"")
            else:
                heard = f"{answer(said)}\r\n".encode()
    except StopIteration as done:
        reply: Reply = done.value
        return reply


def test_ntlm_against_pyspnegos_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "users").write_text("DOMAIN:alice:pencil\n", "utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(tmp_path / "users"))
    server = spnego.server(protocol="ntlm")

    def answer(token: bytes) -> str:
        challenge = server.step(token)
        return "235 2.7.0 in" if server.complete else f"334 {base64.b64encode(challenge or b'').decode()}"

    made = session("NTLM", "LOGIN", bindings={"tls-server-end-point": b"hash"})
    assert performed(made.login(Password("DOMAIN\\alice", "pencil")), answer).code == 235
    assert server.client_principal == "DOMAIN\\alice"


@pytest.mark.parametrize("bound", [True, False])
def test_scram_against_scramp(bound: bool) -> None:
    name = "SCRAM-SHA-256-PLUS" if bound else "SCRAM-SHA-256"
    mechanism = scramp.ScramMechanism(name)
    known = mechanism.make_auth_info("pencil", 4096)
    server = mechanism.make_server(lambda _: known, channel_binding=("tls-unique", b"u") if bound else None)
    steps: list[Callable[[str], str]] = [
        lambda said: f"334 {b64((server.set_client_first(said), server.get_server_first())[1])}",
        lambda said: f"334 {b64((server.set_client_final(said), server.get_server_final())[1])}",
        lambda said: f"235 2.7.0 in{said}",
    ]
    made = session(name, "PLAIN", bindings={"tls-unique": b"u"} if bound else {})
    assert performed(made.login(USER), lambda said: steps.pop(0)(said.decode())) == Reply(235, "2.7.0", ("in",))


def test_gssapi_says_tokens_and_then_that_no_layer_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        """A stand-in for Kerberos, as in test_gssapi.py."""

        complete = False

        def step(self, token: bytes | None) -> bytes | None:
            self.complete = token == b"reply"
            return None if token else b"request"

        def unwrap(self, data: bytes) -> object:
            return SimpleNamespace(data=data)

        wrap = lambda self, data, encrypt: SimpleNamespace(data=data)  # noqa: E731  it is a stand-in

    monkeypatch.setattr(spnego, "client", lambda *_, **__: Context())
    script = f"""
        C: AUTH GSSAPI {b64("request")}
        S: 334 {b64("reply")}
        C:
        S: 334 BwAQAA==
        C: AQAAAA==
        S: 235 2.7.0 in
    """
    logging_in(script, "GSSAPI", credentials=Kerberos("alice"))


@pytest.mark.parametrize(
    ("credentials", "name", "said"),
    [
        (TOKEN, "XOAUTH2", "user=alice\x01auth=Bearer t0ken\x01\x01"),
        (
            TOKEN,
            "OAUTHBEARER",
            "n,a=alice,\x01host=mail.example.com\x01port=587\x01auth=Bearer t0ken\x01\x01",
        ),
        (ClientCertificate("bob"), "EXTERNAL", "bob"),
        (Anonymous("sirhc"), "ANONYMOUS", "sirhc"),
        (Password("a", "b", authorization_id="c"), "PLAIN", "c\0a\0b"),
    ],
)
def test_what_is_said_at_once(credentials: Credentials, name: str, said: str) -> None:
    logging_in(f"C: AUTH {name} {b64(said)}\nS: 235 in", name, credentials=credentials)


def test_a_client_gives_its_session_what_mechanisms_need() -> None:
    """A nonce that is new each time, and the server as the caller named it."""
    client = SmtpClient("mail.example.com", 2525, credentials=USER)
    made = client._settings.session("192.0.2.1", "192.0.2.2")
    assert made.nonce is not None
    assert len({made.nonce() for _ in range(10)}) == 10
    assert min(len(made.nonce()) for _ in range(10)) >= 24  # 18 octets and more cannot be guessed or meet again
    assert (made.host, made.port) == ("mail.example.com", 2525)


def test_a_session_without_nonces_says_so_rather_than_taking_something_weaker() -> None:
    bare = session("SCRAM-SHA-1", "PLAIN")
    bare.nonce = None
    with pytest.raises(ValueError, match="needs a nonce"):
        converse(bare.login(USER), "# nothing is said")


def test_nothing_at_all_is_an_equals_sign() -> None:
    logging_in("C: AUTH EXTERNAL =\nS: 235 in", "EXTERNAL", credentials=ClientCertificate())


def test_a_token_too_long_for_the_line_goes_behind_it() -> None:
    token = "x" * 2000
    said = b64(f"user=alice\x01auth=Bearer {token}\x01\x01")
    script = f"C: AUTH XOAUTH2\nS: 334\nC: {said}\nS: 235 in"
    logging_in(script, "XOAUTH2", credentials=OAuth2("alice", token))


def test_what_is_no_secret_needs_no_tls() -> None:
    converse(lambda: session("ANONYMOUS", secured=False).login(Anonymous()), "C: AUTH ANONYMOUS =\nS: 235 in")


@pytest.mark.parametrize("credentials", [USER, TOKEN])
def test_what_is_a_secret_does(credentials: Credentials) -> None:
    error = failing("# nothing is said", "SCRAM-SHA-1", "XOAUTH2", credentials=credentials, secured=False)
    assert isinstance(error, CleartextCredentials)


# --- servers that do not prove themselves ---


@pytest.mark.parametrize(
    ("script", "auth"),
    [
        (f"{SCRAM_SAID}\nS: 235 in", "SCRAM-SHA-1"),
        (f"{SCRAM_BEGUN}\nS: 235 in", "SCRAM-SHA-1"),
        (f"{SCRAM_BEGUN}\nS: 334 {b64('v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=')}", "SCRAM-SHA-1"),
        (f"{SCRAM_BEGUN}\nS: 334 !!!\nC: *\nS: 235 in", "SCRAM-SHA-1"),
        (f"{SCRAM_BEGUN}\nS: 334 {b64('e=other-error')}\nC:\nS: 235 in", "SCRAM-SHA-1"),
        ("C: AUTH DIGEST-MD5\nS: 235 in", "DIGEST-MD5"),
        (f"C: AUTH DIGEST-MD5\nS: 334 {DIGEST_ASKED}\nC: *\nS: 235 in", "DIGEST-MD5"),
    ],
)
def test_success_without_proof_is_an_impostor_and_the_connection_is_given_up(script: str, auth: str) -> None:
    error = failing(script, auth, "PLAIN")
    assert isinstance(error, ServerNotProven)
    assert isinstance(error, ProtocolError)
    assert (error.reference, error.stage, error.in_step) == ("auth-server-not-proven", "authentication", False)
    assert "pencil" not in str(error)


def test_nobody_is_logged_in_then() -> None:
    sessions: list[Session] = []

    def login() -> object:
        sessions.append(session("SCRAM-SHA-1"))
        return sessions[-1].login(USER)

    with pytest.raises(ServerNotProven):
        converse(login, f"{SCRAM_BEGUN}\nS: 235 in")  # type: ignore[arg-type]
    assert [made.username for made in sessions] == [None, None, None]


# --- refusals ---


@pytest.mark.parametrize("others", [("PLAIN",), ("SCRAM-SHA-1", "PLAIN", "LOGIN")])
def test_after_a_definite_refusal_the_password_is_not_tried_again(others: tuple[str, ...]) -> None:
    asked = b64("<1@x>")
    script = f"C: AUTH CRAM-MD5\nS: 334 {asked}\nC: *\nS: 535 5.7.8 no"
    others = tuple(name for name in others if name != "SCRAM-SHA-1")
    error = failing(script, "CRAM-MD5", *others)
    assert isinstance(error, AuthenticationFailed)
    assert (error.reference, error.in_step) == ("auth-bad-credentials", True)


def test_a_wrong_password_by_scram_is_one_refusal() -> None:
    error = failing(f"{SCRAM_BEGUN}\nS: 535 5.7.8 no", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN")
    assert isinstance(error, AuthenticationFailed)
    assert "login of user by SCRAM-SHA-1" in str(error)


def test_a_servers_reason_is_in_the_sentence() -> None:
    script = f"{SCRAM_BEGUN}\nS: 334 {b64('e=channel-bindings-dont-match')}\nC:\nS: 535 no"
    error = failing(script, "SCRAM-SHA-1")
    assert "SCRAM-SHA-1 (channel-bindings-dont-match): 535 no" in error.what
    assert "ends TLS and begins it anew" in error.hint


def test_a_mechanism_the_server_does_not_know_after_all_gives_way_to_the_next() -> None:
    script = (
        "C: AUTH CRAM-MD5\nS: 504 5.5.4 what\n" + f"C: AUTH PLAIN {b64(chr(0) + 'user' + chr(0) + 'pencil')}\nS: 235 in"
    )
    logging_in(script, "CRAM-MD5", "PLAIN")


def test_the_last_refusal_counts_when_nothing_is_left() -> None:
    script = "C: AUTH CRAM-MD5\nS: 504 5.5.4 what\nC: AUTH LOGIN\nS: 504 5.5.4 nor this"
    error = failing(script, "CRAM-MD5", "LOGIN")
    assert isinstance(error, AuthenticationFailed)
    assert "nor this" in str(error)


@pytest.mark.parametrize("minimum", [Strength.CHALLENGED, Strength.REVEALED])
def test_giving_way_ends_at_the_policys_minimum(minimum: Strength) -> None:
    script = "C: AUTH CRAM-MD5\nS: 504 5.5.4 what\n"
    if minimum is Strength.REVEALED:
        script += "C: AUTH LOGIN\nS: 535 no"
    error = failing(script, "CRAM-MD5", "LOGIN", credentials=Password("user", "pencil", mechanisms=Policy(minimum)))
    assert isinstance(error, AuthenticationFailed)


def test_a_policy_that_leaves_nothing_is_said_before_anything_is_sent() -> None:
    credentials = Password("user", "pencil", mechanisms=("SCRAM-SHA-256",))
    assert isinstance(failing("# nothing is said", "PLAIN", credentials=credentials), NotSupported)


def test_bindings_are_tried_until_the_server_knows_one() -> None:
    def first(header: str) -> str:
        return b64(f"{header},,n=user,r={NONCE}")

    script = f"""
        C: AUTH SCRAM-SHA-1-PLUS {first("p=tls-exporter")}
        S: 334 {b64("e=unsupported-channel-binding-type")}
        C:
        S: 535 5.7.8 no
        C: AUTH SCRAM-SHA-1-PLUS {first("p=tls-server-end-point")}
        S: 535 5.7.8 no
        C: AUTH SCRAM-SHA-1 {first("n")}
        S: 334 {b64(SERVER_FIRST)}
        C: {b64(PROOF)}
        S: 334 {b64(SERVER_FINAL)}
        C:
        S: 235 in
    """
    bindings = {"tls-server-end-point": b"e", "tls-exporter": b"x"}
    logging_in(script, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN", bindings=bindings)


def test_a_bound_refusal_after_the_proof_is_final() -> None:
    first = b64(f"p=tls-unique,,n=user,r={NONCE}")
    script = f"C: AUTH SCRAM-SHA-1-PLUS {first}\nS: 334 {b64(SERVER_FIRST)}\nC: *\nS: 535 5.7.8 no"
    error = failing(script, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN", bindings={"tls-unique": b"u"})
    assert isinstance(error, AuthenticationFailed)


def test_a_transient_refusal_is_not_followed_by_anything() -> None:
    error = failing("C: AUTH CRAM-MD5\nS: 454 4.7.0 later", "CRAM-MD5", "PLAIN")
    assert error.reference == "auth-temporary-failure"


def test_a_bound_exchange_refused_for_now_is_not_tried_otherwise() -> None:
    first = b64(f"p=tls-unique,,n=user,r={NONCE}")
    bindings = {"tls-unique": b"u", "tls-server-end-point": b"e"}
    error = failing(
        f"C: AUTH SCRAM-SHA-1-PLUS {first}\nS: 454 4.7.0 later", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", bindings=bindings
    )
    assert error.reference == "auth-temporary-failure"


# --- challenges that make no sense ---


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"{SCRAM_SAID}\nS: 334 {b64('r=other,s=c2FsdA==,i=1')}", "continue ours"),
        (f"{SCRAM_SAID}\nS: 334 %%%", "base64"),
        (f"{SCRAM_SAID}\nS: 334 {b64(f'r={NONCE}x,s=c2FsdA==,i=9999999')}", "at most"),
        (f"{SCRAM_BEGUN}\nS: 334 {b64('hello')}", "no signature"),
    ],
)
def test_they_are_cancelled_and_the_error_says_why(script: str, why: str) -> None:
    error = failing(f"{script}\nC: *\nS: 501 5.7.0 cancelled", "SCRAM-SHA-1", "PLAIN")
    assert isinstance(error, AuthenticationFailed)
    assert (error.reference, error.in_step) == ("auth-bad-challenge", True)
    assert why in error.what


def test_cancelling_is_an_asterisk() -> None:
    """In a script that would stand for anything, so it is looked at here."""
    talk = session("SCRAM-SHA-1").login(USER)
    assert isinstance(next(talk), Write)
    talk.send(None)
    assert talk.send(b"334 %%%\r\n") == Write(b"*\r\n")


def test_a_server_that_ignores_the_cancelling_is_not_believed() -> None:
    said = b64("\0user\0pencil")
    error = failing(f"C: AUTH PLAIN {said}\nS: 334 {b64('odd')}\nC: *\nS: 235 in anyway", "PLAIN")
    assert error.reference == "auth-bad-challenge"


# --- tokens ---


@pytest.mark.parametrize(
    ("name", "said", "farewell"),
    [
        ("XOAUTH2", "user=alice\x01auth=Bearer t0ken\x01\x01", ""),
        ("OAUTHBEARER", "n,a=alice,\x01host=mail.example.com\x01port=587\x01auth=Bearer t0ken\x01\x01", "AQ=="),
    ],
)
def test_a_refused_token_comes_with_the_servers_reasons(name: str, said: str, farewell: str) -> None:
    script = f"C: AUTH {name} {b64(said)}\nS: 334 {b64(GOOGLE)}\nC: {farewell}\nS: 535 5.7.8 no"
    error = failing(script, name, credentials=TOKEN)
    assert isinstance(error, AuthenticationFailed)
    assert error.oauth == {"status": "401", "schemes": "bearer mac", "scope": "https://mail.google.com/"}
    assert error.reference == "oauth-token-rejected"
    assert "status 401" in error.what
    assert "for the scope https://mail.google.com/" in error.hint
    again = pickle.loads(pickle.dumps(error.oauth))
    assert again == error.oauth


def test_a_token_for_something_else_has_its_own_reference() -> None:
    said, challenge = b64("user=alice\x01auth=Bearer t0ken\x01\x01"), b64('{"status":"insufficient_scope"}')
    script = f"C: AUTH XOAUTH2 {said}\nS: 334 {challenge}\nC:\nS: 535 no"
    assert failing(script, "XOAUTH2", credentials=TOKEN).reference == "oauth-wrong-scope-or-audience"


def test_a_token_refused_without_a_word_is_a_token_refused() -> None:
    said = b64("user=alice\x01auth=Bearer t0ken\x01\x01")
    error = failing(f"C: AUTH XOAUTH2 {said}\nS: 535 5.7.3 no", "XOAUTH2", credentials=TOKEN)
    assert isinstance(error, AuthenticationFailed)
    assert (error.reference, error.oauth) == ("oauth-token-rejected", {})


def test_a_token_never_shows() -> None:
    said = b64("user=alice\x01auth=Bearer t0ken\x01\x01")
    echo = b64('{"status":"401","echo":"t0ken"}')
    error = failing(f"C: AUTH XOAUTH2 {said}\nS: 334 {echo}\nC:\nS: 535 no", "XOAUTH2", credentials=TOKEN)
    assert "t0ken" not in f"{error}{error!r}{vars(error)}"


# --- what stands in transcripts ---


@pytest.mark.parametrize(
    ("make", "challenges"),
    [
        (lambda: session("SCRAM-SHA-1").login(USER), [SERVER_FIRST, SERVER_FINAL]),
        (lambda: session("CRAM-MD5").login(USER), ["<1@x>"]),
        (lambda: session("XOAUTH2").login(TOKEN), ["{}"]),
        (lambda: session("LOGIN").login(USER), ["", ""]),
    ],
)
def test_every_answer_is_starred(make: Callable[[], object], challenges: list[str]) -> None:
    talk = make()
    request = next(talk)  # type: ignore[call-overload]
    said: list[Write] = []
    waiting = [*challenges, None]
    while True:
        if isinstance(request, Write):
            said.append(request)
            request = talk.send(None)  # type: ignore[attr-defined]
            continue
        challenge = waiting.pop(0)
        if challenge is None:
            break
        request = talk.send(f"334 {b64(challenge)}\r\n".encode())  # type: ignore[attr-defined]
    for write in said:
        starred = write.data
        for begin, end in write.secrets:
            starred = starred[:begin] + b"*" * (end - begin) + starred[end:]
        words = starred.rstrip(b"\r\n").split(b" ")
        assert words[:1] == [b"AUTH"] or set(words[0]) <= {ord("*")}
        assert len(words) < 3 or set(words[2]) == {ord("*")}
