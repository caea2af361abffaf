"""How fast mail is written, beside the standard library's ``EmailMessage`` and its older classes.

    python bench/compose.py [--rounds N]

A text in two forms with an attachment of 10 kB, from values to bytes; and a plain text. Contestants take turns for
several rounds; medians are shown, and how many times as long each takes as mailwright does. Date and Message-ID are
given, since making the latter asks for the host's name in the standard library.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import partial

from mailwright import mime
from parse import Contestants, race

TEXT = "".join(f"{n:2}. A line of the minutes, as people write them, with ü.\n" for n in range(20))
HTML = f'<html><body><p class="m">{TEXT}</p></body></html>'
FILE = os.urandom(10_000)
WHEN = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
SUBJECT = "Minutes of the meeting – please read"


def ours(*, rich: bool) -> bytes:
    """With mailwright."""
    message = mime.Message(
        from_=mime.Address("Jörg Müller", "joerg", "example.com"),
        to=[mime.Address("Bob Smith", "bob", "company.com"), mime.Address("Doe, Jane", "jane", "company.com")],
        subject=SUBJECT,
        date=WHEN,
        message_id="<1@example.com>",
        text=TEXT,
    )
    if rich:
        message.html = HTML
        message.attach(FILE, name="minutes.pdf")
    return message.to_bytes()


def modern(*, rich: bool) -> bytes:
    """With ``EmailMessage``."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Jörg Müller", "joerg", "example.com")
    message["To"] = [Address("Bob Smith", "bob", "company.com"), Address("Doe, Jane", "jane", "company.com")]
    message["Subject"] = SUBJECT
    message["Date"] = WHEN
    message["Message-ID"] = "<1@example.com>"
    message.set_content(TEXT)
    if rich:
        message.add_alternative(HTML, subtype="html")
        message.add_attachment(FILE, maintype="application", subtype="pdf", filename="minutes.pdf")
    return message.as_bytes()


def older(*, rich: bool) -> bytes:
    """With ``email.mime``."""
    message = MIMEMultipart("mixed") if rich else MIMEText(TEXT, "plain", "utf-8")
    message["From"] = formataddr(("Jörg Müller", "joerg@example.com"))
    message["To"] = ", ".join(
        [formataddr(("Bob Smith", "bob@company.com")), formataddr(("Doe, Jane", "jane@company.com"))]
    )
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(WHEN)
    message["Message-ID"] = "<1@example.com>"
    if rich:
        forms = MIMEMultipart(
            "alternative", _subparts=[MIMEText(TEXT, "plain", "utf-8"), MIMEText(HTML, "html", "utf-8")]
        )
        message.attach(forms)
        file = MIMEApplication(FILE, "pdf")
        file.add_header("Content-Disposition", "attachment", filename="minutes.pdf")
        message.attach(file)
    return message.as_bytes()


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    for title, rich in (("text, html and a file of 10 kB, to bytes", True), ("plain text, to bytes", False)):
        contestants: Contestants = {
            "mailwright": partial(ours, rich=rich),
            "email EmailMessage": partial(modern, rich=rich),
            "email.mime": partial(older, rich=rich),
        }
        race(title, contestants, rounds=rounds, least=0.03)


if __name__ == "__main__":
    main()
