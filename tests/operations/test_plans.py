"""A case is moved by a plan: tried out beforehand, signed by a second person, carried out as signed, with all evidence kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.money.models import Payout
from tests.desk.road import supplied  # noqa: F401  (a fixture's neighbour)
from workflows import actions
from workflows.engine import clockwork
from workflows.models import Decision, Plan, Timer, WorkItem
from workflows.operations import actions as operations
from workflows.operations.trial import standing
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "误点了同意，材料还缺一份，要回到县级受理。"


@pytest.fixture
def planned(cast: Any) -> Any:
    """A plan made by the province's reviewer and tried out."""

    def make(case: Any, kind: str, **what: Any) -> Plan:
        plan = operations.make_plan(kind=kind, cases=[case], reason=WHY, by=cast["prov_review2"], **what)
        clockwork.one_pass()
        plan.refresh_from_db()
        return plan

    return make


@pytest.fixture
def carried_out(planned: Any, cast: Any) -> Any:
    """A plan that was signed by the head and carried out."""

    def make(case: Any, kind: str, **what: Any) -> Plan:
        plan = planned(case, kind, **what)
        assert plan.items.get().state == "possible", plan.items.get().problem
        operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
        clockwork.one_pass()
        plan.refresh_from_db()
        case.refresh_from_db()
        assert plan.items.get().state == "done", plan.items.get().problem
        return plan

    return make


def refusal_of(plan: Plan) -> str:
    line = plan.items.get()
    assert line.state == "refused"
    return str(line.problem["code"])


def test_a_trial_changes_nothing_and_says_what_would_come(new_case, planned):
    case = new_case(1, "COUNTY")
    before, events = standing(case), Event.objects.filter(stream__key=str(case.pk), stream__kind="case").count()
    plan = planned(case, "restart", step="county_review", to_step="intake")
    assert standing(case) == before == plan.items.get().before
    after = plan.items.get().after
    assert after["state"] == "INTAKE" and after["round"] == case.round + 1
    assert [item["step"] for item in after["items"]] == ["intake"]
    new = Event.objects.filter(stream__key=str(case.pk), stream__kind="case").order_by("pk")[events:]
    assert {event.action for event in new} <= {"row.insert", "row.update"}
    assert Timer.objects.filter(case=case, cancelled_at=None, done_at=None).count() == len(before["timers"])


def test_what_is_carried_out_is_what_the_trial_said_and_the_old_attempt_stays(new_case, carried_out):
    case = new_case(1, "COUNTY")
    opinions = list(Decision.objects.filter(case=case).values_list("pk", "step", "outcome"))
    old = drive.open_item(case)
    plan = carried_out(case, "restart", step="county_review", to_step="intake")
    line = plan.items.get()
    said = {key: value for key, value in line.after.items() if key != "letters"}
    real = dict(line.result)
    for stood in (said, real):
        stood["items"] = [{**item, "pk": 0} for item in stood["items"]]
    assert said == real
    assert list(Decision.objects.filter(case=case).values_list("pk", "step", "outcome")) == opinions
    old.refresh_from_db()
    assert old.state == "cancelled" and line.old_item == old
    assert line.new_item == drive.open_item(case) and line.new_item.step == "intake" and line.new_item.pk != old.pk
    assert case.state == "INTAKE" and plan.state == "done"
    told = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action="plan.carried_out").get()
    assert f'"replaces":{old.pk}' in told.payload
    drive.to(case, "PANEL")


def test_the_maker_does_not_sign_and_who_signs_sees_what_he_signs(new_case, planned, cast):
    plan = planned(new_case(1, "COUNTY"), "restart", step="county_review", to_step="intake")
    with pytest.raises(Stale):
        operations.sign(plan=plan, digest="0" * 64, by=cast["prov_head"])
    for who in ("prov_review2", "sysadmin", "secadmin", "xiji_review", "inspector"):
        with pytest.raises(Refusal):
            operations.sign(plan=plan, digest=plan.digest, by=cast[who])
    own = operations.make_plan(
        kind="restart",
        cases=[new_case(2, "COUNTY")],
        reason=WHY,
        step="county_review",
        to_step="intake",
        by=cast["prov_head"],
    )
    clockwork.one_pass()
    own.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        operations.sign(plan=own, digest=own.digest, by=cast["prov_head"])
    assert refused.value.code == "second_person"
    with pytest.raises(DatabaseError), transaction.atomic():
        Plan.objects.filter(pk=own.pk).update(state="running", signed_by=cast["prov_head"], signed_at=own.made_at)


@pytest.mark.parametrize("who", ["sysadmin", "xiji_review", "applicant1", "inspector"])
def test_who_is_not_of_the_business_department_makes_no_plan(new_case, cast, who):
    with pytest.raises((Refusal, NotFound)):
        operations.make_plan(
            kind="restart",
            cases=[new_case(1, "COUNTY")],
            reason=WHY,
            step="county_review",
            to_step="intake",
            by=cast[who],
        )


