"""Proving who you are to a server (SASL, RFC 4422): pure mechanisms, and the choice among them."""

from mailwright.sasl.choose import choose
from mailwright.sasl.credentials import Credentials, Password
from mailwright.sasl.mechanism import Mechanism
from mailwright.sasl.plain import Login, Plain, parse_plain

__all__ = ["Credentials", "Login", "Mechanism", "Password", "Plain", "choose", "parse_plain"]
