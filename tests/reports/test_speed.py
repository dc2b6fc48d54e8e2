"""The speed of the office: counted once a day, for the area of whoever looks, beside another quarter, place or road."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.errors import NotFound, Refusal
from workflows.flow import graph
from workflows.models import SpeedMark, StepSpeed, WorkItem
from workflows.programmes.rare_disease.roads.v1 import RareDiseaseV1
from workflows.reports import counting, queries
from workflows.reports.rules import quarter_before, quarter_name, quarter_of

FLOW = "rare_disease/v1"


def browser(office, who: str) -> Client:
    client = Client()
    client.force_login(office.cast[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(office, who: str, **given: str):
    given.setdefault("quarter", quarter_name(quarter_of(office.day)))
    return queries.lines(queries.selection(office.cast[who], {"road": FLOW, **given}))


def test_each_finished_step_is_counted_once_whatever_the_number_of_passes(undone):
    finished = WorkItem.objects.filter(state="done").count()
    counted = sum(row.done for row in StepSpeed.objects.exclude(step=""))
    assert counted == finished > 10
    assert counting.count() == 0
    assert sum(row.done for row in StepSpeed.objects.exclude(step="")) == counted


def test_a_day_that_is_not_over_is_left_for_tomorrow(undone):
    drive_day = clock.today()
    from workflows.walking import drive

    drive.step(undone.there)
    assert counting.count() == 0
    assert queries.counted_until() < drive_day
    clock.move_demo_clock(days=1, by=undone.cast["prov_head"])
    assert counting.count() == 1
    assert queries.counted_until() == drive_day


def test_a_stop_in_the_middle_of_a_day_counts_nothing_of_it_and_the_next_pass_goes_on(undone):
    whole = sorted(StepSpeed.objects.values_list("quarter", "flow", "step", "area", "office", "done"))
    StepSpeed.objects.all().delete()
    SpeedMark.objects.update(until=None)
    days = []

    def power_cut(execute, sql, params, many, context):
        if sql.startswith('UPDATE "workflows_speedmark"'):
            days.append(sql)
            if len(days) == 2:
                raise RuntimeError("power cut")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(power_cut), pytest.raises(RuntimeError):
        counting.count()
    assert counting.count() >= 1
    assert sorted(StepSpeed.objects.values_list("quarter", "flow", "step", "area", "office", "done")) == whole


def test_the_steps_of_a_case_stand_with_their_waiting_and_working_days(undone):
    road, lines = told(undone, "xiji_review")
    by_step = {line.key: line.this for line in lines}
    assert by_step["intake"].done == 2
    assert by_step["intake"].spans["waiting"] == (0.0, 3.0)
    assert by_step["intake"].spans["working"] == (0.0, 1.0)
    assert by_step["intake"].parts["again"] == 50.0
    assert by_step["county_review"].parts == {"again": 50.0, "returned": 50.0, "late": 0.0}
    assert road.this.done == 1
    submitted, money = undone.case.submitted_at, WorkItem.objects.get(case=undone.case, step="payment").done_at
    assert 0 < road.this.spans["whole"][0] < (local_day(money) - local_day(submitted)).days


def test_the_time_of_the_applicant_is_a_pause_and_not_the_office_s(undone):
    from cases.evidence import actions as evidence
    from workflows.walking import drive
    from workflows.walking.papers import picture

    head, case = undone.cast["prov_head"], drive.apply(slug="rare_disease", number=4, by=undone.cast["applicant1"])
    items = [{"kind": "material", "key": "D02", "reason": "S02", "note": ""}]
    drive.step(case, "supplement", data={"items": items})
    clock.move_demo_clock(days=7, by=head)
    evidence.add_file(case=case, material_code="D02", upload=picture("D02", seed=78), by=case.owner)
    evidence.answer_supplement(case=case, by=case.owner)
    clock.move_demo_clock(days=2, by=head)
    counting.count()
    lines = {
        line.key: line.this for line in told(undone, "prov_head", quarter=quarter_name(quarter_of(clock.today())))[1]
    }
    found = lines["supplement"].spans
    assert found["paused"] == found["whole"]
    assert found["paused"][0] >= 3.0
    assert found["waiting"] == found["working"] == (0.0, 0.0)


def test_a_county_reads_its_own_cases_along_the_whole_road_and_no_others(undone):
    _road, here = told(undone, "xiji_review")
    _road, everywhere = told(undone, "prov_head")
    own = {line.key: line.this.done for line in here}
    whole = {line.key: line.this.done for line in everywhere}
    assert own["province_review"] == whole["province_review"] == 1
    assert whole["intake"] == own["intake"] + 1
    for place in ("64", "6405", "640521", "9"):
        with pytest.raises(NotFound):
            told(undone, "xiji_review", place=place)


def test_offices_of_one_step_stand_beside_each_other(undone):
    _road, lines = told(undone, "prov_head", step="intake")
    assert [(line.key, line.this.done) for line in lines] == [("640422", 2), ("640521", 1)]


def test_a_thousand_villages_make_a_line_for_each_county_and_within_one_for_each_town(undone):
    row = StepSpeed.objects.get(step="village_check", area="640422")
    StepSpeed.objects.bulk_create(
        StepSpeed(
            quarter=row.quarter, flow=row.flow, step=row.step, area=area, office=f"{area}{n:06}", done=1, whole={"5": 1}
        )
        for area in ("640422", "640423")
        for n in range(100000, 100500)
    )
    _road, lines = told(undone, "prov_head", step="village_check")
    assert [(line.key, line.this.done) for line in lines] == [("640422", 500 + row.done), ("640423", 500)]
    _road, towns = told(undone, "prov_head", step="village_check", place="640422")
    assert [(line.key, line.this.done) for line in towns] == [("640422100", 500 + row.done)]


@pytest.mark.parametrize(
    ("who", "fault"), [("applicant1", NotFound), ("xiji_intake", Refusal), ("sysadmin", Refusal), ("fin_make", Refusal)]
)
def test_whoever_has_no_such_right_reads_no_figures(undone, who, fault):
    with pytest.raises(fault):
        queries.selection(undone.cast[who], {})


@pytest.mark.parametrize(
    "given",
    [
        {"quarter": "2026-Q5"},
        {"quarter": "x"},
        {"quarter": "0000-Q1"},
        {"road": "none/v9"},
        {"step": "nothing"},
        {"against_place": "11"},
    ],
)
def test_a_selection_that_does_not_exist_is_not_found(undone, given):
    with pytest.raises(NotFound):
        queries.selection(undone.cast["prov_head"], given)


def test_a_quarter_is_held_against_the_one_before_unless_something_else_is_named(undone):
    chosen = queries.selection(undone.cast["prov_head"], {})
    assert chosen.other.quarter == quarter_before(chosen.this.quarter)
    named = queries.selection(undone.cast["prov_head"], {"place": "640422", "against_place": "64"})
    assert (named.other.area, named.other.quarter) == ("64", named.this.quarter)
    assert "against_place=64" in named.query()
    later = quarter_of(undone.day + timedelta(days=95))
    _road, lines = told(undone, "prov_head", quarter=quarter_name(later))
    assert all(line.this.done == 0 and line.other.done for line in lines if line.key == "panel")


def test_a_calendar_that_is_loaded_late_counts_that_year_again(undone):
    before = {row.pk for row in StepSpeed.objects.all()}
    loaded = type("Loaded", (), {"year": undone.day.year})()
    counting.calendar_loaded(loaded=loaded, by=None, now=clock.now())
    assert not StepSpeed.objects.filter(quarter__gte=date(undone.day.year, 1, 1)).exists()
    while counting.count():
        pass
    assert sum(row.done for row in StepSpeed.objects.exclude(step="")) == WorkItem.objects.filter(state="done").count()
    assert before.isdisjoint(row.pk for row in StepSpeed.objects.all())


def test_the_page_shows_picture_and_table_with_the_same_numbers(undone):
    words = browser(undone, "xiji_review").get(
        reverse("reports:speed"), {"road": FLOW, "quarter": quarter_name(quarter_of(undone.day))}
    )
    text = words.content.decode()
    picture = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    drawn = {part.text for part in picture.iter("{http://www.w3.org/2000/svg}text")}
    for line in words.context["lines"]:
        median, high = line.this.spans["whole"]
        assert line.name in drawn
        assert f"{median:g} / {high:g}" in drawn
        assert f"<strong>{median:g} / {high:g}</strong>" in text


def test_every_step_of_the_heat_map_has_its_number_in_the_box_and_a_row_in_the_table(undone):
    for measure in ("whole", "waiting", "working", "paused", "again", "late", "nonsense"):
        answer = browser(undone, "prov_head").get(
            reverse("reports:road"), {"measure": measure, "road": FLOW, "quarter": quarter_name(quarter_of(undone.day))}
        )
        text = answer.content.decode()
        assert text.count("· n=") == len(answer.context["lines"]) > 8
        legend = [
            f'<rect width="18" height="18" rx="3" fill="{shade.fill}"' in text
            for shade in answer.context["heat"].shades
        ]
        assert all(legend), "the legend shows its colours"
        links = text.count("&amp;measure=")
        assert links == 1 + len(answer.context["comparisons"]), "another selection shows the same measure"
    titles = {str(node.title) for node in graph(RareDiseaseV1).nodes if node.kind in ("step", "wait")}
    assert {line.name for line in answer.context["lines"]} <= titles


def test_the_file_holds_what_the_page_shows(undone):
    given = {"quarter": quarter_name(quarter_of(undone.day))}
    client = browser(undone, "prov_head")
    page = client.get(reverse("reports:speed"), given).context["lines"]
    rows = list(csv.reader(io.StringIO(client.get(reverse("reports:csv"), given).content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[3::2]] == [line.name for line in page]
    assert [row[2] for row in rows[3::2]] == [str(line.this.done) for line in page]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(reverse("reports:xlsx"), given).content))
    cells = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells] == [row[0] for row in rows]
    assert len({len(row) for row in cells}) == 1


def test_the_api_gives_the_lines_of_the_page(undone):
    given = {"quarter": quarter_name(quarter_of(undone.day))}
    client = browser(undone, "prov_head")
    page = client.get(reverse("reports:speed"), given).context["lines"]
    body = client.get(reverse("api:speed"), given).json()
    assert [(line["key"], line["this"]["done"]) for line in body["lines"]] == [
        (line.key, line.this.done) for line in page
    ]
    assert body["road"]["this"]["whole"] == {
        "median": body["road"]["this"]["whole"]["median"],
        "p90": body["road"]["this"]["whole"]["p90"],
    }
    assert client.get(reverse("api:speed"), {"place": "11"}).status_code == 404


def test_a_page_asks_the_database_as_often_for_many_offices_as_for_a_few(undone):
    client = browser(undone, "prov_head")
    address = reverse("reports:speed") + f"?road={FLOW}&quarter={quarter_name(quarter_of(undone.day))}"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    row = StepSpeed.objects.filter(step="intake").first()
    StepSpeed.objects.bulk_create(
        StepSpeed(
            quarter=row.quarter,
            flow=row.flow,
            step=row.step,
            area=f"64{n:04}",
            office=f"64{n:04}",
            done=1,
            whole={str(n): 1},
        )
        for n in range(300)
    )
    with CaptureQueriesContext(connection) as many:
        answer = client.get(address)
    assert len(many) == len(few)
    assert next(line for line in answer.context["lines"] if line.key == "intake").this.done > 300
    assert not [one["sql"] for one in many if '"workflows_workitem"' in one["sql"] or '"cases_case"' in one["sql"]]
