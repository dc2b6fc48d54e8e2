"""A queue goes by turn: the due date, brought forward by what makes a case urgent, as far as the queue can bear it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.policy.queries import policy_of
from tests.desk.road import copies
from workflows import actions, turns
from workflows.desk.queries import Viewer, in_turn, page
from workflows.models import Handover, WorkItem
from workflows.walking import drive

WHY = "患者要在月底前住院，医院等着缴费。"


def waited(item: WorkItem, days: int) -> None:
    """The last ones of this queue were taken so many days after they came."""
    at = clock.now()
    copies(item, 9, state="done", holder_id=drive.person_for(item).pk, offered_at=at - timedelta(days=days),
           claimed_at=at, done_at=at)  # fmt: skip


def weighed(item: WorkItem) -> WorkItem:
    """The step as it would be offered now."""
    turns.weigh(item, policy_of(item.case), veiled=False, now=clock.now())
    item.save(update_fields=turns.FIELDS)
    return WorkItem.objects.select_related("case__run").get(pk=item.pk)


def turn(item: WorkItem) -> Any:
    return WorkItem.objects.get(pk=item.pk).turn_on


def test_what_the_policy_finds_urgent_comes_sooner_and_says_why(office, cast, signed_in):
    waited(office.item("ordinary"), 8)
    item = weighed(office.item("poorest"))
    assert (item.priority, item.head_start, item.turn_on) == (2, 2, item.due_on - timedelta(days=2))
    assert drive.open_item(office.poorest).priority_for[0][0] == "poorest"
    shown = signed_in(cast["xiji_intake"]).get(reverse("desk:home")).content.decode()
    assert "优先：特困、低保、防返贫" in shown
    assert actions.claim_next(by=cast["xiji_intake"]).pk == item.pk


def test_where_nobody_waits_priority_changes_nothing(office):
    waited(office.item("ordinary"), 0)
    item = weighed(office.item("poorest"))
    assert (item.priority, item.head_start, item.turn_on) == (2, 0, item.due_on)


def test_a_turn_moves_with_its_due_date_whoever_moves_it(office):
    waited(office.item("ordinary"), 8)
    item = weighed(office.item("poorest"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workflows_workitem SET due_on = due_on + 7 WHERE id = %s", [item.pk])
    assert turn(item) == item.due_on + timedelta(days=5)


def test_the_list_the_button_and_the_api_have_one_order(office, cast, signed_in):
    item, rng = office.item("ordinary"), random.Random(7)
    for _number in range(12):
        day = item.due_on + timedelta(days=rng.randint(-4, 4))
        copies(item, 1, due_on=day, head_start=rng.randint(0, 5))
    clerk = cast["xiji_intake"]
    viewer, browser = Viewer.of(clerk, clock.now()), signed_in(clerk)
    listed = [row.pk for row in page(viewer, "open", {}).rows]
    (part,) = in_turn(viewer, "open", {})
    assert listed == list(part.order_by("turn_on", "id").values_list("pk", flat=True))
    assert listed == [row["id"] for row in browser.get("/api/v1/tasks/", {"queue": "open"}).json()["results"]]
    days = [turn(WorkItem.objects.get(pk=pk)) for pk in listed]
    assert days == sorted(days) and len(listed) == 14
    assert [actions.claim_next(by=clerk).pk for _number in range(5)] == listed[:5]


def test_a_turn_is_never_behind_the_due_date_so_that_no_queue_loses_a_row(office, cast):
    copies(office.item("ordinary"), 1, due_on=clock.today(), head_start=5)
    assert not WorkItem.objects.filter(turn_on__gt=F("due_on")).exists()
    assert len(page(Viewer.of(cast["xiji_intake"], clock.now()), "today", {}).rows) == 1


def test_a_head_says_what_is_urgent_with_a_reason_that_is_kept(office, cast, signed_in):
    case = office.ordinary
    waited(office.item("ordinary"), 20)
    item, head = office.item("ordinary"), signed_in(cast["xiji_review"])
    home = reverse("case:home", args=[case.number])
    assert "改优先" in head.get(home).content.decode()
    assert "改优先" not in signed_in(cast["xiji_intake"]).get(home).content.decode()
    given = {"item": item.pk, "row_version": item.row_version, "days": "4", "priority_reason": WHY}
    address = reverse("case:priority", args=[case.number])
    assert "请填 0 到 5 天" in head.post(address, {**given, "days": "30"}).content.decode()
    assert head.post(address, given).status_code == 302
    assert turn(item) == item.due_on - timedelta(days=4)
    record = head.get(reverse("case:tab", args=[case.number, "record"])).content.decode()
    assert f"{cast['xiji_review'].name}改了优先，原因：{WHY}" in record
    assert WHY not in Event.objects.filter(action="task.priority").latest("id").payload
    assert "优先：负责人指定" in signed_in(cast["xiji_intake"]).get(reverse("desk:home")).content.decode()


def test_who_does_not_lead_there_changes_no_priority(office, cast):
    item = office.item("ordinary")
    for name, refusal in (("xiji_intake", Refusal), ("zhongwei_city", NotFound), ("applicant2", NotFound)):
        with pytest.raises(refusal):
            actions.set_priority(item=item.pk, days=3, reason=WHY, by=cast[name])
    for days, reason in ((3, "  "), (6, WHY), (-1, WHY)):
        with pytest.raises(Invalid):
            actions.set_priority(item=item.pk, days=days, reason=reason, by=cast["guyuan_city"])
    actions.set_priority(item=item.pk, row_version=item.row_version, days=3, reason=WHY, by=cast["prov_head"])
    with pytest.raises(Stale):
        actions.set_priority(item=item.pk, row_version=item.row_version, days=0, reason=WHY, by=cast["prov_head"])
    actions.set_priority(item=item.pk, days=0, reason=WHY, by=cast["guyuan_city"])
    kept = WorkItem.objects.get(pk=item.pk)
    assert (kept.priority, kept.priority_for, kept.turn_on) == (0, [], kept.due_on)
    assert Handover.objects.filter(item=item, kind="ranked", actor=cast["guyuan_city"]).count() == 1


def test_an_expert_is_told_that_it_is_urgent_and_not_why(office, cast):
    item = office.item("poorest")
    turns.weigh(item, policy_of(item.case), veiled=True, now=clock.now())
    assert (item.priority, item.priority_for) == (2, [])
