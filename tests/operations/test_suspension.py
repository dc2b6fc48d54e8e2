"""What is suspended stands still for everybody and everything, says so, and goes on with its days moved on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.access.queries import posts_of
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.money import actions as money
from cases.money.queries import candidates
from cases.publicity.actions import file_objection
from workflows import actions, pool, suspended
from workflows.engine import clockwork, timers
from workflows.models import Decision, Draft, Message, Suspension, Timer, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "接到电话举报，先核实再办理。"


def at(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("case__run", "holder").get(pk=item.pk)


@pytest.fixture
def county(new_case: Any) -> Any:
    return new_case(1, "COUNTY")


def test_nobody_takes_or_decides_a_suspended_case_and_is_told_who_why_until_when_and_who_ends_it(county, cast):
    item = actions.claim(item=drive.open_item(county).pk, by=cast["xiji_review"])
    until = clock.today() + timedelta(days=9)
    operations.suspend(case=county, reason=WHY, until=until, by=cast["xiji_review2"])
    with pytest.raises(suspended.Suspended) as refused:
        actions.decide(item=item.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])
    said = str(refused.value.reason)
    assert all(words in said for words in (cast["xiji_review2"].name, WHY, until.isoformat()))
    assert (refused.value.status, refused.value.code) == (409, "suspended") and "西吉县" in refused.value.who_may
    assert Draft.objects.get(item=item, by=cast["xiji_review"]).data["opinion"] == "核对过了，同意上报。"
    with pytest.raises(suspended.Suspended):
        actions.take_over(item=item.pk, reason="同事请假。", by=cast["xiji_review2"])
    actions.release(item=item.pk, reason="停办了，先放回去。", by=cast["xiji_review"])
    with pytest.raises(suspended.Suspended):
        actions.claim(item=item.pk, by=cast["xiji_review"])
    assert actions.claim_next(by=cast["xiji_review"]) is None


def test_the_deadline_moves_on_by_the_days_that_it_stood_still(county, cast):
    item = drive.open_item(county)
    before = item.due_on
    held = operations.suspend(case=county, reason=WHY, by=cast["xiji_review"])
    clock.move_demo_clock(days=7, by=None)
    operations.resume(suspension=held, by=cast["xiji_review2"])
    found = at(item)
    assert found.due_on > before
    pause = found.pauses.get()
    assert (pause.ends_on - pause.starts_on).days == 7
    actions.decide(item=item.pk, outcome="agree", opinion="核对过了，同意上报。", by=cast["xiji_review"])


def test_the_database_itself_refuses_a_decision_on_a_suspended_case(county, cast):
    earlier = Decision.objects.filter(case=county).latest("pk")
    operations.suspend(case=county, reason=WHY, by=cast["xiji_review"])
    item = drive.open_item(county)
    earlier.pk, earlier.item, earlier.step, earlier.actor = None, item, item.step, cast["xiji_review"]
    earlier.office = posts_of(cast["xiji_review"])[0].office
    with pytest.raises(DatabaseError, match="suspended"), transaction.atomic():
        earlier.save(force_insert=True)


def test_a_timer_waits_while_its_case_stands_still_and_fires_after_its_new_day(new_case, cast):
    case = new_case(2, "INTAKE")
    paper = case.materials.values_list("code", flat=True)[0]
    drive.step(case, "supplement", data={"items": [{"kind": "material", "key": paper, "reason": "S01"}]})
    item = drive.open_item(case)
    held = operations.suspend(case=case, reason=WHY, by=cast["xiji_review"])
    timer = Timer.objects.get(kind="lapse", key=str(item.pk))
    clock.move_demo_clock(to=timer.due_at + timedelta(days=1), by=None)
    assert timer.pk not in timers.take() and not timers.fire(timer.pk)
    clockwork.one_pass()
    case.refresh_from_db()
    assert case.state == "SUPPLEMENT"
    operations.resume(suspension=held, by=cast["xiji_review"])
    timer.refresh_from_db()
    assert timer.due_at > clock.now()
    clock.move_demo_clock(to=timer.due_at + timedelta(seconds=1), by=None)
    clockwork.one_pass()
    case.refresh_from_db()
    assert case.state == "LAPSED"


def test_a_suspended_step_of_a_road_holds_every_case_there_and_no_other(new_case, cast):
    there, elsewhere = new_case(1, "COUNTY"), new_case(2, "INTAKE")
    held = operations.suspend_road(flow="rare_disease/v1", step="county_review", reason=WHY, by=cast["prov_head"])
    free = WorkItem.objects.filter(pool.may_take(cast["xiji_review"], posts_of(cast["xiji_review"])))
    assert not free.filter(case=there).exists()
    drive.step(elsewhere, "not_accept")
    with pytest.raises(suspended.Suspended):
        drive.step(there, "agree")
    clock.move_demo_clock(days=3, by=None)
    operations.resume(suspension=held, by=cast["prov_head"])
    clockwork.one_pass()
    clockwork.one_pass()
    held.refresh_from_db()
    assert held.settled_at is not None
    assert drive.open_item(there).pauses.count() == 1
    drive.step(there, "agree")


def test_a_timer_of_a_suspended_step_waits_and_one_of_another_step_of_that_case_does_not(new_case, cast):
    case = new_case(2, "INTAKE")
    item, now = drive.open_item(case), clock.now()
    for kind, key in (("lapse", str(item.pk)), ("claim", "0")):
        timers.arm(case=case, kind=kind, key=key, due_at=now - timedelta(minutes=1))
    operations.suspend_road(flow="rare_disease/v1", step="intake", reason=WHY, by=cast["prov_head"])
    assert [timer.kind for timer in timers.late(than=clock.now()).filter(case=case)] == ["claim"]


def test_to_find_what_is_due_no_step_is_read_while_no_order_holds(new_case):
    case = new_case(2, "INTAKE")
    timers.arm(case=case, kind="claim", key="0", due_at=clock.now() - timedelta(minutes=1))
    statement, values = timers.late(than=clock.now()).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values)
        (plan,) = cursor.fetchone()[0]
    nodes, read = [plan["Plan"]], []
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        read += [node["Relation Name"]] if node.get("Actual Loops") and "Relation Name" in node else []
    assert "workflows_timer" in read and "workflows_workitem" not in read


def test_a_suspended_version_of_a_road_lets_people_apply_and_waits_with_what_they_sent(road, cast):
    operations.suspend_road(flow="rare_disease/v1", reason=WHY, by=cast["prov_head"])
    case = drive.apply(slug="rare_disease", number=3, by=cast["applicant1"])
    assert case.state == "INTAKE"
    with pytest.raises(suspended.Suspended):
        actions.claim(item=drive.open_item(case).pk, by=cast["xiji_intake"])


def test_the_applicant_may_withdraw_a_suspended_case_which_ends_the_suspension(county, cast):
    held = operations.suspend(case=county, reason=WHY, by=cast["xiji_review"])
    dossier.withdraw(case=county, reason="不需要了，谢谢。", by=cast["applicant1"])
    held.refresh_from_db()
    county.refresh_from_db()
    assert county.state == "WITHDRAWN" and held.ended_at is not None


def test_what_was_suspended_up_to_a_day_goes_on_by_itself_the_day_after(county, cast):
    held = operations.suspend(case=county, reason=WHY, until=clock.today() + timedelta(days=2), by=cast["xiji_review"])
    clock.move_demo_clock(days=2, by=None)
    clockwork.one_pass()
    held.refresh_from_db()
    assert held.ended_at is None
    clock.move_demo_clock(days=1, by=None)
    clockwork.one_pass()
    held.refresh_from_db()
    assert held.ended_at is not None and held.ended_by is None


def test_a_county_does_not_let_go_on_what_the_province_suspended(county, cast):
    held = operations.suspend(case=county, reason=WHY, by=cast["prov_head"])
    with pytest.raises(Refusal) as refused:
        operations.resume(suspension=held, by=cast["xiji_review"])
    assert refused.value.status == 403 and "宁夏" in str(refused.value.who_may)


def test_who_may_not_suspend_is_refused(county, cast):
    for who, kind in (("xiji_intake", Refusal), ("zhongning_clerk", NotFound), ("applicant1", NotFound)):
        with pytest.raises(kind):
            operations.suspend(case=county, reason=WHY, by=cast[who])
    with pytest.raises(Refusal):
        operations.suspend_road(flow="rare_disease/v1", reason=WHY, by=cast["xiji_review"])
    assert not Suspension.objects.exists()


def test_a_suspension_needs_a_reason_a_day_to_come_and_a_place_that_exists(county, cast):
    for wrong in ({"reason": "短"}, {"reason": WHY, "until": clock.today() - timedelta(days=1)}):
        with pytest.raises(Invalid):
            operations.suspend(case=county, by=cast["xiji_review"], **wrong)
    with pytest.raises(Invalid):
        operations.suspend_road(flow="rare_disease/v1", step="nowhere", reason=WHY, by=cast["prov_head"])


@pytest.mark.parametrize(
    "change", ["until = NULL", "by_id = by_id + 1", "place = '64'", "ended_at = at - interval '1 day'"]
)
def test_what_was_ordered_is_not_rewritten(county, cast, change):
    operations.suspend(case=county, reason=WHY, until=clock.today(), by=cast["xiji_review"])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE workflows_suspension SET {change}")


def test_history_tells_of_the_order_and_its_end(county, cast):
    held = operations.suspend(case=county, reason=WHY, by=cast["xiji_review"])
    operations.resume(suspension=held, by=cast["xiji_review"])
    told = Event.objects.filter(stream__kind="case", stream__key=str(county.pk)).values_list("action", flat=True)
    assert {"suspension.ordered", "suspension.ended", "pause.counted"} <= set(told)


def test_the_database_and_the_lists_hold_the_same_things_for_suspended(new_case, cast):
    cases = [new_case(1, "COUNTY"), new_case(2, "INTAKE"), new_case(3, "COUNTY")]
    operations.suspend(case=cases[0], reason=WHY, by=cast["prov_head"])
    operations.suspend_road(flow="rare_disease/v1", step="intake", reason=WHY, by=cast["prov_head"])
    listed = set(WorkItem.objects.filter(suspended.is_suspended(), state="open").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM workflows_workitem WHERE state = 'open' AND relief_suspended(case_id, step)")
        assert {pk for (pk,) in cursor.fetchall()} == listed == {drive.open_item(one).pk for one in cases[:2]}


def test_the_pages_say_it_and_let_it_go_on(county, cast, signed_in):
    browser, number = signed_in(cast["xiji_review"]), county.number
    assert "停办这一件" in browser.get(reverse("case:home", args=[number])).content.decode()
    address = reverse("operations:suspend", args=[number])
    assert browser.post(address, {"reason": "短"}).status_code == 422
    assert browser.post(address, {"reason": WHY}).status_code == 302
    page = browser.get(reverse("case:home", args=[number])).content.decode()
    assert WHY in page and "恢复办理" in page
    assert "停办" in browser.get(reverse("desk:queue", args=["waiting"])).content.decode()
    assert str(number) not in browser.get(reverse("desk:queue", args=["open"])).content.decode()
    held = Suspension.objects.get()
    assert number in browser.get(reverse("operations:suspensions")).content.decode()
    assert browser.post(reverse("operations:resume", args=[held.pk])).status_code == 302
    assert str(number) in browser.get(reverse("desk:queue", args=["open"])).content.decode()


def test_a_road_is_suspended_from_its_own_page_by_the_department_head_alone(county, cast, signed_in):
    address = reverse("operations:suspend_road")
    assert signed_in(cast["xiji_review"]).get(address).status_code == 403
    browser = signed_in(cast["prov_head"])
    assert "整个版本" in browser.get(address).content.decode()
    assert browser.post(address, {"where": "rare_disease/v1:", "reason": WHY}).status_code == 302
    assert "停办中" in browser.get(reverse("operations:suspensions")).content.decode()


@pytest.fixture
def granted(new_case: Any, funded: Any, cast: Any) -> Any:
    """A granted case that may be paid, and its fund."""
    fund = funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    clock.move_demo_clock(days=1, by=None)
    return case, fund


def test_a_suspended_case_is_left_out_of_a_batch_with_the_reason(granted, cast):
    case, fund = granted
    operations.suspend(case=case, reason=WHY, by=cast["prov_head"])
    with pytest.raises(Refusal) as refused:
        money.build_batch(fund=fund, by=cast["fin_make"])
    assert refused.value.code == "nothing_payable"
    assert [one.reason for one in candidates(cast["fin_make"], fund, today=clock.today())] == ["suspended"]


def test_what_the_bank_says_of_a_suspended_case_is_kept_and_moves_it_when_it_goes_on(granted, cast):
    case, fund = granted
    people = {"maker": cast["fin_make"], "checker": cast["fin_check"]}
    batch, data = drive.send_batch(of=fund, **people, releaser=cast["fin_release"])
    held = operations.suspend(case=case, reason=WHY, by=cast["prov_head"])
    drive.bank_answers(batch, data, **people)
    case.refresh_from_db()
    assert case.state == "SENT" and case.payouts.get().state == "paid"
    operations.resume(suspension=held, by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "FOLLOWUP" and Message.objects.get(case=case).delivered_at is not None


def test_an_objection_to_a_suspended_case_is_taken_and_an_answer_of_the_applicant_too(new_case, funded, cast):
    funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    plist = drive.give_notice([case], by=cast["publicity"])
    held = operations.suspend(case=case, reason=WHY, by=cast["prov_head"])
    file_objection(entry=plist.entries.get(), text="名单上这户人家有两辆车，请核查。", name="", phone="")
    case.refresh_from_db()
    assert case.state == "PUBLICITY"
    operations.resume(suspension=held, by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "OBJECTION"
