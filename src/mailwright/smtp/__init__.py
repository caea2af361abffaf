"""SMTP: sending mail, and receiving it for development (RFC 5321)."""

from importlib import import_module
from typing import TYPE_CHECKING

from mailwright.mime.envelope import Envelope
from mailwright.smtp.client import AsyncSmtpClient, SmtpClient
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.policy import Caught, Policy
from mailwright.smtp.receipt import Receipt, Timings
from mailwright.smtp.reception import Reception
from mailwright.smtp.reply import Reply
from mailwright.smtp.session import Session

if TYPE_CHECKING:
    from mailwright.smtp.async_pool import AsyncSmtpPool
    from mailwright.smtp.pool import SmtpPool
    from mailwright.smtp.pooling import Rate

__all__ = [
    "AsyncSmtpClient",
    "AsyncSmtpPool",
    "Capabilities",
    "Caught",
    "DeliveryOptions",
    "Envelope",
    "Policy",
    "Rate",
    "Receipt",
    "Reception",
    "Reply",
    "Session",
    "SmtpClient",
    "SmtpPool",
    "Timings",
]

_WHERE = {"AsyncSmtpPool": "async_pool", "Rate": "pooling", "SmtpPool": "pool"}  # loaded when they are first used


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
