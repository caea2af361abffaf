"""SCRAM says what its specifications say, agrees with another implementation, and believes no server without proof."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
import scramp  # type: ignore[import-untyped]  # it has no types

from mailwright.sasl import NotProven, Occasion, Password, Scram
from mailwright.sasl.scram import HASHES, MAX_ITERATIONS

USER = Password("user", "pencil")
NONCE = "fyko+d2lbbFgONRv9qkxdawL"
SERVER_FIRST = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
SERVER_FINAL = b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ="
END_POINT = {"tls-server-end-point": bytes(range(32))}


def begun(name: str = "SCRAM-SHA-1", credentials: Password = USER, occasion: Occasion | None = None) -> Scram:
    """An exchange behind its first message."""
    scram = Scram(credentials, name, occasion or Occasion(nonce=lambda: NONCE))
    scram.first()
    return scram


# --- the vectors ---


def test_the_exchange_of_rfc_5802_section_5() -> None:
    scram = Scram(USER, "SCRAM-SHA-1", Occasion(nonce=lambda: NONCE))
    assert scram.first() == b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
    assert scram.next(SERVER_FIRST) == (
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    )
    assert not scram.done
    assert scram.next(SERVER_FINAL) == b""
    assert scram.done


def test_the_exchange_of_rfc_7677_section_3() -> None:
    scram = Scram(USER, "SCRAM-SHA-256", Occasion(nonce=lambda: "rOprNGfwEbeRWgbNEkqO"))
    assert scram.first() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    both = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    assert scram.next(both + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") == (
        b"c=biws," + both + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    scram.next(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    assert scram.done


# --- another implementation as the oracle ---

PASSWORDS = [
    "pencil",
    "p,e=n",
    "pässwörd",
    "I\u00adX",
    "\u2168",
    "pa\u00a0ss",
    "ａｂｃ",
    "\u0627\u0644\u0628",
    "x" * 200,
]


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("bound", [None, "tls-server-end-point", "tls-unique"])
def test_scramp_lets_us_in_and_is_believed(name: str, password: str, bound: str | None) -> None:
    data = b"\x01binding\xff"
    name = name if bound is None else f"{name}-PLUS"
    mechanism = scramp.ScramMechanism(name)
    known = mechanism.make_auth_info(password, iteration_count=4096)
    asked: list[str] = []

    def look_up(username: str) -> tuple[bytes, bytes, bytes, int]:
        asked.append(username)
        return known  # type: ignore[no-any-return]  # scramp has no types

    server = mechanism.make_server(look_up, channel_binding=None if bound is None else (bound, data))
    occasion = Occasion(bindings={} if bound is None else {bound: data}, nonce=lambda: "ours")
    scram = Scram(Password("user=ü,1", password), name, occasion)
    server.set_client_first(scram.first().decode())
    proof = scram.next(server.get_server_first().encode())
    server.set_client_final(proof.decode())
    assert scram.next(server.get_server_final().encode()) == b""
    assert scram.done
    assert asked == ["user=ü,1"]


@pytest.mark.parametrize("name", HASHES)
def test_we_say_what_scramp_says(name: str) -> None:
    theirs = scramp.ScramClient([name], "user", "pässwörd", c_nonce="ours")
    scram = Scram(Password("user", "pässwörd"), name, Occasion(nonce=lambda: "ours"))
    assert scram.first().decode() == theirs.get_client_first()
    challenge = "r=oursandtheirs,s=c2FsdHNhbHRzYWx0,i=4096"
    theirs.set_server_first(challenge)
    assert scram.next(challenge.encode()).decode() == theirs.get_client_final()


def test_scramp_refuses_another_password_and_another_channel() -> None:
    mechanism = scramp.ScramMechanism("SCRAM-SHA-256-PLUS")
    known = mechanism.make_auth_info("pencil", iteration_count=4096)
    for credentials, data, why in ((Password("user", "pen"), b"ours", "keys"), (USER, b"another", "binding")):
        server = mechanism.make_server(lambda _: known, channel_binding=("tls-unique", b"ours"))
        scram = Scram(credentials, "SCRAM-SHA-256-PLUS", Occasion(bindings={"tls-unique": data}, nonce=lambda: "n"))
        server.set_client_first(scram.first().decode())
        proof = scram.next(server.get_server_first().encode())
        with pytest.raises(scramp.ScramException, match=why):
            server.set_client_final(proof.decode())
        assert scram.next(server.get_server_final().encode()) == b""
        assert scram.complaint["error"] in ("invalid-proof", "channel-bindings-dont-match")
        assert not scram.done


def test_tls_exporter_is_bound_to_as_rfc_9266_says() -> None:
    """scramp does not know it, so the server is computed here."""
    scram = begun("SCRAM-SHA-256-PLUS", occasion=Occasion(bindings={"tls-exporter": b"\xee" * 32}, nonce=lambda: NONCE))
    proof = scram.next(b"r=" + NONCE.encode() + b"x,s=c2FsdA==,i=1")
    channel = base64.b64encode(b"p=tls-exporter,," + b"\xee" * 32)
    assert proof.startswith(b"c=" + channel + b",r=" + NONCE.encode() + b"x,p=")
    said = b"n=user,r=" + NONCE.encode() + b",r=" + NONCE.encode() + b"x,s=c2FsdA==,i=1," + proof.rpartition(b",p=")[0]
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", b"salt", 1)
    key = hmac.digest(salted, b"Server Key", "sha256")
    scram.next(b"v=" + base64.b64encode(hmac.digest(key, said, "sha256")))
    assert scram.done


# --- the GS2 header ---


@pytest.mark.parametrize(
    ("name", "bindings", "offered", "header"),
    [
        ("SCRAM-SHA-256", {}, {"SCRAM-SHA-256"}, "n,,"),
        ("SCRAM-SHA-256", {}, {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}, "n,,"),
        ("SCRAM-SHA-256", END_POINT, {"SCRAM-SHA-256"}, "y,,"),
        ("SCRAM-SHA-256", END_POINT, {"SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"}, "n,,"),
        ("SCRAM-SHA-256-PLUS", END_POINT, {"SCRAM-SHA-256-PLUS"}, "p=tls-server-end-point,,"),
        ("SCRAM-SHA-256-PLUS", {**END_POINT, "tls-unique": b"u"}, set(), "p=tls-unique,,"),
        ("SCRAM-SHA-256-PLUS", {**END_POINT, "tls-exporter": b"e"}, set(), "p=tls-exporter,,"),
        ("SCRAM-SHA-256", {"telnet": b"x"}, {"SCRAM-SHA-256"}, "n,,"),
    ],
)
def test_the_header_says_what_we_think_of_channel_binding(
    name: str, bindings: dict[str, bytes], offered: set[str], header: str
) -> None:
    occasion = Occasion(bindings=bindings, offered=frozenset(offered), nonce=lambda: "n")
    assert Scram(USER, name, occasion).first().decode() == f"{header}n=user,r=n"


def test_a_server_that_offers_binding_notices_that_its_offer_was_taken_away() -> None:
    mechanism = scramp.ScramMechanism("SCRAM-SHA-256")
    server = mechanism.make_server(
        lambda _: mechanism.make_auth_info("pencil", 4096), channel_binding=("tls-server-end-point", b"x")
    )
    occasion = Occasion(bindings=END_POINT, offered=frozenset({"SCRAM-SHA-256"}), nonce=lambda: "n")
    with pytest.raises(scramp.ScramException):
        server.set_client_first(Scram(USER, "SCRAM-SHA-256", occasion).first().decode())


def test_the_header_names_whom_to_act_for() -> None:
    scram = Scram(Password("a", "b", authorization_id="x=y,z"), "SCRAM-SHA-1", Occasion(nonce=lambda: "n"))
    assert scram.first() == b"n,a=x=3Dy=2Cz,n=a,r=n"
    assert scram.next(b"r=nm,s=c2FsdA==,i=1").startswith(b"c=" + base64.b64encode(b"n,a=x=3Dy=2Cz,") + b",")


def test_names_are_prepared_and_escaped() -> None:
    scram = Scram(Password("I\u00adX,=\u2168", "b"), "SCRAM-SHA-1", Occasion(nonce=lambda: "n"))
    assert scram.first() == b"n,,n=IX=2C=3DIX,r=n"


@pytest.mark.parametrize("password", ["key \U0001f511", "\u06271", "\x07bell", "\u00ad"])
def test_what_saslprep_refuses_is_used_as_it_is(password: str) -> None:
    scram = Scram(Password("u", password), "SCRAM-SHA-256", Occasion(nonce=lambda: "n"))
    scram.first()
    proof = scram.next(b"r=nm,s=c2FsdA==,i=1").rpartition(b",p=")[2]
    client_key = hmac.digest(hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1), b"Client Key", "sha256")
    said = b"n=u,r=n,r=nm,s=c2FsdA==,i=1,c=biws,r=nm"
    mask = hmac.digest(hashlib.sha256(client_key).digest(), said, "sha256")
    assert base64.b64decode(proof) == bytes(a ^ b for a, b in zip(client_key, mask, strict=True))


# --- servers that go wrong ---


@pytest.mark.parametrize(
    ("challenge", "why"),
    [
        (b"", "not nonce, salt"),
        (b"\xff", "decode"),
        (b"r=other,s=c2FsdA==,i=4096", "does not continue ours"),
        (b"r=fyko+d2lbbFgONRv9qkxdawL,s=c2FsdA==,i=4096", "does not continue ours"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLa b,s=c2FsdA==,i=4096", "does not continue ours"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx\n,s=c2FsdA==,i=4096", "does not continue ours"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=,i=4096", "salt is empty"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2F,i=4096", "padding"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2Fs dA==,i=4096", "base64"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=0", "no positive number"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=-1", "no positive number"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=", "no positive number"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=\xd9\xa4", "no positive number"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=" + b"9" * 5000, "no positive number"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=%d" % (MAX_ITERATIONS + 1), "at most 1300000"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=9999999999", "at most 1300000"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==", "not nonce, salt"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,i=1,s=c2FsdA==", "not nonce, salt"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=1", "not nonce, salt"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=1,i=2", "repeats"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=1,", "repeats"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=1,m=x", "repeats"),
        (b"m=new,r=fyko+d2lbbFgONRv9qkxdawLx,s=c2FsdA==,i=1", "extension nobody"),
    ],
)
def test_a_first_message_that_makes_no_sense_is_refused(challenge: bytes, why: str) -> None:
    scram = begun()
    with pytest.raises(ValueError, match=why):
        scram.next(challenge)
    assert not scram.done
    assert not scram.is_committed


def test_an_unknown_extension_is_ignored() -> None:
    scram = begun()
    plain = begun().next(SERVER_FIRST)
    assert scram.next(SERVER_FIRST + b",x=whatever") != plain  # it is part of what is proved
    assert scram.is_committed


@pytest.mark.parametrize(
    "signature", [b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", b"v=", b"v=rmF9", b"v=rmF9pqV8S7suAoZWja4dJRkFsKU="]
)
def test_a_wrong_signature_is_an_impostor(signature: bytes) -> None:
    scram = begun()
    scram.next(SERVER_FIRST)
    with pytest.raises(NotProven) as caught:
        scram.next(signature)
    assert not scram.done
    assert "rmF9" not in str(caught.value)


@pytest.mark.parametrize(
    "final", [b"", b"x=1", b"v=!!!!", SERVER_FINAL + b",v=again", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ", SERVER_FIRST]
)
def test_a_last_message_without_a_signature_is_refused(final: bytes) -> None:
    scram = begun()
    scram.next(SERVER_FIRST)
    with pytest.raises(ValueError, match=r"signature|base64|repeats|padding"):
        scram.next(final)
    assert not scram.done


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_servers_error_is_kept_and_the_exchange_may_end(is_committed: bool) -> None:
    scram = begun()
    if is_committed:
        scram.next(SERVER_FIRST)
    assert scram.next(b"e=unsupported-channel-binding-type,x=1") == b""
    assert scram.complaint == {"error": "unsupported-channel-binding-type"}
    assert not scram.done
    assert scram.is_committed is is_committed
    with pytest.raises(ValueError, match="nothing more"):
        scram.next(SERVER_FIRST)


def test_nothing_follows_the_proof() -> None:
    scram = begun()
    scram.next(SERVER_FIRST)
    scram.next(SERVER_FINAL)
    with pytest.raises(ValueError, match="nothing more"):
        scram.next(SERVER_FINAL)


# --- what it is made from ---


@pytest.mark.parametrize("nonce", ["", "a,b", "a b", "ä", "a\n"])
def test_a_nonce_that_is_none_is_refused(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce is printable ASCII"):
        Scram(USER, "SCRAM-SHA-1", Occasion(nonce=lambda: nonce))


def test_without_a_source_of_nonces_there_is_no_exchange() -> None:
    with pytest.raises(ValueError, match="needs a nonce"):
        Scram(USER, "SCRAM-SHA-1", Occasion())


@pytest.mark.parametrize("name", ["SCRAM-MD5", "PLAIN", "SCRAM-SHA-1-PLUS"])
def test_what_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"no SCRAM mechanism|needs a channel binding"):
        Scram(USER, name, Occasion(nonce=lambda: "n", bindings={"tls-exporter": b""}))


def test_the_password_is_not_shown() -> None:
    scram = begun()
    scram.next(SERVER_FIRST)
    assert repr(scram) == "<SCRAM-SHA-1>"
    assert "pencil" not in repr(scram)
