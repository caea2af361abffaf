"""What a login came to, in words: the same for every protocol that carries SASL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mailwright.errors import AuthenticationFailed, ServerNotProven, ServerReply
from mailwright.sasl.credentials import Credentials
from mailwright.sasl.mechanism import Mechanism
from mailwright.sasl.oauth import Bearer

__all__ = ["not_proven", "refused"]

_CHECK: Final = "Check user name and password; many providers want an app password or OAuth instead."
# RFC 5802 7, server-error-value: those of which a person can do something.
_SCRAM_ERRORS: Final = {
    "channel-bindings-dont-match": "Something between you and the server ends TLS and begins it anew.",
    "server-does-support-channel-binding": "Something between you and the server took away its offer of a -PLUS "
    "mechanism.",
    "unsupported-channel-binding-type": "Its -PLUS mechanisms cannot be used; Policy(forbid=...) leaves them out.",
    "no-resources": "The server may accept it later.",
}


def refused(
    credentials: Credentials,
    mechanism: Mechanism,
    reply: ServerReply,
    *,
    is_positive: bool = False,
    is_transient: bool = False,
    broken: ValueError | None = None,
) -> AuthenticationFailed:
    """The error for a login that did not come about.

    Args:
        credentials: who tried.
        mechanism: how.
        reply: the server's last word.
        is_positive: it was yes, before the exchange was over.
        is_transient: it may be yes later.
        broken: we cancelled the exchange, because of this.
    """
    said = f"The server refused the login of {credentials.username} by {mechanism.name}"
    if broken is not None:
        return _failed(
            f"The login of {credentials.username} by {mechanism.name} was cancelled: {broken}.",
            "The server may be broken or not what it says; another mechanism may work: mechanisms=(...).",
            "auth-bad-challenge",
            reply,
        )
    if is_transient:
        return _failed(f"{said}: {reply}.", "The server may accept it later.", "auth-temporary-failure", reply)
    if is_positive:
        hint = "The server accepted the login without finishing the exchange."
        return _failed(f"{said}: {reply}.", hint, "auth-bad-encoding", reply)
    if isinstance(mechanism, Bearer):
        return _oauth_refused(said, mechanism.complaint, reply)
    error = mechanism.complaint.get("error", "")
    hint = _SCRAM_ERRORS.get(error, _CHECK)
    return _failed(f"{said}{f' ({error})' if error else ''}: {reply}.", hint, None, reply)


def not_proven(credentials: Credentials, mechanism: Mechanism) -> ServerNotProven:
    """The error for a server that does not show that it knows the secret."""
    return ServerNotProven(
        f"The server did not prove by {mechanism.name} that it knows the password of {credentials.username}.",
        "It may be an impostor; nothing more was said to it.",
        stage="authentication",
    )


def _oauth_refused(said: str, complaint: Mapping[str, str], reply: ServerReply) -> AuthenticationFailed:
    shown = ", ".join(f"{name} {value}" for name, value in complaint.items() if value)
    is_scope = complaint.get("status") == "insufficient_scope"
    hint = "Get a new access token; it may have expired, or be for another user."
    if complaint.get("scope"):
        hint = f"Get a new access token, for the scope {complaint['scope']}."
    failed = _failed(
        f"{said}{f' ({shown})' if shown else ''}: {reply}.",
        hint,
        "oauth-wrong-scope-or-audience" if is_scope else "oauth-token-rejected",
        reply,
    )
    failed.oauth = dict(complaint)
    return failed


def _failed(what: str, hint: str, reference: str | None, reply: ServerReply) -> AuthenticationFailed:
    return AuthenticationFailed(what, hint, reference=reference, stage="authentication", reply=reply)
