"""A case is put at another place of its road (干预): the old attempt stays as it was, a new one begins behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from cases.access.queries import who_may
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.history.models import Event
from cases.history.record import record
from cases.money import actions as money
from cases.money.models import Payout
from cases.policy.queries import policy_of
from cases.publicity.queries import is_listed
from cases.states import OPEN_STATES
from cases.text import listed
from workflows.flow import graph, road_of
from workflows.models import Decision, MeetingItem, WorkItem
from workflows.rules import ways

URGENT = "urgent"
AT_BANK = ("in_batch", "sent", "unknown")
OVER = (STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED)


def open_items(case: Case) -> list[WorkItem]:
    """The open steps of a case, the oldest first."""
    rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"])
    return list(rows.select_related("case__run", "holder").order_by("pk"))


def put(case: Case, *, step: str, to: str, by: Any, now: datetime) -> None:
    """移动: from one open step (`step`), or from all of them when the place lies outside their branch, to `to`.

    A case that has lost its work has no open step; it goes on from none ("").

    Refused where the road does not let a case be: over a step that was never done, into another branch, while money is on
    its way, on a public list, or on an agenda.
    """
    road, items = road_of(case), open_items(case)
    drawn = _drawn(case, road)
    source = next((item for item in items if item.step == step), None)
    if source is None and (items or step):
        raise Refusal(_("案卷现在不在这个环节。"), code="moved_on", status=409)
    if to == step or not _is_place(drawn, to):
        raise _no_place()
    branch = ways.branch_of(drawn, to)
    if branch and (source is None or ways.branch_of(drawn, step)[: len(branch)] != branch):
        raise Refusal(
            _("不能移到并行的另一条线里。请移到并行开始处，两条线一起重来。"), code="other_branch", status=409
        )
    must_be_free(case)
    _must_have_passed(case, drawn, to)
    # a case that lost its work goes on behind what it did last
    last = source.task if source else Task.objects.filter(process=case.run.process_id).latest("pk")
    _comes_again(case, drawn, to, by=by, now=now)
    _begin(case, road, last, to, branch)


def drop(case: Case, *, step: str, by: Any, now: datetime) -> None:
    """取消一条并行线: this branch is done without its step, and the road goes on when the others have come."""
    road, items = road_of(case), open_items(case)
    source = next((item for item in items if item.step == step), None)
    if source is None:
        raise Refusal(_("案卷现在不在这个环节。"), code="moved_on", status=409)
    drawn = graph(road)
    branch = ways.branch_of(drawn, step)
    if not branch:
        raise Refusal(_("只能取消并行的一条线。整件不办的，请用终止。"), code="not_a_branch", status=409)
    left = ways.within(drawn, branch) - set(ways.before(drawn, step))
    if any(getattr(getattr(road, name), "level", None) is not None for name in left):
        raise Refusal(_("审核环节不能取消，只能由人办理。"), code="level_needed", status=409)
    _begin(case, road, source.task, ways.join_behind(drawn, branch), branch)


def reopen(case: Case, *, to: str, by: Any, now: datetime) -> None:
    """重新办理: an ended case goes on in a new round; everything decided stays.

    Refused when its applicant ended it himself, when another case of the same patient is open, or money is on its way.
    """
    if case.closed_at is None:
        raise Refusal(_("这件没有办结，不用重新办理。"), code="still_open", status=409)
    if case.state == "WITHDRAWN":
        raise Refusal(_("申请人自己撤回的，请他重新申请。"), code="withdrawn_by_applicant", status=409)
    same = Case.objects.filter(programme=case.programme, patient_key=case.patient_key, state__in=OPEN_STATES)
    if case.patient_key and same.exclude(pk=case.pk).exists():
        raise Refusal(_("这位患者在这个项目里已有另一件在办。"), code="another_open", status=409)
    road = road_of(case)
    drawn = _drawn(case, road)
    if not _is_place(drawn, to) or ways.branch_of(drawn, to):
        raise _no_place()
    must_be_free(case)
    _must_have_passed(case, drawn, to)
    process = case.run.process
    process.status, process.finished = PROCESS.NEW, None
    process.save(update_fields=["status", "finished"])
    case.closed_at = None
    case.save(update_fields=["closed_at"])
    last = Task.objects.filter(process=process).latest("pk")
    record("case.reopened", about=("case", case.pk), object=case, payload={"step": to, "before": case.state})
    _comes_again(case, drawn, to, by=by, now=now)
    _begin(case, road, last, to, ())


def _begin(case: Case, road: Any, last: Task, to: str, branch: ways.Path) -> None:
    """End what is open in a branch, without an exit, and make the new task there, behind this one; () is the whole case."""
    process = case.run.process
    token = "/".join(str(last.token).split("/")[: len(branch) + 1])
    with road.lock(process.pk):
        for task in process.task_set.exclude(status__in=OVER):
            if not branch or f"{task.token}/".startswith(f"{token}/"):
                task.flow_task.activation_class(task).cancel()
        last.refresh_from_db()
        first = last.flow_task.activation_class(last)
        first._activate_next({getattr(road, to)._create(first, Token(token))})


def _comes_again(case: Case, drawn: Any, to: str, *, by: Any, now: datetime) -> None:
    """What was done once and is done again is done in a new round, and the money that it set aside is taken back."""
    if WorkItem.objects.filter(case=case, step__in=ways.first_stops(drawn, to), state="done").exists():
        case.round += 1
        case.save(update_fields=["round"])
    _give_back(case, drawn, to, by=by, now=now)


def _drawn(case: Case, road: Any) -> Any:
    """The road as this case can go: the urgent path is no way round the panel for a case that did not take it."""
    drawn = graph(road)
    return drawn if Decision.objects.filter(case=case, outcome=URGENT).exists() else ways.without(drawn, URGENT)


def _is_place(drawn: Any, name: str) -> bool:
    """Whether a case may be put there: no beginning, no end, and no join, which only its branches come to."""
    return any(node.name == name and node.kind in (*ways.STOPS, "fork", "route") for node in drawn.nodes)


def must_be_free(case: Case) -> None:
    """No money under way, no public list, no meeting: those are ended in their own rooms first."""
    place = case.handling_code
    if Payout.objects.filter(case=case, state__in=AT_BANK).exists():
        raise Refusal(
            _("款项已编入批次或送到银行，现在不能干预。"),
            code="money_on_its_way",
            status=409,
            who_may=who_may("money.make", place),
        )
    if is_listed(case):
        raise Refusal(
            _("案卷在公示名单上。请先撤下名单，或等公示结束。"), code="on_list", status=409,
            who_may=who_may("publicity.publish", place),
        )  # fmt: skip
    if MeetingItem.objects.filter(case=case, outcome="").exists():
        raise Refusal(
            _("案卷在会议议程上。请先开完会。"), code="on_agenda", status=409, who_may=who_may("panel.minutes", place)
        )


def _must_have_passed(case: Case, drawn: Any, to: str) -> None:
    """No decision is replaced: every step that no way goes round was done in this case, or the policy switched it off."""
    done = set(WorkItem.objects.filter(case=case, state="done").values_list("step", flat=True))
    road, policy = road_of(case), policy_of(case)
    if getattr(getattr(road, to), "optional", False) and not policy.level_on(to):
        raise Refusal(_("现行政策没有启用这一级。"), code="level_off", status=409)
    passed = ways.before(drawn, to)
    missing = [name for name in passed if name not in done and not _is_off(getattr(road, name), policy)]
    if missing:
        titles = listed(getattr(road, name).title for name in missing)
        raise Refusal(
            _("还没有办过：{steps}。干预不能代替办理。").format(steps=titles), code="steps_missing", status=409
        )
    paid = Payout.objects.filter(case=case, state__in=["paid", "returned"]).exists()
    if paid and not any("payment_paid" in getattr(getattr(road, name), "exits", {}) for name in _untouched(drawn, to)):
        raise Refusal(_("款项已经付过，不能回到拨付之前。"), code="already_paid", status=409)


def _is_off(node: Any, policy: Any) -> bool:
    return bool(getattr(node, "optional", False)) and not policy.level_on(node.name)


def _give_back(case: Case, drawn: Any, to: str, *, by: Any, now: datetime) -> None:
    """Money that a step before this place set aside stays, or one beside its branch; what a step does that comes again goes."""
    passed, came = _untouched(drawn, to), _came(case, to)
    for payout in Payout.objects.filter(case=case, state__in=["reserved", "payable", "failed"]):
        is_set_aside = payout.made_at <= came or _step_of(case, payout.made_at) in passed
        granted = _granted_at(payout)
        if is_set_aside and (payout.state == "reserved" or granted <= came or _step_of(case, granted) in passed):
            continue
        money.release_reservation(case=case, cause="moved", kind=payout.kind, by=by, now=now)
        if is_set_aside:
            money.reserve(
                case=case, amount=payout.amount, fund=payout.fund, installment=payout.installment, kind=payout.kind,
                by=by, now=now,
            )  # fmt: skip


def _untouched(drawn: Any, to: str) -> set[str]:
    """What stays as it is when a case is put there: the steps before, and what lies beside its branch."""
    beside = {node.name for node in drawn.nodes} - ways.within(drawn, ways.branch_of(drawn, to))
    return set(ways.before(drawn, to)) | beside


def _came(case: Case, to: str) -> datetime:
    """When the case last came to this place; what was done by then does not come again."""
    rows = WorkItem.objects.filter(case=case, step=to).order_by("-pk")
    return rows.values_list("offered_at", flat=True).first() or datetime.min.replace(tzinfo=UTC)


def _granted_at(payout: Payout) -> datetime:
    """When it was made payable; a day that never comes while it was not."""
    moment = Event.objects.filter(pk=payout.decision or 0).values_list("recorded_at", flat=True).first()
    return moment or datetime.max.replace(tzinfo=UTC)


def _step_of(case: Case, moment: datetime) -> str:
    """The step that was done at this moment."""
    rows = WorkItem.objects.filter(case=case, state="done", done_at__lte=moment).order_by("-done_at", "-pk")
    return rows.values_list("step", flat=True).first() or ""


def _no_place() -> Refusal:
    return Refusal(_("不能移到这个环节。"), code="no_such_place", status=409)
