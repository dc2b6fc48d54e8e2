"""Every door to a step, for every kind of duty: refused, recorded, and nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.access.actions import give_stand_in
from cases.access.models import Post
from cases.access.queries import candidates, work_posts
from cases.calendar import clock
from cases.errors import Refusal
from cases.history.models import Event
from cases.programme import programme
from tests.duties.several import asked
from tests.duties.situations import SITUATIONS
from workflows import actions, barring, loads, pool
from workflows.actions import leading
from workflows.flow import step_of
from workflows.models import Decision, Duty, WorkItem
from workflows.walking import drive

__all__ = ["asked"]

pytestmark = pytest.mark.django_db

Door = Callable[[WorkItem, Any, Any], Any]


def outcome_of(item: WorkItem) -> str:
    return next(iter(step_of(item).exits))


def browser_of(person: Any) -> Client:
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def refused(answer: Any) -> None:
    """An answer of a page or of the API that says no."""
    if answer.status_code not in (403, 404, 409):
        raise AssertionError(f"the door was open: {answer.status_code}")
    raise Refusal("refused", code="duties")


def claim(item: WorkItem, person: Any, head: Any) -> None:
    actions.claim(item=item.pk, by=person)


def take_over(item: WorkItem, person: Any, head: Any) -> None:
    actions.take_over(item=item.pk, reason="接着办", by=person)


def decide(item: WorkItem, person: Any, head: Any) -> None:
    actions.decide(item=item.pk, outcome=outcome_of(item), opinion=drive.ENOUGH, by=person)


def reassign(item: WorkItem, person: Any, head: Any) -> None:
    leading.reassign(item=item.pk, to=person, reason="请您接着办", by=head)


def api_claim(item: WorkItem, person: Any, head: Any) -> None:
    body = json.dumps({"row_version": item.row_version})
    refused(browser_of(person).post(reverse("api:claim", args=[item.pk]), body, "application/json"))


def api_decide(item: WorkItem, person: Any, head: Any) -> None:
    body = json.dumps({"row_version": item.row_version, "outcome": outcome_of(item), "opinion": drive.ENOUGH})
    refused(browser_of(person).post(reverse("api:decide", args=[item.pk]), body, "application/json"))


def page_claim(item: WorkItem, person: Any, head: Any) -> None:
    sent = {"item": item.pk, "row_version": item.row_version}
    refused(browser_of(person).post(reverse("case:claim", args=[item.case.number]), sent))


def stand_in_for(item: WorkItem, person: Any, head: Any) -> None:
    """Somebody free acts for the one who is barred."""
    own = next(post for post in Post.objects.filter(user=person, role_id=item.role).select_related("office"))
    barred = barring.shut_out(item.case, step_of(item)) | {person.pk}
    other = next((one for one in candidates(item.role, item.division_code) if one.pk not in barred), None)
    if other is None or "step.stand_in" not in own.role.rights:
        raise Refusal("nobody could stand in", code="duties")
    Post.objects.filter(user=other, role_id=item.role).update(ends_on=clock.today() - timedelta(days=1))
    today = clock.today()
    Post.objects.get_or_create(
        user=other, role_id="CTY1" if item.role != "CTY1" else "CTY2", office=own.office, starts_on=today
    )
    give_stand_in(post=own, delegate=other, starts_on=today, ends_on=today, reason="外出", by=person)
    actions.claim(item=item.pk, by=other)


def sql_claim(item: WorkItem, person: Any, head: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflows_workitem SET state = 'claimed', holder_id = %s, claimed_at = now() WHERE id = %s",
            [person.pk, item.pk],
        )


def sql_decide(item: WorkItem, person: Any, head: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflows_decision (case_id, item_id, round, step, outcome, to_step, reasons, opinion, actor_id,"
            " role, office_id, entrusted_from, happened_on, at) SELECT %s, %s, 1, %s, %s, '', '[]', '', %s, %s,"
            " (SELECT min(id) FROM cases_office), '', (relief_now() AT TIME ZONE 'Asia/Shanghai')::date, relief_now()",
            [item.case_id, item.pk, item.step, outcome_of(item), person.pk, item.role],
        )


DOORS: dict[str, tuple[Door, str]] = {
    "领取": (claim, "task.claim"),
    "接手": (take_over, "task.take_over"),
    "办理": (decide, "task.decide"),
    "改派": (reassign, "task.assign"),
    "接口领取": (api_claim, "task.claim"),
    "接口办理": (api_decide, "task.decide"),
    "页面领取": (page_claim, "task.claim"),
    "数据库领取": (sql_claim, ""),
    "数据库办理": (sql_decide, ""),
}
"""Each door with the action under which its refusal is recorded; raw statements leave none, the database says no."""


def state_of(item: WorkItem) -> Any:
    rows = WorkItem.objects.filter(case=item.case).order_by("pk").values_list("pk", "state", "holder", "row_version")
    duties = Duty.objects.filter(case=item.case).values_list("actor", "level").order_by("pk")
    return list(rows), list(duties), Decision.objects.filter(case=item.case).count()


@pytest.mark.parametrize("kind", SITUATIONS)
def test_every_door_refuses_whom_a_duty_bars_and_nothing_changes(cast, asked, published, kind):
    if kind == "neighbour":
        published("rare_disease")
    item, person = SITUATIONS[kind](cast, lambda: asked)
    head = cast["prov_head"]
    assert {post.role_id for post in work_posts(person)} >= {item.role}, "the post alone would do"
    assert not WorkItem.objects.filter(pool.may_take(person, work_posts(person)), pk=item.pk).exists()
    assert person.pk not in {post.user_id for post in loads.pool_of(item)}
    assert actions.claim_next(by=person, rows=WorkItem.objects.filter(pk=item.pk)) is None
    for name, (door, action) in DOORS.items():
        before, events = state_of(item), Event.objects.latest("pk").pk
        with pytest.raises(Refusal if action else DatabaseError) as no:
            door(item, person, head)
        assert state_of(item) == before, name
        if action:
            told = Event.objects.get(pk__gt=events, action=action, outcome="denied")
            assert no.value.code == json.loads(told.payload)["code"] == "duties", name


def test_a_stand_in_for_somebody_who_is_barred_is_barred(cast, asked, published):
    published("rare_disease")
    item, person = SITUATIONS["neighbour"](cast, lambda: asked)
    with pytest.raises(Refusal) as no:
        stand_in_for(item, person, None)
    assert no.value.code == "duties"


def test_the_table_knows_every_duty_that_a_step_can_declare():
    step = programme("two_step").roads["opinions"].opinions
    declared = {"not_by", "same_as", "conflict", "of", "level"}
    assert declared <= set(vars(step)) and len(SITUATIONS) == 8
