"""The 207 items of the two national catalogues (罕见病目录 2018 and 2023), and how a name that somebody types finds them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from cases.text import clean, pinyin_keys

SOURCE = Path(__file__).parent / "data" / "rare_diseases.csv"


@dataclass(frozen=True, slots=True)
class Disease:
    """目录病种: code is list and item number, e.g. `1-31`; a note stands where the two lists overlap."""

    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    note_zh: str = ""
    note_en: str = ""


@lru_cache(maxsize=1)
def diseases() -> tuple[Disease, ...]:
    """All listed diseases in the order of the lists."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Disease(
                row["code"],
                row["name_zh"],
                row["name_en"],
                tuple(filter(None, row["alias_zh"].split(";"))),
                row["note_zh"],
                row["note_en"],
            )
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def _keys() -> dict[str, tuple[str, ...]]:
    return {
        one.code: tuple(
            key.lower() for name in (one.name_zh, *one.aliases) for key in (name, *pinyin_keys(name))
        ) + (one.name_en.lower(), one.code)
        for one in diseases()
    }  # fmt: skip


def find(words: str) -> list[Disease]:
    """The diseases whose name, other name, pinyin or code holds these words; the closest first; none for no words."""
    wanted = clean(words).lower().replace(" ", "")
    if not wanted:
        return []
    hits = [
        (min(len(key) for key in _keys()[one.code] if wanted in key.replace(" ", "")), index, one)
        for index, one in enumerate(diseases())
        if any(wanted in key.replace(" ", "") for key in _keys()[one.code])
    ]
    return [one for _length, _index, one in sorted(hits, key=lambda hit: hit[:2])]


def codes(words: str) -> list[str]:
    """The codes of those diseases."""
    return [one.code for one in find(words)]


def _name(zh: str, en: str) -> str:
    return zh if (get_language() or "zh").startswith("zh") else en


named: Any = lazy(_name, str)


def choices() -> tuple[tuple[str, Any], ...]:
    """Code and name in the reader's language, with the note where two items overlap."""
    return tuple(
        (one.code, named(_with(one.name_zh, one.note_zh, "（{}）"), _with(one.name_en, one.note_en, " ({})")))
        for one in diseases()
    )


def _with(name: str, note: str, marks: str) -> str:
    return name + marks.format(note) if note else name
