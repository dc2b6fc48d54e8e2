"""A case stays on the version of its road; it goes over to another by a signed plan, and back while it has not moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from cases import programme as register
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.money import actions as money
from cases.money.models import Fund
from cases.programme import programme
from project.checks import roads_are_as_set_up
from tests.two_step.roads.v1 import TwoStepV1
from tests.two_step.roads.v3 import TwoStepV3
from workflows import actions
from workflows.engine import clockwork
from workflows.flow import RoadGone, road_of, step_of
from workflows.models import FlowVersion, Plan, WorkItem
from workflows.operations import actions as operations
from workflows.operations.versions import changed, fingerprint
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "新办法七月一日起执行，在办的按新流程走。"


@pytest.fixture
def small(cast: Any, published: Any, funded: Any) -> Any:
    """Files small cases and takes them to their second step."""
    published("two_step")
    funded("two_step", "100000")

    def make(number: int, decided: bool = True) -> Any:
        case = drive.apply(slug="two_step", number=number, by=cast["applicant1"])
        if decided:
            drive.step(case, "agree")
        return case

    return make


@pytest.fixture
def gone_over(cast: Any) -> Any:
    """A signed and carried-out plan that takes cases to the second version."""

    def make(cases: list[Any], mapping: dict[str, str], to_flow: str = "two_step/v3") -> Plan:
        plan = operations.make_plan(
            kind="migrate", cases=cases, reason=WHY, to_flow=to_flow, mapping=mapping, by=cast["prov_review"]
        )
        clockwork.one_pass()
        plan.refresh_from_db()
        if plan.items.filter(state="possible").exists():
            operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
            clockwork.one_pass()
            plan.refresh_from_db()
        for case in cases:
            case.refresh_from_db()
            case.run.refresh_from_db()
        return plan

    return make


def test_a_case_goes_over_in_place_with_its_holder_and_its_clock_and_ends_on_the_new_road(small, gone_over, cast):
    case = small(1, decided=False)
    item = actions.claim(item=drive.open_item(case).pk, by=cast["xiji_intake"])
    due = item.due_on
    plan = gone_over([case], {})
    assert plan.state == "done" and case.run.flow == "two_step/v3" and road_of(case) is TwoStepV3
    same = drive.open_item(case)
    assert (same.pk, same.holder, same.due_on, same.state) == (item.pk, cast["xiji_intake"], due, "claimed")
    drive.step(case, "agree")
    assert drive.open_item(case).step == "review"
    drive.step(case, "agree")
    drive.step(case, "grant")
    assert case.state == "PAYABLE"


def test_a_renamed_step_takes_the_role_and_the_duties_of_its_counterpart(small, gone_over, cast):
    case = small(1)
    gone_over([case], {"grant": "confirm"})
    item = drive.open_item(case)
    assert (item.step, item.role, item.division_code, item.level) == ("confirm", "PRV2", "64", 4)
    assert [step_of(row).title for row in WorkItem.objects.filter(case=case).order_by("pk")]
    drive.step(case, "grant")
    assert case.state == "PAYABLE"


def test_each_case_says_why_it_does_not_go_over_and_the_others_go(small, gone_over):
    going, standing = small(1), small(2, decided=False)
    drive.step(standing, "reject")
    plan = gone_over([going, standing], {"grant": "confirm"})
    told = {line.case_id: (line.state, line.problem.get("code")) for line in plan.items.all()}
    assert told == {going.pk: ("done", None), standing.pk: ("refused", "closed")}
    assert standing.run.flow == "two_step/v1"


@pytest.mark.parametrize(("mapping", "code"), [({}, "step_unknown"), ({"grant": "payment"}, "kind_differs")])
def test_a_step_without_a_fitting_counterpart_stays(small, gone_over, mapping, code):
    case = small(1)
    line = gone_over([case], mapping).items.get()
    assert (line.state, line.problem["code"]) == ("refused", code) and line.problem["en"] != line.problem["zh-hans"]
    assert case.run.flow == "two_step/v1"


def test_nobody_is_let_in_by_a_new_version_whom_the_old_one_kept_out(small, gone_over, monkeypatch):
    case = small(1)
    monkeypatch.setattr(TwoStepV3.confirm, "excludes", frozenset())
    assert gone_over([case], {"grant": "confirm"}).items.get().problem["code"] == "duties_lost"


def test_a_policy_that_says_too_little_for_the_new_road_is_noticed(small, gone_over, monkeypatch):
    case = small(1)
    monkeypatch.setattr(TwoStepV3, "policy_keys", {"days": ("unheard_of",)})
    line = gone_over([case], {"grant": "confirm"}).items.get()
    assert line.problem["code"] == "policy_lacks" and "unheard_of" in line.problem["zh-hans"]


def test_a_case_in_a_state_that_the_new_step_does_not_know_stays_until_that_is_over(small, gone_over, cast):
    case = small(1)
    drive.step(case, "grant")
    clock.move_demo_clock(days=3, by=None)
    money.build_batch(fund=Fund.objects.get(), by=cast["fin_make"])
    case.refresh_from_db()
    assert case.state == "IN_BATCH"
    line = gone_over([case], {"check": "check", "payment": "reply"}, to_flow="two_step/v2").items.get()
    assert (line.state, line.problem["code"]) == ("refused", "state_unknown") and case.run.flow == "two_step/v1"


def test_who_went_over_goes_back_while_he_has_not_moved_since(small, gone_over, cast):
    still, moved = small(1), small(2)
    plan = gone_over([still, moved], {"grant": "confirm"})
    drive.step(moved, "grant")
    operations.undo_plan(plan=plan, by=cast["prov_head"])
    clockwork.one_pass()
    plan.refresh_from_db()
    still.run.refresh_from_db()
    moved.run.refresh_from_db()
    assert plan.state == "undone"
    assert (still.run.flow, moved.run.flow) == ("two_step/v1", "two_step/v3")
    assert {line.case_id: line.state for line in plan.items.all()} == {still.pk: "undone", moved.pk: "kept"}
    item = drive.open_item(still)
    assert (item.step, item.role, item.level) == ("grant", "CTY2", 2)
    drive.step(still, "grant")


def test_only_another_version_of_the_same_road_is_gone_over_to(small, cast):
    for to_flow in ("two_step/v1", "rare_disease/v1", "two_step/v9"):
        with pytest.raises(Invalid):
            operations.make_plan(kind="migrate", cases=[small(1)], reason=WHY, to_flow=to_flow, by=cast["prov_review"])
        break


def test_a_case_stays_on_its_version_and_a_new_one_takes_the_current(small, cast, monkeypatch):
    old = small(1)
    monkeypatch.setitem(register._register, "two_step", replace(programme("two_step"), road="v3"))
    new = small(2)
    assert (old.run.flow, new.run.flow) == ("two_step/v1", "two_step/v3")
    assert (drive.open_item(old).step, drive.open_item(new).step) == ("grant", "review")


def test_the_fingerprint_changes_with_the_way_and_not_with_words(monkeypatch):
    before = fingerprint(TwoStepV1)
    monkeypatch.setattr(TwoStepV1.check, "task_title", "别的名字")
    assert fingerprint(TwoStepV1) == before
    for name, value in (("role", "CTY2"), ("level", 3), ("days_key", "grant"), ("excludes", frozenset())):
        with monkeypatch.context() as patch:
            patch.setattr(TwoStepV1.check, name, value)
            assert (fingerprint(TwoStepV1) == before) == (name == "excludes")


def test_a_road_that_changed_while_cases_are_on_it_keeps_an_office_from_starting(small, monkeypatch):
    assert FlowVersion.objects.get(flow="two_step/v1").fingerprint == fingerprint(TwoStepV1)
    monkeypatch.setattr(TwoStepV1.check, "level", 3)
    assert changed() == [] and roads_are_as_set_up() is None
    small(1)
    assert changed() == ["two_step/v1"]
    assert "two_step/v1" in str(roads_are_as_set_up())


def test_a_case_whose_version_the_code_has_lost_is_shown_with_a_sentence_and_goes_over_to_a_known_one(
    small, gone_over, cast, signed_in, monkeypatch
):
    case = small(1)
    item = drive.open_item(case)
    without = replace(programme("two_step"), roads={"v3": TwoStepV3}, road="v3")
    monkeypatch.setitem(register._register, "two_step", without)
    browser = signed_in(cast["xiji_review"])
    assert "已不在程序里" in browser.get(reverse("desk:home")).content.decode()
    for address in ("case:home", "inspection:case"):
        who = browser if address == "case:home" else signed_in(cast["inspector"])
        assert who.get(reverse(address, args=[case.number])).status_code == 200
    answer = browser.get(reverse("case:tab", args=[case.number, "picture"]))
    assert answer.status_code == 409 and "two_step/v1" in answer.content.decode()
    with pytest.raises(RoadGone) as refused:
        actions.claim(item=item.pk, by=cast["xiji_review"])
    assert isinstance(refused.value, Refusal) and refused.value.status == 409
    assert changed() == ["two_step/v1"]
    gone_over([case], {"grant": "confirm"})
    assert case.run.flow == "two_step/v3"
    drive.step(case, "grant")
    assert case.state == "PAYABLE"
