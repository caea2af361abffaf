"""Capabilities: what a server says it can do, in every spelling that occurs."""

from __future__ import annotations

import pytest

from mailwright.smtp import Capabilities, Reply


def offered(*lines: str) -> Capabilities:
    return Capabilities.parse(Reply(250, None, ("mail.example.com at your service", *lines)))


def test_keywords_are_found_in_any_case() -> None:
    capabilities = offered("pipelining", "8BITMIME", "Size 1000")
    assert "PIPELINING" in capabilities
    assert "pipelining" in capabilities
    assert "DSN" not in capabilities
    assert list(capabilities) == ["PIPELINING", "8BITMIME", "SIZE"]


def test_the_servers_own_name_is_the_first_word() -> None:
    assert offered().greeting == "mail.example.com"
    assert Capabilities.parse(Reply(250, None, ("",))).greeting == ""


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        (("SIZE 35882577",), 35882577),
        (("SIZE 0",), None),
        (("SIZE",), None),
        (("SIZE many",), None),
        (("SIZE ٣",), None),
        ((), None),
        (("SIZE 100", "SIZE 200"), 100),
    ],
)
def test_the_size_is_a_number_or_unknown(lines: tuple[str, ...], size: int | None) -> None:
    assert offered(*lines).size == size


def test_an_absurd_size_costs_no_time() -> None:
    assert offered("SIZE " + "9" * 5000).size == int("9" * 20)


@pytest.mark.parametrize(
    "lines",
    [("AUTH LOGIN PLAIN",), ("AUTH=LOGIN PLAIN",), ("AUTH LOGIN", "AUTH=PLAIN"), ("auth login plain",)],
)
def test_mechanisms_are_read_in_both_spellings(lines: tuple[str, ...]) -> None:
    capabilities = offered(*lines)
    assert capabilities.auth == {"LOGIN", "PLAIN"}
    assert "AUTH" in capabilities


def test_a_repeated_mechanism_counts_once() -> None:
    assert offered("AUTH LOGIN PLAIN", "AUTH=LOGIN PLAIN").keywords["AUTH"] == ("LOGIN", "PLAIN")


def test_an_equals_sign_elsewhere_is_part_of_the_word() -> None:
    assert offered("LIMITS RCPTMAX=20 MAILMAX=5").keywords["LIMITS"] == ("RCPTMAX=20", "MAILMAX=5")


def test_an_empty_line_is_no_extension() -> None:
    assert list(offered("", "  ", "DSN")) == ["DSN"]


def test_some_can_be_left_out() -> None:
    capabilities = offered("CHUNKING", "BINARYMIME", "SIZE 100").without("CHUNKING", "BINARYMIME")
    assert list(capabilities) == ["SIZE"]
    assert capabilities.size == 100
