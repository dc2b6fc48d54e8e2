"""Every door through which a step comes into somebody's hands or is decided, and the doors of whoever leads or moves a case."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cases.errors import Refusal
from workflows import actions
from workflows.actions import leading
from workflows.desk.batch.deciding import Said, decide_all
from workflows.desk.staffing import actions as staffing
from workflows.flow import step_of
from workflows.models import Plan, WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

Door = Callable[[WorkItem, Any, Any], Any]
WHY = "办错了一步，要请同事重新看一遍这件。"


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
    raise Refusal("refused", code=answer.json()["code"] if "json" in answer["Content-Type"] else "duties")


def posted(person: Any, address: str, body: dict[str, Any]) -> Any:
    return browser_of(person).post(address, json.dumps(body), "application/json")


def claim(item: WorkItem, person: Any, head: Any) -> None:
    actions.claim(item=item.pk, by=person)


def take_over(item: WorkItem, person: Any, head: Any) -> None:
    actions.take_over(item=item.pk, reason="接着办", by=person)


def decide(item: WorkItem, person: Any, head: Any) -> None:
    actions.decide(item=item.pk, outcome=outcome_of(item), opinion=drive.ENOUGH, by=person)


def batch(item: WorkItem, person: Any, head: Any) -> None:
    (result,) = decide_all(person, {item.pk: item.row_version}, Said(outcome_of(item), opinion=drive.ENOUGH))
    if result.is_done:
        raise AssertionError("the door was open")
    raise Refusal(result.why, code=result.code)


def reassign(item: WorkItem, person: Any, head: Any) -> None:
    leading.reassign(item=item.pk, to=person, reason="请您接着办", by=head)


def sheet(item: WorkItem, person: Any, head: Any) -> None:
    made = staffing.begin(
        kind="assign", items=[(item.pk, item.row_version)], person=person, reason="请您接着办", by=head
    )
    staffing.carry_out(made.pk)
    line = made.lines.get()
    if line.state != "refused" or "回避" not in line.why:
        raise AssertionError(f"the door was open: {line.state}")
    raise Refusal(line.why, code="duties")


def api_claim(item: WorkItem, person: Any, head: Any) -> None:
    refused(posted(person, reverse("api:claim", args=[item.pk]), {"row_version": item.row_version}))


def api_decide(item: WorkItem, person: Any, head: Any) -> None:
    body = {"row_version": item.row_version, "outcome": outcome_of(item), "opinion": drive.ENOUGH}
    refused(posted(person, reverse("api:decide", args=[item.pk]), body))


def api_batch(item: WorkItem, person: Any, head: Any) -> None:
    shown = {"id": item.pk, "row_version": item.row_version}
    answer = posted(
        person, reverse("api:decide_batch"), {"items": [shown], "outcome": outcome_of(item), "opinion": drive.ENOUGH}
    )
    (result,) = answer.json()["results"]
    if result["decided"]:
        raise AssertionError("the door was open")
    raise Refusal(result["detail"], code=result["code"])


def api_assign(item: WorkItem, person: Any, head: Any) -> None:
    body = {"row_version": item.row_version, "to": person.username, "reason": "请您接着办"}
    refused(posted(head, reverse("api:assign", args=[item.pk]), body))


def page_claim(item: WorkItem, person: Any, head: Any) -> None:
    sent = {"item": item.pk, "row_version": item.row_version}
    refused(browser_of(person).post(reverse("case:claim", args=[item.case.number]), sent))


def page_take_over(item: WorkItem, person: Any, head: Any) -> None:
    sent = {"item": item.pk, "row_version": item.row_version, "reason": "接着办"}
    refused(browser_of(person).post(reverse("case:take_over", args=[item.case.number]), sent))


def page_next(item: WorkItem, person: Any, head: Any) -> None:
    browser_of(person).post(reverse("desk:next"), {"number": item.case.number})
    item.refresh_from_db()
    if item.holder_id == person.pk:
        raise AssertionError("the door was open")


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
    "成批办理": (batch, "task.decide"),
    "改派": (reassign, "task.assign"),
    "成批改派": (sheet, "allotment.line"),
    "接口领取": (api_claim, "task.claim"),
    "接口办理": (api_decide, "task.decide"),
    "接口成批办理": (api_batch, "task.decide"),
    "接口改派": (api_assign, "task.assign"),
    "页面领取": (page_claim, "task.claim"),
    "页面接手": (page_take_over, "task.take_over"),
    "数据库领取": (sql_claim, ""),
    "数据库办理": (sql_decide, ""),
}
"""Each door with the action under which its refusal is recorded; raw statements leave none, the database says no."""


def priority(item: WorkItem, plan: Plan, by: Any) -> None:
    leading.set_priority(item=item.pk, days=1, reason="家里困难", by=by)


def assign(item: WorkItem, plan: Plan, by: Any) -> None:
    leading.reassign(item=item.pk, to=drive.person_for(item), reason="请您接着办", by=by)


def allocate(item: WorkItem, plan: Plan, by: Any) -> None:
    leading.allocate(item=item.pk, by=by)


def terminate(item: WorkItem, plan: Plan, by: Any) -> None:
    actions.terminate(case=item.case, reasons=["J01"], opinion=drive.ENOUGH, by=by)


def suspend(item: WorkItem, plan: Plan, by: Any) -> None:
    operations.suspend(case=item.case, reason=WHY, by=by)


def make_plan(item: WorkItem, plan: Plan, by: Any) -> None:
    operations.make_plan(
        kind="restart", cases=[item.case], reason=WHY, step=plan.step, to_step=plan.to_step, by=by
    )  # fmt: skip


def sign_plan(item: WorkItem, plan: Plan, by: Any) -> None:
    operations.sign(plan=plan, digest=plan.digest, by=by)


LEADING: dict[str, tuple[Callable[[WorkItem, Plan, Any], Any], str]] = {
    "改优先": (priority, "task.priority"),
    "改派": (assign, "task.assign"),
    "分派": (allocate, "task.allocate"),
    "终止": (terminate, "case.terminate"),
    "停办": (suspend, "case.suspend"),
    "制定干预": (make_plan, "plan.make"),
    "签批干预": (sign_plan, "plan.sign"),
}
"""What a head may do about a case, closed to whose matter it is or who keeps out of it; each with the action of its refusal."""
