"""The tree of a message's parts."""

from __future__ import annotations

import pytest

from mailwright.cli import structure
from mailwright.cli.console import Console
from mailwright.cli.structure import Node
from mailwright.mime import Message


def test_it_names_and_measures_every_part() -> None:
    message = Message(from_="a@example.com", text="hi", html="<p>hi</p>")
    message.attach(b"12345", name="five.bin")
    root = structure.read(message.to_bytes())
    alternative, attached = root.parts
    assert (root.type, alternative.type) == ("multipart/mixed", "multipart/alternative")
    assert [part.type for part in alternative.parts] == ["text/plain", "text/html"]
    assert attached == Node("application/octet-stream", "five.bin", 5, ())


def test_an_enclosed_message_is_a_part_with_parts() -> None:
    inner = Message(from_="a@example.com", text="inside")
    outer = Message(from_="a@example.com", text="outside")
    outer.attach(inner)
    enclosed = structure.read(outer.to_bytes()).parts[1]
    assert (enclosed.type, [part.type for part in enclosed.parts]) == ("message/rfc822", ["text/plain"])


@pytest.mark.parametrize(
    "raw", [b"", b"garbage", b"Content-Type: multipart/mixed; boundary=x\n\nno parts", b"\xff\n\n"]
)
def test_malformed_mail_has_a_structure_too(raw: bytes) -> None:
    assert structure.read(raw).facts()["parts"] == []


def test_it_is_drawn_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    leaf = Node("text/plain", "a.txt", 1, ())
    structure.show(Console(), Node("multipart/mixed", "", 0, (Node("multipart/related", "", 0, (leaf, leaf)), leaf)))
    assert capsys.readouterr().out.splitlines() == [
        "   multipart/mixed",
        "   ├── multipart/related",
        "   │   ├── text/plain  a.txt  1 byte",
        "   │   └── text/plain  a.txt  1 byte",
        "   └── text/plain  a.txt  1 byte",
    ]
