"""The promises that are fuzzed hold for the messages of the corpus, so that they cannot rot between two fuzzings."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_files import ROOT

CORPUS = ROOT / "tests" / "corpus"
SEEDS = sorted(path for kind in ("*.eml", "*.mbox") for path in CORPUS.rglob(kind))


def load() -> dict[str, Callable[[bytes], None]]:
    spec = importlib.util.spec_from_file_location("fuzz_targets", ROOT / "fuzz" / "targets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    targets: dict[str, Callable[[bytes], None]] = module.TARGETS
    return targets


TARGETS = load()

# What fuzzing has found, in its smallest form, by the promise it broke.
FOUND: list[tuple[str, bytes]] = [
    ("message", b"Content-Transfer-Encoding:\x1cquoted-printable\r\n\r\n=3D"),
    ("message", b'Content-Transfer-Encoding: base64\r"\n\nYWJj'),
    ("editing", b"a\nContent-:\na\na:"),
    ("passing_on", b"To:\xef\xbb\xbf<a@a"),
    ("passing_on", b"Reply-To:a:"),
    ("transport", b"Content-Type:multipart/;\xa0boundary=b1\n--b1"),
    ("parts", b"Content-Type: multipart/mixed; boundary=o\n\n--o"),
    ("transport", b"From:\xef\xbb\xbf<a@a"),
    ("written", "\ufeffü".encode()),
    ("written", b" \xd3\x97 "),
]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_it_holds_for_the_corpus(name: str, path: Path) -> None:
    raw = path.read_bytes()
    TARGETS[name](raw)
    TARGETS[name](raw.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_it_holds_wherever_a_message_is_cut_off(name: str) -> None:
    for path in SEEDS:
        raw = path.read_bytes()[:2000]
        for end in range(0, len(raw), max(1, len(raw) // 10)):
            TARGETS[name](raw[:end])
            TARGETS[name](raw[end:])


@pytest.mark.parametrize("name", sorted(TARGETS))
@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=200))
def test_it_holds_for_any_octets(name: str, raw: bytes) -> None:
    TARGETS[name](raw)


@pytest.mark.parametrize(("name", "raw"), FOUND)
def test_what_was_found_once_is_not_found_again(name: str, raw: bytes) -> None:
    TARGETS[name](raw)


def test_every_seed_is_there() -> None:
    assert len(SEEDS) >= 25
