"""SCRAM: both sides prove that they know the password, and neither says it (RFC 5802, RFC 7677).

::

    C: n,,n=user,r=ours                            client-first-message: GS2 header, then the bare message
    S: r=ours+theirs,s=salt,i=4096                 server-first-message
    C: c=biws,r=ours+theirs,p=proof                client-final-message; c= repeats the header, and the channel binding
    S: v=signature                                 server-final-message: the server's own proof

    SaltedPassword  := PBKDF2(SASLprep(password), salt, i)
    ClientKey       := HMAC(SaltedPassword, "Client Key")        ServerKey := HMAC(SaltedPassword, "Server Key")
    AuthMessage     := client-first-bare "," server-first "," client-final-without-proof
    ClientProof     := ClientKey XOR HMAC(H(ClientKey), AuthMessage)
    ServerSignature := HMAC(ServerKey, AuthMessage)

**Channel binding.** The GS2 header says what we think of it, and the proof covers the header. ``p=type``: the exchange
is bound to this TLS session, so nobody who ends our TLS can pass it on. ``y``: we could, and the server does not offer
it; a server that does then knows that somebody took its offer away, and fails. ``n``: we cannot, or may not.

**A server may not waste our time.** It chooses the iteration count, and each costs us two HMACs; hence a cap. A small
count is the server's own weakness and not refused: 4096 is what RFC 5802 5.1 asks of servers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from mailwright.sasl.credentials import Password
from mailwright.sasl.mechanism import Exchange, NotProven, Occasion, quoted
from mailwright.sasl.saslprep import saslprep

__all__ = ["HASHES", "MAX_ITERATIONS", "Scram", "best_binding"]

HASHES: Final = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}

# The most anybody recommends is 1,300,000, for PBKDF2-HMAC-SHA1 (OWASP Password Storage, 2023; 600,000 for SHA-256).
# That is half a second to a second, in which nothing else happens in an event loop. Real servers say 4096 to 15000.
MAX_ITERATIONS: Final = 1_300_000

# tls-exporter is unique to the session in TLS 1.3 (RFC 9266), tls-unique in older ones; tls-server-end-point is unique
# to the certificate only (RFC 5929), but also works through most proxies.
_BINDINGS: Final = ("tls-exporter", "tls-unique", "tls-server-end-point")

# nonce = "r=" c-nonce [s-nonce]; printable = %x21-2B / %x2D-7E; posit-number = %x31-39 *DIGIT (RFC 5802 7)
_NONCE: Final = re.compile(r"[!-+\--~]+\Z")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,9}\Z")
_EXTENSION: Final = re.compile(r"[A-Za-z]=.+\Z", re.DOTALL)


def best_binding(bindings: Mapping[str, bytes]) -> str | None:
    """The type of channel binding to use, of those there are."""
    return next((kind for kind in _BINDINGS if bindings.get(kind)), None)


class Scram(Exchange):
    """One SCRAM exchange.

    Args:
        credentials: who you are.
        name: ``SCRAM-SHA-256`` and its siblings; with ``-PLUS``, bound to the channel.
        occasion: with whom, over which channel, with which nonce.

    Raises:
        ValueError: the name is unknown, the nonce is none, or ``-PLUS`` has nothing to bind to.
    """

    proves_server = True

    def __init__(self, credentials: Password, name: str, occasion: Occasion) -> None:
        super().__init__()
        self.name = name
        self._hash = HASHES.get(name.removesuffix("-PLUS"), "")
        if not self._hash:
            raise ValueError(f"{name} is no SCRAM mechanism known here")
        self._nonce = occasion.nonce()
        if not _NONCE.match(self._nonce):
            raise ValueError("a SCRAM nonce is printable ASCII without a comma")
        self.binding = best_binding(occasion.bindings) if name.endswith("-PLUS") else None
        if name.endswith("-PLUS") and self.binding is None:
            raise ValueError(f"{name} needs a channel binding, and there is none")
        bound_to = b"" if self.binding is None else occasion.bindings[self.binding]
        header = f"{_flag(self.binding, occasion)},{_authzid(credentials)},"
        self._header = header
        self._channel = base64.b64encode(header.encode() + bound_to).decode()
        self._bare = f"n={_saslname(_prepared(credentials.username))},r={self._nonce}"
        self._password = _prepared(credentials.password).encode()
        self._signature: bytes | None = None

    @property
    def is_committed(self) -> bool:
        """Whether something computed from the password has been sent, so that a refusal is a verdict on it."""
        return self._signature is not None

    def first(self) -> bytes:
        """The client-first-message."""
        return f"{self._header}{self._bare}".encode()

    def next(self, challenge: bytes) -> bytes:
        """The proof, then, when the server's own proof is right, an empty answer."""
        if self.done or self.complaint:
            raise ValueError(f"{self.name} has nothing more to say")
        text = challenge.decode("utf-8")
        if text.startswith("e="):
            # Whatever it complains of, the exchange has failed; an empty answer lets the server say so (RFC 5802 7).
            self.complaint = {"error": quoted(text[2:].split(",")[0])}
            return b""
        if self._signature is None:
            return self._prove(text)
        self._check(text, self._signature)
        self.done = True
        return b""

    def _prove(self, server_first: str) -> bytes:
        nonce, salt, count = _server_first(server_first, self._nonce)
        salted = hashlib.pbkdf2_hmac(self._hash, self._password, salt, count)
        client_key = self._hmac(salted, b"Client Key")
        without_proof = f"c={self._channel},r={nonce}"
        said = f"{self._bare},{server_first},{without_proof}".encode()
        mask = self._hmac(hashlib.new(self._hash, client_key).digest(), said)
        proof = bytes(a ^ b for a, b in zip(client_key, mask, strict=True))
        self._signature = self._hmac(self._hmac(salted, b"Server Key"), said)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _check(self, server_final: str, expected: bytes) -> None:
        # server-final-message = (server-error / verifier) ["," extensions]; verifier = "v=" base64
        verifier, *extensions = server_final.split(",")
        _check_extensions(extensions)
        if not verifier.startswith("v="):
            raise ValueError("the server's last message holds no signature")
        if not hmac.compare_digest(base64.b64decode(verifier[2:], validate=True), expected):
            raise NotProven("the server's signature is wrong")

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._hash)