def test_a_case_that_moved_on_after_its_trial_is_left_alone(new_case, planned, cast):
    case = new_case(1, "COUNTY")
    plan = planned(case, "restart", step="county_review", to_step="intake")
    drive.step(case, "agree")
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    clockwork.one_pass()
    line = plan.items.get()
    assert (line.state, line.problem["code"]) == ("failed", "moved_on") and "往下走" in line.problem["zh-hans"]
    case.refresh_from_db()
    assert case.state == "CITY"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflows_plan SET to_step = 'panel'",
        "UPDATE workflows_plan SET digest = repeat('0', 64)",
        "UPDATE workflows_plan SET state = 'done'",
        "UPDATE workflows_planitem SET after = '{}'",
        "DELETE FROM workflows_plan",
        "DELETE FROM workflows_planitem",
    ],
)
def test_what_is_to_be_signed_is_not_rewritten(new_case, planned, statement):
    planned(new_case(1, "COUNTY"), "restart", step="county_review", to_step="intake")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_what_the_worst_hand_rewrote_is_neither_signed_nor_carried_out(new_case, planned, cast, superuser_cursor):
    cases = [new_case(1, "COUNTY"), new_case(3, "COUNTY")]
    signed, ready = [planned(case, "restart", step="county_review", to_step="intake") for case in cases]
    operations.sign(plan=signed, digest=signed.digest, by=cast["prov_head"])
    superuser_cursor.execute(
        "ALTER TABLE workflows_plan DISABLE TRIGGER ALL; UPDATE workflows_plan SET to_step = 'check_documents'; "
        "ALTER TABLE workflows_plan ENABLE TRIGGER ALL; ALTER TABLE workflows_plan ENABLE ALWAYS TRIGGER plan_guard"
    )
    with pytest.raises(Stale, match="和您看到的不一样"):
        operations.sign(plan=ready, digest=ready.digest, by=cast["prov_head"])
    clockwork.one_pass()
    assert [plan.items.get().state for plan in (signed, ready)] == ["possible", "possible"]
    assert [drive.open_item(case).step for case in cases] == ["county_review", "county_review"]


def test_no_step_is_jumped_that_was_never_done(new_case, planned):
    case = new_case(1, "COUNTY")
    assert refusal_of(planned(case, "move", step="county_review", to_step="province_review")) == "steps_missing"
    assert refusal_of(planned(case, "move", step="county_review", to_step="grant")) == "steps_missing"
    assert refusal_of(planned(case, "restart", step="county_review", to_step="city_recheck")) == "never_there"
    for nowhere in ("nowhere", "verified", "closed", "received"):
        assert refusal_of(planned(case, "move", step="county_review", to_step=nowhere)) == "no_such_place"
    assert refusal_of(planned(case, "move", step="intake", to_step="town_check")) == "moved_on"


def test_what_was_done_before_may_be_passed_again(new_case, carried_out):
    case = new_case(1, "COUNTY")
    carried_out(case, "restart", step="county_review", to_step="intake")
    carried_out(case, "move", step="intake", to_step="county_review")
    assert case.state == "COUNTY" and drive.open_item(case).step == "county_review"


def test_one_of_two_branches_is_cancelled_and_the_road_goes_on_when_the_other_has_come(new_case, carried_out):
    case = new_case(1, "VERIFY")
    assert {item.step for item in actions.open_items(case)} == {"village_check", "insurance_check"}
    carried_out(case, "cancel", step="insurance_check")
    assert [item.step for item in actions.open_items(case)] == ["village_check"]
    drive.step(case)
    assert [item.step for item in actions.open_items(case)] == ["town_check"]


def test_the_branch_that_came_last_is_cancelled_and_the_road_goes_on_at_once(new_case, carried_out):
    case = new_case(1, "VERIFY")
    drive.step(case)
    left = drive.open_item(case).step
    carried_out(case, "cancel", step=left)
    assert [item.step for item in actions.open_items(case)] == ["town_check"]


def test_a_branch_is_not_moved_into_another_and_no_review_is_cancelled(new_case, planned):
    case = new_case(1, "VERIFY")
    assert refusal_of(planned(case, "move", step="village_check", to_step="insurance_check")) == "other_branch"
    assert refusal_of(planned(case, "move", step="village_check", to_step="town_check")) == "steps_missing"
    assert refusal_of(planned(new_case(2, "COUNTY"), "cancel", step="county_review")) == "not_a_branch"


def test_both_branches_begin_again_from_their_fork_and_from_before_it(new_case, carried_out):
    case = new_case(1, "VERIFY")
    drive.step(case)
    carried_out(case, "restart", step=drive.open_item(case).step, to_step="intake")
    assert [item.step for item in actions.open_items(case)] == ["intake"]
    drive.to(case, "COUNTY")
    carried_out(case, "move", step="county_review", to_step="verification")
    assert {item.step for item in actions.open_items(case)} == {"village_check", "insurance_check"}
    drive.to(case, "PANEL")


