"""How much memory reading takes that grows with the mail: the most a process has held, beyond what it held before.

    python bench/memory.py [--megabytes N]

Files of that size are made in a temporary directory: one message with one attachment, one with many, and a mailbox.
Each is read in a process of its own, as by a program that shows subject, author, date and what is attached; file-backed
pages count, as Linux counts them (``VmHWM``; ``ru_maxrss`` would begin with what the parent process holds).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mailwright import mime

READ = r"""
import re, sys, time
from pathlib import Path
from mailwright import mime
list(mime.mbox(b"From x\\n\\n")), mime.parse(b"\\n").attachments  # load what is loaded late
def held(what): return int(re.search(what + r":\s+(\d+)", Path("/proc/self/status").read_text())[1])
def look(message):
    return message.subject, message.from_, message.date, [(p.content_type, p.filename) for p in message.attachments]
before, begin, count = held("VmRSS"), time.perf_counter(), 0
for message in EXPRESSION:
    look(message)
    MORE
    count += 1
print(count, (held("VmHWM") - before) / 1024, time.perf_counter() - begin)
"""


def message(size: int, attachments: int) -> mime.Message:
    """A message of about that size."""
    made = mime.Message(
        from_="a@example.com", to="b@example.com", subject="Großes", text="See there.", html="<p>See there."
    )
    for number in range(attachments):
        made.attach(os.urandom(size // attachments // 4 * 3), name=f"part-{number}.bin")
    return made


def make(path: Path, size: int, kind: str) -> None:
    """Write a file."""
    if kind == "mailbox":
        one = message(15_000, 1)
        with mime.MboxWriter(path) as box:
            while path.stat().st_size < size:
                for _ in range(1000):
                    _ = box.add(one)
        return
    with path.open("wb") as file:
        _ = message(size, 1 if kind == "one attachment" else 400).write(file)


def measure(path: Path, expression: str, more: str = "pass") -> None:
    """Read a file in a process of its own."""
    program = READ.replace("EXPRESSION", expression).replace("MORE", more)
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    count, megabytes, seconds = done.stdout.split()
    what = "metadata" if more == "pass" else more
    print(f"  {what:58} {float(megabytes):8.1f} MB {float(seconds):8.2f} s {count:>8} messages")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the files")
    size = parser.parse_args().megabytes * 1_000_000
    with tempfile.TemporaryDirectory(prefix="mailwright-bench-", dir="/var/tmp") as directory:
        path = Path(directory) / "mail"
        for kind in ("one attachment", "400 attachments", "mailbox"):
            make(path, size, kind)
            print(f"\n{path.stat().st_size // 1_000_000} MB, {kind}: growth of the most memory held")
            if kind == "mailbox":
                measure(path, "mime.mbox(Path(sys.argv[1]))")
            else:
                measure(path, "[mime.parse(Path(sys.argv[1]))]")
                measure(
                    path, "[mime.parse(Path(sys.argv[1]))]", "[sum(map(len, p.open())) for p in message.attachments]"
                )
                measure(path, "[mime.parse(Path(sys.argv[1]))]", "sum(map(len, message.chunks()))")
            path.unlink()


if __name__ == "__main__":
    main()
