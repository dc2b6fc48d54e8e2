"""What is nearly due: from the warning days of its own policy on, everywhere the same, and forward in its queue that very day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import Calendar, near_from, remaining
from cases.history.models import Event
from cases.policy.queries import policy_of
from tests.desk.road import copies
from tests.desk.whole import queue
from workflows import actions, overdue, pauses
from workflows.desk.queries import Viewer
from workflows.desk.staffing.queries import loads_of
from workflows.models import Handover, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "患者要在月底前住院，医院等着缴费。"


def at(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("case__run", "holder").get(pk=item.pk)


def waited(item: WorkItem, days: int) -> None:
    """The last ones of this queue were taken so many days after they came."""
    now = clock.now()
    copies(item, 9, state="done", holder_id=drive.person_for(item).pk, offered_at=now - timedelta(days=days),
           claimed_at=now, done_at=now)  # fmt: skip


def go_to(day: date) -> None:
    if day > clock.today():
        clock.move_demo_clock(to=day, by=None)


@pytest.mark.parametrize("days", [0, 1, 3])
def test_the_warning_day_is_the_first_on_which_so_many_workdays_are_left(days: int) -> None:
    feast = Calendar(
        frozenset({date(2026, 10, day) for day in range(1, 8)}), frozenset({date(2026, 10, 10)}), frozenset({2026})
    )
    for number in range(30):
        due = date(2026, 9, 25) + timedelta(days=number)
        first = near_from(due, days, feast)
        assert remaining(due, first, feast) <= days < remaining(due, first - timedelta(days=1), feast)


def test_each_case_is_warned_of_by_its_own_policy_in_queue_light_and_workload(cast, published_with, signed_in) -> None:
    published_with("rare_disease", "warning", {"workdays": 1})
    one = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    go_to(clock.today() + timedelta(days=1))
    published_with("rare_disease", "warning", {"workdays": 4})
    four = drive.to(drive.apply(slug="rare_disease", number=2, by=cast["applicant1"]), "COUNTY")
    items, me = {case: drive.open_item(case) for case in (one, four)}, cast["xiji_review"]
    for case, days in ((one, 1), (four, 4)):
        assert items[case].near_on == near_from(items[case].due_on, days, calendar())
        actions.claim(item=items[case].pk, by=me)
    assert items[four].near_on < items[one].near_on < items[one].due_on
    for day in (items[four].near_on, items[one].near_on):
        go_to(day)
        near = [items[case].pk for case in items if items[case].near_on <= day]
        assert {item.pk for item in queue(Viewer.of(me, clock.now()), "soon")} == set(near)
        page = signed_in(me).get(reverse("desk:queue", args=["mine"])).content.decode()
        assert page.count('tag--blue">剩') == len(near), day
        load = next(load for load in loads_of(me.posts.get().office, clock.now()) if load.person == me)
        assert (load.held, load.soon, load.overdue) == (2, len(near), 0)


def test_a_step_goes_forward_on_its_warning_day_whoever_holds_it_and_once(cast, new_case) -> None:
    """Simulated day by day from the offer to the due date, as the clock does it every night."""
    held, free = new_case(1, "COUNTY"), new_case(3, "COUNTY")
    items = [drive.open_item(case) for case in (held, free)]
    waited(items[0], 8)
    actions.claim(item=items[0].pk, by=cast["xiji_review"])
    near_on, due_on = items[0].near_on, items[0].due_on
    day = clock.today()
    while day <= due_on:
        go_to(day)
        judged = overdue.put_near_forward().found
        assert judged == (2 if day == near_on else 0), day
        turns = {at(item).turn_on for item in items}
        assert turns == {due_on - timedelta(days=1) if day >= near_on else due_on}, day
        day += timedelta(days=1)
    assert [row[0] for row in at(items[1]).priority_for] == ["deadline_near"]
    events = Event.objects.filter(action="task.near", stream__key=str(free.pk), stream__kind="case")
    assert events.count() == 1
    assert WorkItem.objects.filter(pk=items[1].pk, near_seen_at=None).exists() is False


def test_what_a_head_said_stays_and_a_deadline_that_moved_is_judged_anew(cast, new_case) -> None:
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    waited(item, 8)
    actions.set_priority(item=item.pk, days=0, reason=WHY, by=cast["prov_head"])
    go_to(item.near_on)
    assert overdue.put_near_forward().found == 1 and at(item).turn_on == item.due_on
    assert Handover.objects.filter(item=item, kind="ranked").count() == 1
    moved = at(item)
    pauses.begin(moved, "waiting", now=clock.now())
    go_to(item.due_on)
    pauses.end(moved, policy_of(moved.case), "county_review", now=clock.now())
    moved = at(item)
    assert moved.due_on > item.due_on and moved.near_seen_at is None
    assert moved.near_on == near_from(moved.due_on, policy_of(moved.case).days("warning"), calendar())
    go_to(moved.near_on)
    assert overdue.put_near_forward().found == 1 and at(item).near_seen_at is not None


def test_who_holds_something_overdue_finds_it_above_his_queues_until_it_is_done(cast, new_case, signed_in) -> None:
    mine, other, halted = new_case(1, "COUNTY"), new_case(3, "COUNTY"), new_case(5, "COUNTY")
    me, colleague = cast["xiji_review"], cast["xiji_review2"]
    for case, who in ((mine, me), (other, colleague), (halted, me)):
        actions.claim(item=drive.open_item(case).pk, by=who)
    browser, words = signed_in(me), "您手里有超期的办件"
    assert words not in browser.get(reverse("desk:home")).content.decode()
    pauses.begin(drive.open_item(halted), "waiting", now=clock.now())
    go_to(drive.open_item(mine).due_on + timedelta(days=12))
    overdue.report()
    page = browser.get(reverse("desk:queue", args=["done"])).content.decode()
    assert words in page and mine.number in page and "已上报负责人" in page
    assert other.number not in page and halted.number not in page
    drive.step(mine, by=me)
    assert words not in browser.get(reverse("desk:home")).content.decode()
