"""A step is put off until a day and its deadline goes on; what stays overdue is reported to the head."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.programme import tell
from tests.desk.whole import queue
from tests.staffing.test_giving import WHY, at
from workflows import actions, overdue
from workflows.desk.queries import QUEUES, Viewer, counts
from workflows.engine import clockwork
from workflows.models import Handover, WorkItem

LATER = "等医院补来基因报告，周四再看。"


@pytest.fixture
def held(office: Any, cast: Any) -> WorkItem:
    return actions.claim(item=office.item("county").pk, by=cast["xiji_review"])


def in_queues(person: Any) -> set[str]:
    viewer = Viewer.of(person, clock.now())
    found = {name for name in QUEUES if name not in ("open", "waiting") and queue(viewer, name).exists()}
    assert all((counts(viewer)[name] != "0") is (name in found) for name in QUEUES if name not in ("open", "waiting"))
    return found


def test_what_is_put_off_leaves_the_inbox_and_comes_back_on_its_day(held, cast, signed_in):
    browser, day = signed_in(cast["xiji_review"]), clock.today() + timedelta(days=5)
    given = {
        "item": held.pk, "row_version": held.row_version, "put_off_reason": LATER,
        "until_year": day.year, "until_month": day.month, "until_day": day.day,
    }  # fmt: skip
    address = reverse("case:put_off", args=[held.case.number])
    assert "请写明原因" in browser.post(address, {**given, "put_off_reason": ""}).content.decode()
    assert browser.post(address, given).status_code == 302
    assert in_queues(cast["xiji_review"]) == {"later"}
    assert f"搁置到 {day.isoformat()}" in browser.get(reverse("desk:queue", args=["later"])).content.decode()
    clock.move_demo_clock(days=5, by=None)
    clockwork.one_pass()
    assert "later" not in in_queues(cast["xiji_review"]) and "mine" in in_queues(cast["xiji_review"])


def test_its_deadline_goes_on_and_it_stands_in_the_queue_of_what_is_due(held, cast):
    due = at(held).due_on
    actions.put_off(item=held.pk, until=due, reason=LATER, by=cast["xiji_review"])
    assert at(held).due_on == due
    clock.move_demo_clock(days=(due - clock.today()).days - 1, by=None)
    assert {"later", "soon"} <= in_queues(cast["xiji_review"])
    assert at(held).holder == cast["xiji_review"]


def test_only_the_holder_puts_it_off_with_a_reason_and_never_past_the_due_date(held, cast):
    due, today = at(held).due_on, clock.today()
    with pytest.raises(Refusal):
        actions.put_off(item=held.pk, until=due, reason=LATER, by=cast["xiji_review2"])
    for day, reason in ((today, LATER), (due + timedelta(days=1), LATER), (due, "  ")):
        with pytest.raises(Invalid):
            actions.put_off(item=held.pk, until=day, reason=reason, by=cast["xiji_review"])
    assert at(held).follow_up_on is None
    actions.put_off(item=held.pk, until=due, reason=LATER, by=cast["xiji_review"])
    assert LATER not in Event.objects.filter(action="task.put_off", outcome="ok").latest("id").payload


def test_something_new_in_the_case_brings_it_back_and_its_holder_is_told(held, cast, signed_in):
    actions.put_off(item=held.pk, until=at(held).due_on, reason=LATER, by=cast["xiji_review"])
    tell(held.case, "paper_given", by=None, now=clock.now())
    assert at(held).follow_up_on is None and in_queues(cast["xiji_review"]) == {"mine"}
    assert "案卷有新情况" in signed_in(cast["xiji_review"]).get(reverse("desk:home")).content.decode()


def test_in_other_hands_it_is_not_put_off_any_more(held, cast):
    actions.put_off(item=held.pk, until=at(held).due_on, reason=LATER, by=cast["xiji_review"])
    actions.reassign(item=held.pk, to=cast["xiji_review2"], reason=WHY, by=cast["guyuan_city"])
    assert at(held).follow_up_on is None and in_queues(cast["xiji_review2"]) == {"mine"}


def test_what_stays_overdue_is_reported_once_to_the_head_after_the_days_of_the_policy(held, office, cast, signed_in):
    WorkItem.objects.filter(pk=office.item("county_b").pk).update(due_on=clock.today() + timedelta(days=60))
    clock.move_demo_clock(days=(at(held).due_on - clock.today()).days + 1, by=None)
    assert not actions.escalate(item=held.pk, by=None)
    WorkItem.objects.filter(pk=held.pk).update(due_on=clock.today() - timedelta(days=12))
    overdue.report()
    first = at(held).escalated_at
    assert first is not None and overdue.report().found == 0 and at(held).escalated_at == first
    assert Handover.objects.filter(item=held, kind="escalated").count() == 1
    here = Office.objects.get(division_code="640422").pk
    head = signed_in(cast["guyuan_city"])
    assert "超期已上报，请催办或改派" in head.get(f"{reverse('staffing:people')}?office={here}").content.decode()
    listed = head.get(f"{reverse('staffing:steps')}?office={here}&late=1").content.decode()
    assert held.case.number in listed and office.county_b.number not in listed
    assert "超期，已报负责人" in signed_in(cast["xiji_review"]).get(reverse("desk:home")).content.decode()


def test_the_record_shows_every_change_of_hands_with_who_why_and_when(held, cast, signed_in):
    actions.reassign(item=held.pk, to=cast["xiji_review2"], reason=WHY, by=cast["guyuan_city"])
    actions.release(item=held.pk, reason="下乡一周，先退回", by=cast["xiji_review2"])
    tab = reverse("case:tab", args=[held.case.number, "record"])
    shown = signed_in(cast["guyuan_city"]).get(tab).content.decode()
    one, two, head = (cast[name].name for name in ("xiji_review", "xiji_review2", "guyuan_city"))
    told = ["送到县级初审员", f"{one}领取", f"{head}改派给{two}，原因：{WHY}", f"{two}释放，原因：下乡一周，先退回"]
    places = [shown.rindex(words) for words in told]
    assert places == sorted(places)
    assert signed_in(cast["zhongwei_city"]).get(tab).status_code == 404
