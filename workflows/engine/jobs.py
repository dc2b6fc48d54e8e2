"""Jobs (自动环节): what the machine does at a step. The order is an outgoing row; the work runs outside every lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from cases.outgoing import actions as outgoing
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
        return work

    return wrap


def ask(item: WorkItem, node: Any, *, flow: str, now: datetime) -> None:
    """下单: store the order in the transaction that reached the step; of one case one job is under way at a time."""
    payload = {"item": item.pk, "case": item.case_id, "flow": flow, "step": item.step}
    way = Way(node.queue, node.partner, f"case-{item.case_id}")
    outgoing.send(topic=node.does, key=f"job-{item.pk}", payload=payload, now=now, way=way)


def _do(work: Work, payload: dict[str, Any], key: str) -> None:
    here = WorkItem.objects.filter(pk=payload["item"], state="open")
    if not here.exists():
        return  # the case has left the step
    if any(here.filter(condition()).exists() for condition in _waits):
        raise NotNow
    try:
        result = work(Order(payload["case"], payload["step"], key)) or {}
    except Declined as no:
        if "failed" not in _node(payload).exits:
            raise
        _over[0](item=payload["item"], outcome="failed", result={"code": no.code}, key=key, by=None)
    else:
        _over[0](item=payload["item"], outcome="done", result=result, key=key, by=None)


def _node(payload: dict[str, Any]) -> Any:
    slug, version = payload["flow"].split("/")
    return getattr(programme(slug).roads[version], payload["step"])


def _retry(payload: dict[str, Any]) -> Retry:
    retry: Retry = _node(payload).retry
    return retry


def _named(payload: dict[str, Any]) -> tuple[str, str, int | None]:
    return "job", f"{payload['flow']}:{payload['step']}", payload["case"]
