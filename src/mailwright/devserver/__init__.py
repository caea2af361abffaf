"""A mail server for development: it catches everything and delivers nothing."""

from mailwright.devserver.certificate import make_certificate
from mailwright.devserver.inbox import Inbox
from mailwright.devserver.receiver import Receiver

__all__ = ["Inbox", "Receiver", "make_certificate"]
