"""`manage.py award` works a grant out for stated facts and names what is wrong with them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

pytestmark = pytest.mark.django_db
BAND = {"shape": "band", "over": "5000", "amount": "3000"}
RULES: list[dict[str, Any]] = [{"section": "award", "key": "b1", "value": BAND, "clause": "示例"}]


def run(folder: Path, facts: Any, *options: str, rules: Any = RULES) -> str:
    given, table = folder / "facts.json", folder / "rules.json"
    given.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    table.write_text(json.dumps(rules), encoding="utf-8")
    said = StringIO()
    which = options or ("--rules", str(table))
    call_command("award", "rare_disease", str(given), *which, stdout=said)
    return said.getvalue()


def test_it_prints_amount_working_and_matched_rows_as_json(tmp_path: Path) -> None:
    facts = {"total": "20000", "deductions": {"basic_insurance": "8000"}}
    told = json.loads(run(tmp_path, facts))
    assert (told["amount"], told["self_pay"], told["matched_rows"]) == ("3000.00", "12000.00", ["award.b1"])
    assert told["rows"] == [{"row": "award.b1", "clause": "示例", "value": RULES[0]["value"]}]
    assert all(line["label_zh"] and line["label_en"] for line in told["lines"])
    assert told["lines"][-1]["amount"] == "3000.00"
    assert json.loads(run(tmp_path, facts, "--rules", str(tmp_path / "rules.json"), "--json")) == told


def test_it_prints_the_working_as_a_table_in_both_languages(tmp_path: Path) -> None:
    facts = {"total": "20000", "deductions": {"basic_insurance": "8000"}}
    run(tmp_path, facts)
    said = run(tmp_path, facts, "--rules", str(tmp_path / "rules.json"), "--text")
    assert "基本医保报销" in said and "Basic medical insurance" in said
    assert said.splitlines()[-1].split()[0] == "3,000.00"


def test_the_policy_in_force_and_a_version_by_number(tmp_path: Path, published: Any) -> None:
    published("rare_disease")
    said = run(tmp_path, {"total": "80000", "categories": ["H01"], "fund_left": "5000"}, "--policy", "1", "--text")
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
        ({"total": 1.5}, "total: "),
        ('{"total": NaN}', "total: "),
        ({"total": "NaN"}, "total: "),
        ({"total": "１０００"}, "total: "),
        ({"total": "1_000"}, "total: "),
        ({"total": True}, "total: "),
        ({"total": None}, "total: "),
        ('{"total": "1", "total": "2"}', "total: "),
        ({"items": {"lens": ["1", "-1"]}}, r"items\.lens\[1\]: "),
        ({"total": "5", "items": {"lens": ["3", "3"]}}, "items: "),
        ({"categories": ["2"]}, "categories: "),
        ({"fund_left": "-1"}, "fund_left: "),
        ({"other": {"x": 1.5}}, r"other\.x: "),
        ({"earlier_claims": [{"granted": "1", "year": 2026}]}, r"earlier_claims\.year: "),
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


def test_a_wrong_fact_ends_the_process_with_two_and_says_nothing_on_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "facts.json"
    told.write_text('{"total": "-1"}')
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", "award", "rare_disease", str(told), "--policy", "shipped"]).execute()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    assert "total" in printed.err


def test_rows_of_one_county_are_left_out_and_any_name_goes_with_rows(tmp_path: Path) -> None:
    lower = {**RULES[0], "value": {**BAND, "amount": "1"}, "division": "640422", "position": -1}
    assert json.loads(run(tmp_path, {"total": "9000"}, rules={"rows": [lower, *RULES]}))["amount"] == "3000.00"
    said = StringIO()
    told = [str(tmp_path / "facts.json"), "--rules", str(tmp_path / "rules.json")]
    call_command("award", "lens", *told, stdout=said)
    assert json.loads(said.getvalue())["programme"] == "lens"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{"section": "award", "key": "b", "value": {"shape": "band", "over": "5"}}], r"\[0\]\.amount"),
        ([{"section": "award", "value": {}}], "section, key and value"),
        ([{"section": "awards", "key": "b", "value": {}}], r"\[0\]\.section"),
        ([*RULES, *RULES], "twice"),
        ({}, "list of rows"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, rules: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(tmp_path, {"total": "5"}, rules=rules)


EYES = {"hardship_category": "H02", "insurance_type": "INS_RES", "wanted_eye": "left_eye"}


@pytest.mark.parametrize(
    ("slug", "told", "said"),
    [
        ("cataract", {"answers": {**EYES, "eye": "left"}}, r"answers\.eye: "),
        ("cataract", {"answers": "H02"}, "answers: "),
        ("cataract", {"answers": {**EYES, "claimed": [{"part": "left_eye", "total": "many"}]}}, "answers: "),
        ("cataract", {"answers": {**EYES, "claimed": [{"total": "900"}]}}, "answers"),
        ("cataract", {"answers": EYES, "total": "900"}, "total: "),
        ("no_such", {"answers": EYES}, "Known: .*cataract"),
    ],
)
def test_wrong_answers_end_with_two_and_name_the_field(slug: str, told: Any, said: str, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps(told))
    with pytest.raises(CommandError, match=said) as refused:
        call_command(
            "award", slug, str(tmp_path / "facts.json"), *(["--policy", "shipped"] if slug == "cataract" else [])
        )
    assert refused.value.returncode == 2 or slug == "no_such"


def test_a_policy_that_says_nothing_about_these_answers_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"answers": EYES}))
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    with pytest.raises(CommandError, match="policy: no row award.actual"):
        call_command("award", "cataract", str(tmp_path / "facts.json"), "--rules", str(tmp_path / "rules.json"))