def _flag(binding: str | None, occasion: Occasion) -> str:
    # gs2-cbind-flag = ("p=" cb-name) / "n" / "y" (RFC 5801 4, RFC 5802 6)
    if binding is not None:
        return f"p={binding}"
    offers_binding = any(name.startswith("SCRAM-") and name.endswith("-PLUS") for name in occasion.offered)
    return "y" if best_binding(occasion.bindings) and not offers_binding else "n"


def _authzid(credentials: Password) -> str:
    return f"a={_saslname(_prepared(credentials.authorization_id))}" if credentials.authorization_id else ""


def _saslname(name: str) -> str:
    return name.replace("=", "=3D").replace(",", "=2C")


def _prepared(text: str) -> str:
    """The text after SASLprep, as a stored string (RFC 5802 2.2).

    QUIRK: a text that SASLprep refuses (an emoji in a password, an address from right to left with digits in it) is
    used as it is, as PostgreSQL does. The server cannot have prepared it either, so if it knows it at all, then like
    this; and giving up SCRAM here would mean to send the password itself.
    """
    try:
        return saslprep(text) or text
    except ValueError:
        return text


def _server_first(message: str, ours: str) -> tuple[str, bytes, int]:
    """Read ``[reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]``."""
    if message.startswith("m="):
        raise ValueError("the server demands an extension nobody has defined")  # RFC 5802 5.1: MUST fail
    attributes = message.split(",")
    if len(attributes) < 3 or [attribute[:2] for attribute in attributes[:3]] != ["r=", "s=", "i="]:
        raise ValueError("the server's first message is not nonce, salt and iteration count")
    _check_extensions(attributes[3:])
    nonce, salt, count = (attribute[2:] for attribute in attributes[:3])
    if not nonce.startswith(ours) or len(nonce) == len(ours) or not _NONCE.match(nonce):
        raise ValueError("the server's nonce does not continue ours")
    if not _COUNT.match(count):
        raise ValueError("the server's iteration count is no positive number")
    if int(count) > MAX_ITERATIONS:
        raise ValueError(f"the server asks for {count} iterations; at most {MAX_ITERATIONS} are made")
    salted = base64.b64decode(salt, validate=True)
    if not salted:
        raise ValueError("the server's salt is empty")
    return nonce, salted, int(count)


def _check_extensions(extensions: list[str]) -> None:
    # attr-val = ALPHA "=" value; unknown ones are ignored (RFC 5802 5.1), known ones have their place and one only.
    for extension in extensions:
        if not _EXTENSION.match(extension) or extension[0] in "acinprsvem":
            raise ValueError("the server repeats or misplaces an attribute")
