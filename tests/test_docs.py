"""Every example in the documentation runs.

Python blocks of one document run in order and share their variables. A block below ``<!-- no-run: reason -->`` is only
compiled. A console block below ``<!-- run -->`` is run, command by command, and must show the lines it shows.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import anyio
import pytest
import trustme

import doc_world as world_of
from doc_world import Block, DocWorld, blocks, commands, compiled, unseen
from mailwright import mime
from source_files import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if path.exists() and "_build" not in path.parts
)


@pytest.fixture(scope="session")
def doc_authority() -> trustme.CA:
    """Who vouches for the examples' servers."""
    return trustme.CA()


@pytest.fixture
def doc_world(tmp_path: Path, doc_authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[DocWorld]:
    """The world of one document, in a directory of its own."""
    with world_of.doc_world(tmp_path, doc_authority, monkeypatch) as world:
        yield world


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_examples_of_a_document_run(document: str, doc_world: DocWorld) -> None:
    for block in blocks((ROOT / document).read_text("utf-8")):
        if block.is_python:
            compiled(block, document)
        if block.runs:
            doc_world.run(block, document)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_does_not_run_says_why(document: str) -> None:
    silent = [b.line for b in blocks((ROOT / document).read_text("utf-8")) if b.comment in ("no-run", "no-run:")]
    assert silent == []


# --- what is written from the code ---


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """The script that writes the pages of defects and limits."""
    spec = importlib.util.spec_from_file_location("tables_writer", ROOT / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_say_what_the_code_says(tables: ModuleType) -> None:
    for path, page in tables.pages().items():
        assert path.read_text("utf-8") == page, f"{path.name}: run .venv/bin/python docs/tables.py"


def test_every_defect_and_limit_is_on_its_page(tables: ModuleType) -> None:
    defects, limits = tables.pages().values()
    assert [kind for kind in mime.KINDS if f"\n`{kind}`\n: " not in defects] == []
    assert [field.name for field in fields(mime.Limits) if f"\n`{field.name}`\n: " not in limits] == []


def test_a_changed_default_changes_its_page(tables: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables.pages()
    monkeypatch.setattr(tables, "KINDS", {"date-invalid": "Something else."})
    changed = [path.name for path, page in tables.pages().items() if page != before[path]]
    assert changed == ["defects.md"]


@pytest.mark.parametrize("room", ["mime", "grammar", "encodings"])
def test_every_name_of_the_text_rooms_is_in_the_reference(room: str) -> None:
    reference = (ROOT / "docs/look-up/api.md").read_text("utf-8")
    assert list(undescribed(importlib.import_module(f"mailwright.{room}"), reference)) == []


def undescribed(room: ModuleType, reference: str) -> Iterator[str]:
    """The public names of a room that no directive of the reference describes, where it stands or where it is made."""
    for name in room.__all__:
        value = getattr(room, name)
        made = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", room.__name__)
        described = rf"^\.\. auto(?:class|function|data):: {room.__name__}\.(?:\w+\.)?{name}$"
        if not re.search(rf"^\.\. automodule:: {made}$(?!\n +:no-members:)|{described}", reference, re.MULTILINE):
            yield name


def test_a_name_that_is_not_described_is_found() -> None:
    room = ModuleType("mailwright.made_up")
    room.__dict__.update(__all__=["parse", "Told", "mime"], parse=mime.parse, Told=Block, mime=mime)
    assert list(undescribed(room, "")) == ["parse", "Told", "mime"]
    assert list(undescribed(room, ".. autofunction:: mailwright.made_up.parse\n")) == ["Told", "mime"]
    assert list(undescribed(room, ".. automodule:: doc_world\n.. automodule:: mailwright.mime\n   :no-members:\n")) == [
        "parse",
        "mime",
    ]


# --- the reader itself ---

PAGE = """\
Text.

```python
a = 1
```

<!-- no-run: needs a printer -->
```python
b = 2
```

1. In a list:

   ```python
   if a:
       c = 3
   ```

<!-- run -->

```console
$ mailwright demo
sent ... messages
```

```console
$ pip install mailwright
```
"""


def test_it_finds_blocks_with_their_lines_and_comments() -> None:
    first, printed, listed, console, install = blocks(PAGE)
    assert first == Block("python", "a = 1\n", 4)
    assert (printed.text, printed.comment, printed.runs) == ("b = 2\n", "no-run: needs a printer", False)
    assert (listed.text, listed.runs) == ("if a:\n    c = 3\n", True)
    assert (console.runs, install.runs) == (True, False)
    assert list(commands(console.text)) == [(["demo"], ["sent ... messages"])]


def test_a_failing_example_fails_and_names_its_line(doc_world: DocWorld) -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        doc_world.run(Block("python", "x = 1\nx / 0\n", 41), "docs/made-up.md")
    assert (failed.traceback[-1].path, failed.traceback[-1].lineno) == ("docs/made-up.md", 41)  # counted from zero


def test_blocks_share_their_variables_and_may_await(doc_world: DocWorld) -> None:
    doc_world.run(Block("python", "import anyio\nx = 1\n", 1), "a.md")
    doc_world.run(Block("python", "await anyio.sleep(0)\nx += 1\n", 1), "a.md")
    assert doc_world.namespace["x"] == 2


def test_example_files_lie_in_the_current_directory(doc_world: DocWorld) -> None:
    doc_world.run(Block("python", "from pathlib import Path\npdf = Path('invoice.pdf').read_bytes()", 1), "a.md")
    assert doc_world.namespace["pdf"].startswith(b"%PDF")


def test_output_is_compared_line_by_line() -> None:
    assert unseen(["sent ... messages", "[ok]"], "  sent 3 messages\n[ok]\n") == []
    assert unseen(["sent 4 messages"], "sent 3 messages") == ["sent 4 messages"]


# --- the world itself ---


def test_example_hosts_take_mail_over_starttls(doc_world: DocWorld) -> None:
    with smtplib.SMTP("smtp.example.com", 587, timeout=20) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        smtp.login("alice@example.com", "secret")
        smtp.sendmail("alice@example.com", ["bob@company.com"], b"Subject: hi\r\n\r\n.dot\r\n")
    (caught,) = doc_world.caught
    assert (caught.sender, caught.recipients) == ("alice@example.com", ("bob@company.com",))
    assert (caught.tls, caught.mechanism) == (True, "PLAIN")
    assert caught.content == b"Subject: hi\r\n\r\n.dot\r\n"


def test_example_hosts_take_mail_over_implicit_tls(doc_world: DocWorld) -> None:
    with smtplib.SMTP_SSL("mail.example.org", 465, timeout=20, context=ssl.create_default_context()) as smtp:
        smtp.sendmail("a@example.com", ["b@example.com"], b"\r\n")
    assert [caught.tls for caught in doc_world.caught] == [True]


@pytest.mark.anyio
async def test_both_event_loops_are_led_there_too(doc_world: DocWorld) -> None:
    async with await anyio.connect_tcp("smtp.example.com", 25) as stream:
        assert (await stream.receive()).startswith(b"220 mail.example.com")


@pytest.mark.usefixtures("doc_world")
def test_no_other_host_exists() -> None:
    with pytest.raises(OSError, match=r"the examples' world has no smtp\.gmail\.com"):
        smtplib.SMTP("smtp.gmail.com", 25, timeout=5)
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("smtp.example.com", 2525, timeout=5)
