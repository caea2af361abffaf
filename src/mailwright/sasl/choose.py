"""Which mechanism to use: the strongest that both sides know and the credentials' own policy allows.

**One password, one verdict.** A definite refusal is believed. A second mechanism with the same password would not make
it right, and would count as another failure where accounts are locked after three. Another mechanism is tried in two
cases only, in which nobody has judged the password yet (:func:`narrowed`):

* The server does not recognise a mechanism that it announced (504, RFC 4954 4).
* A ``-PLUS`` exchange is refused before anything computed from the password was sent: the server may not know our type
  of channel binding, and there is no way to ask which it knows. The next type is tried, and without any left the
  exchange goes unbound. Somebody who ends our TLS with a certificate we trust could provoke that; who has reason to
  fear it says ``Policy(minimum=Strength.BOUND)``, and nothing unbound is ever tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar, overload

from mailwright.errors import NotSupported
from mailwright.sasl.challenge import CramMd5, DigestMd5, md5_is_allowed
from mailwright.sasl.credentials import Anonymous, ClientCertificate, Credentials, Kerberos, OAuth2, Password
from mailwright.sasl.external import AnonymousTrace, External
from mailwright.sasl.gssapi import begin_gssapi, begin_spnego
from mailwright.sasl.mechanism import Mechanism, Occasion
from mailwright.sasl.ntlm import begin_ntlm, is_installed
from mailwright.sasl.oauth import OAuthBearer, XOAuth2
from mailwright.sasl.plain import Login, Plain
from mailwright.sasl.policy import Policy, Strength
from mailwright.sasl.scram import HASHES, Scram, best_binding

__all__ = ["choose", "narrowed", "register"]

C = TypeVar("C", bound=Credentials)
Begin: TypeAlias = Callable[[C, Occasion], Mechanism | None]


@dataclass(frozen=True, slots=True)
class _Known:
    strength: Strength
    kind: type[Any]
    begin: Begin[Any]


def _scram(name: str) -> Begin[Password]:
    def begin(credentials: Password, occasion: Occasion) -> Mechanism | None:
        is_possible = not name.endswith("-PLUS") or best_binding(occasion.bindings) is not None
        return Scram(credentials, name, occasion) if is_possible else None

    return begin


def _cram_md5(credentials: Password, occasion: Occasion) -> Mechanism | None:
    return CramMd5(credentials) if md5_is_allowed() and not credentials.authorization_id else None


def _digest_md5(credentials: Password, occasion: Occasion) -> Mechanism | None:
    return DigestMd5(credentials, occasion) if md5_is_allowed() else None


def _ntlm(credentials: Password, occasion: Occasion) -> Mechanism | None:
    return None if credentials.authorization_id else begin_ntlm(credentials, occasion)


def _login(credentials: Password, occasion: Occasion) -> Mechanism | None:
    return None if credentials.authorization_id else Login(credentials)


# Strongest first, and among equals in this order. NTLM is a keyed digest over version 2 of its hash, DIGEST-MD5 has the
# server prove itself, CRAM-MD5 does neither. PLAIN is standardised and needs one round trip less than LOGIN.
_BUILT_IN: Final[Mapping[str, _Known]] = {
    **{f"{name}-PLUS": _Known(Strength.BOUND, Password, _scram(f"{name}-PLUS")) for name in HASHES},
    "EXTERNAL": _Known(Strength.BOUND, ClientCertificate, lambda who, _: External(who)),
    **{name: _Known(Strength.PROVEN, Password, _scram(name)) for name in HASHES},
    "GSSAPI": _Known(Strength.PROVEN, Kerberos, begin_gssapi),
    "GSS-SPNEGO": _Known(Strength.CHALLENGED, Kerberos, begin_spnego),
    "NTLM": _Known(Strength.CHALLENGED, Password, _ntlm),
    "DIGEST-MD5": _Known(Strength.CHALLENGED, Password, _digest_md5),
    "CRAM-MD5": _Known(Strength.CHALLENGED, Password, _cram_md5),
    "PLAIN": _Known(Strength.REVEALED, Password, lambda who, _: Plain(who)),
    "LOGIN": _Known(Strength.REVEALED, Password, _login),
    "OAUTHBEARER": _Known(Strength.REVEALED, OAuth2, OAuthBearer),
    "XOAUTH2": _Known(Strength.REVEALED, OAuth2, lambda who, _: XOAuth2(who)),
    "ANONYMOUS": _Known(Strength.NONE, Anonymous, lambda who, _: AnonymousTrace(who)),
}
_registered: dict[str, _Known] = {}


@overload
def register(name: str, begin: Begin[Password], strength: Strength) -> None: ...
@overload
def register(name: str, begin: Begin[C], strength: Strength, *, credentials: type[C]) -> None: ...
def register(name: str, begin: Begin[Any], strength: Strength, *, credentials: type[Any] = Password) -> None:
    """Make a mechanism known to this process. It is preferred to others of its strength, and replaces its namesake.

    Args:
        name: as servers announce it.
        begin: makes the mechanism from credentials and an :class:`Occasion`, or ``None`` when these cannot be used.
        strength: what it gives away and proves.
        credentials: the kind of credentials it works with.

    Raises:
        ValueError: the name is none (RFC 4422 3.1).
    """
    for known_as in Policy(allow=(name,)).allow or ():
        _registered[known_as] = _Known(strength, credentials, begin)


def choose(credentials: Credentials, offered: Collection[str], occasion: Occasion | None = None) -> Mechanism:
    """Begin the strongest exchange these credentials can and may have with a server that offers these mechanisms.

    Args:
        credentials: who you are.
        offered: mechanism names in upper case, as the server announced them.
        occasion: with whom, over which channel; needed by mechanisms that use a nonce.

    Raises:
        NotSupported: there is none.
        ValueError: a nonce is needed and there is none, or a token provider gave no token.
    """
    policy = Policy.of(credentials.mechanisms)
    occasion = replace(occasion or Occasion(), offered=frozenset(offered))
    usable = _usable(credentials, policy)
    for name, known in usable.items():
        if name in offered and name not in occasion.unrecognised:
            mechanism = known.begin(credentials, occasion)
            if mechanism is not None:
                return mechanism
    raise _nothing_in_common(credentials, policy, offered, list(usable))


def narrowed(occasion: Occasion, mechanism: Mechanism, *, is_unrecognised: bool) -> Occasion | None:
    """What is left to try after a refusal that was no verdict on the password; ``None`` after one that was.

    Args:
        occasion: in which the refused mechanism was chosen.
        mechanism: what was refused, for good.
        is_unrecognised: the server said that it does not know the mechanism.
    """
    if is_unrecognised:
        return replace(occasion, unrecognised=occasion.unrecognised | {mechanism.name})
    if isinstance(mechanism, Scram) and mechanism.binding is not None and not mechanism.is_committed:
        left = {kind: data for kind, data in occasion.bindings.items() if kind != mechanism.binding}
        return replace(occasion, bindings=left)
    return None


def _usable(credentials: Credentials, policy: Policy) -> dict[str, _Known]:
    """What these credentials can and may be used with, strongest first."""
    known = {**_registered, **{name: k for name, k in _BUILT_IN.items() if name not in _registered}}
    usable = {
        name: k for name, k in known.items() if isinstance(credentials, k.kind) and policy.allows(name, k.strength)
    }
    return dict(sorted(usable.items(), key=lambda item: -item[1].strength))  # stable: equals keep their order


def _nothing_in_common(
    credentials: Credentials, policy: Policy, offered: Collection[str], usable: list[str]
) -> NotSupported:
    if not offered:
        return NotSupported(
            "The server offers no way to log in.",
            "It may do so only after TLS, or take mail without a login.",
            reference="auth-not-offered",
            stage="authentication",
        )
    with_extra = [name for name in usable if name in offered and name in ("NTLM", "GSSAPI", "GSS-SPNEGO")]
    if with_extra and not is_installed():
        return NotSupported(
            f"The server offers {', '.join(sorted(offered))}, and {' or '.join(with_extra)} needs another package.",
            "pip install 'mailwright[sspi]'",
            reference="auth-ntlm-gssapi-only",
            stage="authentication",
        )
    kind = type(credentials).__name__
    ours = f"can be used with {', '.join(usable)}" if usable else "may be used with nothing, by its policy"
    is_oauth = isinstance(credentials, OAuth2)
    hint = "Ask the operator for another mechanism"
    hint += "." if policy == Policy() else ", or allow more in the credentials' mechanisms."
    return NotSupported(
        f"The server offers {', '.join(sorted(offered))}, and {kind} {ours}.",
        hint,
        reference="oauth-not-supported-by-server" if is_oauth else "auth-no-common-mechanism",
        stage="authentication",
    )
