"""Bytes and text of a body, in and out: encodings, line ends, charsets, forms of text; pure, and incremental.

What every message needs is loaded at once; the others when they are first used, as they take longer to load than a
program takes to read its first message.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mailwright.encodings import base64, charset, lines, quoted, uu

if TYPE_CHECKING:
    from mailwright.encodings import flowed, html, html_text, incremental, text_html, yenc

__all__ = [
    "base64",
    "charset",
    "flowed",
    "html",
    "html_text",
    "incremental",
    "lines",
    "quoted",
    "text_html",
    "uu",
    "yenc",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
