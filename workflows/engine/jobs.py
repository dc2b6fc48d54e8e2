"""Jobs (自动环节): what the machine does at a step. The order is an outgoing row; the work runs outside every lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.forms import Form
from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.errors import Invalid, Stale
from cases.history.record import record
from cases.outgoing import actions as outgoing
from cases.outgoing import leases, limits
from cases.outgoing.models import Outgoing
from cases.outgoing.rules import NotNow, Retry, Way
from cases.programme import programme
from workflows.engine import incidents
from workflows.models import WorkItem


@dataclass(frozen=True)
class Order:
    """任务单: the case and the step it is for, and the key that stays the same at every try and makes the effect happen once."""

    case: int
    step: str
    key: str


class Declined(Exception):
    """办不成: the work was done and the answer is no. Another try would say the same; the case leaves by `failed`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """结果的格式: what the result of a topic that others fetch must hold, and nothing else; ids and codes, no data of people."""

    form: type[Form]

    def given(self, result: dict[str, Any]) -> dict[str, Any]:
        """The result as it is kept; raises Invalid that names each fault."""
        form = self.form(result)
        faults: dict[str, Any] = {name: _("没有这一项") for name in result if name not in form.fields}
        faults |= {name: " ".join(str(text) for text in texts) for name, texts in form.errors.items()}
        if faults:
            raise Invalid(_("结果的格式不对，请看各字段的说明。"), fields=faults)
        return dict(form.cleaned_data)


known: set[str] = set()
"""The topics whose work somebody does."""
pulled: dict[str, Answer] = {}
"""The topics whose work machines of others fetch, each with the form of its answer."""
Work = Callable[[Order], dict[str, Any] | None]
Over = Callable[..., None]
_over: list[Over] = []
_waits: list[Callable[[], Q]] = []


def wait_while(condition: Callable[[], Q]) -> None:
    """Register a condition on work items under which their work is not begun."""
    _waits.append(condition)


def ends_with(over: Over) -> None:
    """Register the act that stores how a job ended (the engine calls up through this)."""
    _over[:] = [over]


def does(topic: str) -> Callable[[Work], Work]:
    """Register the work of a topic. It takes an order and answers ids and codes for the step's effect, or nothing.

    It may run more than once for one order: whatever it does outside carries the order's key. It raises `Declined` for
    a no; any other error is tried again as the step says, and then an incident.
    """

    def wrap(work: Work) -> Work:
        @outgoing.handles(topic, _retry)
        def run(payload: dict[str, Any], key: str) -> None:
            _do(work, payload, key)

        incidents.names(topic, _named)
        known.add(topic)
        return work

    return wrap


def others_do(topic: str, answer: type[Form]) -> None:
    """Register a topic whose work a partner's machine fetches over HTTP, and the form that its answer must have."""
    pulled[topic] = Answer(answer)
    known.add(topic)
    outgoing.tried(topic, _retry)
    incidents.names(topic, _named)


def ask(item: WorkItem, node: Any, *, flow: str, now: datetime) -> None:
    """下单: store the order in the transaction that reached the step; of one case one job is under way at a time."""
    payload = {"item": item.pk, "case": item.case_id, "flow": flow, "step": item.step}
    outgoing.send(topic=node.does, key=f"job-{item.pk}", payload=payload, now=now, way=_way(item, node))


def _way(item: WorkItem, node: Any) -> Way:
    return Way("pulled" if node.does in pulled else node.queue, node.partner, f"case-{item.case_id}")


def withdraw(item: WorkItem, *, now: datetime) -> None:
    """撤单: the step is over without the work; nobody begins it, and the answer of whoever has it is refused."""
    if outgoing.withdraw(f"job-{item.pk}", now=now):
        record("job.withdrawn", about=("case", item.case_id), object=item, payload={"step": item.step})


def is_ordered(item: WorkItem, topic: str) -> bool:
    """Whether the order of a step is for this work."""
    return Outgoing.objects.filter(key=f"job-{item.pk}", topic=topic).exists()


