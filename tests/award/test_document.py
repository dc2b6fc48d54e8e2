"""The page about the calculator: each of its examples gives what the page says, and no shape or programme is without one."""

import json
import re
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases.policy.shapes import ADDING, CHOOSING, SETTINGS
from cases.programme import programmes

PAGE = Path(__file__).parents[2] / "docs" / "award.md"
PIECE = re.compile(r"```json\n(?P<json>.*?)```|^Gives `(?P<gives>[\d.]+)`", re.S | re.M)


def examples() -> list[tuple[str, Any, Any, str]]:
    """Heading, rows (None for a shipped policy), facts and the amount of each example."""
    found = []
    for part in PAGE.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, rows, facts = part.splitlines()[0], None, None
        for piece in PIECE.finditer(part):
            if piece["gives"]:
                found.append((heading, rows, facts, piece["gives"]))
            elif isinstance(told := json.loads(piece["json"]), list):
                rows = told
            else:
                facts = told
    return found


@pytest.mark.parametrize(("heading", "rows", "facts", "gives"), examples())
def test_an_example_gives_what_the_page_says(
    heading: str, rows: Any, facts: Any, gives: str, tmp_path: Path, db: None
) -> None:
    told, table, said = tmp_path / "facts.json", tmp_path / "policy.json", StringIO()
    told.write_text(json.dumps(facts))
    table.write_text(json.dumps(rows))
    slug = heading.removeprefix("Programme ") if rows is None else "any"
    which = ("--policy", "shipped") if rows is None else ("--rules", str(table))
    call_command("award", slug, str(told), *which, stdout=said)
    assert json.loads(said.getvalue())["amount"] == gives


def test_each_shape_and_each_programme_with_a_shipped_policy_has_an_example() -> None:
    shown = {row["value"].get("shape") for _heading, rows, _facts, _gives in examples() for row in rows or ()}
    assert {*CHOOSING, *ADDING, *SETTINGS} - {"self_pay"} <= shown
    headings = {heading for heading, *_rest in examples()}
    ours = [card.slug for card in programmes() if not _in_tests(card)]
    assert {f"Programme {slug}" for slug in ours} <= headings


def _in_tests(card: Any) -> bool:
    return str(card.award.__module__).startswith("tests.")


def test_examples_pay_more_than_nothing() -> None:
    assert all(Decimal(gives) > 0 for *_rest, gives in examples())
