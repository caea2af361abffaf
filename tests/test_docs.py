"""Every example in the documentation runs.

Python blocks of one document run in order and share their variables. A block below ``<!-- no-run: reason -->`` is only
compiled. A console block below ``<!-- run -->`` is run, command by command, and must show the lines it shows.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
import trustme

import doc_world as world_of
from doc_world import Block, DocWorld, blocks, commands, compiled, unseen
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
