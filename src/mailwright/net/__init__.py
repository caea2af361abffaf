"""The world: endpoints, connections, TLS, and the performers that let a dialogue touch them."""

from mailwright.net.certificate import Certificate
from mailwright.net.connect import aconnect, connect
from mailwright.net.endpoint import Endpoint, Security, ServerUrl
from mailwright.net.performers import AsyncConnection, Connection, run
from mailwright.net.streams import AnyioStream, AsyncStream, SocketStream, Stream
from mailwright.net.timeouts import Timeouts
from mailwright.net.tls import CertificateFacts, ServerTls, Tls, TlsFacts
from mailwright.net.told import AsyncTold, Told
from mailwright.net.transcript import Entry, Transcript

__all__ = [
    "AnyioStream",
    "AsyncConnection",
    "AsyncStream",
    "AsyncTold",
    "Certificate",
    "CertificateFacts",
    "Connection",
    "Endpoint",
    "Entry",
    "Security",
    "ServerTls",
    "ServerUrl",
    "SocketStream",
    "Stream",
    "Timeouts",
    "Tls",
    "TlsFacts",
    "Told",
    "Transcript",
    "aconnect",
    "connect",
    "run",
]
