"""CRAM-MD5 and DIGEST-MD5: a keyed digest of what the server asks (RFC 2195, RFC 2831).

Both are old and let a password be guessed quickly by whoever reads the exchange, so they are ranked below SCRAM. Where
this machine forbids MD5, they are not there at all.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from mailwright.sasl.credentials import Password
from mailwright.sasl.mechanism import Exchange, NotProven, Occasion

__all__ = ["CramMd5", "DigestMd5", "md5_is_allowed"]

_LONGEST_CHALLENGE: Final = 2048  # RFC 2831 2.1.1: "The size of a digest-challenge MUST be less than 2048 bytes."

# #directive, each token "=" ( token / quoted-string ); empty elements are allowed between commas (RFC 2831 7.1, 2.1)
_DIRECTIVE: Final = re.compile(
    r'[ \t\r\n,]*([!#-+\-.0-9A-Za-z^_`|~]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t\r\n]*(?=,|\Z)', re.DOTALL
)
_REST: Final = re.compile(r"[ \t\r\n,]*\Z")
_ONCE: Final = ("nonce", "stale", "maxbuf", "charset", "algorithm", "qop", "cipher", "rspauth")  # RFC 2831 2.1.1


def md5_is_allowed() -> bool:
    """Whether this machine computes MD5; under FIPS rules it does not."""
    try:
        hashlib.md5()  # noqa: S324  this is the question
    except ValueError:
        return False
    return True


class CramMd5(Exchange):
    """``user SP HMAC-MD5(password, challenge)`` in lower-case hexadecimal (RFC 2195 2)."""

    name = "CRAM-MD5"

    def __init__(self, credentials: Password) -> None:
        super().__init__()
        self._credentials = credentials

    def first(self) -> None:
        """Nothing: the server asks first."""

    def next(self, challenge: bytes) -> bytes:
        """The keyed digest of the challenge."""
        if self.done:
            raise ValueError("CRAM-MD5 has nothing more to say")
        if not challenge:
            raise ValueError("there is nothing in the challenge, and its digest would be the same for everybody")
        self.done = True
        digest = hmac.new(self._credentials.password.encode(), challenge, "md5").hexdigest()
        return f"{self._credentials.username} {digest}".encode()


class DigestMd5(Exchange):
    """DIGEST-MD5 with ``qop=auth``: authentication, and no protection of what follows.

    Args:
        credentials: who you are.
        occasion: gives service, host and nonce.
    """

    name = "DIGEST-MD5"
    proves_server = True

    def __init__(self, credentials: Password, occasion: Occasion) -> None:
        super().__init__()
        self._credentials = credentials
        self._uri = f"{occasion.service}/{occasion.host}"  # digest-uri = serv-type "/" host (RFC 2831 2.1.2)
        self._nonce = occasion.nonce()
        self._expected: str | None = None

    def first(self) -> None:
        """Nothing: the server asks first."""

    def next(self, challenge: bytes) -> bytes:
        """The digest-response, then, when the server's own proof is right, an empty answer."""
        if self.done:
            raise ValueError("DIGEST-MD5 has nothing more to say")
        directives = _directives(challenge)
        if self._expected is None:
            return self._respond(directives)
        proof = directives.get("rspauth", [""])[0]
        if not proof:
            raise ValueError("the server's last message holds no rspauth")
        if not hmac.compare_digest(proof.encode(), self._expected.encode()):
            raise NotProven("the server's rspauth is wrong")
        self.done = True
        return b""

    def _respond(self, directives: dict[str, list[str]]) -> bytes:
        _check(directives)
        charset = "utf-8" if "charset" in directives else "latin-1"
        nonce = directives["nonce"][0]
        realms = directives.get("realm", [])
        who = self._credentials
        # Of several realms, the one the user name ends in; otherwise the first. The choice is ours (RFC 2831 2.1.1).
        realm = next((r for r in realms if r and who.username.endswith(f"@{r}")), realms[0] if realms else "")
        start = _md5(b":".join(_narrow(part, charset) for part in (who.username, realm, who.password)))
        a1 = [start, nonce.encode(charset), self._nonce.encode()]
        if who.authorization_id:
            a1.append(who.authorization_id.encode())
        secret = _md5(b":".join(a1)).hex()
        middle = f"{nonce}:00000001:{self._nonce}:auth"

        def proof(method: str) -> str:
            a2 = _md5(f"{method}:{self._uri}".encode()).hex()
            return _md5(f"{secret}:{middle}:{a2}".encode(charset)).hex()

        self._expected = proof("")
        said = {
            "charset": "utf-8" if charset == "utf-8" else "",
            "username": _quote(who.username),
            "realm": _quote(realm) if realms else "",
            "nonce": _quote(nonce),
            "nc": "00000001",
            "cnonce": _quote(self._nonce),
            "digest-uri": _quote(self._uri),
            "response": proof("AUTHENTICATE"),
            "qop": "auth",
            "authzid": _quote(who.authorization_id) if who.authorization_id else "",
        }
        return ",".join(f"{name}={value}" for name, value in said.items() if value).encode(charset)


def _check(directives: dict[str, list[str]]) -> None:
    """Hold a digest-challenge against RFC 2831 2.1.1."""
    if not directives.get("nonce", [""])[0]:
        raise ValueError("the challenge holds no nonce")
    if directives.get("algorithm") != ["md5-sess"]:
        raise ValueError("the challenge does not ask for the algorithm md5-sess")
    if "auth" not in [option.strip() for option in directives.get("qop", ["auth"])[0].split(",")]:
        raise ValueError("the server insists on protecting the connection itself (qop), which TLS does")
    if directives.get("charset", ["utf-8"])[0].lower() != "utf-8":
        raise ValueError("the challenge is in a charset that is not utf-8")
    if directives.get("stale", ["true"])[0].lower() not in ("true", "false"):
        raise ValueError("stale is neither true nor false")


def _directives(challenge: bytes) -> dict[str, list[str]]:
    """Read directives; each value in a list, for ``realm`` may come more than once."""
    if len(challenge) >= _LONGEST_CHALLENGE:
        raise ValueError(f"the challenge has {len(challenge)} octets; {_LONGEST_CHALLENGE} are too many")
    text = challenge.decode("utf-8" if b"utf-8" in challenge.lower() else "latin-1")
    found: dict[str, list[str]] = {}
    at = 0
    while match := _DIRECTIVE.match(text, at):
        name, quoted, token = match.groups()
        value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else token
        found.setdefault(name.lower(), []).append(value)
        at = match.end()
    if not _REST.match(text, at):
        raise ValueError("the challenge is no list of directives")
    twice = [name for name in _ONCE if len(found.get(name, [])) > 1]
    if twice:
        raise ValueError(f"the challenge says {twice[0]} more than once")
    return found


def _narrow(text: str, charset: str) -> bytes:
    """The octets to digest: ISO 8859-1 where that suffices, whatever the charset (RFC 2831 2.1.2.1, username-value)."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        if charset != "utf-8":
            raise ValueError("the server takes ISO 8859-1 only, and name or password need more") from None
        return text.encode("utf-8")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()  # noqa: S324  the mechanism says so
