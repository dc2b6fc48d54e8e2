"""Law: each row of a shipped policy is read. A row that changes nothing lies to whoever edits the policy."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from cases.programme import programmes
from tests.laws.source import FILES, name, tree

SECTIONS = ("days", "levels", "quorum", "eligibility", "caps", "reading", "follow_up")
NOT_READERS = ("policy.py", "policy_lists.py", "words.py", "validity.py")


@cache
def literals() -> frozenset[str]:
    """Every text that stands in the code outside the policies themselves."""
    files = [path for path in FILES if path.name not in NOT_READERS and "tests" not in name(path)]
    nodes = [node for path in files for node in ast.walk(tree(path))]
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


ROWS = [
    (card.slug, row) for card in programmes() for row in card.policy["rows"] if row.section in SECTIONS
]  # fmt: skip


@pytest.mark.parametrize(("slug", "row"), ROWS, ids=[f"{slug}.{row.name}" for slug, row in ROWS])
def test_each_row_of_a_shipped_policy_is_read_by_one_of_its_roads_or_by_a_rule(slug, row):
    card = next(card for card in programmes() if card.slug == slug)
    asked = {key for road in card.roads.values() for key in road.policy_keys.get(row.section, ())}
    switches = row.section in ("levels", "quorum")
    if row.section == "reading" and row.key != "seconds":  # a switch of a step: the road must have that step
        assert row.key in card.roads[card.road].reading_order, row.name
        return
    read = row.key in asked or (not switches and row.key in literals())
    assert read, f"{row.name} changes nothing: take it out"
