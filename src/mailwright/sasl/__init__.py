"""Proving who you are to a server (SASL, RFC 4422): pure mechanisms, and the choice among them."""

from mailwright.sasl.challenge import CramMd5, DigestMd5
from mailwright.sasl.choose import choose, narrowed, register
from mailwright.sasl.credentials import Anonymous, ClientCertificate, Credentials, Kerberos, OAuth2, Password
from mailwright.sasl.external import AnonymousTrace, External
from mailwright.sasl.gssapi import Gssapi, Spnego
from mailwright.sasl.mechanism import Mechanism, NotProven, Occasion
from mailwright.sasl.ntlm import Ntlm
from mailwright.sasl.oauth import OAuthBearer, XOAuth2
from mailwright.sasl.outcome import not_proven, refused
from mailwright.sasl.plain import Login, Plain, parse_plain
from mailwright.sasl.policy import Policy, Strength
from mailwright.sasl.saslprep import saslprep
from mailwright.sasl.scram import Scram

__all__ = [
    "Anonymous",
    "AnonymousTrace",
    "ClientCertificate",
    "CramMd5",
    "Credentials",
    "DigestMd5",
    "External",
    "Gssapi",
    "Kerberos",
    "Login",
    "Mechanism",
    "NotProven",
    "Ntlm",
    "OAuth2",
    "OAuthBearer",
    "Occasion",
    "Password",
    "Plain",
    "Policy",
    "Scram",
    "Spnego",
    "Strength",
    "XOAuth2",
    "choose",
    "narrowed",
    "not_proven",
    "parse_plain",
    "refused",
    "register",
    "saslprep",
]
