"""Bytes of a body, in and out: transfer encodings, line ends, charsets; pure, and incremental where it matters."""

from __future__ import annotations

from mailwright.encodings import base64, charset, lines, quoted, uu

__all__ = ["base64", "charset", "lines", "quoted", "uu"]
