"""Commands as bytes, checked: nothing that goes through here can add a line or a parameter (RFC 5321 4.1)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from mailwright.errors import NotSupported
from mailwright.grammar.address import Address

__all__ = ["bdat", "command", "ehlo", "mail", "rcpt"]

# RFC 5321 4.1.2: esmtp-param = esmtp-keyword ["=" esmtp-value]; the value is printable, without "=" and space.
# RFC 6531 3.3 widens the value to UTF-8.
_PARAMETER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(=[^\x00-\x20=\x7f]+)?\Z")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_NAME_OCTETS: Final = 255  # RFC 5321 4.5.3.1.2
_LITERAL: Final = re.compile(r"\[(IPv6:)?([0-9A-Fa-f:.]+)\]\Z")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def command(verb: str, argument: str = "") -> bytes:
    """A command line.

    Raises:
        ValueError: the argument contains a control character, which could begin another command.
    """
    if found := _UNSAFE.search(argument):
        raise ValueError(f"the argument of {verb} contains {found[0]!r}; control characters cannot be sent")
    return f"{verb} {argument}".rstrip().encode() + b"\r\n"


def ehlo(name: str, verb: str = "EHLO") -> bytes:
    """The command that says who we are.

    Args:
        name: a domain name or an address literal such as ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]``.
        verb: ``EHLO``, or ``HELO`` for servers that know no extensions.

    Raises:
        ValueError: the name is neither.
    """
    if not _is_literal(name) and not (len(name) <= _NAME_OCTETS and all(map(_LABEL.match, name.split(".")))):
        raise ValueError(
            f"{name!r} is no name to greet a server with: a domain name such as 'client.example.com' "
            "or an address literal such as '[192.0.2.1]' is wanted"
        )
    return command(verb, name)


def _is_literal(name: str) -> bool:
    # RFC 5321 4.1.3: "[" IPv4-address-literal / "IPv6:" IPv6-addr "]"
    found = _LITERAL.match(name)
    if found is None:
        return False
    try:
        return ipaddress.ip_address(found[2]).version == (6 if found[1] else 4)
    except ValueError:
        return False


def mail(sender: Address | None, parameters: Iterable[str] = (), *, utf8: bool = False) -> bytes:
    """MAIL FROM: the reverse-path, ``<>`` without a sender (RFC 5321 4.1.1.2)."""
    return _with_path("MAIL FROM:", "" if sender is None else _mailbox(sender, utf8=utf8), parameters)


def rcpt(recipient: Address, parameters: Iterable[str] = (), *, utf8: bool = False) -> bytes:
    """RCPT TO: one forward-path (RFC 5321 4.1.1.3)."""
    return _with_path("RCPT TO:", _mailbox(recipient, utf8=utf8), parameters)


def bdat(octets: int, *, last: bool) -> bytes:
    """BDAT: so many octets of the message follow at once (RFC 3030 2)."""
    return b"BDAT %d LAST\r\n" % octets if last else b"BDAT %d\r\n" % octets


def _with_path(verb: str, path: str, parameters: Iterable[str]) -> bytes:
    words = [f"{verb}<{path}>"]
    for parameter in parameters:
        if not _PARAMETER.match(parameter):
            raise ValueError(f"{parameter!r} is no ESMTP parameter: KEYWORD or KEYWORD=value without spaces is wanted")
        words.append(parameter)
    return " ".join(words).encode() + b"\r\n"


def _mailbox(address: Address, *, utf8: bool) -> str:
    # An Address cannot hold control characters, and quotes its local part where needed: "a@b> X=y"@example.com stays
    # one mailbox.
    if utf8:
        return address.addr_spec
    if address.is_international:
        raise NotSupported(
            f"The address {address.addr_spec} is not ASCII before its @, and the server does not offer SMTPUTF8.",
            "Use an ASCII address, or a server that takes internationalised mail.",
            reference="smtputf8-unsupported",
            stage="sender",
        )
    return address.ascii_addr_spec
