"""What the bench says while it works."""

from __future__ import annotations

import sys
import time

_began = time.monotonic()


def say(words: str) -> None:
    """One line on the error stream with the seconds since the start, so that the tables alone go to a file."""
    print(f"[{time.monotonic() - _began:6.1f} s] {words}", file=sys.stderr, flush=True)
