"""PLAIN and LOGIN: the password itself, for protected connections (RFC 4616, draft-murchison-sasl-login)."""

from __future__ import annotations

from mailwright.sasl.credentials import Password

__all__ = ["Login", "Plain", "parse_plain"]


class Plain:
    """``message = [authzid] NUL authcid NUL passwd`` (RFC 4616 2), said at once."""

    name = "PLAIN"
    reveals_secret = True

    def __init__(self, credentials: Password) -> None:
        self._credentials = credentials
        self._repeated = False
        self.done = False

    def first(self) -> bytes:
        """The whole message."""
        self.done = True
        return f"\0{self._credentials.username}\0{self._credentials.password}".encode()

    def next(self, challenge: bytes) -> bytes:
        """The message again, once, for a server that ignored the initial response and asks with an empty challenge."""
        if challenge or self._repeated:
            raise ValueError("PLAIN knows no challenges")
        self._repeated = True
        return self.first()


class Login:
    """The user name, then the password, each asked for. The prompts say what they like and are not read."""

    name = "LOGIN"
    reveals_secret = True

    def __init__(self, credentials: Password) -> None:
        self._answers = [credentials.username.encode(), credentials.password.encode()]

    @property
    def done(self) -> bool:
        """Whether both have been given."""
        return not self._answers

    def first(self) -> None:
        """Nothing: QUIRK: some servers break on an initial response with LOGIN (MailKit issue 216)."""

    def next(self, challenge: bytes) -> bytes:
        """The user name, then the password."""
        if not self._answers:
            raise ValueError("LOGIN has nothing more to say")
        return self._answers.pop(0)


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
