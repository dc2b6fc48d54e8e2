"""The desk shows what I may take, in order, with counts that agree with its lists."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.access.models import User
from cases.access.queries import posts_of
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays, near_from
from cases.consent import actions as consent
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.evidence.queries import papers
from cases.policy.queries import policy_of
from tests.desk.road import copies
from tests.desk.whole import queue
from workflows import actions, barring, pool
from workflows.desk.paging import PAGE
from workflows.desk.queries import QUEUES, Viewer, counts, page, rows_of
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.papers import picture

pytestmark = pytest.mark.django_db


def test_every_count_agrees_with_its_list(cast, new_case):
    first, _second = new_case(1), new_case(2)
    intake = drive.person_for(drive.open_item(first))
    actions.claim(item=drive.open_item(first), by=intake)
    viewer = Viewer.of(intake, clock.now())
    numbers = counts(viewer)
    for name in QUEUES:
        assert numbers[name] == str(queue(viewer, name).count()), name
    assert (numbers["open"], numbers["mine"], numbers["waiting"]) == ("1", "1", "0")


def test_waiting_is_whatever_of_my_area_somebody_else_has_to_do(cast, new_case, signed_in):
    told, colleague, office, own, elsewhere = (new_case(number) for number in range(1, 6))
    missing = {"kind": "material", "key": "D02", "reason": "S01", "note": ""}
    drive.step(told, "supplement", data={"items": [missing]}, reasons=["S01"])
    for case in (colleague, office):
        drive.to(case, "COUNTY")
    actions.claim(item=drive.open_item(colleague), by=cast["xiji_review2"])
    drive.to(office, "CITY")
    drive.step(office, by=drive.person_for(drive.open_item(office)))
    drive.to(own, "COUNTY")
    WorkItem.objects.filter(case=elsewhere).update(division_code="640521")
    Case.objects.filter(pk=elsewhere.pk).update(handling_code="640521100991")
    viewer = Viewer.of(cast["xiji_review"], clock.now())
    shown = {row.item.case_id: row for row in rows_of(list(queue(viewer, "waiting")), viewer.today, calendar())}
    assert set(shown) == {told.pk, colleague.pk, office.pk}
    assert str(shown[told.pk].whom) == "申请人或代办人"
    assert shown[colleague.pk].whom == cast["xiji_review2"].name
    assert shown[office.pk].whom == "省级审核员"
    page = signed_in(cast["xiji_review"]).get(reverse("desk:queue", args=["waiting"])).content.decode()
    assert "等谁" in page and "省级审核员" in page


def test_due_today_and_due_soon_are_what_they_are_called(cast, new_case):
    late, today, soon, later = (new_case(number) for number in range(1, 5))
    now = clock.now()
    viewer = Viewer.of(drive.person_for(drive.open_item(late)), now)
    days = [add_workdays(viewer.today, number, calendar()).on for number in (2, 3)]
    for case, due in (
        (late, viewer.today - timedelta(days=1)),
        (today, viewer.today),
        (soon, days[0]),
        (later, days[1]),
    ):
        near = near_from(due, policy_of(case).days("warning"), calendar())
        WorkItem.objects.filter(case=case).update(due_on=due, near_on=near)
    assert {item.case_id for item in queue(viewer, "today")} == {late.pk, today.pk}
    assert {item.case_id for item in queue(viewer, "soon")} == {soon.pk}


def test_the_pool_offers_exactly_what_duties_allow_at_every_step(cast, new_case):
    people = list(User.objects.filter(posts__isnull=False).distinct())
    met, asked = set(), cast["applicant1"]
    case = drive.apply(slug="rare_disease", number=1, by=asked, submit=False)
    for paper in papers(case, today=clock.today()):
        evidence.add_file(case=case, material_code=paper.code, upload=picture(paper.code), by=asked)
    consent.give(case=case, answers=drive.AGREE, by=asked)
    file = MaterialFile.objects.filter(case=case, material__code="D02").get()
    file.pk, file.token, file.by = None, uuid4(), cast["guyuan_city"]
    file.save(force_insert=True)
    case = dossier.submit(case=case, truth=True, by=asked)
    assert barring.parties(case) == {asked.pk, cast["guyuan_city"].pk}
    reject = {"outcome": "reject", "opinion": drive.ENOUGH}
    while case.state != "REJECTED":
        item = drive.open_item(case)
        met.add(item.step)
        for person in people:
            post = person.posts.first()
            WorkItem.objects.filter(pk=item.pk).update(role=post.role_id, division_code=post.office.division_code)
            offered = WorkItem.objects.filter(pool.may_take(person, posts_of(person)), pk=item.pk).exists()
            barred = barring.bar_of(item, person.pk)
            assert offered == (barred is None), (item.step, person.username)
        WorkItem.objects.filter(pk=item.pk).update(role=item.role, division_code=item.division_code)
        drive.step(case, **(reject if item.step == "province_review" else {}))
    assert {"town_check", "city_recheck", "reject_check"} <= met


def test_the_next_task_is_found_behind_any_number_of_barred_ones(cast, new_case):
    barred, free = new_case(1, "COUNTY"), new_case(2)
    person = WorkItem.objects.get(case=barred, step="intake").holder
    item = drive.open_item(barred)
    copies(item, 60, role="CTY1", due_on="2026-01-05")
    WorkItem.objects.filter(case=free).update(due_on="2026-02-05")
    assert actions.claim_next(by=person).case_id == free.pk
    assert actions.claim_next(by=person) is None


def test_the_api_gives_the_rows_of_the_desk_in_its_order(cast, new_case, signed_in):
    made = [new_case(number) for number in range(1, 4)]
    person = drive.person_for(drive.open_item(made[0]))
    actions.claim(item=drive.open_item(made[1]), by=person)
    barred = new_case(4, "COUNTY")
    WorkItem.objects.filter(case=barred, state="open").update(role="CTY1")
    browser, viewer = signed_in(person), Viewer.of(person, clock.now())
    for name in ("work", *QUEUES):
        rows = [row.pk for row in page(viewer, name, {}).rows]
        assert [row["id"] for row in browser.get("/api/v1/tasks/", {"queue": name}).json()["results"]] == rows, name
    assert len(browser.get("/api/v1/tasks/").json()["results"]) == 3
    assert browser.get("/api/v1/tasks/", {"queue": "all"}).status_code == 422


def test_counts_stop_at_ninety_nine(cast, new_case, monkeypatch):
    case = new_case(1)
    new_case(2)
    monkeypatch.setattr("workflows.desk.queries.MOST", 2)
    viewer = Viewer.of(drive.person_for(drive.open_item(case)), clock.now())
    assert counts(viewer)["open"] == "1+"


def test_a_queue_asks_as_often_for_three_rows_as_for_one(cast, new_case, signed_in):
    case = new_case(1)
    browser = signed_in(drive.person_for(drive.open_item(case)))
    address = reverse("desk:queue", args=["open"])
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        assert browser.get(address).status_code == 200
    new_case(2)
    new_case(3)
    with CaptureQueriesContext(connection) as three:
        answer = browser.get(address)
    assert len(answer.context["rows"]) == 3
    assert len(three) == len(one)


def test_the_pages_of_a_queue_show_every_row_once_forwards_and_backwards(cast, new_case, monkeypatch):
    monkeypatch.setattr("workflows.desk.paging.PAGE", 2)
    made = [new_case(number) for number in range(1, 4)]
    viewer = Viewer.of(drive.person_for(drive.open_item(made[0])), clock.now())
    seen, after, pages = [], "", []
    while True:
        shown = page(viewer, "open", {}, after=after)
        pages.append([row.pk for row in shown.rows])
        seen += pages[-1]
        if not shown.after:
            break
        after = shown.after
    assert sorted(seen) == sorted(queue(viewer, "open").values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) >= 3
    back = page(viewer, "open", {}, before=shown.before)
    assert [row.pk for row in back.rows] == pages[-2]
    assert PAGE == 30


def test_a_colleague_of_another_county_does_not_see_the_case(cast, new_case, signed_in):
    case = new_case(1)
    browser = signed_in(cast["zhongning_clerk"])
    assert case.number not in browser.get(reverse("desk:home")).content.decode()
    outside = browser.get(reverse("case:home", args=[case.number]))
    unknown = browser.get(reverse("case:home", args=["640422-2026-999999-0"]))
    assert (outside.status_code, unknown.status_code) == (404, 404)


def test_who_reviewed_one_level_is_not_offered_the_next(cast, new_case):
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    barred = WorkItem.objects.get(case=case, step="intake").holder
    WorkItem.objects.filter(pk=item.pk).update(role=barred.posts.get().role_id)
    assert item not in queue(Viewer.of(barred, clock.now()), "open")


def test_the_next_task_is_the_oldest_due_and_the_page_opens_it(cast, new_case, signed_in):
    case, _later = new_case(1), new_case(2)
    WorkItem.objects.filter(case=case).update(due_on="2026-01-05")
    person = drive.person_for(drive.open_item(case))
    answer = signed_in(person).post(reverse("desk:next"))
    assert answer.url == reverse("case:home", args=[case.number])
    assert drive.open_item(case).holder == person


def test_an_applicant_has_no_desk(cast, new_case, signed_in):
    case = new_case(1)
    browser = signed_in(cast["applicant1"])
    assert browser.get(reverse("desk:home")).status_code == 404
    assert browser.get(reverse("case:home", args=[case.number])).status_code in (403, 404)


def test_a_filter_is_an_address_and_can_be_taken_off(cast, new_case, signed_in):
    case, other = new_case(1), new_case(2)
    browser = signed_in(drive.person_for(drive.open_item(case)))
    shown = browser.get(reverse("desk:home"), {"number": case.number}).content.decode()
    assert case.number in shown and other.number not in shown.replace(case.number, "")
    assert 'class="pills"' in shown


def test_entrusted_work_stands_at_the_city_with_its_label(cast, road, signed_in):
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes={"hukou_division": "640521100991"})
    item = drive.open_item(case)
    if not item.entrusted_from:
        drive.to(case, "COUNTY")
        item = drive.open_item(case)
    assert item.entrusted_from
    page_of_city = signed_in(drive.person_for(item)).get(reverse("desk:home")).content.decode()
    assert case.number in page_of_city and "委托代审" in page_of_city


def test_a_row_names_its_programme_and_a_queue_is_narrowed_to_one(cast, new_case, published, signed_in):
    rare = new_case(1)
    published("hearing")
    ears = drive.apply(slug="hearing", number=2, by=cast["applicant2"])
    browser = signed_in(drive.person_for(drive.open_item(rare)))
    whole = browser.get(reverse("desk:home")).content.decode()
    assert {'<td data-label="项目">罕见病救助</td>', '<td data-label="项目">老年听障救助</td>'} <= set(
        re.findall('<td data-label="项目">.*?</td>', whole)
    )
    narrowed = browser.get(reverse("desk:home"), {"programme": "hearing"}).content.decode()
    assert ears.number in narrowed and rare.number not in narrowed
    taken = browser.post(reverse("desk:next"), {"from": "queue=open&programme=hearing"})
    assert ears.number in taken["Location"] and "programme%3Dhearing" in taken["Location"]
