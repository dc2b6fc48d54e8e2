"""The texts that people consent to: one file for each kind, version and language; a changed text is a new version."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_FILE = re.compile(r"([a-z]+)\.(\d+)\.([a-z-]+)\.txt")


@dataclass(frozen=True)
class Text:
    """同意书: a title and short sentences, with the version and the SHA-256 of the bytes that were shown."""

    kind: str
    version: str
    language: str
    title: str
    lines: tuple[str, ...]
    sha256: str


@cache
def text(kind: str, language: str, version: str = "") -> Text:
    """The text of a consent in one language; the newest version unless another is named."""
    wanted = "en" if language.startswith("en") else "zh-hans"
    version = version or newest(kind)
    raw = (HERE / f"{kind}.{version}.{wanted}.txt").read_bytes()
    title, *lines = [line.strip() for line in raw.decode().splitlines() if line.strip()]
    return Text(kind, version, wanted, title, tuple(lines), hashlib.sha256(raw).hexdigest())


@cache
def newest(kind: str) -> str:
    """The number of the newest version of a kind."""
    found = [match for path in HERE.glob(f"{kind}.*.txt") if (match := _FILE.fullmatch(path.name))]
    return str(max(int(match[2]) for match in found))
