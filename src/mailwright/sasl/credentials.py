"""Who you are. Secrets are kept out of every ``repr``."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Credentials", "Password"]


@dataclass(frozen=True, slots=True)
class Password:
    """A user name and a password.

    Raises:
        ValueError: one of them is empty or contains a NUL, which no mechanism can carry (RFC 4616 2).
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.username:
            raise ValueError("the user name is empty")
        if not self.password:
            raise ValueError(f"the password of {self.username!r} is empty")
        if "\0" in self.username or "\0" in self.password:
            raise ValueError("a user name or password cannot contain NUL")
        try:
            f"{self.username}{self.password}".encode()
        except UnicodeEncodeError:
            raise ValueError("the user name or password contains a lone surrogate, which is no character") from None


Credentials = Password
