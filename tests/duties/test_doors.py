"""Every door to a step, for every kind of duty: refused, recorded, and nothing changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from cases.access.actions import give_stand_in
from cases.access.models import Post
from cases.access.queries import work_posts
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.evidence.models import MaterialFile
from cases.history.models import Event
from cases.history.record import record_access
from cases.programme import programme
from cases.recusal.actions import declare_relative
from cases.recusal.models import Recusal
from tests.duties.doors import DOORS, LEADING, WHY, api_claim, claim, decide, page_next, sql_claim
from tests.duties.several import asked, with_panel
from tests.duties.situations import LENT, SITUATIONS, at_panel, done_by, post
from workflows import actions, barring, loads, pool
from workflows.desk.panel import actions as meetings
from workflows.desk.queries import WORK, Viewer, in_turn
from workflows.engine import clockwork
from workflows.models import Decision, Duty, Vote, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

__all__ = ["asked", "with_panel"]

pytestmark = pytest.mark.django_db


def state_of(case: Any) -> Any:
    rows = WorkItem.objects.filter(case=case).order_by("pk").values_list("pk", "state", "holder", "row_version")
    duties = Duty.objects.filter(case=case).values_list("actor", "level").order_by("pk")
    return list(rows), list(duties), Decision.objects.filter(case=case).count(), Case.objects.get(pk=case.pk).state


def must_refuse(doors: dict[str, Any], item: WorkItem, *hands: Any) -> None:
    """Each of these doors says no because of a duty, leaves its refusal in the history, and the case as it was."""
    for name, (door, action) in doors.items():
        before, events = state_of(item.case), Event.objects.latest("pk").pk
        with pytest.raises(Refusal if action else DatabaseError) as no:
            door(item, *hands)
        assert state_of(item.case) == before, name
        if action:
            told = Event.objects.get(pk__gt=events, action=action, outcome="denied")
            assert no.value.code == json.loads(told.payload)["code"] == "duties", name


def of_case(item, person):
    """The queue of this person, narrowed down to the case of this step."""
    return in_turn(Viewer.of(person, clock.now()), WORK, {"number": item.case.number})


@pytest.mark.parametrize("kind", SITUATIONS)
def test_every_door_refuses_whom_a_duty_bars_and_nothing_changes(cast, asked, published, kind):
    if kind == "neighbour":
        published("rare_disease")
    item, person = SITUATIONS[kind](cast, lambda: asked)
    assert {post.role_id for post in work_posts(person)} >= {item.role}, "the post alone would do"
    assert not WorkItem.objects.filter(pool.may_take(person, work_posts(person)), pk=item.pk).exists()
    assert person.pk not in {post.user_id for post in loads.pool_of(item)}
    assert actions.claim_next(by=person, parts=of_case(item, person)) is None
    page_next(item, person, None)
    must_refuse(DOORS, item, person, cast["prov_head"])


@pytest.mark.parametrize("kind", [kind for kind in SITUATIONS if kind != "party"])
def test_a_step_that_comes_again_by_a_plan_comes_to_nobody_whom_a_duty_bars(cast, asked, published, kind):
    """移动、重来: the case goes back to the step before and on again. The first step of a road has none before it."""
    if kind == "neighbour":
        published("rare_disease")
    item, person = SITUATIONS[kind](cast, lambda: asked)
    done = WorkItem.objects.filter(case=item.case, kind="human", state="done").exclude(step=item.step)
    before = done.latest("pk").step
    for step, to in ((item.step, before), (before, item.step)):
        moved(item.case, step, to, cast)
    rows = WorkItem.objects.filter(case=item.case, step=item.step, state__in=["open", "claimed"], pk__gt=item.pk)
    seats = list(rows.select_related("case__run").order_by("seat"))
    assert seats
    if kind == "distinct":  # whoever gave his opinion gives it again, at one seat
        assert [seat.holder for seat in seats].count(person) == 1
        seats = [seat for seat in seats if seat.holder != person]
    assert person not in [seat.holder for seat in seats]
    doors = {name: DOORS[name] for name in ("领取", "办理", "成批办理", "接口领取", "改派", "数据库领取", "数据库办理")}
    must_refuse(doors, seats[-1], person, cast["prov_head"])


def moved(case: Any, step: str, to: str, cast: Any) -> Any:
    plan = operations.make_plan(kind="move", cases=[case], reason=WHY, step=step, to_step=to, by=cast["prov_review2"])
    clockwork.one_pass()
    plan.refresh_from_db()
    assert plan.items.get().state == "possible", plan.items.get().problem
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    clockwork.one_pass()
    assert plan.items.get().state == "done", plan.items.get().problem
    return plan


@pytest.mark.parametrize("kind", LENT)
def test_who_stands_in_for_somebody_whom_a_duty_bars_is_barred_at_every_door(cast, asked, published, kind):
    if kind == "neighbour":
        published("rare_disease")
    item, person = LENT[kind](cast, lambda: asked)
    own, today = Post.objects.get(user=person, role_id=item.role), clock.today()
    other = cast["prov_head" if item.role == "PRV1" else "guyuan_city"]
    lent = give_stand_in(
        post=own, delegate=other, starts_on=today, ends_on=today + timedelta(days=1), reason="外出", by=person
    )
    assert {post.stand_in for post in work_posts(other)} >= {lent}
    if kind not in ("same_as", "named"):  # himself he would be as little the one for whom the step is
        assert barring.bar_of(item, other.pk) is None, "he is barred for the other's sake alone"
    assert not WorkItem.objects.filter(pool.may_take(other, work_posts(other)), pk=item.pk).exists()
    post(cast["prov_review2"], "PRV2", cast["prov_head"])
    doors = {name: door for name, door in DOORS.items() if not name.startswith("数据库")}
    must_refuse(doors, item, other, cast["prov_review2"])
    with pytest.raises(IntegrityError, match="duties"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=other, stand_in=lent)


@pytest.mark.parametrize("kind", ["party", "relative", "recused", "neighbour"])
def test_a_panel_member_whom_a_duty_bars_has_no_vote(cast, published, kind):
    published("rare_disease")
    case, person = at_panel(cast, kind)
    must_have_no_vote(case, person, cast)


@pytest.mark.parametrize(("kind", "step"), [("not_by", "check"), ("conflict", "fund_look")])
def test_who_did_a_step_that_the_panel_excludes_has_no_vote(cast, with_panel, kind, step):
    person = done_by(with_panel, step)
    post(person, "PAN", cast["panel1"])
    must_have_no_vote(with_panel, person, cast)


def must_have_no_vote(case: Any, person: Any, cast: Any) -> None:
    meeting = meetings.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["prov_head"])
    meetings.sign_in(meeting=meeting, by=person)
    item = meeting.items.get()
    record_access("read", object=item, fields=["application"], by=person, case_id=case.pk, purpose="集体研究")
    before, events = state_of(case), Event.objects.latest("pk").pk
    for choice in ("agree", "reject", "defer", "abstain"):
        with pytest.raises(Refusal) as no:
            meetings.vote(item=item, choice=choice, reason=drive.ENOUGH, by=person)
        assert no.value.code == "duties"
    assert Event.objects.filter(pk__gt=events, action="panel.vote", outcome="denied").count() == 4
    with pytest.raises(IntegrityError, match="duties|duty_not_next"), transaction.atomic():
        Vote.objects.create(item=item, member=person, choice="agree", at=clock.now())
    assert state_of(case) == before and not item.votes.exists()
    meetings.recuse(item=item, reason="我与这位患者有来往，应当回避", by=person)


def test_who_voted_is_kept_from_a_step_that_excludes_the_panel_and_has_one_vote(cast, with_panel):
    members = [cast[f"panel{number}"] for number in range(1, 6)]
    meeting = drive.panel([with_panel], head=cast["prov_head"], members=members)
    with pytest.raises(Refusal):
        meetings.vote(item=meeting.items.get(), choice="reject", reason=drive.ENOUGH, by=members[0])
    item = drive.open_item(with_panel)
    assert item.step == "grant"
    post(members[0], "CTY2", cast["xiji_review"])
    assert not WorkItem.objects.filter(pool.may_take(members[0], work_posts(members[0])), pk=item.pk).exists()
    assert actions.claim_next(by=members[0], parts=of_case(item, members[0])) is None
    must_refuse(DOORS, item, members[0], cast["prov_head"])
    assert WorkItem.objects.filter(
        pool.may_take(cast["xiji_review2"], work_posts(cast["xiji_review2"])), pk=item.pk
    ).exists()


@pytest.mark.parametrize("way", ["party", "relative", "recused"])
def test_a_head_whose_matter_a_case_is_neither_leads_nor_stops_nor_moves_it(cast, published, way):
    published("rare_disease")
    head, draft = cast["prov_head"], drive.apply(slug="rare_disease", number=2, by=cast["applicant2"], submit=False)
    case = drive.finish(draft, by=cast["applicant2"], seed=6)
    drive.to(case, "COUNTY")
    item = drive.open_item(case)
    plan = operations.make_plan(
        kind="restart", cases=[case], reason=WHY, step=item.step, to_step="intake", by=cast["prov_review2"]
    )
    clockwork.one_pass()
    plan.refresh_from_db()
    held = operations.suspend(case=case, reason=WHY, by=head)
    if way == "party":
        file = MaterialFile.objects.filter(case=case, material__isnull=False).earliest("pk")
        file.pk, file.token, file.by = None, uuid4(), head
        file.save(force_insert=True)
    elif way == "relative":
        declare_relative(relation="sibling", name=str(case.patient.name), by=head)
    else:
        Recusal.objects.create(case=case, person=head, reason="与患者有来往", at=clock.now())
    with pytest.raises(Refusal) as no:
        operations.resume(suspension=held, by=head)
    assert no.value.code == "duties"
    post(cast["prov_review2"], "PRV2", head)
    operations.resume(suspension=held, by=cast["prov_review2"])
    must_refuse(LEADING, drive.open_item(case), plan, head)
    plan.refresh_from_db()
    assert plan.state == "ready"


def test_the_tables_know_every_duty_that_a_step_can_declare():
    step = programme("two_step").roads["opinions"].opinions
    declared = {"not_by", "same_as", "conflict", "of", "level"}
    assert declared <= set(vars(step)) and len(SITUATIONS) == len(LENT) == 9
    assert {claim, decide, api_claim, sql_claim} <= {door for door, _action in DOORS.values()}
