"""A case that nothing moves any more is found, with its cause, what to do and who may; a case that only waits is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from viewflow.workflow.models import Task

from cases import programme as programmes
from cases.access.models import Post
from cases.calendar import clock
from cases.money.models import Payout
from cases.publicity.models import PublicEntry, PublicList
from workflows import actions
from workflows.engine import clockwork
from workflows.models import Timer, WorkItem
from workflows.operations import actions as operations
from workflows.operations.stuck import CAUSES, find, look, page
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def found() -> set[tuple[int, str]]:
    return {(one.case.pk, one.cause) for one in find()}


def asked_for_papers(case: Any) -> WorkItem:
    paper = case.materials.values_list("code", flat=True)[0]
    drive.step(case, "supplement", data={"items": [{"kind": "material", "key": paper, "reason": "S01"}]})
    return drive.open_item(case)


def test_cases_on_their_way_are_not_stuck_neither_waiting_nor_suspended(new_case, cast):
    asked_for_papers(new_case(1, "INTAKE"))
    case = new_case(2, "COUNTY")
    actions.claim(item=drive.open_item(case).pk, by=cast["xiji_review"])
    operations.suspend(case=new_case(3, "VERIFY"), reason="接到电话举报，先核实再办理。", by=cast["prov_head"])
    assert found() == set()


def test_a_case_without_work_is_found_and_goes_on_by_a_plan(new_case, cast):
    case = new_case(1, "COUNTY")
    item = drive.open_item(case)
    WorkItem.objects.filter(pk=item.pk).update(state="cancelled")
    Task.objects.filter(pk=item.task_id).update(status="CANCELED")
    assert found() == {(case.pk, "no_work")}
    plan = operations.make_plan(
        kind="restart",
        cases=[case],
        to_step="town_check",
        reason="案卷没有待办的事，从上一步重来。",
        by=cast["prov_review"],
    )
    clockwork.one_pass()
    plan.refresh_from_db()
    operations.sign(plan=plan, digest=plan.digest, by=cast["prov_head"])
    clockwork.one_pass()
    assert found() == set() and drive.open_item(case).step == "town_check"


def test_a_task_without_its_work_a_lost_timer_and_an_answer_that_moved_nothing_are_found(new_case):
    alone, timer, answered = new_case(1, "COUNTY"), new_case(2, "INTAKE"), new_case(3, "INTAKE")
    task = drive.open_item(alone).task
    Task.objects.create(process_id=task.process_id, flow_task=task.flow_task, flow_task_type="HUMAN", status="NEW")
    Timer.objects.filter(key=str(asked_for_papers(timer).pk), kind="lapse").update(cancelled_at=clock.now())
    asked_for_papers(answered)
    answered.supplements.update(answered_at=clock.now())
    assert found() == {(alone.pk, "task_alone"), (timer.pk, "timer_lost"), (answered.pk, "fact_lost")}


def test_what_is_stuck_is_read_page_by_page_over_all_causes_each_case_once(new_case):
    cases = [new_case(number, "INTAKE") for number in (1, 2, 3)]
    for case in cases:
        Timer.objects.filter(key=str(asked_for_papers(case).pk), kind="lapse").update(cancelled_at=clock.now())
    for case in cases[1:]:
        case.supplements.update(answered_at=clock.now())
    task = drive.open_item(cases[0]).task
    for _number in range(2):
        Task.objects.create(process_id=task.process_id, flow_task=task.flow_task, flow_task_type="WAIT", status="NEW")
    read, after = [], "-"
    while after:
        some, after = page("" if after == "-" else after, most=1)
        read += [(one.case.pk, one.cause, one.step) for one in some]
    pks, step = [case.pk for case in cases], drive.open_item(cases[0]).step
    assert read == [
        (pks[0], "task_alone", step), *((pk, "timer_lost", step) for pk in pks), *((pk, "fact_lost", step) for pk in pks[1:]),
    ]  # fmt: skip
    assert read == [(one.case.pk, one.cause, one.step) for one in find()]


def test_a_case_whose_version_is_gone_from_the_code_is_found(cast, published, funded, monkeypatch):
    published("two_step")
    funded("two_step", "9000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    card = programmes.programme("two_step")
    left = {version: road for version, road in card.roads.items() if version != "v1"}
    monkeypatch.setitem(programmes._register, "two_step", replace(card, roads=left, road="v3"))
    assert found() == {(case.pk, "road_gone")}


def test_a_payment_that_failed_at_the_bank_and_moved_nothing_is_found(cast, published, funded):
    published("two_step")
    fund = funded("two_step", "9000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "agree")
    drive.step(case, "grant")
    clock.move_demo_clock(days=3, by=None)
    drive.send_batch(of=fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"])
    assert found() == set()
    Payout.objects.filter(case=case).update(state="failed")
    assert found() == {(case.pk, "fact_lost")}


def test_a_public_list_that_ended_and_moved_nothing_is_found(new_case, cast, funded):
    funded("rare_disease", "100000")
    case = new_case(1, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    assert found() == set()
    entry = PublicEntry.objects.select_related("list").get(case=case)
    clock.move_demo_clock(to=entry.list.ends_on + timedelta(days=1), by=None)
    PublicEntry.objects.filter(pk=entry.pk).update(closed_at=clock.now())
    PublicList.objects.filter(pk=entry.list_id).update(state="closed", closed_at=clock.now())
    assert found() == {(case.pk, "fact_lost")}


def test_a_step_that_nobody_may_do_is_found(new_case, cast):
    case = new_case(1, "PROVINCE")
    Post.objects.filter(role_id="PRV1").update(ends_on=clock.today() - timedelta(days=1))
    assert found() == {(case.pk, "nobody")}
    Post.objects.filter(user=cast["prov_review"]).update(ends_on=None)
    assert found() == set()
    case.owner = cast["prov_review"]
    case.save(update_fields=["owner"])
    assert found() == {(case.pk, "all_barred")}


def test_each_is_named_with_what_to_do_and_who_may_by_command_page_and_night(new_case, cast, signed_in):
    case = new_case(1, "COUNTY")
    WorkItem.objects.filter(case=case, state="open").update(state="cancelled")
    Task.objects.filter(pk=WorkItem.objects.filter(case=case).latest("pk").task_id).update(status="CANCELED")
    out = StringIO()
    call_command("stuck_cases", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert [(one["case"], one["cause"]) for one in told] == [(case.number, "no_work")]
    assert told[0]["to_do"] and "宁夏" in told[0]["who_may"]
    out = StringIO()
    call_command("stuck_cases", stdout=out)
    assert case.number in out.getvalue() and "1 stuck." in out.getvalue()
    shown = signed_in(cast["prov_head"]).get(reverse("operations:stuck")).content.decode()
    assert case.number in shown and "怎么办" in shown
    assert look() == 1


def test_every_cause_says_what_to_do_in_both_languages():
    from django.utils import translation

    for why, to_do, _right in CAUSES.values():
        with translation.override("en"):
            english = (str(why), str(to_do))
        with translation.override("zh-hans"):
            assert all(words and words not in english for words in (str(why), str(to_do)))
