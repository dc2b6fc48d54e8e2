"""A job of a step: ordered with the step, done outside every lock, its result stored once; a lasting no is an exit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from cases import programme as programmes
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.two_step.register import Register, on_the_second_road
from tests.two_step.roads.pulled import TwoStepPulled
from tests.two_step.roads.v2 import TwoStepV2
from workflows import actions
from workflows.engine import checks, incidents, jobs
from workflows.engine.bpmn import bpmn_xml
from workflows.flow import graph
from workflows.models import Incident, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def register() -> Iterator[Register]:
    with on_the_second_road() as made:
        yield made


@pytest.fixture
def case(cast: Any, published: Any, funded: Any, register: Register) -> Case:
    """A case at the machine's step."""
    published("two_step")
    funded("two_step", "9000")
    made = drive.apply(slug="two_step", number=5, by=cast["applicant1"])
    drive.step(made)
    return made


def order() -> Outgoing:
    return Outgoing.objects.get(topic="test.register")


def open_steps(case: Case) -> list[tuple[str, str]]:
    rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"])
    return list(rows.values_list("step", "kind"))


def told(case: Case, action: str) -> list[dict[str, Any]]:
    rows = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action=action)
    return [json.loads(row.payload) for row in rows]


def test_reaching_the_step_orders_the_work_in_the_same_transaction(case: Case, register: Register) -> None:
    assert open_steps(case) == [("enter", "job")] and case.state == "COUNTY"
    item = WorkItem.objects.get(step="enter")
    assert order().key == f"job-{item.pk}" and order().done_at is None and not register.asked
    assert set(order().payload) == {"item", "case", "flow", "step"}


def test_a_done_job_moves_the_case_and_marks_its_order_together(case: Case, register: Register) -> None:
    assert outgoing.run(order().pk)
    assert open_steps(case) == [("grant", "human")] and order().done_at is not None
    assert register.held == {order().key}
    assert told(case, "job.done") == [{"step": "enter", "outcome": "done", "result": {"entry": order().key}}]
    drive.step(case, "grant")
    assert open_steps(case) == [("reply", "wait")]


@pytest.mark.django_db(transaction=True)
def test_the_work_runs_outside_every_lock_and_transaction(case: Case, register: Register) -> None:
    seen: list[bool] = []
    register.before = lambda: seen.append(connection.in_atomic_block)
    assert outgoing.run(order().pk) and seen == [False]


def test_a_second_result_moves_nothing(case: Case, register: Register) -> None:
    row = order()
    for outcome in ("done", "failed"):
        where = {name: row.payload[name] for name in ("case", "item")}
        jobs._over[0](**where, outcome=outcome, result={}, key=row.key, by=None)
    assert open_steps(case) == [("grant", "human")]
    assert (len(told(case, "job.done")), len(told(case, "job.failed"))) == (1, 0)


def test_a_fault_is_tried_again_with_the_same_key_and_the_case_waits(case: Case, register: Register) -> None:
    register.fault = TimeoutError()
    assert not outgoing.run(order().pk) and open_steps(case) == [("enter", "job")]
    assert order().error == "TimeoutError" and order().available_at > clock.now()
    register.fault = None
    Outgoing.objects.update(available_at=clock.now())
    assert outgoing.run(order().pk)
    assert register.asked == {order().key: 2} and open_steps(case) == [("grant", "human")]


def test_a_lasting_no_leaves_by_failed_at_once_and_a_new_visit_is_a_new_order(case: Case, register: Register) -> None:
    register.fault = jobs.Declined("unknown_person")
    first = order()
    assert outgoing.run(first.pk)
    assert open_steps(case) == [("second_look", "human")]
    assert told(case, "job.failed")[0]["result"] == {"code": "unknown_person"}
    register.fault = None
    drive.step(case, "again")
    second = Outgoing.objects.get(topic="test.register", done_at=None)
    assert second.key != first.key and outgoing.run(second.pk)
    assert open_steps(case) == [("grant", "human")]


def test_the_retries_are_those_of_the_step_and_then_it_is_an_incident_of_the_case(
    case: Case, register: Register
) -> None:
    register.fault = ConnectionError()
    for _each in range(TwoStepV2.enter.retry.attempts):
        outgoing.run(order().pk)
        Outgoing.objects.update(available_at=clock.now())
    assert order().attempts == 3 and order().parked_at is not None and open_steps(case) == [("enter", "job")]
    incidents.sweep()
    made = Incident.objects.get()
    assert (made.kind, made.name, made.error, made.case) == ("job", "two_step/v2:enter", "ConnectionError", case)


def test_a_case_that_left_meanwhile_is_not_worked_on(cast: Any, case: Case, register: Register) -> None:
    row = order()
    dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    assert not outgoing.run(row.pk) and not register.asked and order().withdrawn_at is not None
    case.refresh_from_db()
    assert case.state == "WITHDRAWN" and told(case, "job.withdrawn") == [{"step": "enter"}]


def test_a_case_that_leaves_while_the_work_runs_stays_where_it_went(cast: Any, case: Case, register: Register) -> None:
    why = "家里已经借到钱，不申请了。"
    register.before = lambda: dossier.withdraw(case=case, reason=why, by=cast["applicant1"])
    assert outgoing.run(order().pk)
    case.refresh_from_db()
    assert case.state == "WITHDRAWN" and told(case, "job.done") == []
    assert told(case, "job.over") == [{"code": "withdrawn", "status": 409}]


