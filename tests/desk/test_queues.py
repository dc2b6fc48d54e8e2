"""The desk shows what I may take, in order, with counts that agree with its lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar import clock
from workflows import actions
from workflows.desk.queries import PAGE, QUEUES, Viewer, counts, page, queue
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def test_every_count_agrees_with_its_list(cast, new_case):
    first, _second = new_case(1), new_case(2)
    intake = drive.person_for(drive.open_item(first))
    actions.claim(item=drive.open_item(first), by=intake)
    viewer = Viewer.of(intake, clock.now())
    numbers = counts(viewer)
    for name in QUEUES:
        assert numbers[name] == str(queue(viewer, name).count()), name
    assert (numbers["open"], numbers["mine"]) == ("1", "1")


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
    monkeypatch.setattr("workflows.desk.queries.PAGE", 2)
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
