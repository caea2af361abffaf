"""How fast mail is read, beside the standard library and, where they are installed, fast-mail-parser and mail-parser.

    python bench/parse.py [--rounds N] [--megabytes N]

Three messages: 3 kB with thirty header fields and a text in two forms; 28 kB with two attachments; and a large one
with four. Contestants take turns for several rounds; medians are shown, and how many times as
long each takes as mailwright does for the same. Every contestant starts from bytes each time and keeps nothing.

``fast_mail_parser`` is Rust and decodes everything at once; ``email`` and ``mail-parser`` are Python.
"""

from __future__ import annotations

import argparse
import email
import os
import statistics
import time
from collections.abc import Callable
from email import policy
from email.message import Message
from importlib import import_module
from typing import Any, cast

from mailwright import mime

Contestants = dict[str, Callable[[], object]]

HOPS = "".join(
    f"Received: from relay{n}.example.net (relay{n}.example.net [192.0.2.{n}])\r\n"
    f"\tby mx{n}.example.com (Postfix) with ESMTPS id 4F{n}A\r\n"
    f"\tfor <bob@company.com>; Fri, 20 Nov 2026 11:3{n}:00 +0100 (CET)\r\n"
    for n in range(5)
)
TRACE = "".join(f"X-Scanner-{n}: clean; score={n}.5; version=4.0.{n}\r\n" for n in range(16))
OWN = (
    "From: =?utf-8?q?J=C3=B6rg_M=C3=BCller?= <joerg@example.com>\r\n"
    'To: Bob Smith <bob@company.com>, "Doe, Jane" <jane@company.com>\r\n'
    "Cc: carol@company.com\r\n"
    "Subject: =?utf-8?q?Minutes_of_the_meeting_=E2=80=93_please?=\r\n =?utf-8?q?_read?=\r\n"
    "Date: Fri, 20 Nov 2026 11:30:00 +0100\r\n"
    "Message-ID: <20261120113000.4711@example.com>\r\n"
    "In-Reply-To: <20261119.1@company.com>\r\n"
    "References: <20261118.1@company.com> <20261119.1@company.com>\r\n"
    "MIME-Version: 1.0\r\n"
)
TEXT = "".join(f"{n:2}. A line of the minutes, as people write them.\r\n" for n in range(8))
FORMS = (
    "--=_alt\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    f"Grüße,\r\n{TEXT}\r\n"
    "--=_alt\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    f'<p>Gr=C3=BC=C3=9Fe,</p><p class=3D"m">{TEXT}</p>=\r\n\r\n'
    "--=_alt--\r\n"
)
TYPE = 'Content-Type: multipart/alternative; boundary="=_alt"\r\n\r\n'
SMALL = (HOPS + TRACE + OWN + TYPE + FORMS).encode()


def with_attachment(octets: int, count: int) -> bytes:
    """The small message with attachments of random octets."""
    message = mime.Message(
        from_="Jörg Müller <joerg@example.com>",
        to=["Bob Smith <bob@company.com>", '"Doe, Jane" <jane@company.com>'],
        subject="Minutes of the meeting – please read",
        text=f"Grüße,\n{TEXT}",
        html=f"<p>Grüße,</p><p>{TEXT}</p>",
    )
    for number in range(count):
        message.attach(os.urandom(octets), name=f"minutes-{number}.pdf")
    return (HOPS + TRACE).encode() + message.to_bytes()


# --- reading the small message, as a program that shows mail does ----------------------------------------------------


def ours(raw: bytes) -> object:
    """Subject, from, to, date, text, html."""
    message = mime.parse(raw)
    return message.subject, message.from_, message.to, message.date, message.text, message.html


def stdlib_default(raw: bytes) -> object:
    """The same with ``policy.default``."""
    message = email.message_from_bytes(raw, policy=policy.default)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    date = message["date"].datetime
    return message["subject"], message["from"], message["to"], date, plain.get_content(), html.get_content()


def stdlib_compat32(raw: bytes) -> object:
    """The same with ``compat32`` and its helpers."""
    from email.header import decode_header, make_header
    from email.utils import getaddresses, parsedate_to_datetime

    message: Message = email.message_from_bytes(raw)
    bodies = [part for part in message.walk() if not part.is_multipart()]
    texts = [
        cast("bytes", part.get_payload(decode=True)).decode(part.get_content_charset() or "ascii") for part in bodies
    ]
    subject = str(make_header(decode_header(message["subject"])))
    addresses = [getaddresses([str(make_header(decode_header(message[name])))]) for name in ("from", "to")]
    return subject, addresses, parsedate_to_datetime(message["date"]), texts


# --- everything ------------------------------------------------------------------------------------------------------


def our_metadata(raw: bytes) -> object:
    """Subject, from, to, date, and what is attached."""
    message = mime.parse(raw)
    attached = [(part.content_type, part.filename, part.octets) for part in message.attachments]
    return message.subject, message.from_, message.to, message.date, attached


def stdlib_metadata(raw: bytes) -> object:
    """The same with ``policy.default``."""
    message = email.message_from_bytes(raw, policy=policy.default)
    attached = [(part.get_content_type(), part.get_filename()) for part in message.iter_attachments()]
    return message["subject"], message["from"], message["to"], message["date"].datetime, attached


