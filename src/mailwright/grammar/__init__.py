"""Header text, read and written: RFC 5322, 2047, 2231, 6532.

Readers take ``str`` or ``bytes``, never raise on mail and take linear time; writers fold, and read back what they wrote
before they hand it out.
"""

from __future__ import annotations

from mailwright.grammar import address, date, folding, ids, lexer, params, words
from mailwright.grammar.address import Address, AddressList, Group
from mailwright.grammar.params import ParameterValue

__all__ = [
    "Address",
    "AddressList",
    "Group",
    "ParameterValue",
    "address",
    "date",
    "folding",
    "ids",
    "lexer",
    "params",
    "words",
]
