"""How fast header text is read, beside the standard library's two ways.

    python bench/headers.py [--rounds N] [--count N] [--only addresses|dates|subjects|parameters]

Twenty thousand address headers, dates, encoded subjects, and values of Content-Type, each a mixture of what mail holds;
no two are the same, so no cache helps anybody. Contestants take turns for several rounds; medians for one header are
shown, and how many times as long each takes as mailwright does.

``policy.default`` is what ``email.message_from_bytes(raw, policy=policy.default)[name]`` costs: the header's object and
its value. The other is what programs did before: ``getaddresses`` of the decoded text, ``parsedate_to_datetime``,
``make_header(decode_header(...))``, ``Message.get_params``.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import time
from collections.abc import Callable
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from mailwright.grammar import address, date, params, words

Reader = Callable[[str], object]

NAMES = ("Jörg Müller", "José García", "山田太郎", "Zoë Ångström", "Łukasz Żak", "Анна Иванова", "Renée")
ZONES = ("+0000", "-0500", "+0530", "GMT", "EST", "-0800 (PST)", "+0100 (CET)", "+0000 (UTC)", "-0700")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def q(text: str, charset: str = "utf-8") -> str:
    """A Q encoded-word."""
    octets = text.encode(charset)
    return f"=?{charset}?Q?{''.join(chr(o) if chr(o).isalnum() and o < 128 else f'={o:02X}' for o in octets)}?="


def b(text: str, charset: str = "utf-8") -> str:
    """A B encoded-word."""
    return f"=?{charset.upper()}?B?{base64.b64encode(text.encode(charset)).decode()}?="


# --- what is read ----------------------------------------------------------------------------------------------------


def an_address(n: int) -> str:
    """One header of addresses; most hold one mailbox, some a few, one in twenty a group."""
    name, spec = NAMES[n % len(NAMES)], f"user.{n}@mail{n % 97}.example.com"
    forms = (
        spec,
        f"Alice Smith <{spec}>",
        f"Alice B. Smith {n} <{spec}>",
        f'"Smith, Alice" <{spec}>',
        f'"Alice \\"Al\\" Smith" <{spec}>',
        f"{q(name)} <{spec}>",
        f"{b(name)} <{spec}>",
        f'"{q(name)}" <{spec}>',
        f"{name} <{spec}>",
        f"{spec} (Alice Smith)",
        f"Alice Smith <{spec}>, bob.{n}@example.org",
        f'Alice Smith <{spec}>, "Doe, Jane" <jane.{n}@example.org>,\r\n\tCarol <carol{n}@example.net>',
        f"{q(name)}\r\n {q(' ' + name)} <{spec}>, d{n}@example.org",
        ", ".join(f"Person {i} <p{i}.{n}@example.com>" for i in range(9)),
        f"<{spec}>",
        f"Alice Smith <{spec}>",
        f"info{n}@example.com, {spec}",
        f'"Alice Smith" <{spec}>',
        f"Alice Smith <{spec}>",
        f"Team {n}: Alice <{spec}>, bob.{n}@example.org;" if n % 2 else "undisclosed-recipients:;" + " " * (n % 7),
    )
    return forms[n % len(forms)]


def a_date(n: int) -> str:
    """One date; one in ten has no day of the week."""
    time_ = f"{n % 24:02}:{n % 60:02}:{n // 60 % 60:02}"
    clock = f"{n % 28 + 1} {MONTHS[n % 12]} {1995 + n % 30} {time_} {ZONES[n % len(ZONES)]}"
    return clock if n % 10 == 0 else f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[n % 7]}, {clock}"


def a_subject(n: int) -> str:
    """One subject with encoded-words in it."""
    forms = (
        q(f"Größere Änderung {n}"),
        q(f"Größere Änderung {n}", "iso-8859-1"),
        b(f"Größere Änderung {n}"),
        f"Re: {q(f'Größere Änderung {n}')}",
        f"Re: [list {n}] {b('Протокол собрания')}\r\n {b(f' от {n} ноября')}",
        f"{q('Les réponses à toutes')}\r\n {q(' vos questions')}\r\n {q(f' du numéro {n}')}",
        f"{b('会議の議事録', 'iso-2022-jp')} {n}",
        f"Minutes {n}: {q('déjà')} and {q('vu', 'iso-8859-1')} again",
        b(f"Größere Änderung {n}", "iso-8859-1"),
        q(f"Größere_Änderung, ganz lang und mit vielen Wörtern {n}"),
    )
    return forms[n % len(forms)]


def a_type(n: int) -> str:
    """One value of Content-Type."""
    forms = (
        f'text/plain; charset="utf-8"; x-n={n}',
        f"text/html; charset=iso-8859-1; x-n={n}",
        f'multipart/alternative; boundary="000000000000{n:012}"',
        f'multipart/mixed;\r\n boundary="----=_Part_{n}_1234.5678"',
        f'application/pdf; name="Report {n}.pdf"',
        f"text/plain; charset=UTF-8; format=flowed; delsp=yes; x={n}",
    )
    return forms[n % len(forms)]


# --- who reads -------------------------------------------------------------------------------------------------------


def typed(name: str, ask: Callable[[Any], object]) -> Reader:
    """``policy.default`` on a field as it stands in a message."""
    factory = policy.default.header_factory

    def read(text: str) -> object:
        return ask(factory(name, text.replace("\r\n", "")))

    return read


def old_addresses(text: str) -> object:
    """Split, then decode the names."""
    return [(str(make_header(decode_header(name))), spec) for name, spec in getaddresses([text])]


def old_parameters(text: str) -> object:
    """By way of a message."""
    message = Message()
    message["Content-Type"] = text.replace("\r\n", "")
    return message.get_params()


CONTESTS: dict[str, tuple[Callable[[int], str], dict[str, Reader]]] = {
    "addresses": (
        an_address,
        {
            "mailwright": address.parse_list,
            "email policy.default": typed("To", lambda header: header.addresses),
            "getaddresses, decode_header": old_addresses,
        },
    ),
    "dates": (
        a_date,
        {
            "mailwright": date.parse,
            "email policy.default": typed("Date", lambda header: header.datetime),
            "parsedate_to_datetime": parsedate_to_datetime,
        },
    ),
    "subjects": (
        a_subject,
        {
            "mailwright": words.decode,
            "email policy.default": typed("Subject", str),
            "decode_header, make_header": lambda text: str(make_header(decode_header(text))),
        },
    ),
    "parameters": (
        a_type,
        {
            "mailwright": params.parse,
            "email policy.default": typed("Content-Type", lambda header: dict(header.params)),
            "Message.get_params": old_parameters,
        },
    ),
}


def race(title: str, texts: list[str], contestants: dict[str, Reader], *, rounds: int) -> None:
    """Everybody in turn."""
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, read in contestants.items():
            begin = time.perf_counter()
            for text in texts:
                read(text)
            times.setdefault(name, []).append((time.perf_counter() - begin) / len(texts))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    first = next(iter(medians.values()))
    print(f"\n{f'{len(texts)} {title}':45} {'median':>12}   times mailwright")
    for name, median in medians.items():
        print(f"  {name:43} {median * 1e6:9.2f} us   {median / first:6.1f}")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--only", choices=CONTESTS)
    given = parser.parse_args()
    for title, (make, contestants) in CONTESTS.items():
        if given.only in (None, title):
            texts = [make(number) for number in range(given.count)]
            race(title, texts, contestants, rounds=given.rounds)


if __name__ == "__main__":
    main()
