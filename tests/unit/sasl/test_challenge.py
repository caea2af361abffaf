"""CRAM-MD5 and DIGEST-MD5 say what their specifications say, and refuse challenges that do not."""

from __future__ import annotations

import hashlib
import re

import pytest

from mailwright.sasl import CramMd5, DigestMd5, NotProven, Occasion, Password, challenge

CHRIS = Password("chris", "secret")
IMAP = Occasion("imap", "elwood.innosoft.com", 143, nonce=lambda: "OA6MHXh6VqTrRk")
CHALLENGE = b'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8'
RSPAUTH = b"rspauth=ea40f60335c427b5527b84dbabcdfffd"
MINIMAL = b'nonce="n",algorithm=md5-sess'


def directives(answer: bytes, charset: str = "utf-8") -> dict[str, str]:
    """The directives of a digest-response, by a reader of our own."""
    return {
        name: (quoted or token).replace('\\"', '"').replace("\\\\", "\\")
        for name, quoted, token in re.findall(r'([a-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",]+))', answer.decode(charset))
    }


def expected(a1: bytes, said: dict[str, str], uri: str) -> str:
    """The response over this A1 (RFC 2831 2.1.2.1)."""
    middle = f":{said['nonce']}:00000001:{said['cnonce']}:auth:"
    a2 = hashlib.md5(f"AUTHENTICATE:{uri}".encode()).hexdigest()
    return hashlib.md5((hashlib.md5(a1).hexdigest() + middle + a2).encode()).hexdigest()


# --- CRAM-MD5 ---


def test_the_example_of_rfc_2195() -> None:
    cram = CramMd5(Password("tim", "tanstaaftanstaaf"))
    cram.first()
    assert not cram.done
    answer = cram.next(b"<1896.697170952@postoffice.reston.mci.net>")
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"
    assert cram.done


def test_cram_answers_once() -> None:
    cram = CramMd5(CHRIS)
    with pytest.raises(ValueError, match="nothing in the challenge"):
        cram.next(b"")
    cram.next(b"<1@x>")
    with pytest.raises(ValueError, match="nothing more"):
        cram.next(b"<1@x>")


# --- DIGEST-MD5 ---


def test_the_imap_example_of_rfc_2831() -> None:
    digest = DigestMd5(CHRIS, IMAP)
    digest.first()
    assert directives(digest.next(CHALLENGE)) == {
        "charset": "utf-8",
        "username": "chris",
        "realm": "elwood.innosoft.com",
        "nonce": "OA6MG9tEQGm2hh",
        "nc": "00000001",
        "cnonce": "OA6MHXh6VqTrRk",
        "digest-uri": "imap/elwood.innosoft.com",
        "response": "d388dad90d4bbd760a152321f2143af7",
        "qop": "auth",
    }
    assert not digest.done
    assert digest.next(RSPAUTH) == b""
    assert digest.done


def test_the_acap_example_of_rfc_2831() -> None:
    digest = DigestMd5(CHRIS, Occasion("acap", "elwood.innosoft.com", nonce=lambda: "OA9BSuZWMSpW8m"))
    said = directives(digest.next(CHALLENGE.replace(b"OA6MG9tEQGm2hh", b"OA9BSXrbuRhWay")))
    assert said["response"] == "6084c6db3fede7352c551284490fd0fc"
    digest.next(b"rspauth=2f0b3d7c3c2e486600ef710726aa2eae")
    assert digest.done


def test_whom_to_act_for_is_part_of_the_digest() -> None:
    said = directives(DigestMd5(Password("chris", "secret", authorization_id="postmaster"), IMAP).next(CHALLENGE))
    assert said["authzid"] == "postmaster"
    start = hashlib.md5(b"chris:elwood.innosoft.com:secret").digest()
    a1 = start + b":OA6MG9tEQGm2hh:OA6MHXh6VqTrRk:postmaster"
    assert said["response"] == expected(a1, said, "imap/elwood.innosoft.com")


@pytest.mark.parametrize(
    ("charset", "username", "password", "digested"),
    [
        ("utf-8", "jürgen", "päss", "jürgen:r:päss".encode("latin-1")),
        ("utf-8", "jürgen", "p✓", "jürgen:r:".encode("latin-1") + "p✓".encode()),
        ("latin-1", "jürgen", "päss", "jürgen:r:päss".encode("latin-1")),
    ],
)
def test_what_fits_into_latin_1_is_digested_so(charset: str, username: str, password: str, digested: bytes) -> None:
    asked = MINIMAL + b',realm="r"' + (b",charset=utf-8" if charset == "utf-8" else b"")
    said = directives(DigestMd5(Password(username, password), IMAP).next(asked), charset)
    assert said["username"] == username
    assert ("charset" in said) is (charset == "utf-8")
    a1 = hashlib.md5(digested).digest() + b":n:OA6MHXh6VqTrRk"
    assert said["response"] == expected(a1, said, "imap/elwood.innosoft.com")


