"""What stands still (停办): the one condition on steps and timers, and the sentence for whoever tries to go on."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.dossier.models import Case
from cases.errors import Stale
from workflows.models import Suspension, WorkItem

CASE, ROAD = "case.suspend", "road.suspend"
"""The rights to suspend one case, and a step or a whole version of a road."""


class Suspended(Stale):
    """已停办: nothing goes on here until it is let go; what somebody typed stays in his draft."""

    def __init__(self, held: Suspension) -> None:
        super().__init__(words_of(held), who_may=who_ends(held))
        self.code = "suspended"


def is_suspended(**state: Any) -> Q:
    """停办中, as a condition on work items: of their case, of their step, of their version of the road."""
    live = Suspension.objects.filter(**(state or {"ended_at": None}))
    wide = live.filter(Q(step="") | Q(step=OuterRef("step")), case=None, flow=OuterRef("case__run__flow"))
    return Q(Exists(live.filter(case=OuterRef("case")))) | Q(Exists(wide))


STANDS_STILL = {"is_still": ExpressionWrapper(is_suspended(), BooleanField())}
"""Whether it is suspended, read with the work item in one statement."""


def stands_still() -> Q:
    """The same as a condition on timers, until the clocks were moved on after its end: they wait and do not fire."""
    # one look into the few orders that hold, asked of each timer: an order by an order that looks into the steps is
    # worked out for every step there is
    there = WorkItem.objects.annotate(key=Cast("pk", CharField())).filter(
        case=OuterRef(OuterRef("case")), key=OuterRef(OuterRef("key")), step=OuterRef("step")
    )
    road = Q(case=None, flow=OuterRef("case__run__flow")) & (Q(step="") | Exists(there))
    return Q(Exists(Suspension.objects.filter(Q(case=OuterRef("case")) | road, settled_at=None)))


def suspension_of(item: WorkItem) -> Suspension | None:
    """The order that holds this step now, of its case before one of its step or road."""
    wide = Q(case=None, flow=item.case.run.flow, step__in=["", item.step])
    rows = Suspension.objects.filter(Q(case=item.case_id) | wide, ended_at=None)
    return rows.select_related("by").order_by("case", "-step").first()


def of_case(case: Case) -> Suspension | None:
    """The order that holds just this case, if any."""
    return Suspension.objects.filter(case=case, ended_at=None).select_related("by").first()


def must_go_on(item: WorkItem) -> None:
    """Raises Suspended, which says who suspended it, why and until when, and who lets it go on.

    An item that was read with `STANDS_STILL` need not be asked about again unless it does.
    """
    if getattr(item, "is_still", True) is False:
        return
    held = suspension_of(item)
    if held is not None:
        raise Suspended(held)


def words_of(held: Suspension) -> Any:
    """谁、为什么、停到哪天."""
    if held.until is None:
        words = _("{who}在 {day} 停办：{reason}。恢复前不能办理。")
    else:
        words = _("{who}在 {day} 停办到 {until}：{reason}。恢复前不能办理。")
    return format_lazy(words, who=held.by.name, day=f"{held.at:%Y-%m-%d}", until=held.until, reason=held.reason)


def who_ends(held: Suspension) -> str:
    """Who may let it go on."""
    return who_may(CASE if held.case_id else ROAD, held.place)
