"""What a server can do: its reply to EHLO as a value (RFC 5321 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailwright.smtp.reply import Reply

__all__ = ["Capabilities"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The extensions a server offers; ``"PIPELINING" in capabilities``.

    Attributes:
        keywords: each keyword in upper case with its parameters.
        greeting: the name the server gave itself.
    """

    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    greeting: str = ""

    def __contains__(self, keyword: str) -> bool:
        return keyword.upper() in self.keywords

    def __iter__(self) -> Iterator[str]:
        return iter(self.keywords)

    def without(self, *keywords: str) -> Capabilities:
        """The same but for these."""
        return Capabilities({key: value for key, value in self.keywords.items() if key not in keywords}, self.greeting)

    @property
    def size(self) -> int | None:
        """The largest message the server takes, in octets; ``None`` when it does not say, or says 0 (RFC 1870 4)."""
        for value in self.keywords.get("SIZE", ()):
            if value.isascii() and value.isdigit():
                return int(value[:20]) or None
        return None

    @property
    def auth(self) -> frozenset[str]:
        """The SASL mechanisms offered, in upper case (RFC 4954)."""
        return frozenset(name.upper() for name in self.keywords.get("AUTH", ()))

    @classmethod
    def parse(cls, reply: Reply) -> Capabilities:
        """Read a reply to EHLO; the first line is a greeting, every other an extension."""
        keywords: dict[str, tuple[str, ...]] = {}
        for line in reply.lines[1:]:
            # QUIRK: "AUTH=LOGIN PLAIN" (Exchange; Postfix for old Outlook) besides or instead of "AUTH LOGIN PLAIN".
            words = line.replace("=", " ", 1).split() if line[:5].upper() == "AUTH=" else line.split()
            if words:
                keyword = words[0].upper()
                keywords[keyword] = tuple(dict.fromkeys((*keywords.get(keyword, ()), *words[1:])))
        return cls(keywords, reply.lines[0].split(" ", 1)[0])
