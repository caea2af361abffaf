"""Which mechanism to use: the strongest that both sides know."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from mailwright.errors import NotSupported
from mailwright.sasl.credentials import Credentials
from mailwright.sasl.mechanism import Mechanism
from mailwright.sasl.plain import Login, Plain

__all__ = ["choose"]

# Strongest first. PLAIN and LOGIN are equally weak; PLAIN is standardised and needs one round trip less.
_RANKED: Final[tuple[tuple[str, Callable[[Credentials], Mechanism]], ...]] = (("PLAIN", Plain), ("LOGIN", Login))


def choose(credentials: Credentials, offered: Collection[str]) -> Mechanism:
    """Begin the strongest exchange these credentials can have with a server that offers these mechanisms.

    Args:
        credentials: who you are.
        offered: mechanism names in upper case, as the server announced them.

    Raises:
        NotSupported: there is none.
    """
    for name, begin in _RANKED:
        if name in offered:
            return begin(credentials)
    ours = ", ".join(name for name, _ in _RANKED)
    if not offered:
        raise NotSupported(
            "The server offers no way to log in.",
            "It may do so only after TLS, or take mail without a login.",
            reference="auth-not-offered",
            stage="authentication",
        )
    raise NotSupported(
        f"The server offers {', '.join(sorted(offered))}, and a password can be used with {ours}.",
        "Ask the operator for another mechanism.",
        reference="auth-no-common-mechanism",
        stage="authentication",
    )
