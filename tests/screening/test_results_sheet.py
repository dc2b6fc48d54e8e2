"""What was found on a day comes from a spreadsheet by the rules of the page, all of it or nothing."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.history.models import Access, Event
from cases.screening import actions, seen, slips
from cases.screening.models import Result, SheetImport, SheetLine
from cases.screening.outcomes import EARS, EYES, SHIPPED
from cases.screening.result_rows import Known, Measuring, read_results
from cases.screening.trying import examine_results
from cases.sheets import Grid, digest
from tests.rules.test_sheets import xlsx
from tests.screening.people import SEEN_WELL, examine, register
from tests.screening.test_register import browser_of, work

TODAY = date(2026, 11, 23)
DAY = TODAY.isoformat()
WELL = {
    "检查日期": DAY, "右眼裸眼视力": "1.0", "右眼晶状体": "透明", "左眼裸眼视力": "4.9", "左眼晶状体": "透明",
}  # fmt: skip
HEARS = {"检查日期": DAY} | {f"{side}{hertz}": "45" for side in ("右耳", "左耳") for hertz in (500, 1000, 2000, 4000)}
OLD = date(1950, 5, 20)


def by(kind: str) -> Measuring:
    """The people 1 and 2 wait; 3 has a result."""
    people = {number: Known("", OLD, TODAY - timedelta(days=3), TODAY if number == 3 else None) for number in (1, 2, 3)}
    return Measuring(7, kind, "GB11533" if kind == EYES else "WHO2021", SHIPPED[kind], people, TODAY)


def judge(*rows: dict[str, Any], kind: str = EYES) -> Any:
    head = list(dict.fromkeys(name for row in rows for name in row))
    return read_results(Grid([head, *([row.get(name, "") for name in head] for row in rows)]), by(kind))


@pytest.mark.parametrize(
    ("changes", "cell", "sentence"),
    [
        ({"登记号": "九"}, "A2", "SC7-00012"),
        ({"登记号": "SC8-00001"}, "A2", "没有这个登记号"),
        ({"登记号": "3"}, "A2", "已有 2026-11-23 的结果"),
        ({"姓名": "别人"}, "H2", "不是同一个人"),
        ({"检查日期": "11/2/26"}, "B2", "看不明白"),
        ({"检查日期": "2026-11-24"}, "B2", "晚于今天"),
        ({"检查日期": "2026-11-01"}, "B2", "早于这一场"),
        ({"右眼裸眼视力": "很好"}, "C2", "视力写小数"),
        ({"右眼裸眼视力": date(2026, 4, 5)}, "C2", "变成了日期"),
        ({"左眼裸眼视力": ""}, "E2", "请填写视力"),
        ({"左眼晶状体": "浑"}, "F2", "只能填这些"),
        ({"左眼晶状体": ""}, "F2", "LOCS III"),
        ({"右眼NC": "7.0"}, "H2", "0.1 到 6.9"),
        ({"右眼眼压": "90"}, "H2", "毫米汞柱"),
        ({"右眼别的眼病": "翼状胬肉、近视"}, "H2", "只能填这些"),
        ({"右眼需要手术": "也许"}, "H2", "是，或者否"),
    ],
)
def test_each_fault_has_its_cell_and_a_sentence(changes: dict[str, Any], cell: str, sentence: str) -> None:
    found = judge({"登记号": "1", **WELL, "最后": ""} | changes)
    assert [fault.cell for fault in found.faults] == [cell] and sentence in str(found.faults[0].sentence)
    assert found.entries == ()


def test_what_is_meant_is_taken_however_it_is_written() -> None:
    found = judge(
        {
            "登记号": "ＳＣ７－００００１", **WELL, "检查日期": "２０２６年１１月２３日", "右眼裸眼视力": 0.2, "右眼晶状体": "",
            "右眼NC": 3.5, "右眼P": "P0.1", "右眼眼压": "15mmHg", "左眼别的眼病": "睑内翻、倒睫，Pterygium", "左眼需要手术": "否",
        },
        {"登记号": 2.0, **WELL},
    )  # fmt: skip
    assert found.faults == ()
    first = found.entries[0]
    assert (first.row, first.serial, first.examined_on) == (2, 1, TODAY)
    assert first.findings == {
        "right_bare": "0.2", "right_nc": "3.5", "right_p": "P0.1", "right_pressure": "15mmHg", "left_bare": "4.9",
        "left_lens": "none", "left_others": ["pterygium", "entropion"],
    }  # fmt: skip


def test_the_same_number_twice_names_the_first_row_and_a_missing_column_its_name() -> None:
    twice = judge({"登记号": "1", **WELL}, {"登记号": "SC7-00001", **WELL})
    assert [fault.cell for fault in twice.faults] == ["A3"] and "第 2 行" in str(twice.faults[0].sentence)
    assert "右眼晶状体" in str(judge({"登记号": "1", "检查日期": DAY, "右眼裸眼视力": "1.0"}).faults[0].sentence)
    many = read_results(Grid([["登记号", *WELL], *([["1", *WELL.values()]] * 100_000)]), by(EYES))
    assert many.entries == () and "20000 行" in str(many.faults[0].sentence)


def test_ears_are_judged_by_each_frequency_and_a_written_average_has_to_agree() -> None:
    found = judge({"登记号": "1", **HEARS, "右耳平均": "45.4", "左耳耳镜": "耵聍堵塞", "左耳4000": "NR110"}, kind=EARS)
    assert found.faults == () and found.entries[0].findings["left_otoscopy"] == ["wax"]
    wrong = judge({"登记号": "1", **HEARS, "右耳500": "", "左耳平均": "54"}, kind=EARS)
    assert {str(fault.sentence)[:5] for fault in wrong.faults} == {"请填写听阈", "写的平均和"}


# --- stored -----------------------------------------------------------------------------------------------------------
def filled(row: Any, **changes: Any) -> dict[str, Any]:
    return {"登记号": row.number, "姓名": str(row.name), **WELL, "检查日期": clock.today().isoformat()} | changes


def sheet_of(*rows: dict[str, Any]) -> bytes:
    head = list(dict.fromkeys(name for row in rows for name in row))
    return xlsx(head, *([row.get(name, "") for name in head] for row in rows))


def take(campaign: Any, data: bytes, team: Any) -> SheetImport:
    return actions.begin_results(campaign=campaign, data=data, tried_sha256=digest(data), by=team)


@pytest.mark.django_db
def test_a_days_results_show_themselves_together_and_a_dead_worker_loses_none(
    session: Any, team: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("cases.screening.actions.importing.AT_ONCE", 2)
    campaign = session.campaign
    people = [register(campaign, team, number, session=session) for number in (1, 2, 3, 4)]
    clouded = filled(people[0], 左眼裸眼视力="指数/30cm", 左眼晶状体="", 左眼C="3.0", 右眼眼压="24")
    data = sheet_of(clouded, *(filled(row) for row in people[1:]))
    made = take(campaign, data, team)
    assert actions.carry_on(source=made.pk, by=None) is True
    assert Result.objects.count() == 2 and seen.progress(session) == (0, 4)
    assert [seen.result_of(row) for row in people] == [None] * 4
    examine(people[3], team, SEEN_WELL)
    work()
    made.refresh_from_db()
    assert (made.done_rows, made.known_rows, made.done_at is None) == (4, 1, False)
    assert seen.progress(session) == (4, 4) and set(SheetLine.objects.values_list("data", flat=True)) == {None}
    result = seen.result_of(people[0])
    assert result.outcome == "operable" and slips.refer_for(result) == ["眼压高"]
    said = str(slips.slip(people[0], result, EYES)["table"]["rows"])
    assert "C3.0" in said and "24 毫米汞柱" in said and "指数/30cm" in said
    assert Event.objects.get(action="screening.results_imported").actor == team.pk
    with pytest.raises(Refusal, match="已经导入过"):
        take(campaign, data, team)


@pytest.mark.django_db
def test_one_fault_and_nothing_is_stored_and_others_may_not(session: Any, team: Any, cast: Any) -> None:
    campaign, row = session.campaign, register(session.campaign, team, session=session)

    def spoil(book: Any) -> None:
        book.active.merge_cells("B2:B3")
        book.active["C2"] = "=1+1"

    merged = xlsx(list(filled(row)), list(filled(row).values()), change=spoil)
    assert {"B2", "C2"} <= {fault.cell for fault in examine_results(team, campaign, None, merged).faults}
    bad = sheet_of(filled(row, 右眼裸眼视力="很好"))
    with pytest.raises(Invalid) as fault:
        take(campaign, bad, team)
    assert set(fault.value.fields) == {"D2"}
    for other in (cast["eye_hospital2"], cast["xiji_intake"]):
        with pytest.raises(Refusal):
            take(campaign, sheet_of(filled(row)), other)
    assert not SheetImport.objects.exists() and not Result.objects.exists()


@pytest.mark.django_db
def test_the_team_downloads_the_sheet_with_its_people_fills_it_in_and_hands_it_back(session: Any, team: Any) -> None:
    campaign = session.campaign
    people = [register(campaign, team, number, session=session) for number in (1, 2)]
    examine(people[0], team)
    client = browser_of(team)
    blank = client.get(reverse("screening:results_template", args=[campaign.pk]) + f"?session={session.pk}")
    book = load_workbook(io.BytesIO(blank.content))
    head = [cell.value for cell in book.active[1]]
    assert [cell.value for cell in book.active[2]][:2] == [people[1].number, str(people[1].name)]
    assert book.active.max_row == 2 and Access.objects.filter(object_type="cases_session").exists()
    for name, value in filled(people[1]).items():
        book.active.cell(2, head.index(name) + 1, value)
    out = io.BytesIO()
    book.save(out)
    address = reverse("screening:results", args=[campaign.pk]) + f"?session={session.pk}"

    def sent(**more: str) -> Any:
        return client.post(address, {"file": SimpleUploadedFile("r.xlsx", out.getvalue()), **more})

    assert "共 1 行没有错误" in sent(way="try").text
    assert sent(way="import", tried=digest(out.getvalue())).status_code == 302
    work()
    assert "全部存好了" in client.get(address).text and seen.result_of(people[1]).outcome == "normal"
