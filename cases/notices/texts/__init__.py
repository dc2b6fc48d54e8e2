"""The words of every notice: one file for each code, version and language; a changed text is a new version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Template

from cases.notices.rules import LANGUAGES, SMS_WORDS, Letter, parse

HERE = Path(__file__).parent
_FILE = re.compile(r"(N\d\d)\.(\d+)\.([a-z-]+)\.txt")
_engine = Engine()


@cache
def versions() -> Mapping[str, int]:
    """The newest version of each notice that exists in every language."""
    found: dict[tuple[str, int], set[str]] = {}
    for path in HERE.glob("N*.txt"):
        match = _FILE.fullmatch(path.name)
        if match:
            found.setdefault((match[1], int(match[2])), set()).add(match[3])
    out: dict[str, int] = {}
    for (code, version), languages in found.items():
        if languages.issuperset(LANGUAGES):
            out[code] = max(version, out.get(code, 0))
    return out


@cache
def _template(code: str, version: int, language: str, part: str) -> Template:
    source = (HERE / f"{code}.{version}.{language}.txt").read_text(encoding="utf-8")
    letter, _, sms = source.partition("=== sms")
    return Template(sms if part == "sms" else letter, engine=_engine)


def write(code: str, version: int, language: str, words: Mapping[str, Any]) -> Letter:
    """成文: the letter and its short message; the message is written from the few words that a message may say."""
    letter = _template(code, version, language, "letter").render(Context(dict(words), autoescape=False))
    few = {name: words.get(name, "") for name in SMS_WORDS}
    sms = _template(code, version, language, "sms").render(Context(few, autoescape=False))
    return parse(f"{letter}\n=== sms\n{sms}")
