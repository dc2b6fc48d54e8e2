"""Earlier aid comes in from a spreadsheet, each fault named by its cell, all of it or nothing, and counts at once."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from cases.award.facts import Claim
from cases.calendar import clock
from cases.duplicates.actions import import_past_grants
from cases.duplicates.models import PastGrant, PastGrantImport
from cases.duplicates.queries import earlier_aid, examine
from cases.duplicates.rules import COLUMNS, read_sheet
from cases.duplicates.sheets import template
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.people.queries import id_key
from cases.people.rules import check_character
from cases.policy.rules import Policy
from cases.sheets import Grid, digest
from workflows.programmes.rare_disease.award import award
from workflows.programmes.rare_disease.policy import POLICY

TODAY = date(2026, 11, 23)
NAMES = {"罕见病救助": "rare_disease", "rare_disease": "rare_disease"}


def number(serial: int = 1) -> str:
    first = f"64990119800101{serial:03d}"
    return first + check_character(first)


def table(*rows: Any) -> list[list[Any]]:
    return [list(COLUMNS), *(list(row) for row in rows)]


def csv_of(*rows: Any, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(map(str, row)) for row in table(*rows)).encode(encoding)


def good(serial: int = 1, amount: str = "3000.00", year: int = 2025, source: str = "演示慈善会") -> tuple[Any, ...]:
    return (number(serial), "rare_disease", year, amount, source)


def take(data: bytes, by: Any) -> PastGrantImport:
    return import_past_grants(data=data, tried_sha256=digest(data), by=by)


@pytest.mark.parametrize(
    ("row", "cell", "sentence"),
    [
        ((6.499e17, "罕见病救助", 2025, 10, "演示"), "A2", "变成了数字"),
        ((number()[:-1] + "?", "罕见病救助", 2025, 10, "演示"), "A2", "18 位"),
        ((number(), "没有的项目", 2025, 10, "演示"), "B2", "没有这个项目"),
        ((number(), "罕见病救助", 2027, 10, "演示"), "C2", "1990 到 2026"),
        ((number(), "罕见病救助", "去年", 10, "演示"), "C2", "四位数字"),
        ((number(), "罕见病救助", 2025, "-5", "演示"), "D2", "大于 0"),
        ((number(), "罕见病救助", 2025, "1.005", "演示"), "D2", "两位小数"),
        ((number(), "罕见病救助", 2025, "很多", "演示"), "D2", "应是数字"),
        ((number(), "罕见病救助", 2025, 10, ""), "E2", "写明来源"),
    ],
)
def test_each_fault_has_its_cell_and_a_sentence(row: Any, cell: str, sentence: str) -> None:
    found = read_sheet(Grid(table(row)), programmes=NAMES, today=TODAY)
    assert [fault.cell for fault in found.faults] == [cell] and sentence in str(found.faults[0].sentence)
    assert found.grants == ()


def test_columns_may_stand_in_any_order_and_a_missing_one_is_named() -> None:
    rows = [["来源", "金额", "年度", "项目", "证件号码"], ["演示", 12.5, 2025.0, "罕见病救助", number()]]
    found = read_sheet(Grid(rows), programmes=NAMES, today=TODAY)
    assert found.faults == () and (found.grants[0].amount, found.grants[0].year) == (Decimal("12.50"), 2025)
    found = read_sheet(Grid([["姓名", "金额"]]), programmes=NAMES, today=TODAY)
    assert "证件号码、项目、年度、来源" in str(found.faults[0].sentence)


def test_the_same_line_twice_in_a_file_is_a_fault() -> None:
    row = (number(), "罕见病救助", 2025, "10", "演示")
    found = read_sheet(Grid(table(row, row)), programmes=NAMES, today=TODAY)
    assert [(fault.cell, "第 2 行" in str(fault.sentence)) for fault in found.faults] == [("A3", True)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_list_is_tried_then_imported_and_counts_for_caps(cast: Any, encoding: str) -> None:
    year = clock.today().year
    data = csv_of(good(1, year=year), good(1, "500", 2020), good(2, year=year), encoding=encoding)
    by = cast["prov_review"]
    assert examine(by, data).faults == () and not PastGrant.objects.exists()
    assert take(data, by).rows == 3
    found = earlier_aid(id_key=id_key(number(1)), programme="rare_disease", year=year)
    assert (found.this_year, found.total) == (Decimal(3000), Decimal(3500))
    assert found.claims == (Claim(None, Decimal(3000)),)
    assert earlier_aid(id_key=id_key(number(3)), programme="rare_disease", year=year).total == 0
    assert Event.objects.filter(action="past_grants.imported", actor=by.pk).count() == 1


def test_a_past_grant_of_the_year_counts_for_how_often_one_may_claim_from_the_first_case_on(cast: Any) -> None:
    year = clock.today().year
    take(csv_of(good(1, year=year), good(2, year=year - 1)), cast["prov_review"])
    once = Policy.from_rows(
        replace(row, value={"count": 1}) if row.name == "caps.claims_per_year" else row for row in POLICY["rows"]
    )
    costs = {"total_cost": "19000", "hardship_category": "H99", "insurance_type": "INS_RES"}

    def offered(serial: int, policy: Policy) -> Decimal:
        earlier = earlier_aid(id_key=id_key(number(serial)), programme="rare_disease", year=year)
        return award(costs, policy, earlier).amount

    assert offered(1, once) == 0
    assert offered(2, once) == Decimal(3000)
    assert offered(1, Policy.from_rows(POLICY["rows"])) == Decimal(3000)


def test_one_fault_and_nothing_at_all_is_stored(cast: Any) -> None:
    data = csv_of(good(1), good(2, amount="1.001"))
    with pytest.raises(Invalid) as refused:
        take(data, cast["prov_review"])
    assert list(refused.value.fields) == ["D3"]
    assert not PastGrant.objects.exists() and not PastGrantImport.objects.exists()


def test_a_file_or_a_line_is_never_counted_twice(cast: Any) -> None:
    by, data = cast["prov_review"], csv_of(good(1))
    take(data, by)
    with pytest.raises(Refusal, match="已经导入过"):
        take(data, by)
    with pytest.raises(Invalid) as refused:
        take(csv_of(good(1), good(2)), by)
    assert list(refused.value.fields) == ["A2"] and PastGrant.objects.count() == 1


def test_only_the_file_that_was_tried_is_imported(cast: Any) -> None:
    with pytest.raises(Invalid, match="先试导入|刚才试导入"):
        import_past_grants(data=csv_of(good(1)), tried_sha256="", by=cast["prov_review"])


@pytest.mark.parametrize("who", ["xiji_review", "fin_make", "applicant1", "inspector"])
def test_others_may_not_import(cast: Any, who: str) -> None:
    with pytest.raises((Refusal, NotFound)):
        take(csv_of(good(1)), cast[who])
    assert not PastGrant.objects.exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\x00\x01\x02", b"%PDF-1.4 \xff\xfe\xfa"])
def test_a_file_that_is_no_table_gets_a_sentence(cast: Any, data: bytes) -> None:
    try:
        sheet = examine(cast["prov_review"], data)
    except Invalid as refused:
        assert "xlsx" in str(refused.reason)
    else:
        assert sheet.faults[0].cell == "A1"


def test_the_template_can_be_filled_in_and_imported(cast: Any) -> None:
    book = load_workbook(io.BytesIO(template()))
    assert [cell.value for cell in book.active[1]] == list(COLUMNS) and book.active["A2"].number_format == "@"
    for column, value in enumerate(good(7), 1):
        book.active.cell(2, column, value)
    out = io.BytesIO()
    book.save(out)
    assert take(out.getvalue(), cast["prov_review"]).rows == 1


def test_an_id_number_kept_as_a_number_is_not_guessed(cast: Any) -> None:
    book = Workbook()
    for row in table((649901198001000012, "rare_disease", 2025, 10, "演示")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert "变成了数字" in str(examine(cast["prov_review"], out.getvalue()).faults[0].sentence)


def test_the_page_tries_shows_faults_by_cell_and_imports(cast: Any) -> None:
    client = Client()
    client.force_login(cast["prov_review"], backend="django.contrib.auth.backends.ModelBackend")
    home = reverse("past_grants:home")
    page = client.post(home, {"way": "try", "file": SimpleUploadedFile("a.csv", csv_of(good(1, amount="x")))})
    assert page.status_code == 200 and "D2" in page.text and "有 1 处要改" in page.text
    data = csv_of(good(1))
    page = client.post(home, {"way": "try", "file": SimpleUploadedFile("a.csv", data)})
    assert "共 1 行没有错误" in page.text and digest(data) in page.text
    tried = {"way": "import", "tried": digest(data)}
    assert client.post(home, {**tried, "file": SimpleUploadedFile("a.csv", data)}).status_code == 302
    assert PastGrant.objects.count() == 1 and "演示" not in client.get(home).text.split("已导入")[-1]
    assert client.get(reverse("past_grants:template")).status_code == 200
    client.force_login(cast["fin_make"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(home).status_code == 403
