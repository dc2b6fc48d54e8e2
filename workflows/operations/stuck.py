"""Cases that nothing moves any more (卡住的案卷): each with its cause, what to do, and who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from cases.access.queries import current_posts, who_may_at
from cases.dossier.models import Case
from cases.errors import Invalid
from cases.evidence.models import Supplement
from cases.money.models import Payout
from cases.publicity.models import PublicEntry
from cases.text import is_key
from workflows.engine.periodic import every
from workflows.holding import CLAIM
from workflows.models import Timer, WorkItem
from workflows.operations.actions.planning import MAKE
from workflows.operations.roads import PROVINCE, roads
from workflows.suspended import is_suspended

log = structlog.get_logger(__name__)
PAGE, AT_ONCE = 30, 500
"""Shown on a page, and read at once by who wants all of them."""
STILL_TO_PAY = ["reserved", "payable", "in_batch", "sent", "unknown"]
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
NAMES = list(CAUSES)


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
    found, after = page(most=AT_ONCE)
    while after:
        more, after = page(after, most=AT_ONCE)
        found += more
    return found


def page(after: str = "", most: int = PAGE) -> tuple[list[Stuck], str]:
    """So many of them by cause and case, from behind a cursor on, and the cursor of the next page."""
    rows = list(_rows(*_cursor(after), most + 1))
    cases = Case.objects.select_related("run").in_bulk([case for _rank, case, _step in rows[:most]])
    found = [Stuck(cases[case], NAMES[rank], step.rpartition(".")[2]) for rank, case, step in rows[:most]]
    places = [_who(one) for one in found]
    rights = {right for right, _code in places}
    names = {right: who_may_at(right, {code for its, code in places if its == right}) for right in rights}
    shown = [replace(one, who=names[right][code]) for one, (right, code) in zip(found, places, strict=True)]
    return shown, f"{shown[-1].cause}_{shown[-1].case.pk}" if len(rows) > most else ""


def _cursor(words: str) -> tuple[int, int]:
    cause, _line, case = words.rpartition("_")
    if not words:
        return 0, 0
    if cause not in CAUSES or not is_key(case):
        raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
    return NAMES.index(cause), int(case)


def _who(one: Stuck) -> tuple[str, str]:
    """The right to do what is to be done, and where."""
    right = CAUSES[one.cause][2]
    return right, PROVINCE if right == MAKE else one.case.handling_code


def _rows(rank: int, behind: int, most: int) -> Any:
    """Cause, case and step of so many from a place on, in one statement: of each cause no more than are asked for."""
    parts = []
    for number, (rows, case, step) in enumerate(_sources()):
        if number < rank:
            continue
        if number == rank:
            rows = rows.filter(**{f"{case}__gt": behind})
        rows = rows.annotate(rank=Value(number), of_case=F(case), at_step=step).order_by(case, "pk").distinct(case)
        parts.append(rows.values_list("rank", "of_case", "at_step")[:most])
    if len(parts) == 1:
        return parts[0]
    return parts[0].union(*parts[1:], all=True).order_by("rank", "of_case")[:most]


def _sources() -> list[tuple[QuerySet[Any], str, Any]]:
    """What is stuck for each cause, in their order: rows, how they reach their case, and what names the step."""
    here = Q(case__run__flow__in=roads())
    under_way = Case.objects.filter(closed_at=None, run__isnull=False)
    known = under_way.filter(run__flow__in=roads())
    live = WorkItem.objects.filter(state__in=["open", "claimed"])
    offered = live.filter(here, kind="human", state="open")
    nobody, few = _places(offered)
    nowhere, step = Value(""), F("step")
    return [
        (under_way.exclude(run__flow__in=roads()), "pk", nowhere),
        (known.exclude(Exists(live.filter(case=OuterRef("pk")))), "pk", nowhere),
        (_tasks_alone(), "process__relief_run__case_id", Cast("flow_task", CharField())),
        (offered.filter(nobody), "case_id", step),
        (offered.filter(few, ~Exists(_free())).exclude(is_suspended()), "case_id", step),
        (live.filter(here, _timer_lost()), "case_id", step),
        (live.filter(here, _fact_lost(), kind="wait"), "case_id", step),
    ]


def _tasks_alone() -> Any:
    return Task.objects.filter(
        status__in=[STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED], flow_task_type__in=["HUMAN", "WAIT", "JOB"],
        process__relief_run__case__closed_at=None, process__relief_run__flow__in=roads(), work_items=None,
    )  # fmt: skip


def _places(items: QuerySet[WorkItem]) -> tuple[Q, Q]:
    """Roles and areas of open steps in which nobody serves, and those in which so few do that all may be barred."""
    posts = list(current_posts().values_list("role_id", "office__division_code", "user_id"))
    nobody, few = Q(pk__in=[]), Q(pk__in=[])
    for role, code in items.order_by().values_list("role", "division_code").distinct():
        people = {user for its, area, user in posts if its == role and code.startswith(area)}
        if not people:
            nobody |= Q(role=role, division_code=code)
        elif len(people) <= FEW:
            few |= Q(role=role, division_code=code)
    return nobody, few


def _free() -> QuerySet[Any]:
    """Whoever serves in the role and area of a step and is not kept from it by the duties."""
    may = Func(OuterRef("pk"), F("user_id"), Value(None), function="relief_may_take", output_field=BooleanField())
    serving = current_posts().annotate(place=ExpressionWrapper(OuterRef("division_code"), CharField()))
    return serving.filter(may, role=OuterRef("role"), place__startswith=F("office__division_code"))


def _timer_lost() -> Q:
    set_ones = Timer.objects.filter(
        case=OuterRef("case"), key=Cast(OuterRef("pk"), CharField()), done_at=None, cancelled_at=None
    )
    lapsing = _steps(lambda node: getattr(node, "lapses", ""))
    return (lapsing & Q(due_on__isnull=False) & ~Exists(set_ones.filter(kind="lapse"))) | (
        Q(state="claimed") & ~Exists(set_ones.filter(kind=CLAIM))
    )


def _fact_lost() -> Q:
    """What a wait waits for has happened already and moved nothing."""
    told = {
        "supplement_answered": ~Exists(Supplement.objects.filter(case=OuterRef("case"), answered_at=None)),
        "payment_paid": ~Exists(Payout.objects.filter(case=OuterRef("case"), state__in=STILL_TO_PAY)),
        "publicity_closed": Q(case__state="PUBLICITY")
        & Exists(PublicEntry.objects.filter(case=OuterRef("case"), closed_at__gt=OuterRef("offered_at"), list__state="closed",
                                            closed_at__date__gt=F("list__ends_on"))),
    }  # fmt: skip
    lost = Q(pk__in=[])
    for fact, over in told.items():
        lost |= _told_by(fact) & Q(over)
    return lost


def _told_by(fact: str) -> Q:
    """The waits that this fact ends."""
    return _steps(lambda node: fact in getattr(node, "exits", {}))


def _steps(wanted: Callable[[Any], Any]) -> Q:
    """The steps of all roads of which this is so."""
    found = Q(pk__in=[])
    for flow, road in roads().items():
        names = [name for name in road.reading_order if wanted(getattr(road, name))]
        found |= Q(case__run__flow=flow, step__in=names)
    return found


@every("stuck_cases", title=_("查找卡住的案卷"), at=3)
def look() -> int:
    """Each night; how many were found, each in the log by number and cause."""
    found = find()
    for one in found:
        log.error("a case is stuck", case=one.case.number, cause=one.cause, step=one.step)
    return len(found)
