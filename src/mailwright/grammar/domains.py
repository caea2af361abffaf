"""The right side of an address: host names, internationalised or not, and address literals."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["DOMAIN_LIMIT", "check", "to_ascii"]

DOMAIN_LIMIT: Final = 255
"""Octets of a domain (RFC 5321 4.5.3.1.2, RFC 1035 2.3.4)."""

# RFC 5321 4.1.2: Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str]. RFC 1035 2.3.4: 63 octets a
# label. QUIRK: "_" anywhere and "-" at either end of a label; such host names exist and receive mail. Only the end of
# the whole cannot be "-": there is no such top-level domain.
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*(?<!-)")
# RFC 5321 4.1.3: address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
#                 General-address-literal = Standardized-tag ":" 1*dcontent; dcontent = %d33-90 / %d94-126
# A tag of hexadecimal digits is none that is registered, but an IPv6 address without its "IPv6:".
_LITERAL = re.compile(
    r"\[(?:([0-9]{1,3}(?:\.[0-9]{1,3}){3})|(?i:IPv6):([0-9A-Fa-f:.]{2,45})|"
    r"(?![0-9A-Fa-f]+:)([A-Za-z0-9-]*[A-Za-z0-9]):[!-Z^-~]+)\]"
)


def check(domain: str) -> None:
    """Refuse what cannot be the domain of a mailbox.

    Raises:
        ValueError: names the domain and what is allowed.
    """
    if _HOST.fullmatch(domain) is not None and len(domain) <= DOMAIN_LIMIT:
        return
    if not domain:
        raise ValueError("the domain of an address is empty; write local@domain")
    if len(domain) > DOMAIN_LIMIT:
        raise ValueError(f"domain {domain[:40]!r}... has {len(domain)} characters; {DOMAIN_LIMIT} are allowed")
    if domain.startswith("["):
        if not _is_literal(domain):
            raise ValueError(f"domain {domain!r} is no address literal; allowed are [192.0.2.1] and [IPv6:2001:db8::1]")
    elif domain.isascii():
        raise ValueError(
            f"domain {domain!r} is no host name; allowed are letters, digits and '-' in labels between dots"
        )
    else:
        to_ascii(domain)


def to_ascii(domain: str) -> str:
    """Turn a domain into A-labels: IDNA 2008 after the mapping of UTS 46 (RFC 5890, 5891).

    Raises:
        ValueError: IDNA does not allow it.
    """
    return domain if domain.isascii() else _a_labels(domain)


@lru_cache(maxsize=256)  # the same few domains over and over in one program
def _a_labels(domain: str) -> str:
    import idna  # its tables cost 10 ms to load, and most mail needs none of them

    try:
        encoded = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(f"domain {domain!r} is no internationalised host name: {error}") from None
    if _HOST.fullmatch(encoded) is None:
        raise ValueError(f"domain {domain!r} is no internationalised host name: it becomes {encoded!r}")
    return encoded


def _is_literal(domain: str) -> bool:
    found = _LITERAL.fullmatch(domain)
    if found is None:
        return False
    ipv4, ipv6, tag = found.groups()
    if tag is not None:
        return tag.lower() != "ipv6"
    import ipaddress

    try:
        _ = ipaddress.IPv4Address(ipv4) if ipv4 else ipaddress.IPv6Address(ipv6)
    except ValueError:
        return False
    return True
