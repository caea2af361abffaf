"""mailwright: write, send, receive, check and explain mail, in blocking code, asyncio and trio alike.

This is the index: every public name, and the room it lives in. A room is loaded when one of its names is first used, so
that a program which only reads mail loads no network, no TLS and no event loop.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.dialogue import Limits as Limits
    from mailwright.errors import AuthenticationFailed as AuthenticationFailed
    from mailwright.errors import Busy as Busy
    from mailwright.errors import CertificateError as CertificateError
    from mailwright.errors import CleartextCredentials as CleartextCredentials
    from mailwright.errors import ConnectError as ConnectError
    from mailwright.errors import ConnectionLost as ConnectionLost
    from mailwright.errors import ConnectRefused as ConnectRefused
    from mailwright.errors import ConnectTimeout as ConnectTimeout
    from mailwright.errors import LimitExceeded as LimitExceeded
    from mailwright.errors import MailError as MailError
    from mailwright.errors import MessageRefused as MessageRefused
    from mailwright.errors import NameResolutionError as NameResolutionError
    from mailwright.errors import NotConnected as NotConnected
    from mailwright.errors import NotSupported as NotSupported
    from mailwright.errors import PlaintextInjection as PlaintextInjection
    from mailwright.errors import ProtocolError as ProtocolError
    from mailwright.errors import RecipientsRefused as RecipientsRefused
    from mailwright.errors import Refused as Refused
    from mailwright.errors import SenderRefused as SenderRefused
    from mailwright.errors import ServerNotProven as ServerNotProven
    from mailwright.errors import Timeout as Timeout
    from mailwright.errors import TlsError as TlsError
    from mailwright.errors import TlsModeMismatch as TlsModeMismatch
    from mailwright.errors import Unreachable as Unreachable
    from mailwright.grammar.address import Address as Address
    from mailwright.grammar.address import AddressList as AddressList
    from mailwright.grammar.address import Group as Group
    from mailwright.mime import Envelope as Envelope
    from mailwright.mime import Message as Message
    from mailwright.mime import Part as Part
    from mailwright.net import CertificateFacts as CertificateFacts
    from mailwright.net import Security as Security
    from mailwright.net import Timeouts as Timeouts
    from mailwright.net import Tls as Tls
    from mailwright.net import TlsFacts as TlsFacts
    from mailwright.net import Transcript as Transcript
    from mailwright.sasl import Anonymous as Anonymous
    from mailwright.sasl import ClientCertificate as ClientCertificate
    from mailwright.sasl import Kerberos as Kerberos
    from mailwright.sasl import OAuth2 as OAuth2
    from mailwright.sasl import Password as Password
    from mailwright.smtp import AsyncSmtpClient as AsyncSmtpClient
    from mailwright.smtp import AsyncSmtpPool as AsyncSmtpPool
    from mailwright.smtp import DeliveryOptions as DeliveryOptions
    from mailwright.smtp import Receipt as Receipt
    from mailwright.smtp import Reply as Reply
    from mailwright.smtp import SmtpClient as SmtpClient
    from mailwright.smtp import SmtpPool as SmtpPool

__version__ = "0.1.0"

_ROOMS = {
    "mailwright.dialogue": "Limits",
    "mailwright.errors": "AuthenticationFailed Busy CertificateError CleartextCredentials ConnectError ConnectRefused "
    "ConnectTimeout ConnectionLost LimitExceeded MailError MessageRefused NameResolutionError NotConnected "
    "NotSupported PlaintextInjection ProtocolError RecipientsRefused Refused SenderRefused ServerNotProven Timeout "
    "TlsError TlsModeMismatch Unreachable",
    "mailwright.grammar.address": "Address AddressList Group",
    "mailwright.mime": "Envelope Message Part",
    "mailwright.net": "CertificateFacts Security Timeouts Tls TlsFacts Transcript",
    "mailwright.sasl": "Anonymous ClientCertificate Kerberos OAuth2 Password",
    "mailwright.smtp": "AsyncSmtpClient AsyncSmtpPool DeliveryOptions Receipt Reply SmtpClient SmtpPool",
}
_WHERE = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]  the names above, pinned by a test


def __getattr__(name: str) -> object:
    room = _WHERE.get(name)
    if room is None:
        raise AttributeError(f"module 'mailwright' has no attribute {name!r}")
    value: object = getattr(import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
