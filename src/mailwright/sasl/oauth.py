"""OAUTHBEARER and XOAUTH2: an access token instead of a password (RFC 7628; Google's and Microsoft's older form).

A server that does not like the token says why in JSON, as a challenge, before it says no. It is kept in ``complaint``:
``status`` (an OAuth error code, or an HTTP status from Google), the ``scope`` the token should have had, ``schemes``,
``openid-configuration``. The challenge is answered so that the exchange ends in a proper refusal (RFC 7628 3.2.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

from mailwright.sasl.credentials import OAuth2
from mailwright.sasl.mechanism import Exchange, Occasion, quoted

__all__ = ["Bearer", "OAuthBearer", "XOAuth2"]

_FACTS: Final = 16  # members of the error object that are kept; RFC 7628 3.2.2 knows three, Google adds one


class Bearer(Exchange):
    """What both have in common: the token is said at once, and an error is listened to."""

    reveals_secret = True
    _farewell: bytes

    def __init__(self, message: str, token: str) -> None:
        super().__init__()
        self._message = message.encode()
        self._token = token
        self._repeated = False

    def first(self) -> bytes:
        """The whole message."""
        self.done = True
        return self._message

    def next(self, challenge: bytes) -> bytes:
        """The end of a failed exchange, after noting why it failed; or the message, if the server missed it."""
        if self.complaint or (self._repeated and not challenge):
            raise ValueError(f"{self.name} has nothing more to say")
        if not challenge:
            self._repeated = True
            return self.first()
        self.done = False
        self.complaint = _complaint(challenge, self._token)
        return self._farewell


class OAuthBearer(Bearer):
    """``n,a=user,^Ahost=...^Aport=...^Aauth=Bearer token^A^A`` (RFC 7628 3.1)."""

    name = "OAUTHBEARER"
    _farewell = b"\x01"

    def __init__(self, credentials: OAuth2, occasion: Occasion) -> None:
        token = credentials.access_token()
        who = credentials.username.replace("=", "=3D").replace(",", "=2C")
        pairs = [f"host={occasion.host}"] if occasion.host else []
        pairs += [f"port={occasion.port}"] if occasion.port else []
        super().__init__("\x01".join([f"n,a={who},", *pairs, f"auth=Bearer {token}", "", ""]), token)


class XOAuth2(Bearer):
    """``user=...^Aauth=Bearer token^A^A``; an error is answered with an empty line."""

    name = "XOAUTH2"
    _farewell = b""

    def __init__(self, credentials: OAuth2) -> None:
        token = credentials.access_token()
        super().__init__(f"user={credentials.username}\x01auth=Bearer {token}\x01\x01", token)


def _complaint(challenge: bytes, token: str) -> Mapping[str, str]:
    """Read a server's error object, however badly made. Nothing in it is trusted, and the token is struck out."""
    text = challenge.decode("utf-8", "replace")
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: brackets in brackets in brackets, in older Pythons
        parsed = None
    if not isinstance(parsed, dict):
        return {"status": quoted(text, token) or "unreadable"}
    members = list(cast("dict[str, object]", parsed).items())[:_FACTS]
    facts = {quoted(name, token): quoted(_plain(value), token) for name, value in members}
    return facts or {"status": "empty"}


def _plain(value: object) -> str:
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except RecursionError:  # it could be read with less of the stack than it takes to write it
        return "..."
