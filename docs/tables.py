"""Writes look-up/defects.md and look-up/limits.md; run ``python docs/tables.py`` when the code has changed."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from mailwright.mime import KINDS, Limits

FOLDER = Path(__file__).parent / "look-up"

DEFECTS = """\
<!-- Written by docs/tables.py; change mailwright.mime.defects, not this page. -->

# Defects

What `message.defects` can hold. Mail with any of these is read all the same; each defect says what kind it is, where it
stands (`offset`, in octets from the beginning of the message), and what it is there (`detail`). The names are stable:
programs may compare with them. `mime.KINDS` is the same list.

"""

LIMITS = """\
<!-- Written by docs/tables.py; change mailwright.mime.Limits, not this page. -->

# Limits

How much of a message is looked at: far more than people send, and finite for those who mean harm. Nothing is lost
beyond a limit: the bytes stay, and a [defect](defects.md) tells. For other limits hand in `mime.Limits`, with the
fields you want to change:

```python
from mailwright import mime

message = mime.parse(b"Subject: Lunch?\\r\\n\\r\\nAt noon?\\r\\n", limits=mime.Limits(depth=20, parts=500))
```

Mailboxes take them as well: `mime.mbox("inbox.mbox", limits=...)`, and `entry.read(limits=...)` of a maildir.

"""

# One attribute of a docstring: its name, and its text, which goes on in lines that are indented further.
ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def pages() -> Mapping[Path, str]:
    """Each page's text."""
    return {
        FOLDER / "defects.md": DEFECTS + "\n".join(_defects()),
        FOLDER / "limits.md": LIMITS + "\n".join(_limits()),
    }


def _defects() -> Iterator[str]:
    for kind, meaning in KINDS.items():
        yield f"`{kind}`\n: {meaning}\n"


def _limits() -> Iterator[str]:
    told = dict(ATTRIBUTE.findall(inspect.getdoc(Limits) or ""))
    for field in dataclasses.fields(Limits):
        text = " ".join(told[field.name].split())
        yield f"`{field.name}`\n: {text[:1].upper()}{text[1:]} Default: `{field.default:,}`.\n"


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
