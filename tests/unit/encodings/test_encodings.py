import subprocess
import sys

import pytest

from mailwright import encodings


@pytest.mark.parametrize("name", encodings.__all__)
def test_every_module_is_there(name: str) -> None:
    assert getattr(encodings, name).__name__ == f"mailwright.encodings.{name}"


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="nosuch"):
        _ = encodings.nosuch


def test_what_few_need_is_loaded_when_it_is_used() -> None:
    program = "import sys, mailwright.encodings as e; old = set(sys.modules); e.html_text"
    program += "; print(*set(sys.modules) - old)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert {"mailwright.encodings.html", "mailwright.encodings.html_text"} <= set(done.stdout.split())
