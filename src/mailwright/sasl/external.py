"""EXTERNAL and ANONYMOUS: proved elsewhere, and not at all (RFC 4422 appendix A, RFC 4505)."""

from __future__ import annotations

from mailwright.sasl.credentials import Anonymous, ClientCertificate
from mailwright.sasl.mechanism import OneMessage
from mailwright.sasl.saslprep import prepare_trace

__all__ = ["AnonymousTrace", "External"]


class External(OneMessage):
    """The authorization id, for a server that knows already who we are: by our certificate, or our address."""

    name = "EXTERNAL"

    def __init__(self, credentials: ClientCertificate) -> None:
        super().__init__(credentials.authorization_id.encode())


class AnonymousTrace(OneMessage):
    """The trace, which proves nothing."""

    name = "ANONYMOUS"

    def __init__(self, credentials: Anonymous) -> None:
        super().__init__(prepare_trace(credentials.trace).encode())
