"""Cases that nothing moves any more (卡住的案卷): each with its cause, what to do, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from cases.access.queries import current_posts, who_may
from cases.dossier.models import Case
from cases.evidence.models import Supplement
from cases.money.models import Payout
from cases.publicity.models import PublicEntry
from workflows import barring
from workflows.engine.periodic import every
from workflows.flow import step_of
from workflows.holding import CLAIM
from workflows.models import Timer, WorkItem
from workflows.operations.actions.planning import MAKE
from workflows.operations.roads import PROVINCE, roads

log = structlog.get_logger(__name__)
MOST = 200
"""Found of each cause at most: what is more comes when these are mended."""
FEW = 3
"""So few people of one role and area may all be kept from one case."""

PLAN = _("制定干预计划，从最近办过的一步重来。")
CAUSES: dict[str, tuple[Any, Any, str]] = {
    "road_gone": (_("走的流程版本已不在程序里"), _("装回这个版本，或制定换流程版本的计划。"), MAKE),
    "no_work": (_("在办，却没有任何待办的事"), PLAN, MAKE),
    "task_alone": (_("流程走到这一步，却没有办件"), PLAN, MAKE),
    "nobody": (_("没有人在这个岗位上"), _("任命岗位或替岗，或把案卷移到有人的一步。"), "admin.posts"),
    "all_barred": (_("在岗的人都受职责分离限制"), _("增加一位同岗位的人，或申请上级代办。"), "admin.posts"),
    "timer_lost": (_("时限到了不会自动处理：到时记录丢失"), PLAN, MAKE),
    "fact_lost": (_("等的事情已经发生过，不会再来"), PLAN, MAKE),
}
"""Why a case is stuck, what to do about it, and the right of whoever may."""


@dataclass(frozen=True)
class Stuck:
    """卡住的一件."""

    case: Case
    cause: str
    step: str = ""
    who: str = ""
    """Who may do what is to be done."""

    @property
    def words(self) -> Any:
        """Why it is stuck."""
        return CAUSES[self.cause][0]

    @property
    def to_do(self) -> Any:
        """What to do about it."""
        return CAUSES[self.cause][1]


def find() -> list[Stuck]:
    """Look at every case under way; a case that is suspended waits and is not stuck."""
    seen: dict[tuple[int, str], Stuck] = {}
    for one in _found():
        seen.setdefault((one.case.pk, one.cause), one)
    places = {key: _who(one) for key, one in seen.items()}
    names = {place: who_may(*place) for place in set(places.values())}
    return [replace(one, who=names[places[key]]) for key, one in seen.items()]


def _who(one: Stuck) -> tuple[str, str]:
    """The right to do what is to be done, and where."""
    right = CAUSES[one.cause][2]
    return right, PROVINCE if right == MAKE else one.case.handling_code


def _found() -> Iterator[Stuck]:
    under_way = Case.objects.filter(closed_at=None, run__isnull=False).select_related("run").order_by("pk")
    yield from (Stuck(case, "road_gone") for case in under_way.exclude(run__flow__in=roads())[:MOST])
    here = under_way.filter(run__flow__in=roads())
    live = WorkItem.objects.filter(state__in=["open", "claimed"])
    yield from (Stuck(case, "no_work") for case in here.exclude(Exists(live.filter(case=OuterRef("pk"))))[:MOST])
    yield from _tasks_alone()
    items = live.filter(case__run__flow__in=roads()).select_related("case__run").order_by("pk")
    yield from _nobody(items.filter(kind="human", state="open"))
    yield from _timers_lost(items)
    yield from _facts_lost(items.filter(kind="wait"))


def _tasks_alone() -> Iterator[Stuck]:
    open_ones = Task.objects.filter(
        status__in=[STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED], flow_task_type__in=["HUMAN", "WAIT", "JOB"]
    )
    rows = open_ones.filter(process__relief_run__case__closed_at=None, work_items=None)
    for task in rows.select_related("process__relief_run__case__run").order_by("pk")[:MOST]:
        case = task.process.relief_run.case
        yield Stuck(case, "task_alone", task.flow_task.name if task.flow_task else "")


def _nobody(items: QuerySet[WorkItem]) -> Iterator[Stuck]:
    """Steps of roles and areas in which too few serve: nobody at all, or only people whom the duties keep out."""
    posts = list(current_posts().values_list("role_id", "office__division_code", "user_id"))
    for role, code in items.order_by().values_list("role", "division_code").distinct():
        people = {user for its, area, user in posts if its == role and code.startswith(area)}
        if len(people) > FEW:
            continue
        for item in items.filter(role=role, division_code=code)[:MOST]:
            if not people:
                yield Stuck(item.case, "nobody", item.step)
            elif people <= barring.shut_out(item.case, step_of(item)):
                yield Stuck(item.case, "all_barred", item.step)


def _timers_lost(items: QuerySet[WorkItem]) -> Iterator[Stuck]:
    set_ones = Timer.objects.filter(
        case=OuterRef("case"), key=Cast(OuterRef("pk"), CharField()), done_at=None, cancelled_at=None
    )
    lapsing = Q()
    for flow, road in roads().items():
        names = [name for name in road.reading_order if getattr(getattr(road, name), "lapses", "")]
        lapsing |= Q(case__run__flow=flow, step__in=names)
    lost = (Q(lapsing, due_on__isnull=False) & ~Exists(set_ones.filter(kind="lapse"))) | (
        Q(state="claimed") & ~Exists(set_ones.filter(kind=CLAIM))
    )
    yield from (Stuck(item.case, "timer_lost", item.step) for item in items.filter(lost)[:MOST])


def _facts_lost(waits: QuerySet[WorkItem]) -> Iterator[Stuck]:
    """What a wait waits for has happened already and moved nothing."""
    told = {
        "supplement_answered": ~Exists(Supplement.objects.filter(case=OuterRef("case"), answered_at=None)),
        "payment_paid": Q(case__state__in=["IN_BATCH", "SENT", "UNKNOWN"])
        & ~Exists(Payout.objects.filter(case=OuterRef("case"), state__in=["in_batch", "sent", "unknown"])),
        "publicity_closed": Q(case__state="PUBLICITY")
        & Exists(PublicEntry.objects.filter(case=OuterRef("case"), closed_at__gt=OuterRef("offered_at"), list__state="closed",
                                            closed_at__date__gt=F("list__ends_on"))),
    }  # fmt: skip
    for fact, over in told.items():
        for flow, road in roads().items():
            names = [name for name in road.reading_order if fact in getattr(getattr(road, name), "exits", {})]
            rows = waits.filter(over, case__run__flow=flow, step__in=names)
            yield from (Stuck(item.case, "fact_lost", item.step) for item in rows[:MOST])


@every("stuck_cases", title=_("查找卡住的案卷"), at=3)
def look() -> int:
    """Each night; how many were found, each in the log by number and cause."""
    found = find()
    for one in found:
        log.error("a case is stuck", case=one.case.number, cause=one.cause, step=one.step)
    return len(found)
