"""Several at the same moment: two clocks with one plan, two plans over one case, a decision beside a plan. One wins, the other is told."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import Stale
from cases.history.models import Event
from tests.dossier.test_races import at_once
from workflows import actions
from workflows.engine import clockwork
from workflows.models import Decision, Draft, Plan, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "误点了同意，材料还缺一份，要回到县级受理。"
SAID = "核对过了，同意上报。"


@pytest.fixture
def signed(cast: Any) -> Any:
    """A plan that was tried out and signed, and which nobody has begun to carry out."""

    def make(cases: list[Any], kind: str = "restart", **what: Any) -> Plan:
        plan = operations.make_plan(kind=kind, cases=cases, reason=WHY, by=cast["prov_review2"], **what)
        operations.advance_plan(plan)
        plan.refresh_from_db()
        operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
        plan.refresh_from_db()
        return plan

    return make


def carried_out(case: Any) -> int:
    return Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action="plan.carried_out").count()


def test_four_clocks_with_one_plan_carry_out_each_case_once_and_end_it_once(cast, published, funded, signed):
    published("two_step")
    funded("two_step", "90000")
    cases = [drive.apply(slug="two_step", number=number, by=cast["applicant1"]) for number in (1, 2, 3, 4)]
    versions = {item.pk: item.row_version for item in WorkItem.objects.all()}
    plan = signed(cases, "migrate", to_flow="two_step/v3")
    given = at_once(*[lambda: operations.advance_plan(Plan.objects.get(pk=plan.pk))] * 4)
    assert all(isinstance(one, int) for one in given), given
    clockwork.one_pass()  # for those that waited too long for another's lock
    plan.refresh_from_db()
    assert plan.state == "done" and set(plan.items.values_list("state", flat=True)) == {"done"}
    assert [carried_out(case) for case in cases] == [1] * 4
    assert {item.pk: item.row_version - 1 for item in WorkItem.objects.all()} == versions
    ends = Event.objects.filter(action="plan.closed", object_id=str(plan.pk), payload__contains='"state":"done"')
    assert ends.count() == 1
    assert not Event.objects.filter(action="plan.carry_out", outcome="denied", payload__contains="moved_on").exists()


def test_a_clock_that_was_held_up_does_not_end_a_plan_that_was_signed_since(new_case, cast):
    case = new_case(1, "COUNTY")
    plan = operations.make_plan(
        kind="restart", cases=[case], reason=WHY, step="county_review", to_step="intake", by=cast["prov_review2"]
    )
    held_up = Plan.objects.get(pk=plan.pk)
    operations.advance_plan(plan)
    plan.refresh_from_db()
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    operations.advance_plan(held_up)
    plan.refresh_from_db()
    assert (plan.state, plan.items.get().state) == ("running", "possible")
    clockwork.one_pass()
    assert drive.open_item(case).step == "intake"


def test_of_two_plans_over_one_case_one_is_carried_out_and_the_other_says_why_not(new_case, signed):
    case = new_case(1, "COUNTY")
    back = signed([case], step="county_review", to_step="intake")
    check = signed([case], step="county_review", to_step="town_check")
    begun = case.round
    at_once(lambda: operations.advance_plan(back), lambda: operations.advance_plan(check))
    clockwork.one_pass()
    lines = sorted((plan.items.get() for plan in (back, check)), key=lambda line: line.state)
    assert [line.state for line in lines] == ["done", "failed"]
    assert lines[1].problem["code"] == "moved_on" and "往下走" in lines[1].problem["zh-hans"]
    case.refresh_from_db()
    assert case.round == begun + 1 and carried_out(case) == 1
    assert [item.pk for item in actions.open_items(case)] == [lines[0].new_item_id]
    assert {Plan.objects.get(pk=plan.pk).state for plan in (back, check)} == {"done"}


def test_of_a_decision_and_a_plan_on_one_case_one_wins_and_the_other_is_told_why(new_case, signed, cast):
    for number in (1, 2, 3):
        case = new_case(number, "COUNTY")
        item = drive.open_item(case)
        plan = signed([case], step="county_review", to_step="intake")

        def decides(item: WorkItem = item) -> Decision:
            return actions.decide(
                item=item.pk, row_version=item.row_version, outcome="agree", opinion=SAID, by=cast["xiji_review"]
            )

        given, _passed = at_once(decides, lambda plan=plan: operations.advance_plan(plan))
        clockwork.one_pass()
        line = plan.items.get()
        case.refresh_from_db()
        if isinstance(given, Decision):
            assert (line.state, line.problem.get("code")) == ("failed", "moved_on")
            assert case.state == "CITY" and carried_out(case) == 0
        else:
            assert isinstance(given, Stale) and "往下走" in str(given.reason)
            assert Draft.objects.get(item=item, by=cast["xiji_review"]).data["opinion"] == SAID
            assert line.state == "done" and case.state == "INTAKE" and carried_out(case) == 1
            assert not Decision.objects.filter(item=item).exists()
        assert len(actions.open_items(case)) == 1
