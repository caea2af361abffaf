"""Header text, read and written: RFC 5322, 2047, 2231, 6532; traces, authentication results and list commands.

Readers take ``str`` or ``bytes``, never raise on mail and take linear time; writers fold, and read back what they wrote
before they hand it out. What few programs ask for is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mailwright.grammar import address, date, folding, ids, lexer, params, words
from mailwright.grammar.address import Address, AddressList, Group
from mailwright.grammar.params import ParameterValue

if TYPE_CHECKING:
    from mailwright.grammar import authres, lists, trace
    from mailwright.grammar.authres import AuthenticationResults, MethodResult, Property
    from mailwright.grammar.lists import ListCommand, ListCommands, ListId, Unsubscribe
    from mailwright.grammar.trace import Received, TcpInfo

__all__ = [
    "Address",
    "AddressList",
    "AuthenticationResults",
    "Group",
    "ListCommand",
    "ListCommands",
    "ListId",
    "MethodResult",
    "ParameterValue",
    "Property",
    "Received",
    "TcpInfo",
    "Unsubscribe",
    "address",
    "authres",
    "date",
    "folding",
    "ids",
    "lexer",
    "lists",
    "params",
    "trace",
    "words",
]

_LATE = {
    "authres": "AuthenticationResults MethodResult Property",
    "lists": "ListCommand ListCommands ListId Unsubscribe",
    "trace": "Received TcpInfo",
}
_WHERE = {name: file for file, names in _LATE.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name in _LATE:
        return import_module(f"{__name__}.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