def test_a_server_of_latin_1_cannot_be_told_more() -> None:
    with pytest.raises(ValueError, match="8859-1 only") as caught:
        DigestMd5(Password("chris", "p✓ss"), IMAP).next(MINIMAL)
    assert "✓" not in str(caught.value)


@pytest.mark.parametrize(
    ("realms", "username", "chosen"),
    [
        (b',realm="a",realm="b"', "chris", "a"),
        (b',realm="a",realm="b.org"', "chris@b.org", "b.org"),
        (b',realm="say \\"a\\""', "chris", 'say "a"'),
        (b',realm=""', "chris", ""),
        (b"", "chris", None),
    ],
)
def test_the_realm_is_the_users_or_the_first(realms: bytes, username: str, chosen: str | None) -> None:
    said = directives(DigestMd5(Password(username, "secret"), IMAP).next(MINIMAL + realms))
    assert said.get("realm") == chosen
    a1 = hashlib.md5(f"{username}:{chosen or ''}:secret".encode()).digest() + b":n:OA6MHXh6VqTrRk"
    assert said["response"] == expected(a1, said, "imap/elwood.innosoft.com")


@pytest.mark.parametrize(
    "asked",
    [
        MINIMAL,
        b" ,," + MINIMAL + b" , ",
        b'NONCE = "n" , Algorithm = md5-sess',
        MINIMAL + b',qop="auth-int, auth"',
        MINIMAL + b",stale=true",
        MINIMAL + b",unheard-of=1,unheard-of=2",
        MINIMAL + b',maxbuf=65536,cipher="rc4,3des"',
    ],
)
def test_what_the_grammar_allows_is_read(asked: bytes) -> None:
    assert directives(DigestMd5(CHRIS, IMAP).next(asked))["nonce"] == "n"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (b"", "no nonce"),
        (b"algorithm=md5-sess", "no nonce"),
        (b'nonce="",algorithm=md5-sess', "no nonce"),
        (b'nonce="n"', "md5-sess"),
        (b'nonce="n",algorithm=md5', "md5-sess"),
        (MINIMAL + b",algorithm=md5-sess", "more than once"),
        (MINIMAL + b',nonce="m"', "more than once"),
        (MINIMAL + b",stale=true,stale=true", "more than once"),
        (MINIMAL + b",stale=perhaps", "neither true nor false"),
        (MINIMAL + b",maxbuf=1,maxbuf=2", "more than once"),
        (MINIMAL + b",charset=utf-8,charset=utf-8", "more than once"),
        (MINIMAL + b",charset=utf-16", "not utf-8"),
        (MINIMAL + b',qop="auth-int,auth-conf"', "qop"),
        (MINIMAL + b',qop="author"', "qop"),
        (MINIMAL + b',qop="auth",qop="auth"', "more than once"),
        (MINIMAL + b",realm", "no list"),
        (MINIMAL + b',realm="open', "no list"),
        (MINIMAL + b' nonsense "', "no list"),
        (MINIMAL + b",charset=utf-8,realm=\xff", "decode"),
        (MINIMAL + b",x=" + b"y" * 2048, "too many"),
    ],
)
def test_what_is_no_challenge_is_refused(asked: bytes, why: str) -> None:
    digest = DigestMd5(CHRIS, IMAP)
    with pytest.raises(ValueError, match=why):
        digest.next(asked)
    assert not digest.done


@pytest.mark.parametrize("wrong", ["0" * 32, "ea40", "EA40F60335C427B5527B84DBABCDFFFD", "ü"])
def test_a_wrong_rspauth_is_an_impostor(wrong: str) -> None:
    digest = DigestMd5(CHRIS, IMAP)
    digest.next(CHALLENGE)
    with pytest.raises(NotProven, match="rspauth is wrong"):
        digest.next(f"rspauth={wrong}".encode())
    assert not digest.done


@pytest.mark.parametrize("last", [b"", b"rspauth=", b'rspauth=""', CHALLENGE, RSPAUTH + b"," + RSPAUTH])
def test_a_last_message_without_proof_is_refused(last: bytes) -> None:
    digest = DigestMd5(CHRIS, IMAP)
    digest.next(CHALLENGE)
    with pytest.raises(ValueError, match=r"no rspauth|no list|more than once"):
        digest.next(last)
    assert not digest.done


def test_nothing_follows_the_proof() -> None:
    digest = DigestMd5(CHRIS, IMAP)
    digest.next(CHALLENGE)
    digest.next(RSPAUTH)
    with pytest.raises(ValueError, match="nothing more"):
        digest.next(RSPAUTH)


# --- where MD5 is forbidden ---


def test_it_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert challenge.md5_is_allowed()

    def forbidden(*_: object, **__: object) -> None:
        raise ValueError("disabled for FIPS")

    monkeypatch.setattr(hashlib, "md5", forbidden)
    assert not challenge.md5_is_allowed()
