"""What a programme's folder and its rooms read of a policy is asked for before a version is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases.policy.validity import validate
from cases.programme import Programme, programmes

ROOT = Path(__file__).parents[2]
ROOMS = {"hearing": ["cases/stock"], "cataract": ["cases/providers"]}
READ = re.compile(r"\.(days|count|threshold)\(\"(\w+)\"\)")
ASKING = [card for card in programmes() if card.asks]
ASKED = [(card, section, key) for card in ASKING for section, keys in card.asks.items() for key in keys]


@pytest.mark.parametrize(("card", "section", "key"), ASKED, ids=lambda value: getattr(value, "slug", value))
def test_a_policy_without_a_row_that_the_folder_reads_is_not_published(card: Programme, section: str, key: str) -> None:
    rows = list(card.policy["rows"])
    assert [fault for fault in validate(rows, needed=card.needs()) if fault.key == key] == []
    without = [row for row in rows if (row.section, row.key) != (section, key)]
    assert (section, key) in [(fault.section, fault.key) for fault in validate(without, needed=card.needs())]


@pytest.mark.parametrize("card", ASKING, ids=lambda card: card.slug)
def test_each_row_that_is_read_is_asked_for(card: Programme) -> None:
    needed = {key for keys in card.needs().values() for key in keys}
    read = set()
    for folder in [f"workflows/programmes/{card.slug}", *ROOMS.get(card.slug, ())]:
        for file in (ROOT / folder).rglob("*.py"):
            if file.name != "tests.py":
                read |= {key for _how, key in READ.findall(file.read_text("utf-8"))}
    assert read or card.slug not in ROOMS, "nothing is read by this pattern: this test shows nothing"
    assert read <= needed, read - needed
