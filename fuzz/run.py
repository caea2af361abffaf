"""Let a fuzzer look for octets that break a promise.

    pip install --group fuzz -e .
    python fuzz/run.py [TARGET] [--minutes N] [--corpus DIRECTORY] [--only FILE]

Without a target each input is tried on all of them. The seeds are the messages of ``tests/corpus``, with
``MAILWRIGHT_CORPORA`` also those of the open corpora; what is found interesting is kept in the corpus directory, so
that the next run goes on from there. A finding is written to ``crash-...`` in the present directory and ends the run;
``--only FILE`` tries it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailwright"]):
    from targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 8192  # octets of an input: more is slower and breaks nothing else, for everything is linear
KINDS = ("*.eml", "*.msg", "*.txt", "msg_*", "*.mbox")


def seeds(directory: Path) -> None:
    """Copy the seeds into the corpus."""
    places = [ROOT / "tests" / "corpus", *map(Path, filter(None, [os.environ.get("MAILWRIGHT_CORPORA")]))]
    for place in places:
        for kind in KINDS:
            for path in place.rglob(kind):
                if path.is_file() and path.stat().st_size <= LONGEST:
                    _ = (directory / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", choices=sorted(TARGETS), help="one promise; all when none is named")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--corpus", type=Path, help="where to keep what was found interesting")
    parser.add_argument("--only", type=Path, help="try this file and nothing else")
    given = parser.parse_args()
    chosen = [TARGETS[given.target]] if given.target else list(TARGETS.values())

    def one(raw: bytes) -> None:
        for target in chosen:
            target(raw)

    if given.only is not None:
        one(given.only.read_bytes())
        return
    corpus: Path = given.corpus or Path(tempfile.mkdtemp(prefix="mailwright-fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    seeds(corpus)
    words = ROOT / "fuzz" / "mail.dict"
    seconds = max(1, int(given.minutes * 60))
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-dict={words}",
        "-timeout=20",
        "-rss_limit_mb=2048",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
