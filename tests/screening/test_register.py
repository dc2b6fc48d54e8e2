"""People are registered once in a campaign, one by one or from a spreadsheet, of which nobody sees a part."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.people.queries import id_key
from cases.screening import actions, template
from cases.screening.models import Registration, SheetImport, SheetLine
from cases.screening.queries import imports, registrations
from cases.screening.rules import AGREED, COLUMNS, CONSENT, ID, NAME, PHONE, PLACE, Asked, place_names, read_register
from cases.screening.trying import examine
from cases.sheets import Grid, digest
from tests.rules.test_sheets import xlsx
from tests.screening.people import OLD, VILLAGE, day_of, plan, register, rows, told

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
PLACES = place_names(
    {VILLAGE: ("吉强镇", "演示一村"), "640422100992": ("吉强镇", "演示二村"), "640422201991": ("兴隆镇", "演示二村")}
)


def judge(*people: dict[str, Any]) -> Any:
    return read_register(Grid(rows(*people)), Asked(PLACES, TODAY))


def given(number: int = 1, **changes: Any) -> dict[str, Any]:
    return told(number, **({AGREED: "2026-11-20"} | changes))


def take(campaign: Any, data: bytes, by: Any, session: Any = None) -> SheetImport:
    return actions.begin_import(campaign=campaign, data=data, tried_sha256=digest(data), session=session, by=by)


def work() -> None:
    """The worker does what waits."""
    for row in Outgoing.objects.filter(topic="screening", done_at=None):
        assert outgoing.run(row.pk)


# --- what a row may say -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "cell", "sentence"),
    [
        ({NAME: ""}, "A2", "填写姓名"),
        ({ID: 6.4999e17}, "B2", "变成了数字"),
        ({ID: "649990195005200011"}, "B2", "校验码"),
        ({PHONE: "12345"}, "C2", "11 位"),
        ({PLACE: "演示九村"}, "D2", "没有这个村"),
        ({PLACE: "演示二村"}, "D2", "没有这个村"),
        ({CONSENT: ""}, "E2", "没有本人同意"),
        ({AGREED: "11/2/26"}, "F2", "看不明白"),
        ({AGREED: 46000.0}, "F2", "看不明白"),
        ({AGREED: "2027-01-01"}, "F2", "晚于今天"),
    ],
)
def test_each_fault_has_its_cell_and_a_sentence(changes: dict[str, Any], cell: str, sentence: str) -> None:
    found = judge(given(**changes))
    assert [fault.cell for fault in found.faults] == [cell] and sentence in str(found.faults[0].sentence)
    assert found.entries == ()


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        (
            {ID: "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in given()[ID])},
            "id_no",
            given()[ID],
        ),
        ({AGREED: "２０２６年１１月２日"}, "agreed_on", date(2026, 11, 2)),
        ({AGREED: date(2026, 11, 2)}, "agreed_on", date(2026, 11, 2)),
        ({PHONE: 19900020001.0}, "phone", "19900020001"),
        ({PHONE: ""}, "phone", ""),
        ({PLACE: "演示一村"}, "place", VILLAGE),
        ({PLACE: "吉强镇 演示二村"}, "place", "640422100992"),
        ({PLACE: 640422100991.0}, "place", VILLAGE),
        ({CONSENT: "家属签字"}, "consent", "guardian"),
        ({CONSENT: "Oral"}, "consent", "oral"),
    ],
)
def test_what_is_meant_is_taken_however_it_is_written(changes: dict[str, Any], field: str, value: Any) -> None:
    found = judge(given(**changes))
    assert found.faults == () and getattr(found.entries[0], field) == value


def test_the_same_person_twice_names_the_first_row_also_with_an_old_number() -> None:
    old = given()[ID]
    found = judge(given(), given(**{ID: old[:6] + old[8:17]}))
    assert [fault.cell for fault in found.faults] == ["B3"] and "第 2 行" in str(found.faults[0].sentence)


def test_a_hundred_thousand_rows_are_refused_with_how_many_may_be() -> None:
    row = rows(given())[1]
    found = read_register(Grid([list(COLUMNS), *([row] * 100_000)]), Asked(PLACES, TODAY))
    assert found.entries == () and "20000 行" in str(found.faults[0].sentence)


def test_a_table_without_content_or_without_a_column_is_a_fault() -> None:
    assert [fault.cell for fault in judge().faults] == ["A2"]
    assert "手机号" in str(read_register(Grid([["姓名"]]), Asked(PLACES, TODAY)).faults[0].sentence)


# --- one by one -------------------------------------------------------------------------------------------------------
def test_a_person_is_registered_once_and_the_second_time_the_first_is_named(campaign: Any, cast: Any) -> None:
    first = register(campaign, cast["agent1"])
    assert (first.serial, first.channel, str(first.birth_date)) == (1, "agent", OLD.isoformat())
    with pytest.raises(Invalid) as fault:
        register(campaign, cast["xiji_intake"])
    assert "登记号是 1" in str(fault.value.fields[ID])
    assert register(campaign, cast["xiji_intake"], 2).channel == "counter"


def test_the_database_says_no_to_the_same_person_twice_and_to_another_identity(campaign: Any, cast: Any) -> None:
    row = register(campaign, cast["agent1"])
    other = register(campaign, cast["agent1"], 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=other.pk).update(id_key=row.id_key)
    with pytest.raises(IntegrityError, match="stays as it was given"), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(division_code="640422100992")


def test_a_helper_registers_his_own_village_and_a_clerk_his_county(campaign: Any, cast: Any) -> None:
    with pytest.raises(Invalid) as fault:
        register(campaign, cast["agent1"], place="640422100992")
    assert set(fault.value.fields) == {PLACE}
    assert register(campaign, cast["xiji_intake"], place="640422100992").division_code == "640422100992"
    with pytest.raises(Invalid):
        register(campaign, cast["zhongning_clerk"], 2)


def test_nobody_is_registered_before_the_county_has_announced(cast: Any) -> None:
    made = actions.plan_campaign(
        programme="two_step", title="春季筛查", starts_on=clock.today(), ends_on=clock.today(), standard="GB11533",
        by=cast["prov_review"],
    )  # fmt: skip
    with pytest.raises(Invalid) as fault:
        register(made, cast["xiji_intake"])
    assert "还没有公告" in str(fault.value.fields[PLACE])


def test_who_has_no_part_in_it_registers_nobody_and_that_is_kept(campaign: Any, cast: Any) -> None:
    with pytest.raises(Refusal):
        register(campaign, cast["fin_make"])
    with pytest.raises(NotFound):
        register(campaign, cast["applicant1"])
    assert Event.objects.filter(action="screening.register", outcome="denied").count() == 2


def test_a_session_takes_as_many_as_it_can_see(campaign: Any, team: Any, cast: Any) -> None:
    small = day_of(campaign, team, cast, capacity=1)
    register(campaign, cast["agent1"], 1, session=small)
    with pytest.raises(Refusal) as fault:
        register(campaign, cast["agent1"], 2, session=small)
    assert fault.value.status == 409 and "还能登记 0 人" in str(fault.value)


def test_who_comes_to_the_site_is_taken_in_with_the_number_he_has(
    campaign: Any, session: Any, team: Any, cast: Any
) -> None:
    row = register(campaign, cast["agent1"])
    came = register(campaign, team, session=session)
    assert came.pk == row.pk and came.session == session
    walked_in = register(campaign, team, 2, session=session)
    assert walked_in.channel == "site" and list(registrations(team).order_by("serial")) == [row, walked_in]


def test_a_team_sees_nobody_of_another_teams_session(campaign: Any, session: Any, team: Any, cast: Any) -> None:
    register(campaign, team, session=session)
    other = cast["eye_hospital2"]
    assert not registrations(other).exists()
    with pytest.raises(Refusal):
        register(campaign, other, 2, session=session)


def test_a_closed_campaign_takes_nobody(campaign: Any, cast: Any) -> None:
    actions.close_campaign(campaign=campaign, by=cast["prov_review"])
    with pytest.raises(Refusal, match="已经结束"):
        register(campaign, cast["agent1"])


# --- from a spreadsheet -----------------------------------------------------------------------------------------------
def sheet_of(*numbers: int, **changes: Any) -> bytes:
    return xlsx(*rows(*(told(number, **changes) for number in numbers)))


def test_the_whole_list_shows_itself_with_its_last_line(campaign: Any, cast: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("cases.screening.actions.importing.AT_ONCE", 2)
    by = cast["xiji_intake"]
    made = take(campaign, sheet_of(1, 2, 3), by)
    assert not registrations(by).exists() and made.rows == 3
    assert actions.carry_on(source=made.pk, by=None) is True
    made.refresh_from_db()
    assert (made.done_rows, made.done_at) == (2, None) and not registrations(by).exists()
    assert actions.carry_on(source=made.pk, by=None) is False
    assert [row.serial for row in registrations(by).order_by("serial")] == [1, 2, 3]
    assert set(SheetLine.objects.values_list("state", "data")) == {("in", None)}
    ended = Event.objects.get(action="screening.imported")
    assert ended.actor == by.pk and '"rows":3' in ended.payload


def test_a_worker_that_died_goes_on_with_the_same_numbers(campaign: Any, cast: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("cases.screening.actions.importing.AT_ONCE", 2)
    made = take(campaign, sheet_of(1, 2, 3, 4, 5), cast["xiji_intake"])
    actions.carry_on(source=made.pk, by=None)
    register(campaign, cast["agent1"], 9)
    work()
    serials = {row.id_key: row.serial for row in registrations(cast["xiji_intake"])}
    assert [serials[id_key(told(number)[ID])] for number in (1, 2, 3, 4, 5, 9)] == [1, 2, 3, 4, 5, 6]
    work()
    assert Registration.objects.count() == 6


def test_who_was_registered_meanwhile_is_not_registered_twice(campaign: Any, cast: Any) -> None:
    made = take(campaign, sheet_of(1, 2), cast["xiji_intake"])
    register(campaign, cast["agent1"], 2)
    work()
    made.refresh_from_db()
    assert made.known_rows == 1 and made.done_at is not None and Registration.objects.count() == 2
    assert list(SheetLine.objects.order_by("row").values_list("state", flat=True)) == ["in", "known"]


def test_one_fault_and_nothing_at_all_is_stored(campaign: Any, cast: Any) -> None:
    register(campaign, cast["agent1"], 2)
    bad = xlsx(*rows(told(1), told(2), told(3, **{PHONE: "1"})))
    with pytest.raises(Invalid) as fault:
        take(campaign, bad, cast["xiji_intake"])
    assert set(fault.value.fields) == {"B3", "C4"} and "登记号是 1" in str(fault.value.fields["B3"])
    campaign.refresh_from_db()
    assert (SheetImport.objects.count(), SheetLine.objects.count(), campaign.last_serial) == (0, 0, 1)


def test_merged_cells_formulas_and_the_wrong_sheet_change_nothing(campaign: Any, cast: Any) -> None:
    def spoil(book: Any) -> None:
        book.active.merge_cells("A2:A3")
        book.active["C2"] = "=1990002*10000"

    def hide(book: Any) -> None:
        book.active.title = "登记"
        book.create_sheet("说明", 0)["A1"] = "怎么填"

    for change, cells in ((spoil, {"A2", "C2", "A3"}), (hide, {"A1"})):
        found = examine(cast["xiji_intake"], campaign, None, xlsx(*rows(told(1), told(2)), change=change))
        assert cells <= {fault.cell for fault in found.faults}
    assert SheetImport.objects.count() == 0


def test_only_the_file_that_was_tried_is_imported_and_only_once(campaign: Any, cast: Any) -> None:
    data = sheet_of(1)
    with pytest.raises(Invalid, match="试导入"):
        actions.begin_import(campaign=campaign, data=data, tried_sha256="", by=cast["xiji_intake"])
    take(campaign, data, cast["xiji_intake"])
    with pytest.raises(Refusal, match="已经导入过"):
        take(campaign, data, cast["xiji_intake"])


def test_an_import_waits_under_the_name_of_whoever_began_it(campaign: Any, cast: Any) -> None:
    take(campaign, sheet_of(1), cast["xiji_intake"])
    assert (
        len(imports(cast["xiji_intake"], campaign, "register"))
        == len(imports(cast["prov_head"], campaign, "register"))
        == 1
    )
    assert imports(cast["agent1"], campaign, "register") == []


def test_the_template_can_be_filled_in_and_imported(campaign: Any, cast: Any) -> None:
    book = load_workbook(io.BytesIO(template.register()))
    book.active.append([])
    for place, value in enumerate(rows(told(1))[1], 1):
        book.active.cell(2, place, value)
    out = io.BytesIO()
    book.save(out)
    take(campaign, out.getvalue(), cast["xiji_intake"])
    work()
    assert registrations(cast["xiji_intake"]).get().name == told(1)[NAME]


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_tries_shows_faults_by_cell_and_imports(campaign: Any, cast: Any) -> None:
    client, address = browser_of(cast["xiji_intake"]), reverse("screening:sheet", args=[campaign.pk])

    def sent(data: bytes, **more: str) -> Any:
        return client.post(address, {"file": SimpleUploadedFile("r.xlsx", data), **more})

    bad = sent(xlsx(*rows(told(1, **{PHONE: "1"}))), way="try")
    assert "C2" in bad.text and "11 位" in bad.text and 'value="import"' not in bad.text
    data = sheet_of(1)
    assert "共 1 行没有错误" in sent(data, way="try").text
    done = sent(data, way="import", tried=digest(data))
    assert done.status_code == 302 and "正在登记 1 人" in client.get(address).text
    work()
    assert "全部存好了" in client.get(address).text
    broken = sent(b"PK\x03\x04", way="try")
    assert broken.status_code == 422 and "打不开这个文件" in broken.text


def test_the_page_of_one_person_names_the_number_and_keeps_what_was_typed(campaign: Any, cast: Any) -> None:
    client, address = browser_of(cast["agent1"]), reverse("screening:register", args=[campaign.pk])
    person, today = told(1), clock.today()
    typed = {
        "name": person[NAME], "id_no": person[ID], "phone": person[PHONE], "place": "演示一村", "consent": "signed",
        "agreed_on_year": today.year, "agreed_on_month": today.month, "agreed_on_day": today.day,
    }  # fmt: skip
    assert client.post(address, typed).status_code == 302
    number = Registration.objects.get().number
    assert number in client.get(address).text
    again = client.post(address, typed)
    assert again.status_code == 422 and "已经登记过" in again.text and person[ID] in again.text


def test_people_of_another_campaign_are_registered_afresh(campaign: Any, cast: Any) -> None:
    other = plan(cast, "冬季筛查")
    assert register(campaign, cast["agent1"]).serial == register(other, cast["agent1"]).serial == 1


def test_a_day_of_consent_before_the_campaign_is_taken(campaign: Any, cast: Any) -> None:
    early = (clock.today() - timedelta(days=40)).isoformat()
    assert register(campaign, cast["agent1"], **{AGREED: early}).agreed_on.isoformat() == early
