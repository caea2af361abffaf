"""SASLprep: making two spellings of one password the same octets (RFC 4013, a profile of stringprep, RFC 3454).

::

    1. map        non-ASCII spaces (C.1.2) to SPACE; what is commonly mapped to nothing (B.1) to nothing
    2. normalise  NFKC, of Unicode 3.2
    3. prohibit   C.1.2, C.2.1, C.2.2, C.3 to C.9
    4. bidi       text from right to left is nothing else, and begins and ends so (RFC 3454 6)
    5. unassigned code points (A.1) are prohibited in stored strings, and allowed in queries (RFC 3454 7)

Messages name the rule and never the character: it may be one of a password.
"""

from __future__ import annotations

import stringprep
from collections.abc import Callable, Iterable
from typing import Final
from unicodedata import ucd_3_2_0

__all__ = ["prepare_trace", "saslprep"]

_Table = Callable[[str], bool]

_NOT_IN_TRACES: Final[tuple[tuple[_Table, str], ...]] = (
    (stringprep.in_table_c21, "an ASCII control character (C.2.1)"),
    (stringprep.in_table_c22, "a control character (C.2.2)"),
    (stringprep.in_table_c3, "a private use character (C.3)"),
    (stringprep.in_table_c4, "a non-character (C.4)"),
    (stringprep.in_table_c5, "a surrogate (C.5)"),
    (stringprep.in_table_c6, "a character inappropriate for plain text (C.6)"),
    (stringprep.in_table_c8, "a character that changes the display (C.8)"),
    (stringprep.in_table_c9, "a tagging character (C.9)"),
)
_PROHIBITED: Final[tuple[tuple[_Table, str], ...]] = (
    (stringprep.in_table_c12, "a space that is not ASCII (C.1.2)"),
    *_NOT_IN_TRACES,
    (stringprep.in_table_c7, "a character inappropriate for canonical representation (C.7)"),
)
_LONGEST_TRACE: Final = 255  # RFC 4505 2: token = 1*255TCHAR


def saslprep(text: str, *, stored: bool = True) -> str:
    """Prepare a user name or password.

    Args:
        text: any text.
        stored: as a stored string, in which code points that Unicode 3.2 had not assigned are prohibited; otherwise as
            a query, in which they are allowed.

    Raises:
        ValueError: it contains what is prohibited, or mixes writing directions.
    """
    if text.isascii() and text.isprintable():
        return text  # nothing of it is in any table
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in text if not stringprep.in_table_b1(c)
    )  # U+200B is in both tables; RFC 4013 2.1 lists the spaces, and B.1 takes it before it could become one
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    _refuse(prepared, _PROHIBITED)
    if stored and any(map(stringprep.in_table_a1, prepared)):
        raise ValueError("the text contains a code point that Unicode 3.2 had not assigned (A.1)")
    _check_directions(prepared)
    return prepared


def prepare_trace(text: str) -> str:
    """Prepare the trace of ANONYMOUS: nothing is changed, some is prohibited (RFC 4505 3).

    Raises:
        ValueError: it contains what is prohibited, is longer than 255 characters, or mixes writing directions.
    """
    _refuse(text, _NOT_IN_TRACES)
    _check_directions(text)
    # With an @ it must be an address, whose length other rules limit; 255 is more than those allow.
    if len(text) > _LONGEST_TRACE:
        raise ValueError(f"a trace has at most {_LONGEST_TRACE} characters")
    return text


def _refuse(text: str, tables: Iterable[tuple[_Table, str]]) -> None:
    for is_in, what in tables:
        if any(map(is_in, text)):
            raise ValueError(f"the text contains {what}")


def _check_directions(text: str) -> None:
    # D.1 holds what is written from right to left, D.2 what is written from left to right (RFC 3454 6).
    if not any(map(stringprep.in_table_d1, text)):
        return
    if any(map(stringprep.in_table_d2, text)):
        raise ValueError("the text mixes writing directions (RFC 3454 6)")
    if not (stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])):
        raise ValueError("text from right to left must begin and end so (RFC 3454 6)")
