"""No public string can add a line, a parameter or a recipient to what is said: it is refused when it is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailwright import Address, Envelope, Message, Password, SmtpClient, Tls
from mailwright.net import Endpoint, ServerUrl
from mailwright.smtp import commands

EVIL = ["\r", "\n", "\r\n", "\r\nRCPT TO:<x@y>", "\x00", "\x7f", "\x0b", "\ud800", "\u2028"]

PLACES: dict[str, Callable[[str], object]] = {
    "host": lambda evil: Endpoint(f"mail{evil}.example.com", 25),
    "client host": lambda evil: SmtpClient(f"mail.example.com{evil}"),
    "local_hostname": lambda evil: SmtpClient("mail.example.com", local_hostname=f"client{evil}"),
    "source_address": lambda evil: SmtpClient("mail.example.com", source_address=f"127.0.0.1{evil}"),
    "url": lambda evil: ServerUrl.parse(f"smtp://mail.example.com{evil}/x", schemes=("smtp",)),
    "pin": lambda evil: Tls(pinned=("ab" * 32 + evil,)),
    "sender local part": lambda evil: Envelope(Address("", f"a{evil}b", "example.com"), ["b@example.com"]),
    "sender domain": lambda evil: Envelope(Address("", "a", f"example{evil}.com"), ["b@example.com"]),
    "sender text": lambda evil: Envelope(f"a{evil}b@example.com", ["b@example.com"]),
    "recipient text": lambda evil: Envelope("a@example.com", [f"b{evil}@example.com"]),
    "address name": lambda evil: Address(f"A{evil}B", "a", "example.com"),
    "ESMTP parameter": lambda evil: commands.mail(None, [f"ENVID=a{evil}b"]),
    "subject": lambda evil: Message(from_="a@example.com", to="b@example.com", subject=f"a{evil}b"),
    "header value": lambda evil: Message().headers.__setitem__("X-Order", f"a{evil}b"),
    "header name": lambda evil: Message().headers.__setitem__(f"X-Order{evil}", "a"),
    "content id": lambda evil: Message(html="x").embed(b"x", cid=f"a{evil}b", name="x"),
    "attachment type": lambda evil: Message().attach(b"x", name="x", type=f"text/plain{evil}"),
}

# U+2028 ends no line in SMTP, and RFC 6531 lets a parameter's value be any UTF-8.
HARMLESS = {("ESMTP parameter", "\u2028")}


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_it_is_refused_when_it_is_given(place: str, evil: str) -> None:
    if (place, evil) in HARMLESS:
        PLACES[place](evil)
        return
    with pytest.raises(ValueError):  # noqa: PT011  each place has a message of its own, shown in its unit test
        PLACES[place](evil)


def test_a_quoted_local_part_stays_one_mailbox() -> None:
    smuggler = Address("", "a@b> ORCPT=x", "c.d")
    assert commands.rcpt(smuggler) == b'RCPT TO:<"a@b> ORCPT=x"@c.d>\r\n'
    assert commands.mail(Address("", 'quote" \\ and', "c.d")) == b'MAIL FROM:<"quote\\" \\\\ and"@c.d>\r\n'


@pytest.mark.parametrize("parameter", ["", "A B", "A=b c", "=x", "A==b", "-A", "A=\u00e9\n", "A>"])
def test_what_is_no_parameter_is_not_sent(parameter: str) -> None:
    with pytest.raises(ValueError, match="no ESMTP parameter"):
        commands.mail(None, [parameter])


def test_a_password_may_hold_anything_but_nul() -> None:
    Password("alice", "line\r\nbreak")  # it travels as base64
    with pytest.raises(ValueError, match="NUL"):
        Password("alice", "a\0b")
