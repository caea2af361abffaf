"""Commands: nothing a caller gives can add a line, a parameter or a recipient."""

from __future__ import annotations

import pytest

from mailwright import Address
from mailwright.errors import NotSupported
from mailwright.smtp.commands import bdat, command, ehlo, mail, rcpt

ALICE = Address("", "alice", "example.com")
INJECTIONS = ["\r\nRCPT TO:<evil@example.com>", "\n", "\r", "\0", "\x7f", "\ud800", "\x1b"]


def test_a_command_is_a_verb_an_argument_and_a_line_end() -> None:
    assert command("VRFY", "alice") == b"VRFY alice\r\n"
    assert command("QUIT") == b"QUIT\r\n"


@pytest.mark.parametrize("injected", INJECTIONS)
def test_an_argument_cannot_hold_controls(injected: str) -> None:
    with pytest.raises(ValueError, match="control characters cannot be sent"):
        command("VRFY", f"alice{injected}")


# --- EHLO ---


@pytest.mark.parametrize("name", ["client.example.com", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]", "my_pc"])
def test_a_name_or_an_address_literal_greets(name: str) -> None:
    assert ehlo(name) == f"EHLO {name}\r\n".encode()
    assert ehlo(name, "HELO") == f"HELO {name}\r\n".encode()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a..b",
        ".a",
        "-a",
        "a-",
        "[192.0.2.999]",
        "[IPv6:zz]",
        "[::1]",
        "[IPv6:192.0.2.1]",
        ".".join(["a" * 60] * 5),
        "[]",
        "192.0.2.1]",
        "münchen.example",
        "a" * 64,
        *(f"a{injected}" for injected in INJECTIONS),
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name to greet a server with"):
        ehlo(name)


# --- MAIL and RCPT ---


def test_paths_stand_in_angle_brackets() -> None:
    assert mail(ALICE) == b"MAIL FROM:<alice@example.com>\r\n"
    assert mail(None) == b"MAIL FROM:<>\r\n"
    assert rcpt(ALICE) == b"RCPT TO:<alice@example.com>\r\n"


def test_parameters_follow_the_path() -> None:
    assert mail(ALICE, ["SIZE=10", "SMTPUTF8"]) == b"MAIL FROM:<alice@example.com> SIZE=10 SMTPUTF8\r\n"
    assert rcpt(ALICE, ["NOTIFY=NEVER"]) == b"RCPT TO:<alice@example.com> NOTIFY=NEVER\r\n"


@pytest.mark.parametrize(
    "parameter",
    ["", "A B", "A=", "=B", "A=B=C", "A=B C", "-A", "A=\x7f", *(f"A=b{i}" for i in INJECTIONS if i != "\ud800")],
)
def test_what_is_no_parameter_is_refused(parameter: str) -> None:
    for verb in (mail, rcpt):
        with pytest.raises(ValueError, match="no ESMTP parameter"):
            verb(ALICE, [parameter])


def test_a_surrogate_in_a_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        mail(ALICE, ["A=\ud800"])


def test_an_odd_local_part_stays_one_mailbox() -> None:
    odd = Address("", "a@b> ORCPT=x", "c.d")
    assert rcpt(odd) == b'RCPT TO:<"a@b> ORCPT=x"@c.d>\r\n'
    assert rcpt(Address("", 'q"u\\o', "c.d")) == b'RCPT TO:<"q\\"u\\\\o"@c.d>\r\n'


@pytest.mark.parametrize("injected", INJECTIONS)
@pytest.mark.parametrize("where", ["local", "domain"])
def test_an_address_cannot_be_made_with_controls(injected: str, where: str) -> None:
    parts = {"local": "alice", "domain": "example.com"}
    parts[where] += injected
    with pytest.raises(ValueError, match=r"\S"):
        Address("", **parts)


def test_an_international_domain_travels_as_a_labels() -> None:
    there = Address("", "bob", "münchen.example")
    assert rcpt(there) == b"RCPT TO:<bob@xn--mnchen-3ya.example>\r\n"
    assert rcpt(there, utf8=True) == "RCPT TO:<bob@münchen.example>\r\n".encode()


def test_an_international_local_part_needs_smtputf8() -> None:
    somebody = Address("", "jürgen", "example.com")
    assert mail(somebody, utf8=True) == "MAIL FROM:<jürgen@example.com>\r\n".encode()
    with pytest.raises(NotSupported, match="SMTPUTF8") as caught:
        mail(somebody)
    assert (caught.value.reference, caught.value.in_step) == ("smtputf8-unsupported", True)


def test_a_chunk_says_its_octets_and_whether_it_is_the_last() -> None:
    assert bdat(0, last=True) == b"BDAT 0 LAST\r\n"
    assert bdat(1048576, last=False) == b"BDAT 1048576\r\n"