def our_headers(raw: bytes) -> object:
    """Every header of the message, decoded, and the typed ones as values."""
    message = mime.parse(raw)
    typed = message.from_, message.to, message.cc, message.date, message.message_id, message.references
    return typed, message.headers.items()


def our_contents(raw: bytes) -> object:
    """Every body, decoded."""
    message = mime.parse(raw)
    return [(part.filename, part.content) for part in message.walk()], message.text, message.html


def stdlib_headers(raw: bytes) -> object:
    """Every header with ``policy.default``."""
    return email.message_from_bytes(raw, policy=policy.default).items()


def stdlib_contents(raw: bytes) -> object:
    """Every body with ``compat32``."""
    return [part.get_payload(decode=True) for part in email.message_from_bytes(raw).walk()]


def optional(module: str, name: str) -> Callable[[bytes], Any] | None:
    """A peer's function, when it is installed."""
    try:
        return cast("Callable[[bytes], Any]", getattr(import_module(module), name))
    except ImportError:
        return None


# --- the race --------------------------------------------------------------------------------------------------------


def race(title: str, contestants: Contestants, *, rounds: int, least: float) -> None:
    """Everybody in turn; each round repeats until it has taken long enough to be measured."""
    times: dict[str, list[float]] = {}
    repeats: dict[str, int] = {}
    for name, run in contestants.items():
        run()  # what is loaded at the first call is not what is raced
        begin = time.perf_counter()
        run()
        repeats[name] = max(1, int(least / max(time.perf_counter() - begin, 1e-6)))
    for _ in range(rounds):
        for name, run in contestants.items():
            begin = time.perf_counter()
            for _ in range(repeats[name]):
                run()
            times.setdefault(name, []).append((time.perf_counter() - begin) / repeats[name])
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    first = next(iter(medians.values()))
    print(f"\n{title:60} {'median':>12}   times mailwright")
    for name, median in medians.items():
        shown = f"{median * 1e6:10.1f} us" if median < 0.1 else f"{median * 1e3:10.1f} ms"
        print(f"  {name:58} {shown:>12}   {median / first:6.2f}")


def contests(megabytes: int) -> list[tuple[str, Contestants]]:
    """Who runs against whom on what."""
    middle, large = with_attachment(9_000, 2), with_attachment(megabytes * 185_000, 4)
    rust = optional("fast_mail_parser", "parse_email")
    python = optional("mailparser", "parse_from_bytes")

    def peers(raw: bytes, *, slow: bool = True) -> Contestants:
        found: Contestants = {}
        if rust is not None:
            found["fast_mail_parser"] = lambda: rust(raw)
        if python is not None and slow:
            found["mail-parser"] = lambda: python(raw)
        return found

    small: Contestants = {
        "mailwright": lambda: ours(SMALL),
        "mailwright, parse only": lambda: mime.parse(SMALL),
        "email policy.default": lambda: stdlib_default(SMALL),
        "email compat32": lambda: stdlib_compat32(SMALL),
        **peers(SMALL),
    }
    structure: Contestants = {
        "mailwright": lambda: mime.parse(middle),
        "email policy.default": lambda: email.message_from_bytes(middle, policy=policy.default),
        "email compat32": lambda: email.message_from_bytes(middle),
        **peers(middle, slow=False),
    }
    described: Contestants = {
        "mailwright": lambda: our_metadata(middle),
        "email policy.default": lambda: stdlib_metadata(middle),
        **peers(middle),
    }
    headers: Contestants = {
        "mailwright": lambda: our_headers(middle),
        "email policy.default": lambda: stdlib_headers(middle),
    }
    contents: Contestants = {
        "mailwright": lambda: our_contents(middle),
        "email compat32": lambda: stdlib_contents(middle),
        **peers(middle),
    }
    metadata: Contestants = {
        "mailwright": lambda: our_metadata(large),
        "email policy.default": lambda: stdlib_metadata(large),
        "email compat32, subject only": lambda: email.message_from_bytes(large)["subject"],
    }
    whole: Contestants = {
        "mailwright": lambda: our_contents(large),
        "email compat32": lambda: stdlib_contents(large),
        **peers(large, slow=False),
    }
    kilobytes = len(middle) // 1000
    return [
        (f"{len(SMALL)} octets: subject, from, to, date, text, html", small),
        (f"{kilobytes} kB: structure", structure),
        (f"{kilobytes} kB: structure, subject, from, to, date, attachments", described),
        (f"{kilobytes} kB: all headers of the message", headers),
        (f"{kilobytes} kB: all contents", contents),
        (f"{len(large) // 1_000_000} MB: subject, from, to, date, attachments", metadata),
        (f"{len(large) // 1_000_000} MB: all contents", whole),
    ]


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--megabytes", type=int, default=54, help="size of the large message")
    given = parser.parse_args()
    for title, contestants in contests(given.megabytes):
        large = " MB:" in title
        race(title, contestants, rounds=min(given.rounds, 3) if large else given.rounds, least=0 if large else 0.03)


if __name__ == "__main__":
    main()
