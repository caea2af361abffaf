"""SMTP: sending mail, and receiving it for development (RFC 5321)."""

from mailwright.mime.envelope import Envelope
from mailwright.smtp.client import AsyncSmtpClient, SmtpClient
from mailwright.smtp.extensions import Capabilities
from mailwright.smtp.options import DeliveryOptions
from mailwright.smtp.policy import Caught, Policy
from mailwright.smtp.receipt import Receipt, Timings
from mailwright.smtp.reception import Reception
from mailwright.smtp.reply import Reply
from mailwright.smtp.session import Session

__all__ = [
    "AsyncSmtpClient",
    "Capabilities",
    "Caught",
    "DeliveryOptions",
    "Envelope",
    "Policy",
    "Receipt",
    "Reception",
    "Reply",
    "Session",
    "SmtpClient",
    "Timings",
]