def test_money_set_aside_goes_back_when_the_step_that_set_it_aside_comes_again(new_case, carried_out, funded, cast):
    funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    assert Payout.objects.get(case=case).state == "reserved"
    carried_out(case, "restart", step="publicity", to_step="panel")
    assert Payout.objects.get(case=case).state == "void" and case.state == "PANEL"
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    assert list(Payout.objects.filter(case=case).order_by("pk").values_list("state", flat=True)) == ["void", "reserved"]


def test_a_case_on_a_public_list_or_an_agenda_is_not_moved(new_case, planned, funded, cast):
    funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    from cases.calendar import clock
    from workflows.desk.panel import actions as meetings

    meeting = meetings.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["prov_head"])
    assert refusal_of(planned(case, "restart", step="panel", to_step="intake")) == "on_agenda"
    assert meeting.state == "called"
    other = new_case(2, "PANEL")
    drive.panel([other], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([other], by=cast["publicity"])
    assert refusal_of(planned(other, "restart", step="publicity", to_step="panel")) == "on_list"


def test_money_on_its_way_keeps_a_case_where_it_is_and_a_grant_may_be_taken_back_before(
    new_case, planned, carried_out, funded, cast
):
    fund = funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    assert Payout.objects.get(case=case).state == "payable"
    carried_out(case, "restart", step="payment", to_step="grant")
    assert list(Payout.objects.filter(case=case).order_by("pk").values_list("state", flat=True)) == ["void", "reserved"]
    drive.step(case, "grant")
    from cases.calendar import clock

    clock.move_demo_clock(days=1, by=None)
    batch, data = drive.send_batch(
        of=fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    case.refresh_from_db()
    assert refusal_of(planned(case, "restart", step="payment", to_step="grant")) == "money_on_its_way"
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    case.refresh_from_db()
    assert case.state == "FOLLOWUP"
    assert refusal_of(planned(case, "restart", step="follow_up", to_step="grant")) == "already_paid"


def test_a_rejected_case_is_reopened_in_a_new_round_and_keeps_what_was_decided(new_case, carried_out, cast):
    case = new_case(1, "PROVINCE")
    drive.step(case, "reject")
    drive.step(case, "confirm")
    assert case.state == "REJECTED" and case.closed_at is not None
    decided, round_before = Decision.objects.filter(case=case).count(), case.round
    carried_out(case, "reopen", to_step="province_review")
    assert (case.state, case.closed_at, case.round) == ("PROVINCE", None, round_before + 1)
    assert Decision.objects.filter(case=case).count() == decided
    assert Event.objects.filter(stream__kind="case", stream__key=str(case.pk), action="case.reopened").exists()
    drive.to(case, "PANEL")


def test_what_the_applicant_ended_or_what_is_open_elsewhere_is_not_reopened(new_case, planned, cast):
    from cases.dossier import actions as dossier

    case = new_case(1, "COUNTY")
    assert refusal_of(planned(case, "reopen", to_step="intake")) == "still_open"
    dossier.withdraw(case=case, reason="不需要了，谢谢。", by=cast["applicant1"])
    assert refusal_of(planned(case, "reopen", to_step="intake")) == "withdrawn_by_applicant"
    refused = new_case(2, "INTAKE")
    drive.step(refused, "not_accept")
    drive.apply(slug="rare_disease", number=2, by=cast["applicant1"])
    assert refusal_of(planned(refused, "reopen", to_step="intake")) == "another_open"


def test_a_plan_is_dropped_and_then_not_signed(new_case, planned, cast):
    plan = planned(new_case(1, "COUNTY"), "restart", step="county_review", to_step="intake")
    operations.drop_plan(plan=plan, by=cast["prov_review2"])
    with pytest.raises(Stale):
        operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])


def test_a_plan_needs_a_reason_a_kind_and_cases_of_one_road(new_case, cast):
    case = new_case(1, "COUNTY")
    good = {"kind": "restart", "cases": [case], "reason": WHY, "step": "county_review", "to_step": "intake"}
    for wrong in ({"reason": "短"}, {"kind": "other"}, {"cases": []}, {"cases": [case, new_case(2, "COUNTY")]}):
        with pytest.raises(Invalid):
            operations.make_plan(**{**good, **wrong}, by=cast["prov_review"])
    assert not Plan.objects.exists() and WorkItem.objects.filter(case=case, state="cancelled").count() == 0


def test_the_urgent_path_is_no_way_round_the_panel_for_a_case_that_did_not_take_it(new_case, planned):
    case = new_case(1, "PROVINCE")
    assert refusal_of(planned(case, "move", step="province_review", to_step="grant")) == "steps_missing"
    assert refusal_of(planned(case, "move", step="province_review", to_step="urgent_payment")) == "no_such_place"
