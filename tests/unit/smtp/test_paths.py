"""Paths as a server reads them: strict about what an address is, forgiving about a space."""

from __future__ import annotations

import pytest

from mailwright import Address
from mailwright.smtp.paths import Path, parse_path

ALICE = Address("", "alice", "example.com")


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("FROM:<alice@example.com>", Path(ALICE)),
        ("from: <alice@example.com>", Path(ALICE)),
        ("FROM:<>", Path(None)),
        ("FROM:<alice@example.com> SIZE=10 body=8BITMIME", Path(ALICE, {"SIZE": "10", "BODY": "8BITMIME"})),
        ("FROM:<alice@example.com> SMTPUTF8", Path(ALICE, {"SMTPUTF8": ""})),
        ("FROM:<@relay.example,@b.example:alice@example.com>", Path(ALICE)),
        ('FROM:<"a@b> ORCPT=x"@c.d>', Path(Address("", "a@b> ORCPT=x", "c.d"))),
        ("FROM:<a\u00a0b@example.com> SMTPUTF8", Path(Address("", "a\u00a0b", "example.com"), {"SMTPUTF8": ""})),
        ("FROM:<Postmaster>", Path(Address("", "postmaster", "localhost"))),
        ("FROM:<jürgen@münchen.example> SMTPUTF8", Path(Address("", "jürgen", "münchen.example"), {"SMTPUTF8": ""})),
    ],
)
def test_a_path_is_read_with_its_parameters(argument: str, path: Path) -> None:
    assert parse_path("FROM:", argument) == path


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        ("", "FROM:<address> is wanted"),
        ("TO:<alice@example.com>", "FROM:<address> is wanted"),
        ("FROM:alice@example.com", "angle brackets"),
        ("FROM:<alice@example.com", "angle brackets"),
        ("FROM:<alice @example.com>", "angle brackets"),
        ('FROM:<"alice@example.com>', "angle brackets"),
        ("FROM:<alice@example.com>SIZE=10", "A space is wanted"),
        ("FROM:<alice>", "not an address"),
        ("FROM:<a@b@c>", "not an address"),
        ("FROM:<a\0@example.com>", "not an address"),
        ("FROM:<alice@example.com> SIZE=", "not a parameter"),
        ("FROM:<alice@example.com> =10", "not a parameter"),
        ("FROM:<alice@example.com> A=B=C", "not a parameter"),
    ],
)
def test_what_is_no_path_is_refused_in_words_for_the_client(argument: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_path("FROM:", argument)


def test_a_recipient_has_its_own_prefix() -> None:
    assert parse_path("TO:", "TO:<alice@example.com>") == Path(ALICE)
