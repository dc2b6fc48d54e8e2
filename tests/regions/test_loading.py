"""Places are loaded from a table, all rows or none, and found by area and by name."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.errors import Invalid
from cases.history.models import Event
from cases.people.rules import check_character, check_id
from cases.regions import actions, queries
from cases.regions.models import Division

pytestmark = pytest.mark.django_db
VILLAGES = "code,name\n640422100801,试验一村\n640422100802,试验二村\n"


@pytest.fixture(autouse=True)
def shipped(db: Any) -> None:
    actions.load_reference()


def run(folder: Path, text: str, *options: str, encoding: str = "utf-8") -> str:
    file = folder / "villages.csv"
    file.write_text(text, encoding=encoding)
    out = StringIO()
    call_command("load_divisions", str(file), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_all_places_of_ningxia_come_with_the_product_and_loading_again_changes_nothing() -> None:
    assert Division.objects.exclude(level="village").count() == 287
    assert actions.load_reference() == actions.Loaded(0, 0, 0)


def test_a_place_is_named_with_its_areas() -> None:
    assert queries.name_path("640422100") == "固原市 · 西吉县 · 吉强镇"
    assert queries.name_path("640422", from_level="county") == "西吉县"
    assert queries.name_path("64") == "宁夏回族自治区"
    assert queries.name_path("999999") == "999999"
    assert "Xiji" in queries.name_path("640422", english=True)


def test_many_places_are_named_with_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert len(queries.name_paths(["640422100", "640521", "6404", "x"])) == 4


def test_an_area_knows_its_children_and_towns() -> None:
    assert [place.name for place in queries.children("64")][:2] == ["银川市", "石嘴山市"]
    assert queries.within("640422", "town").count() == queries.children("640422").count() == 19
    assert [place.code for place in queries.path("640422100")] == ["64", "6404", "640422", "640422100"]


def test_old_codes_on_id_cards_lead_to_the_place_of_today() -> None:
    assert queries.abolished_names()["642223"] == "西吉县"
    first = "64222319500101301"
    verdict = check_id(
        first + check_character(first),
        today=date(2026, 11, 23),
        areas=queries.area_codes(),
        abolished=queries.abolished_names(),
    )
    assert verdict.ok and "西吉县" in str(verdict.warnings[0])


def test_villages_come_from_a_file_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    assert "Added 2" in run(tmp_path, VILLAGES)
    assert "Added 0, changed 0, as before 2" in run(tmp_path, VILLAGES)
    assert queries.name_path("640422100801") == "固原市 · 西吉县 · 吉强镇 · 试验一村"
    assert Event.objects.filter(action="load_divisions").count() == 1


def test_a_dry_run_counts_and_stores_nothing(tmp_path: Path) -> None:
    assert "Would add 2" in run(tmp_path, VILLAGES, "--dry-run")
    assert not Division.objects.filter(code="640422100801").exists()


def test_a_file_of_a_spreadsheet_in_gb18030_is_read(tmp_path: Path) -> None:
    assert "Added 2" in run(tmp_path, VILLAGES, encoding="gb18030")
    assert Division.objects.get(pk="640422100802").name == "试验二村"


def test_a_changed_name_is_taken_over(tmp_path: Path) -> None:
    run(tmp_path, VILLAGES)
    assert "changed 1" in run(tmp_path, VILLAGES.replace("试验二村", "试验新村"))


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("64042210080,坏码村", "第 4 行 code 列"),
        ("640422999801,无镇村", "第 4 行 parent 列"),
        ("640422100801,又一村", "第 4 行 code 列"),
        ("640422100803,", "第 4 行 name 列"),
    ],
)
def test_one_wrong_row_keeps_everything_out_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, where: str
) -> None:
    file = tmp_path / "villages.csv"
    file.write_text(VILLAGES + line + "\n", encoding="utf-8")
    said = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("load_divisions", str(file), stdout=said, stderr=said)
    assert failed.value.returncode == 2
    assert where in said.getvalue()
    assert not Division.objects.filter(level="village", code__startswith="6404221008").exists()


@pytest.mark.parametrize("text", ["", "code,name\n", "name\n一村\n", "\x00"])
def test_a_file_that_is_no_table_gets_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError):
        run(tmp_path, text)
    with pytest.raises(CommandError):
        call_command("load_divisions", str(tmp_path / "missing.csv"))


def test_a_zone_without_an_official_code_may_handle_cases(tmp_path: Path) -> None:
    run(tmp_path, "code,name,pseudo\n640199,试验开发区,是\n640199001,试验园区办,是\n")
    zone = Division.objects.get(pk="640199")
    assert zone.is_pseudo and zone.level == "county" and zone.parent_id == "6401"
    assert "640199" not in queries.area_codes()


def test_a_parent_that_contradicts_the_code_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        actions.load_divisions(rows=[{"code": "640422100801", "name": "一村", "parent": "640521100"}])
    assert list(refused.value.fields) == ["2.parent"]


def test_a_search_by_prefix_can_use_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns "
            "WHERE table_name = 'cases_division' AND column_name = 'code'"
        )
        assert cursor.fetchone() == ("C",)
