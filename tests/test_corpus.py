"""Mail with its expected answer beside it; a case is two files in tests/corpus, and needs no Python.

What the ``.json`` may say: ``why``; ``subject``, ``text``, ``html``, ``date`` (ISO 8601), ``message_id``,
``references``; ``from``, ``to``, ``cc`` as they print; ``headers`` by name; ``attachments`` with file name, type and
size of the content; ``structure``, one line a part, indented by depth, enclosed messages opened; ``contents`` by place
(``"1.2"``, empty for the message); ``enclosed``, the subjects of enclosed messages; ``defects``, sorted kinds;
``as_text``; ``report``, its kind and then its lines as they are written; ``urls`` of content that is elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailwright import mime
from mailwright.mime import Message, Part

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*.eml"))


def structure(message: Message) -> list[str]:
    """The parts, indented by their depth; a message within stands below its part."""
    lines: list[str] = []
    waiting: list[tuple[int, Part]] = [(0, message)]
    while waiting:
        depth, part = waiting.pop()
        lines.append(" " * depth + part.content_type)
        below = [part.message] if part.message is not None else list(part.parts)
        waiting.extend([(depth + 1, child) for child in reversed(below)])
    return lines


def at(message: Message, place: str) -> Part:
    """The part at a place such as 1.2."""
    part: Part = message
    for number in place.split(".") if place else []:
        part = part.parts[int(number) - 1]
    return part


def enclosed(message: Message) -> list[str]:
    """The subjects of the messages in it."""
    return [part.message.subject for part in message.walk() if part.message is not None]


def report(message: Message) -> list[str]:
    """What it reports: the kind, and the lines of it."""
    found = message.report
    return [] if found is None else [found.kind, *str(found.status).splitlines()]


ANSWERS: dict[str, Callable[[Message, Any], Any]] = {
    "why": lambda message, why: why,
    "subject": lambda message, _: message.subject,
    "text": lambda message, _: message.text,
    "html": lambda message, _: message.html,
    "message_id": lambda message, _: message.message_id,
    "references": lambda message, _: list(message.references),
    "date": lambda message, _: message.date and message.date.isoformat(),
    "from": lambda message, _: [str(item) for item in message.from_],
    "to": lambda message, _: [str(item) for item in message.to],
    "cc": lambda message, _: [str(item) for item in message.cc],
    "headers": lambda message, expected: {name: message.headers[name] for name in expected},
    "attachments": lambda message, _: [
        {"filename": part.filename, "type": part.content_type, "size": len(part.content)}
        for part in message.attachments
    ],
    "structure": lambda message, _: structure(message),
    "contents": lambda message, expected: {place: at(message, place).content.decode() for place in expected},
    "enclosed": lambda message, _: enclosed(message),
    "as_text": lambda message, _: message.as_text(),
    "report": lambda message, _: report(message),
    "urls": lambda message, _: [body.url for part in message.walk() if (body := mime.external(part)) is not None],
    "defects": lambda message, _: sorted(defect.kind for defect in message.defects),
}


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_expected_one(case: str) -> None:
    path = CORPUS / case
    raw = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    message = mime.parse(raw)
    assert {name: ANSWERS[name](message, value) for name, value in expected.items()} == expected
    assert message.to_bytes() == raw
    assert mime.parse(path).to_bytes() == raw


def test_every_case_has_its_answer_and_says_why() -> None:
    answers = sorted(path.relative_to(CORPUS).with_suffix(".eml").as_posix() for path in CORPUS.rglob("*.json"))
    assert answers == CASES
    assert len(CASES) >= 25
    assert all(json.loads((CORPUS / case).with_suffix(".json").read_text("utf-8"))["why"] for case in CASES)


# --- other people's mail ----------------------------------------------------------------------------------------------


def ask_everything(message: Message, depth: int = 0) -> None:
    """Read all there is to read."""
    _ = message.subject, message.from_, message.to, message.cc, message.bcc, message.sender, message.reply_to
    _ = message.date, message.message_id, message.in_reply_to, message.references
    _ = message.text, message.html, message.attachments, message.defects, message.headers.items()
    for part in message.walk():
        _ = part.content, part.text, part.filename, part.cid, part.charset, part.offsets, part.raw
        if part.message is not None and depth < 9:
            ask_everything(part.message, depth + 1)


def test_all_open_corpora_come_back_octet_for_octet_and_nothing_raises(corpora: Path) -> None:
    files = [path for path in corpora.rglob("*") if path.is_file()]
    assert len(files) > 300
    for path in files:
        raw = path.read_bytes()
        message = mime.parse(raw)
        ask_everything(message)
        assert message.to_bytes() == raw, path


def test_a_field_can_be_set_in_all_of_them(corpora: Path) -> None:
    for path in corpora.rglob("*.eml"):
        raw = path.read_bytes()
        message = mime.parse(raw)
        message.headers["X-Mine"] = "1"
        again = mime.parse(message.to_bytes())
        assert again.headers["x-mine"] == "1", path
        assert again.text == message.text, path
