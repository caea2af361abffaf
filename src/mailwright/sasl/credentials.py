"""Who you are, and how you are willing to show it. Secrets are kept out of every ``repr``.

What may be done with credentials belongs to them: with ``mechanisms=Policy(minimum=Strength.PROVEN)`` a password is
never handed to a server that asks for the password itself, in whichever client it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailwright.sasl.policy import Policy
from mailwright.sasl.saslprep import prepare_trace

__all__ = ["Anonymous", "ClientCertificate", "Credentials", "Kerberos", "OAuth2", "Password"]

Mechanisms = Policy | Sequence[str] | None


class Credentials(Protocol):
    """What every kind of credentials tells; yours may be one, for a mechanism of yours."""

    @property
    def username(self) -> str:
        """Whom a person would say this is; shown in errors."""
        ...

    @property
    def is_secret(self) -> bool:
        """Whether others on the way could misuse what is said with them, so that it needs an encrypted connection."""
        ...

    @property
    def mechanisms(self) -> Mechanisms:
        """Which mechanisms may be used: a policy, or the names of those."""
        ...


@dataclass(frozen=True, slots=True)
class Password:
    """A user name and a password.

    Args:
        username: as the server knows it; for NTLM also a domain, a backslash and the name.
        password: any text without NUL.
        authorization_id: act for this user instead; needs a server that allows it, and PLAIN, DIGEST-MD5 or SCRAM.
        mechanisms: a :class:`Policy`, or the names of the mechanisms that may be used; the strongest of them is.

    Raises:
        ValueError: one of them is empty or contains a NUL, which no mechanism can carry (RFC 4616 2).
    """

    username: str
    password: str = field(repr=False)
    authorization_id: str = field(default="", kw_only=True)
    mechanisms: Mechanisms = field(default=None, kw_only=True)
    is_secret: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.username:
            raise ValueError("the user name is empty")
        if not self.password:
            raise ValueError(f"the password of {self.username!r} is empty")
        _refuse_unsayable("user name or password", self.username, self.password)
        _refuse_unsayable("authorization id", self.authorization_id)
        Policy.of(self.mechanisms)


@dataclass(frozen=True, slots=True)
class OAuth2:
    """A user name and an OAuth 2.0 access token.

    Args:
        username: the mailbox, mostly an address.
        token: the access token, or a function that gives one. It is called when the login begins, in the middle of the
            conversation: let it answer from memory, and refresh tokens elsewhere.
        mechanisms: a :class:`Policy`, or the names of the mechanisms that may be used.

    Raises:
        ValueError: the user name or token contains what could not be told from the framing around it.
    """

    username: str
    token: str | Callable[[], str] = field(repr=False)
    mechanisms: Mechanisms = field(default=None, kw_only=True)
    is_secret: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.username:
            raise ValueError("the user name is empty")
        if any(c < " " or c == "\x7f" for c in self.username):  # ^A separates the pairs of RFC 7628 3.1
            raise ValueError("the user name contains a control character")
        _refuse_unsayable("user name", self.username)
        if isinstance(self.token, str):
            self.access_token()
        Policy.of(self.mechanisms)

    def access_token(self) -> str:
        """The token to use now.

        Raises:
            ValueError: it is no token; the message does not contain it.
        """
        token = self.token if isinstance(self.token, str) else self.token()
        if not token:
            raise ValueError(f"the access token of {self.username!r} is empty")
        # b64token (RFC 6750 2.1) is narrower; what is refused here is what would break the framing.
        if not all("!" <= c <= "~" for c in token):
            raise ValueError(f"the access token of {self.username!r} contains something other than printable ASCII")
        return token


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """You are who the certificate of the TLS connection says: ``Tls(certificate=...)`` gives it (EXTERNAL).

    Args:
        authorization_id: act as this user; when empty, as the one the certificate belongs to.
        mechanisms: a :class:`Policy`, or the names of the mechanisms that may be used.
    """

    authorization_id: str = ""
    mechanisms: Mechanisms = field(default=None, kw_only=True)
    is_secret: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        _refuse_unsayable("authorization id", self.authorization_id)
        Policy.of(self.mechanisms)

    @property
    def username(self) -> str:
        """The authorization id, or a name for whoever the certificate names."""
        return self.authorization_id or "the client certificate's owner"


@dataclass(frozen=True, slots=True)
class Kerberos:
    """A Kerberos ticket (GSSAPI, GSS-SPNEGO); needs the extra ``sspi`` and, outside Windows, a GSSAPI library.

    Args:
        username: whose ticket; when empty, that of whoever is logged in to this machine.
        password: gets a ticket with it instead of using one that is there.
        authorization_id: act for this user instead.
        mechanisms: a :class:`Policy`, or the names of the mechanisms that may be used.
    """

    username: str = ""
    password: str | None = field(default=None, repr=False)
    authorization_id: str = field(default="", kw_only=True)
    mechanisms: Mechanisms = field(default=None, kw_only=True)
    is_secret: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        _refuse_unsayable("user name or password", self.username, self.password or "")
        _refuse_unsayable("authorization id", self.authorization_id)
        Policy.of(self.mechanisms)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody in particular (RFC 4505).

    Args:
        trace: an address or a word by which the operator may know whom to ask; may be empty.
        mechanisms: a :class:`Policy`, or the names of the mechanisms that may be used.

    Raises:
        ValueError: the trace is too long or contains what RFC 4505 3 prohibits.
    """

    trace: str = ""
    mechanisms: Mechanisms = field(default=None, kw_only=True)
    is_secret: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        prepare_trace(self.trace)
        Policy.of(self.mechanisms)

    @property
    def username(self) -> str:
        """The trace, or ``anonymous``."""
        return self.trace or "anonymous"


def _refuse_unsayable(what: str, *texts: str) -> None:
    joined = "".join(texts)
    if "\0" in joined:
        raise ValueError(f"a {what} cannot contain NUL")
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the {what} contains a lone surrogate, which is no character") from None
