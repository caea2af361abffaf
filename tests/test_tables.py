"""Other people's tables of header text: how many rows we agree with, and the reason beside each we do not.

``isemail/test/tests.xml`` holds addresses and whether they are valid; ``jsmime/headers.json`` (the tests of
Thunderbird's header parser) holds parameters, encoded-words and 8-bit headers with what they mean. Where we read a row
otherwise, ``tests/tables/*.toml`` gives its id or input and the reason; a reason that is not needed any more is a
failure too.

What isemail's categories mean to a strict reader of header text, which makes values that can be written again and
handed to a server:

* VALID_CATEGORY, DNSWARN (nobody is asked here), RFC5321 (unusual), CFWS and DEPREC (RFC 5322 4): valid.
  But DEPREC_QTEXT and DEPREC_QP, whose rows are all control characters in a local part, are not: RFC 5322 4.1 calls
  them obsolete, and none may pass into a header or a command.
* RFC5322, "valid for RFC 5322, otherwise not": valid where a local part or the whole is longer than RFC 5321 promises
  to carry; not valid where the domain is no name and no literal of RFC 5321 4.1.2, for nothing can be delivered there.
* ERR: not valid.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mailwright.grammar import params, words
from mailwright.grammar.address import Address, parse_list

REASONS = Path(__file__).parent / "tables"
AGREEMENT = 0.97  # of the rows of each table

VALID = {"VALID_CATEGORY", "DNSWARN", "RFC5321", "CFWS", "DEPREC"}
CONTROLS = {"DEPREC_QTEXT", "DEPREC_QP"}
LONG = {"RFC5322_LOCAL_TOOLONG", "RFC5322_TOOLONG"}

Row = tuple[str, bool]
"""What a row is known by, and whether we agree with it."""


def reasons(name: str) -> dict[str, str]:
    """The rows we read otherwise, and why."""
    return tomllib.loads((REASONS / f"{name}.toml").read_text("utf-8"))


# --- isemail ----------------------------------------------------------------------------------------------------------


def unpictured(text: str) -> str:
    """Control characters are written as their pictures, U+2400 and on."""
    return "".join([chr(ord(letter) - 0x2400) if 0x2400 <= ord(letter) <= 0x247F else letter for letter in text])


def is_valid(category: str, diagnosis: str) -> bool:
    """What a row expects; see the head of this file."""
    return (category in VALID and diagnosis not in CONTROLS) or diagnosis in LONG


def is_one_mailbox(text: str) -> bool:
    """Whether it is exactly one mailbox as the value of a field, whose line end follows it."""
    try:
        items = parse_list(f"{text}\r\n", strict=True)
    except ValueError:
        return False
    return len(items) == 1 and isinstance(items[0], Address)


def is_refused(text: str) -> bool:
    """Whether it is refused as one mailbox."""
    try:
        Address.parse(text)
    except ValueError:
        return True
    return False


def isemail(corpora: Path) -> Iterator[tuple[str, str, bool]]:
    """Id, address and whether it is valid."""
    for test in ElementTree.parse(corpora / "isemail/test/tests.xml").getroot().iter("test"):
        category, diagnosis = ((test.findtext(tag) or "").removeprefix("ISEMAIL_") for tag in ("category", "diagnosis"))
        yield test.get("id", ""), unpictured(test.findtext("address") or ""), is_valid(category, diagnosis)


def isemail_rows(corpora: Path) -> Iterator[Row]:
    """How the strict reader of lists judges."""
    for number, text, valid in isemail(corpora):
        yield number, is_one_mailbox(text) is valid


def test_a_single_address_is_read_as_a_list_of_one_is(corpora: Path) -> None:
    folded = [text for _, text, _ in isemail(corpora) if "\n" in text or "\r" in text]
    rest = [text for _, text, _ in isemail(corpora) if text not in folded and text.isprintable()]
    assert len(folded) > 20
    assert all(is_refused(text) for text in folded)  # it is no field, so nothing unfolds it
    assert [text for text in rest if is_refused(text) is is_one_mailbox(text)] == []


# --- jsmime -----------------------------------------------------------------------------------------------------------


def parameters(given: list[Any]) -> bool:
    """A value and its parameters."""
    parsed = params.parse(given[0])
    return bool([parsed.value, dict(parsed.params)] == given[1])


def encoded(given: list[Any]) -> bool:
    """Encoded-words."""
    return bool(words.decode(given[0]) == given[1])


def eight_bit(given: list[Any]) -> bool:
    """Octets, and the charset of those that are no UTF-8; jsmime takes UTF-8 for it when there is none."""
    undeclared = given[2] if len(given) > 2 else "UTF-8"
    return bool(words.decode(given[0].encode("latin-1"), undeclared=undeclared) == given[1])


JUDGES: dict[str, Callable[[list[Any]], bool]] = {
    "parseParameterHeader": parameters,
    "parseParameterHeader (2231/2047 support)": parameters,
    "decodeRFC2047Words": encoded,
    "8-bit header processing": eight_bit,
}


def jsmime_rows(corpora: Path) -> Iterator[Row]:
    """How each row is read."""
    table = json.loads((corpora / "jsmime/headers.json").read_text("utf-8"))
    assert sorted(table) == sorted(JUDGES)
    for kind, rows in table.items():
        for row in rows:
            yield row[0], JUDGES[kind](row)


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "count"), [("isemail", isemail_rows, 164), ("jsmime", jsmime_rows, 140)], ids=["isemail", "jsmime"]
)
def test_we_agree_or_say_why(corpora: Path, name: str, rows: Callable[[Path], Iterator[Row]], count: int) -> None:
    judged = list(rows(corpora))
    missed = [key for key, agrees in judged if not agrees]
    assert len(judged) == count
    assert sorted(missed) == sorted(reasons(name))
    assert len(missed) <= (1 - AGREEMENT) * count


@pytest.mark.parametrize("name", ["isemail", "jsmime"])
def test_each_reason_is_a_sentence(name: str) -> None:
    assert all(len(reason.split()) > 5 and reason.endswith(".") for reason in reasons(name).values())
