"""Lists of other agencies: tried by cell, compared, only matches kept by keys, the newest list counts, the dead are not paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.calendar import clock
from cases.dossier.models import Case
from cases.duplicates.actions import compare_list
from cases.duplicates.hits import hits_of, undecided_of, unmet_of
from cases.duplicates.lists import read_list
from cases.duplicates.models import AgencyList, AgencyMatch
from cases.duplicates.search import findings_of
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.sheets import Grid, digest
from tests.desk.road import signed_in
from tests.desk.standing import road, standing
from workflows import rechecks
from workflows.programmes.rare_disease.people import demo_answers
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["road", "signed_in", "standing"]
HEAD = ["姓名", "证件号码", "出生日期"]
TODAY = date(2026, 11, 23)


def csv_of(*rows: Any) -> bytes:
    return "\r\n".join(",".join(map(str, row)) for row in (HEAD, *rows)).encode()


def person(number: int) -> tuple[str, str, str]:
    told = demo_answers(number)
    id_no = told["patient_id_no"]
    return told["patient_name"], id_no, f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}"


def compare(data: bytes, by: Any, kind: str = "disabled", **changes: Any) -> AgencyList:
    told = {
        "data": data, "tried_sha256": digest(data), "kind": kind, "agency": "演示残联", "purpose": "核对是否已享受免费手术",
        "basis": "演示办法第 5 条", "list_date": clock.today(),
    }  # fmt: skip
    return compare_list(**(told | changes), by=by)


@pytest.mark.parametrize(
    ("row", "cell", "sentence"),
    [
        (["", "", "1956-03-12"], "A2", "请填写姓名"),
        (["马建国", "649901195603120010", ""], "B2", "校验码"),
        (["马建国", 6.499e17, ""], "B2", "变成了数字"),
        (["马建国", "", "1956-13-12"], "C2", "1956-03-12"),
        (["马建国", "", ""], "B2", "至少要有一个"),
    ],
)
def test_each_fault_of_a_list_has_its_cell_and_a_sentence(row: Any, cell: str, sentence: str) -> None:
    found = read_list(Grid([HEAD, row]), today=TODAY)
    assert [fault.cell for fault in found.faults] == [cell] and sentence in str(found.faults[0].sentence)


def test_a_list_without_numbers_of_full_width_digits_and_any_order_is_read() -> None:
    found = read_list(Grid([["出生日期", "证件号码", "姓名"], ["１９５６年３月１２日", "", "马 建 国"]]), today=TODAY)
    assert found.faults == () and (found.entries[0].name, found.entries[0].born) == ("马建国", date(1956, 3, 12))


def test_only_who_is_somebody_here_is_kept_by_keys_and_the_run_is_in_the_history(cast: Any, road: Any) -> None:
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    name, _number, born = person(2)
    other = drive.apply(slug="rare_disease", number=2, by=cast["applicant2"])
    run = compare(csv_of(person(1), (name, "", born), ("演示名单路人", "", "1950-01-01")), cast["prov_review"])
    assert (run.rows, run.matches) == (3, 2)
    rows = {row.case_id: (row.score, row.reasons) for row in AgencyMatch.objects.filter(run=run)}
    assert rows[case.pk] == (100, ["id"]) and rows[other.pk][0] >= 80
    assert [one.kind for one in findings_of([case])[case.pk]] == ["listed"] and undecided_of([case])[case.pk] == []
    event = Event.objects.get(action="lists.compared")
    assert digest(csv_of(person(1), (name, "", born), ("演示名单路人", "", "1950-01-01"))) in str(event.payload)
    (shown,) = hits_of(cast["xiji_review"], case)
    assert shown.listed is not None and shown.listed.run.agency == "演示残联"


def test_a_newer_list_of_the_same_agency_takes_the_place_of_the_older(cast: Any, road: Any) -> None:
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    by, today = cast["prov_review"], clock.today()
    compare(csv_of(person(1)), by, list_date=today - timedelta(days=60))
    assert [one.kind for one in findings_of([case])[case.pk]] == ["listed"]
    compare(csv_of(person(3)), by, list_date=today)
    assert findings_of([case])[case.pk] == []
    compare(csv_of(person(1), person(3)), by, list_date=today - timedelta(days=90))
    assert findings_of([case])[case.pk] == []


def test_a_case_sent_in_after_the_list_says_so_on_its_page_and_in_the_recheck_until_the_next_one(
    cast: Any, road: Any, signed_in: Any
) -> None:
    before = drive.apply(slug="rare_disease", number=3, by=cast["applicant3"])
    compare(csv_of(person(1)), cast["prov_review"], list_date=clock.today() - timedelta(days=1))
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    assert findings_of([case])[case.pk] == []
    assert [run.agency for run in unmet_of([case, before])[case.pk]] == ["演示残联"]
    assert unmet_of([case, before])[before.pk] == []
    said = "提交以后还没有比对过的名单"
    assert any(said in line for line in rechecks.standing(rechecks.check(case, now=clock.now())))
    assert not any(said in line for line in rechecks.standing(rechecks.check(before, now=clock.now())))
    browser = signed_in(cast["xiji_review"])
    for address in (reverse("hits:case", args=[case.number]), reverse("case:tab", args=[case.number, "checks"])):
        assert "提交以后没有比对过" in browser.get(address).text and "演示残联" in browser.get(address).text
    compare(csv_of(person(1), person(2)), cast["prov_review"], list_date=clock.today())
    assert unmet_of([case])[case.pk] == [] and [one.kind for one in findings_of([case])[case.pk]] == ["listed"]
    assert "提交以后没有比对过" not in browser.get(reverse("hits:case", args=[case.number])).text


def test_who_is_on_the_list_of_the_dead_is_held_back_and_who_ended_without_aid_is_not_compared(
    cast: Any, road: Any
) -> None:
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    ended = drive.apply(slug="rare_disease", number=2, by=cast["applicant2"])
    Case.objects.filter(pk=ended.pk).update(state="WITHDRAWN")
    run = compare(csv_of(person(1), person(2)), cast["prov_review"], "dead", agency="演示殡葬所")
    assert run.matches == 1 and [one.kind for one in undecided_of([case])[case.pk]] == ["dead"]


def test_one_fault_and_nothing_is_compared_and_the_same_list_is_not_compared_twice(cast: Any, road: Any) -> None:
    by = cast["prov_review"]
    with pytest.raises(Invalid) as refused:
        compare(csv_of(person(1), ("马某", "", "")), by)
    assert list(refused.value.fields) == ["B3"] and not AgencyList.objects.exists()
    with pytest.raises(Invalid) as refused:
        compare(csv_of(person(1)), by, purpose="", basis=" ", list_date=clock.today() + timedelta(days=1))
    assert set(refused.value.fields) == {"purpose", "basis", "list_date"}
    with pytest.raises(Invalid):
        compare(csv_of(person(1)), by, tried_sha256="")
    compare(csv_of(person(1)), by)
    with pytest.raises(Refusal, match="已经比对过"):
        compare(csv_of(person(1)), by)


@pytest.mark.parametrize("who", ["xiji_review", "fin_make", "applicant1", "inspector"])
def test_others_may_not_compare(cast: Any, who: str) -> None:
    with pytest.raises((Refusal, NotFound)):
        compare(csv_of(person(1)), cast[who])
    assert not AgencyList.objects.exists()


def test_the_page_tries_then_compares_and_keeps_what_was_typed(cast: Any, road: Any, signed_in: Any) -> None:
    browser, address, day = signed_in(cast["prov_review"]), reverse("lists:home"), clock.today()
    told = {
        "kind": "civil", "agency": "演示民政局", "purpose": "核对低保", "basis": "演示办法第 6 条", "list_date_year": day.year,
        "list_date_month": day.month, "list_date_day": day.day,
    }  # fmt: skip

    def post(data: bytes, **more: str) -> Any:
        return browser.post(address, {**told, **more, "file": SimpleUploadedFile("a.csv", data)})

    page = post(csv_of(("马某", "", "")), way="try")
    assert page.status_code == 200 and "B2" in page.text and "演示民政局" in page.text
    data = csv_of(person(1))
    assert "共 1 人没有错误" in post(data, way="try").text
    assert post(data, way="import", tried=digest(data)).status_code == 302
    assert AgencyList.objects.get().agency == "演示民政局" and "演示民政局" in browser.get(address).text
    assert browser.get(reverse("lists:template")).status_code == 200
