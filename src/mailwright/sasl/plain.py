"""PLAIN and LOGIN: the password itself, for protected connections (RFC 4616, draft-murchison-sasl-login)."""

from __future__ import annotations

from mailwright.sasl.credentials import Password
from mailwright.sasl.mechanism import Exchange, OneMessage

__all__ = ["Login", "Plain", "parse_plain"]


class Plain(OneMessage):
    """``message = [authzid] NUL authcid NUL passwd`` (RFC 4616 2), said at once."""

    name = "PLAIN"
    reveals_secret = True

    def __init__(self, credentials: Password) -> None:
        who = f"{credentials.authorization_id}\0{credentials.username}"
        super().__init__(f"{who}\0{credentials.password}".encode())


class Login(Exchange):
    """The user name, then the password, each asked for. The prompts say what they like and are not read."""

    name = "LOGIN"
    reveals_secret = True

    def __init__(self, credentials: Password) -> None:
        super().__init__()
        self._answers = [credentials.username.encode(), credentials.password.encode()]

    def first(self) -> None:
        """Nothing: QUIRK: some servers break on an initial response with LOGIN (MailKit issue 216)."""

    def next(self, challenge: bytes) -> bytes:
        """The user name, then the password."""
        if not self._answers:
            raise ValueError("LOGIN has nothing more to say")
        answer = self._answers.pop(0)
        self.done = not self._answers
        return answer


def parse_plain(message: bytes) -> tuple[str, str]:
    """Read a PLAIN message on the server's side.

    Returns:
        user name and password.

    Raises:
        ValueError: it is not ``[authzid] NUL authcid NUL passwd`` in UTF-8, or asks to act for somebody else.
    """
    parts = message.decode("utf-8").split("\0")
    if len(parts) != 3 or not parts[1] or not parts[2]:
        raise ValueError("not a PLAIN message")
    authzid, username, password = parts
    if authzid not in ("", username):
        raise ValueError("acting for another user is not supported")
    return username, password
