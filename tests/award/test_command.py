"""`manage.py award` works a grant out for stated facts and names what is wrong with them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
RULES = [{"section": "award", "key": "b1", "value": {"shape": "band", "over": "5000", "amount": "3000"}}]


def run(folder: Path, facts: Any, *options: str, rules: Any = RULES) -> str:
    given, table = folder / "facts.json", folder / "rules.json"
    given.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    table.write_text(json.dumps(rules), encoding="utf-8")
    said = StringIO()
    which = options or ("--rules", str(table))
    call_command("award", "rare_disease", str(given), *which, stdout=said)
    return said.getvalue()


def test_it_prints_the_working_in_both_languages(tmp_path: Path) -> None:
    said = run(tmp_path, {"total": "20000", "deductions": {"basic_insurance": "8000"}})
    assert "基本医保报销" in said and "Basic medical insurance" in said
    assert said.splitlines()[-1].split()[0] == "3,000.00"


def test_the_policy_in_force_and_a_version_by_number(tmp_path: Path, published: Any) -> None:
    published("rare_disease")
    said = run(tmp_path, {"total": "80000", "categories": ["H01"], "fund_left": "5000"}, "--policy", "1")
    assert "轮候" in said
    with pytest.raises(CommandError, match="no version 7"):
        run(tmp_path, {}, "--policy", "7")


def test_without_a_policy_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text("{}")
    with pytest.raises(CommandError, match="policy: "):
        call_command("award", "rare_disease", str(tmp_path / "facts.json"))
    with pytest.raises(CommandError, match="Known: .*rare_disease"):
        call_command("award", "no_such", str(tmp_path / "facts.json"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"total": "-1"}, "total: "),
        ({"total": "1.005"}, "total: "),
        ({"total": "5", "deductions": {"basic_insurance": "6"}}, "deductions: "),
        ({"totl": "5"}, "totl: "),
        ([1], "JSON object"),
        ("{", "not JSON"),
    ],
)
def test_a_wrong_fact_is_named(tmp_path: Path, facts: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words) as failed:
        run(tmp_path, facts)
    assert failed.value.returncode == 2


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{"section": "award", "key": "b", "value": {"shape": "band", "over": "5"}}], r"\[0\]\.amount"),
        ([{"section": "award", "value": {}}], "section, key and value"),
        ({}, "list of rows"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, rules: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(tmp_path, {"total": "5"}, rules=rules)