def replanned(case: Case, cast: Any) -> Callable[[], None]:
    """A plan that takes the case back to its first step, tried out; signs it and carries it out."""
    why = "误点了同意，材料还缺一份，要回到县级受理。"
    plan = operations.make_plan(
        kind="restart", cases=[case], step="enter", to_step="check", reason=why, by=cast["prov_review2"]
    )
    operations.advance_plan(plan)
    plan.refresh_from_db()

    def carry_out() -> None:
        operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
        plan.refresh_from_db()
        operations.advance_plan(plan)
        assert plan.items.get().state == "done", plan.items.get().problem

    return carry_out


def test_a_plan_takes_the_order_of_a_job_along_and_its_parked_incident_is_gone(
    cast: Any, case: Case, register: Register
) -> None:
    carry_out, first = replanned(case, cast), order()
    Outgoing.objects.filter(pk=first.pk).update(parked_at=clock.now(), attempts=3)
    incidents.sweep()
    carry_out()
    incidents.sweep()
    assert Incident.objects.get().state == "gone" and open_steps(case) == [("check", "human")]
    assert not outgoing.run(first.pk) and outgoing.again(Outgoing.objects.filter(pk=first.pk), now=clock.now()) == 0
    drive.step(case, "agree")
    second = Outgoing.objects.get(topic="test.register", done_at=None)
    assert second.key != first.key and outgoing.run(second.pk)
    assert register.held == {second.key} and open_steps(case) == [("grant", "human")]


def test_the_late_answer_of_a_worker_whose_step_a_plan_took_away_is_refused_and_recorded(
    cast: Any, case: Case, register: Register
) -> None:
    register.before, first = replanned(case, cast), order()
    outgoing.run(first.pk)
    assert open_steps(case) == [("check", "human")] and told(case, "job.done") == []
    assert told(case, "job.over") == [{"code": "withdrawn", "status": 409}]
    first.refresh_from_db()
    assert first.withdrawn_at is not None and (first.error, first.parked_at) == ("", None)


def test_while_a_case_is_suspended_its_job_is_not_begun_and_no_try_is_spent(
    cast: Any, case: Case, register: Register
) -> None:
    held = operations.suspend(case=case, reason="等法院的函，先停下来。", until=None, by=cast["prov_head"])
    assert not outgoing.run(order().pk) and not register.asked
    assert order().attempts == 0 and order().lease_until is None and order().available_at > clock.now()
    operations.resume(suspension=held, by=cast["prov_head"])
    Outgoing.objects.update(available_at=clock.now())
    assert outgoing.run(order().pk) and open_steps(case) == [("grant", "human")]


@pytest.mark.parametrize("is_lost", [False, True])
def test_an_order_goes_over_to_another_version_and_never_to_other_work(
    cast: Any, case: Case, register: Register, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    with monkeypatch.context() as lost:  # undone here: the road of the next test is put back by `register`
        if is_lost:
            card = programmes.programme("two_step")
            left = {version: road for version, road in card.roads.items() if version != "v2"}
            lost.setitem(programmes._register, "two_step", replace(card, roads=left, road="pulled"))
        plan = operations.make_plan(
            kind="migrate", cases=[case], reason="新办法七月一日起执行，在办的按新流程走。", to_flow="two_step/pulled", mapping={},
            by=cast["prov_review2"],
        )  # fmt: skip
        operations.advance_plan(plan)
    assert plan.items.get().problem["code"] == "kind_differs"
    item = WorkItem.objects.get(step="enter")
    item.step = "renamed"
    jobs.carry_over(item, TwoStepV2.enter, flow="two_step/v9")
    assert order().payload == {"item": item.pk, "case": case.pk, "flow": "two_step/v9", "step": "renamed"}


def test_an_order_that_goes_over_waits_in_the_queue_and_for_the_partner_of_the_new_version(
    cast: Any, case: Case, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in {"does": "test.register", "queue": "urgent", "partner": "bureau"}.items():
        monkeypatch.setattr(TwoStepPulled.enter, name, said)
    assert (order().queue, order().partner) == ("normal", "")
    plan = operations.make_plan(
        kind="migrate", cases=[case], reason="新办法七月一日起执行，在办的按新流程走。", to_flow="two_step/pulled", mapping={},
        by=cast["prov_review2"],
    )  # fmt: skip
    operations.advance_plan(plan)
    plan.refresh_from_db()
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    plan.refresh_from_db()
    operations.advance_plan(plan)
    assert order().payload["flow"] == "two_step/pulled"
    assert (order().queue, order().partner) == ("urgent", "bureau")


def test_nobody_can_claim_a_job(cast: Any, case: Case) -> None:
    assert actions.claim_next(by=cast["xiji_review"]) is None


def test_a_job_is_drawn_as_a_service_task_and_must_have_a_way_on() -> None:
    assert "serviceTask" in bpmn_xml(graph(TwoStepV2), key="v2", name="v2")
    assert list(checks.faults(TwoStepV2, graph(TwoStepV2))) == []