def carry_over(item: WorkItem, node: Any, *, flow: str) -> None:
    """换版本: the order goes on at the counterpart of its step on another road, in the queue and for the partner that this one names.

    A try that is under way ends where it began; the next one counts against the limit of the new partner.
    """
    payload, way = {"item": item.pk, "case": item.case_id, "flow": flow, "step": item.step}, _way(item, node)
    orders = Outgoing.objects.filter(key=f"job-{item.pk}", done_at=None)
    orders.update(payload=payload, queue=way.queue, partner=way.partner)


def fetch(topic: str, *, area: str, most: int, length: timedelta, by: Any, now: datetime) -> list[Outgoing]:
    """领单: lease the oldest orders of a topic of cases in an area, past the cases and orders that others have in hand.

    A case is locked before its order, as everywhere.
    """
    items = WorkItem.objects.filter(pk=OuterRef("item"), state="open", case__handling_code__startswith=area)
    for condition in _waits:
        items = items.filter(~condition())
    rows = Outgoing.objects.filter(leases.free(now), topic=topic, queue="pulled").annotate(
        item=Cast(KeyTextTransform("item", "payload"), BigIntegerField()),
        of_case=Cast(KeyTextTransform("case", "payload"), BigIntegerField()),
    )
    beside = Outgoing.objects.filter(alone=OuterRef("alone"), done_at=None, lease_until__gt=now).exclude(alone="")
    rows = rows.filter(Exists(items), ~Exists(beside)).order_by("available_at", "id")
    taken: list[Outgoing] = []
    seen: list[int] = []
    while len(taken) < most:
        oldest = dict(rows.exclude(pk__in=seen).values_list("pk", "of_case")[: most - len(taken)])
        if not oldest:
            break
        seen += oldest
        for row in _in_hand(rows, oldest):
            if leases.take(row, _retry(row.payload), length, now=now, by=by) is not None:
                taken.append(row)
            elif not limits.has_room(row.partner, now):
                return taken
    return taken


def _in_hand(rows: QuerySet[Any], orders: dict[int, int]) -> list[Outgoing]:
    """Of these orders, by their cases, those that nobody else has locked."""
    cases = Case.objects.filter(pk__in=orders.values()).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    locked = set(cases.values_list("pk", flat=True))
    return list(rows.filter(pk__in=orders, of_case__in=locked).select_for_update(skip_locked=True, of=("self",)))


def order_of(lease: str, *, topics: list[str], area: str, by: Any) -> Outgoing | None:
    """The order that a lease was once given out for, whoever has it now; of others than its own a machine learns nothing."""
    row = leases.fetched(lease)
    if row is None or row.leased_by_id == by.pk:
        return row
    is_near = Case.objects.filter(pk=row.payload["case"], handling_code__startswith=area).exists()
    return row if row.topic in topics and is_near else None


def _do(work: Work, payload: dict[str, Any], key: str) -> None:
    here = WorkItem.objects.filter(pk=payload["item"], state="open")
    if not here.exists():
        return  # the case has left the step
    if any(here.filter(condition()).exists() for condition in _waits):
        raise NotNow
    try:
        result = work(Order(payload["case"], payload["step"], key)) or {}
    except Declined as no:
        if not may_fail(payload):
            raise
        outcome, result = "failed", {"code": no.code}
    else:
        outcome = "done"
    try:
        _over[0](case=payload["case"], item=payload["item"], outcome=outcome, result=result, key=key, by=None)
    except Stale:
        return  # the step was withdrawn meanwhile: the answer is refused, and the refusal is on record


def may_fail(payload: dict[str, Any]) -> bool:
    """Whether the step of an order has a way out for a lasting no; else that is a fault like others."""
    return "failed" in _node(payload).exits


def _node(payload: dict[str, Any]) -> Any:
    slug, version = payload["flow"].split("/")
    return getattr(programme(slug).roads[version], payload["step"])


def _retry(payload: dict[str, Any]) -> Retry:
    try:
        retry: Retry = _node(payload).retry
    except (LookupError, AttributeError):  # the code has lost the road or the step: the try itself will say so
        return outgoing.ORDINARY
    return retry


def _named(payload: dict[str, Any]) -> tuple[str, str, int | None]:
    return "job", f"{payload['flow']}:{payload['step']}", payload["case"]
