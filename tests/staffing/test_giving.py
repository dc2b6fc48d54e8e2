"""A head gives out work: to a person or by load, one step or many, and each step is an act of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.outgoing.models import Outgoing
from tests.desk.road import copies
from workflows import actions, loads
from workflows.desk.staffing import actions as staffing
from workflows.desk.staffing import queries
from workflows.models import Allotment, Handover, WorkItem

WHY = "原来的同事外出培训两周，由您接着办。"


def at(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("case__run", "holder").get(pk=item.pk)


def keys(*items: WorkItem) -> list[tuple[int, int]]:
    return [(item.pk, item.row_version) for item in items]


@pytest.fixture
def held(office: Any, cast: Any) -> WorkItem:
    """A step at the county review that one of the two reviewers holds."""
    return actions.claim(item=office.item("county").pk, by=cast["xiji_review"])


def test_a_head_gives_a_held_step_to_another_who_may_and_its_holder_is_told(held, cast, signed_in):
    actions.reassign(item=held.pk, to=cast["xiji_review2"], reason=WHY, by=cast["guyuan_city"])
    assert at(held).holder == cast["xiji_review2"]
    row = Handover.objects.get(item=held, kind="assigned")
    assert (row.actor, row.from_person, row.to_person) == (
        cast["guyuan_city"],
        cast["xiji_review"],
        cast["xiji_review2"],
    )
    told = signed_in(cast["xiji_review"]).get(reverse("desk:home")).content.decode()
    assert WHY in told and "改派给" in told
    assert WHY not in Event.objects.filter(action="task.claimed").latest("id").payload


def test_the_duties_are_asked_again_for_who_gets_it(held, cast):
    with pytest.raises(Refusal) as other_post:
        actions.reassign(item=held.pk, to=cast["xiji_town"], reason=WHY, by=cast["guyuan_city"])
    assert other_post.value.code == "no_post" and "县级初审员" in str(other_post.value.who_may)
    WorkItem.objects.filter(pk=held.pk).update(role="CTY1")
    with pytest.raises(Refusal) as barred:
        actions.reassign(item=held.pk, to=cast["xiji_intake"], reason=WHY, by=cast["guyuan_city"])
    assert barred.value.code == "duties" and cast["xiji_intake"].name in str(barred.value.reason)
    assert at(held).holder == cast["xiji_review"]


def test_who_does_not_lead_gives_out_nothing(held, cast):
    for name, refusal in (("xiji_intake", Refusal), ("zhongwei_city", NotFound), ("applicant2", NotFound)):
        with pytest.raises(refusal):
            actions.reassign(item=held.pk, to=cast["xiji_review2"], reason=WHY, by=cast[name])
    with pytest.raises(Invalid):
        actions.reassign(item=held.pk, to=cast["xiji_review2"], reason=" ", by=cast["guyuan_city"])
    with pytest.raises(Invalid):
        actions.reassign(item=held.pk, to=cast["xiji_review"], reason=WHY, by=cast["guyuan_city"])
    with pytest.raises(Stale):
        actions.reassign(item=held.pk, row_version=1, to=cast["xiji_review2"], reason=WHY, by=cast["guyuan_city"])
    assert at(held).holder == cast["xiji_review"]


def test_of_many_each_has_its_own_result_and_a_refused_one_changed_nothing(held, office, cast, signed_in):
    barred, other = office.item("county_b"), office.item("ordinary")
    before = at(other).row_version
    head = signed_in(cast["guyuan_city"])
    here = Office.objects.get(division_code="640422").pk
    address = f"{reverse('staffing:steps')}?office={here}"
    assert f"{held.pk}:{held.row_version}" in head.get(address).content.decode()
    given = {
        "kind": "assign", "person": cast["xiji_review2"].pk, "reason": WHY,
        "items": [f"{one.pk}:{one.row_version}" for one in (held, barred, other)],
    }  # fmt: skip
    shown = head.post(address, given).content.decode()
    assert (
        "现在还没有改动" in shown and shown.count("没有办这一步的岗位") == 1 and at(held).holder == cast["xiji_review"]
    )
    answer = head.post(address, {**given, "phase": "do"})
    sheet = Allotment.objects.get()
    assert answer.url == reverse("staffing:sheet", args=[sheet.pk])
    assert sorted(sheet.lines.values_list("state", flat=True)) == ["done", "done", "refused"]
    result = head.get(answer.url).content.decode()
    assert "已办 3 件，共 3 件" in result and "没有办这一步的岗位" in result
    assert at(held).holder == at(barred).holder == cast["xiji_review2"]
    assert (at(other).state, at(other).row_version) == ("open", before)
    assert signed_in(cast["prov_head"]).get(answer.url).status_code == 404


def test_an_empty_or_unreasoned_choice_is_shown_again_with_what_is_missing(office, cast, signed_in):
    page = signed_in(cast["xiji_review"]).post(reverse("staffing:steps"), {"kind": "assign"})
    words = page.content.decode()
    assert page.status_code == 422
    assert "请选给谁" in words and "请写明原因" in words and "请在列表里勾选要分的办件" in words
    assert not Allotment.objects.exists()


def test_open_steps_go_to_whoever_has_the_least_in_hand_in_turn(office, cast):
    item = office.item("county")
    copies(item, 3, state="claimed", holder_id=cast["xiji_review"].pk, claimed_at=clock.now())
    copies(item, 6)
    opened = list(WorkItem.objects.filter(step="county_review", state="open").order_by("id"))
    sheet = staffing.begin(kind="allocate", items=keys(*opened), person=None, reason="", by=cast["guyuan_city"])
    assert staffing.carry_out(sheet.pk, 5) == 5 and sheet.lines.filter(state="waiting").count() == 3
    staffing.in_background(Outgoing.objects.get(topic="allotment").payload, "")
    assert staffing.carry_out(sheet.pk) == 0
    people = [cast["xiji_review"].pk, cast["xiji_review2"].pk]
    assert loads.held(people) == {people[0]: 6, people[1]: 5}


def test_the_barred_are_passed_over_and_nobody_is_a_refusal_of_that_line(office, cast):
    item = office.item("county")
    WorkItem.objects.filter(pk=item.pk).update(role="CTY1")
    sheet = staffing.begin(kind="allocate", items=keys(item), person=None, reason="", by=cast["guyuan_city"])
    staffing.carry_out(sheet.pk)
    line = sheet.lines.get()
    assert line.state == "refused" and "分派不出去" in line.why and at(item).state == "open"
    assert Event.objects.filter(action="allotment.line", outcome="denied").exists()


def test_whose_hands_are_full_takes_and_gets_no_more(office, cast):
    Office.objects.filter(division_code="640422").update(most_held=1)
    first, second = office.item("county"), office.item("county_b")
    actions.claim(item=first.pk, by=cast["xiji_review"])
    for refused in (
        lambda: actions.claim(item=second.pk, by=cast["xiji_review"]),
        lambda: actions.claim_next(by=cast["xiji_review"]),
        lambda: actions.reassign(item=second.pk, to=cast["xiji_review"], reason=WHY, by=cast["guyuan_city"]),
    ):
        with pytest.raises(loads.Full) as full:
            refused()
        assert "手里已有 1 件，到了本机构的上限" in str(full.value.reason)
    chosen = loads.next_of(at(second), loads.pool_of(at(second)))
    assert chosen is not None and chosen.user == cast["xiji_review2"]
    actions.decide(item=first.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    assert actions.claim_next(by=cast["xiji_review"]).pk == second.pk


def test_the_head_sees_what_each_of_his_people_has_and_did(
    held, office, cast, signed_in, django_assert_max_num_queries
):
    copies(held, 2, due_on="2026-01-05")
    copies(held, 1, state="done", done_at=clock.now())
    here = Office.objects.get(division_code="640422")
    found = {load.person: load for load in queries.loads_of(here, clock.now())}
    mine = found[cast["xiji_review"]]
    assert (mine.held, mine.overdue, mine.done, mine.age) == (3, 2, 1, 0)
    assert found[cast["xiji_review2"]].held == 0 and found[cast["xiji_review2"]].age is None
    copies(held, 20)
    with django_assert_max_num_queries(5):
        queries.loads_of(here, clock.now())
    page = signed_in(cast["guyuan_city"]).get(f"{reverse('staffing:people')}?office={here.pk}").content.decode()
    assert cast["xiji_review"].name in page and "在手天数" in page
    elsewhere = Office.objects.get(division_code="640521").pk
    assert signed_in(cast["guyuan_city"]).get(f"{reverse('staffing:people')}?office={elsewhere}").status_code == 404
    assert signed_in(cast["xiji_intake"]).get(reverse("staffing:people")).status_code == 403


def test_the_api_gives_out_one_step_and_many(held, office, cast, signed_in):
    head, other = signed_in(cast["guyuan_city"]), office.item("county_b")
    said = {"content_type": "application/json"}
    one = {"row_version": held.row_version, "to": "xiji_review2", "reason": WHY}
    assert head.post(f"/api/v1/tasks/{held.pk}/assign/", {**one, "to": "nobody"}, **said).status_code == 422
    assert head.post(f"/api/v1/tasks/{held.pk}/assign/", one, **said).json()["state"] == "claimed"
    assert head.post(f"/api/v1/tasks/{held.pk}/assign/", one, **said).status_code == 409
    many = {"kind": "allocate", "items": [{"id": other.pk, "row_version": other.row_version}]}
    sheet = head.post("/api/v1/tasks/allot/", many, **said).json()
    assert sheet["lines"] == [
        {"task": other.pk, "case": other.case.number, "state": "done", "to": "xiji_review", "why": ""}
    ]
    assert head.get(f"/api/v1/sheets/{sheet['id']}/").json() == sheet
    assert signed_in(cast["prov_head"]).get(f"/api/v1/sheets/{sheet['id']}/").status_code == 404
