"""Cases by any fact (按事实查): what each filter of the search asks of a case, as a condition; none of them counts anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast

from cases.access.queries import Today
from cases.calendar.rules import end_of, start_of
from cases.dossier.queries import IsSuspended
from cases.duplicates.models import Hit
from cases.history.models import Access, Event
from cases.money.models import BatchLine, Payout
from cases.providers.models import ClaimLine, Permit
from cases.stock.models import Fitting, Referral
from cases.urgent.models import UrgentAid
from workflows.inspection.rules import LOOKS
from workflows.inspection.timeline import event_of, look_of
from workflows.models import Decision, Pause, WorkItem

HERE = OuterRef("pk")
ALIVE = ("open", "claimed")


def wanted(filters: Mapping[str, Any]) -> Q:
    """All that was asked for; what was left empty asks nothing."""
    given = {name: value for name, value in filters.items() if value not in (None, "", False)}
    asked = Q()
    for name, value in given.items():
        if name in PLAIN:
            asked &= Q(**{PLAIN[name]: value})
        elif name in FACTS:
            asked &= FACTS[name](value)
    return asked & _decided(given) & _handled(given) & _happened(given)


PLAIN = {
    "state": "state", "place": "handling_code__startswith", "programme": "programme", "amount_from": "award__gte",
    "amount_to": "award__lte", "policy": "policy__number",
}  # fmt: skip


def _decided(given: Mapping[str, Any]) -> Q:
    """One decision with this outcome and this reason: both of the same one."""
    rows = Decision.objects.filter(case=HERE)
    if outcome := given.get("outcome"):
        rows = rows.filter(outcome=outcome)
    if reason := given.get("reason"):
        rows = rows.filter(reasons__contains=[reason.upper()])
    return Q(Exists(rows)) if outcome or reason else Q()


def _handled(given: Mapping[str, Any]) -> Q:
    """Somebody, or an office, decided in the case; a person also by holding one of its steps."""
    asked = Q()
    if person := given.get("person"):
        made = Decision.objects.filter(Q(actor__username=person) | Q(on_behalf_of__username=person), case=HERE)
        asked &= Q(Exists(made)) | Q(Exists(WorkItem.objects.filter(case=HERE, holder__username=person)))
    if office := given.get("office"):
        asked &= Q(Exists(Decision.objects.filter(case=HERE, office=office)))
    return asked


def _happened(given: Mapping[str, Any]) -> Q:
    """Something of a kind happened to the case between two days, both counted; each of the three may be missing."""
    kind, since, until = given.get("kind", ""), given.get("kind_from"), given.get("kind_to")
    if not (kind or since or until):
        return Q()
    time = Q()
    if since:
        time &= Q(recorded_at__gte=start_of(since))
    if until:
        time &= Q(recorded_at__lte=end_of(until))
    if kind in LOOKS:
        return Q(Exists(Access.objects.filter(time, look_of(kind), case_id=HERE)))
    return Q(Exists(_events().filter(time, event_of(kind) if kind else Q())))


def _events() -> Any:
    return Event.objects.filter(stream__kind="case", stream__key=Cast(HERE, CharField()))


def _submitted_from(day: date) -> Q:
    return Q(submitted_at__gte=start_of(day))


def _submitted_to(day: date) -> Q:
    return Q(submitted_at__lte=end_of(day))


def _overdue(_yes: Any) -> Q:
    """超期: a step of an office that is past its day now, or was done after it."""
    items = WorkItem.objects.filter(case=HERE, kind="human", due_on__isnull=False)
    late = Q(state__in=ALIVE, due_on__lt=Today()) | Q(state="done", done_at__date__gt=F("due_on"))
    return Q(Exists(items.filter(late)))


def _paused(_yes: Any) -> Q:
    """中止或停办中."""
    return Q(Exists(Pause.objects.filter(item__case=HERE, ends_on=None))) | Q(IsSuspended("pk"))


def _provider(pk: Any) -> Q:
    return (
        Q(Exists(Permit.objects.filter(case=HERE, provider=pk)))
        | Q(Exists(ClaimLine.objects.filter(case=HERE, claim__provider=pk)))
        | Q(Exists(Fitting.objects.filter(case=HERE, provider=pk)))
        | Q(Exists(Referral.objects.filter(case=HERE, provider=pk)))
    )


FACTS: dict[str, Callable[[Any], Q]] = {
    "number": lambda value: Q(number__startswith=value.upper()),
    "from_day": _submitted_from,
    "to_day": _submitted_to,
    "overdue": _overdue,
    "paused": _paused,
    "urgent": lambda _yes: Q(Exists(UrgentAid.objects.filter(case=HERE))),
    "refused": lambda _yes: Q(Exists(_events().filter(outcome="denied"))),
    "fund": lambda pk: Q(Exists(Payout.objects.filter(case=HERE, fund=pk))),
    "batch": lambda number: Q(Exists(BatchLine.objects.filter(payout__case=HERE, included=True, batch__number=number))),
    "provider": _provider,
    "device": lambda serial: Q(Exists(Fitting.objects.filter(case=HERE, device__serial=serial))),
    "duplicate": lambda kind: Q(
        Exists(Hit.objects.filter(Q(kind=kind) if kind != "any" else Q(), case=HERE, gone_at=None))
    ),
}
