"""The clock that carries out a plan is killed at each point: every case of the plan is done once or not at all, and it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from viewflow.workflow.models import Task

from cases.history.models import Event
from cases.money.models import Payout
from tests.faults import plan_points
from tests.faults.conftest import BROKERS, Gateway, Place, killed
from workflows.engine import clockwork
from workflows.models import Plan, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "新办法七月一日起执行，在办的按新流程走。"


@pytest.fixture
def killed_at(tmp_path: Path, gateway: Gateway) -> Callable[[str], None]:
    """Runs the clock until it kills itself at a point."""
    place = Place(BROKERS["filesystem"], tmp_path, gateway)

    return lambda point: killed(plan_points.main, point, place=place)


def stands(plan: Plan) -> tuple[str, list[str]]:
    """The state of a plan and of its cases."""
    plan.refresh_from_db()
    return plan.state, list(plan.items.order_by("pk").values_list("state", flat=True))


def told(case: Any, name: str) -> int:
    return Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action=name).count()


def test_a_plan_whose_clock_is_killed_again_and_again_does_each_case_once(
    cast: Any, published: Any, funded: Any, killed_at: Callable[[str], None]
) -> None:
    published("two_step")
    funded("two_step", "90000")
    cases = [drive.apply(slug="two_step", number=number, by=cast["applicant1"]) for number in (1, 2, 3)]
    items = {item.pk: item.row_version for item in WorkItem.objects.all()}
    plan = operations.make_plan(kind="migrate", cases=cases, reason=WHY, to_flow="two_step/v3", by=cast["prov_review"])
    killed_at("tried out, before its commit")
    assert stands(plan) == ("checking", ["possible", "new", "new"])
    killed_at("all tried out, before the plan waits")
    assert stands(plan) == ("checking", ["possible"] * 3)
    clockwork.one_pass()
    assert stands(plan) == ("ready", ["possible"] * 3)
    assert {case.run.flow for case in cases} == {"two_step/v1"}
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    killed_at("moved, before its line is written")
    assert stands(plan) == ("running", ["done", "possible", "possible"])
    killed_at("told, before its commit")
    assert stands(plan) == ("running", ["done", "possible", "possible"])
    killed_at("committed, before the next")
    assert stands(plan) == ("running", ["done", "done", "possible"])
    killed_at("all carried out, before the end")
    assert stands(plan) == ("running", ["done"] * 3)
    clockwork.one_pass()
    assert stands(plan) == ("done", ["done"] * 3)
    for case in cases:
        case.run.refresh_from_db()
        assert (case.run.flow, told(case, "case.migrated"), told(case, "plan.carried_out")) == ("two_step/v3", 1, 1)
    assert {item.pk: item.row_version - 1 for item in WorkItem.objects.all()} == items
    operations.undo_plan(plan=plan, by=cast["prov_head"])
    killed_at("taken back, before its commit")
    assert stands(plan) == ("undoing", ["undone", "done", "done"])
    clockwork.one_pass()
    assert stands(plan) == ("undone", ["undone"] * 3)
    assert [told(case, "plan.taken_back") for case in cases] == [1, 1, 1]


@pytest.mark.parametrize(
    "point", ["one moved, before its line is written", "told, before its commit", "all carried out, before the end"]
)
def test_a_case_put_back_by_a_plan_has_one_new_step_and_its_money_once(
    point: str, cast: Any, published: Any, funded: Any, killed_at: Callable[[str], None]
) -> None:
    published("two_step")
    funded("two_step", "9000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "agree")
    plan = operations.make_plan(
        kind="restart", cases=[case], reason=WHY, step="grant", to_step="check", by=cast["prov_review"]
    )
    clockwork.one_pass()
    plan.refresh_from_db()
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    killed_at(point)
    is_done = point == "all carried out, before the end"
    assert stands(plan) == ("running", ["done" if is_done else "possible"])
    assert drive.open_item(case).step == ("check" if is_done else "grant")
    clockwork.one_pass()
    assert stands(plan) == ("done", ["done"])
    rows = WorkItem.objects.filter(case=case).order_by("pk").values_list("step", "state")
    assert list(rows) == [("check", "done"), ("grant", "cancelled"), ("check", "claimed")]
    assert Task.objects.filter(process=case.run.process_id, flow_task__endswith=".check").count() == 2
    assert list(Payout.objects.filter(case=case).values_list("state", flat=True)) == ["void"]
    assert told(case, "plan.carried_out") == 1
    drive.step(case, "agree")
    drive.step(case, "grant")
    assert list(Payout.objects.filter(case=case).order_by("pk").values_list("state", flat=True)) == ["void", "payable"]
