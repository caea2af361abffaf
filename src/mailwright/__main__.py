"""``python -m mailwright`` is ``mailwright``."""

from __future__ import annotations

from mailwright.cli.main import main

if __name__ == "__main__":
    main()
