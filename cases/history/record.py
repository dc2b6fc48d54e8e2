"""The one Python door into history, and the one boundary where a thing a person does becomes a transaction."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar, cast

import structlog
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal, Stale, Unrecorded
from cases.history import unit, watch
from cases.text import in_chinese

log = structlog.get_logger(__name__)
F = TypeVar("F", bound=Callable[..., Any])

request_id: ContextVar[str] = ContextVar("relief_request_id", default="")
keeping: ContextVar[tuple[str, Callable[[Any], None]] | None] = ContextVar("relief_keeping", default=None)
"""The name of an act and what is to be stored of its answer in the same transaction (a request that may come twice)."""
_open: ContextVar[Act | None] = ContextVar("relief_open_act", default=None)

LOCK_TIMEOUT = "3s"


@dataclass
class Act:
    """一次办理: who acts, as what, and the one time that all its rules use. `role` and `office` may be set by the action.

    `after` runs once the transaction has committed; `held` keeps what the act has locked.
    """

    name: str
    by: Any
    now: datetime
    role: str = ""
    office: str = ""
    on_behalf_of: Any = None
    about: tuple[str, str] = ("", "")
    after: list[Callable[[], None]] = field(default_factory=list)
    held: dict[Any, Any] = field(default_factory=dict)

    def as_(self, *, role: str, office: str) -> None:
        """State in which post the person acts; row changes from here on carry it."""
        if (role, office) != (self.role, self.office):
            self.role, self.office = role, office
            unit.send(
                "SELECT set_config('relief.role', %s, true), set_config('relief.office', %s, true)", [role, office]
            )


def current() -> Act | None:
    """The open act of this thread, if any."""
    return _open.get()


def _tell_database(act: Act) -> None:
    unit.send(
        "SELECT set_config('relief.actor', %s, true), set_config('relief.actor_kind', %s, true), "
        "set_config('relief.role', %s, true), set_config('relief.office', %s, true), "
        "set_config('relief.request', %s, true), set_config('lock_timeout', %s, true)",
        [_id(act.by), _kind(act.by), act.role, act.office, request_id.get(), LOCK_TIMEOUT],
    )


def _id(person: Any) -> str:
    return str(person.pk) if person is not None and getattr(person, "pk", None) else ""


def _kind(person: Any) -> str:
    return "user" if _id(person) else "system"


def canonical(payload: dict[str, Any]) -> str:
    """The bytes that are hashed: sorted keys, no spaces, amounts and dates as text."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


APPEND = f"SELECT history_append({','.join(['%s'] * 15)})"
LOOK = f"SELECT set_config('lock_timeout', %s, true), history_access({','.join(['%s'] * 10)})"
STATED = {"INS": "inspection"}
"""Roles whose every look bears a purpose, with the one that stands where a page asked for none."""


def record(
    action: str,
    *,
    about: tuple[str, Any],
    object: Any = None,
    payload: dict[str, Any] | None = None,
    happened_on: date | None = None,
    purpose: str | None = None,
    outcome: str = "ok",
    by: Any = None,
) -> None:
    """留痕: append one event to the chain `about` = (kind, key), e.g. ("case", case.pk).

    Sensitive values never go into `payload`: give `cases.sealed.commitment_of(value)`. Goes with the other writes of the
    open act and fails with it. `happened_on` is the business day when it differs from today, never later.
    """
    unit.send(APPEND, _event(action, about, object, payload, happened_on, purpose, outcome, by))


def recorded(action: str, *, about: tuple[str, Any], object: Any = None, payload: Any = None, by: Any = None) -> int:
    """留痕 as `record` does it, at once, for an event that a row names; answers the event's id."""
    with connection.cursor() as cursor:
        cursor.execute(APPEND, _event(action, about, object, payload, None, None, "ok", by))
        return int(cursor.fetchone()[0])


def _event(
    action: str,
    about: tuple[str, Any],
    object: Any,
    payload: Any,
    happened_on: Any,
    purpose: Any,
    outcome: str,
    by: Any,
) -> list[Any]:
    act = _open.get()
    actor = by if by is not None else (act.by if act else None)
    return [
        about[0],
        str(about[1]),
        action,
        outcome,
        object._meta.db_table if object is not None else None,
        str(object.pk) if object is not None else None,
        canonical(payload or {}),
        happened_on,
        purpose,
        _id(actor) or None,
        _kind(actor),
        (act.role if act else "") or None,
        (act.office if act else "") or None,
        _id(act.on_behalf_of) or None if act else None,
        request_id.get() or None,
    ]


def record_access(
    action: str,
    *,
    object: Any,
    fields: list[str],
    by: Any,
    case_id: int | None = None,
    purpose: Any = "",
    role: str = "",
    office: str = "",
) -> None:
    """查阅留痕: store who is about to see which sensitive fields, in its own short transaction, before the bytes leave.

    A purpose of our own words is kept in Chinese, whatever language its page was in, and read in the reader's. Raises
    Unrecorded when it cannot be stored within seconds: then nothing is shown.
    """
    given = [
        action, object._meta.db_table, str(object.pk), case_id, canonical({"fields": sorted(fields)}),
        in_chinese(purpose) or STATED.get(role) or None, _id(by) or None, role or None, office or None,
        request_id.get() or None,
    ]  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOOK, [LOCK_TIMEOUT, *given])
    except DatabaseError as error:
        log.error("a look could not be recorded, nothing was shown", fault=type(error).__name__)
        raise Unrecorded from error


def action(name: str, *, about: str = "case") -> Callable[[F], F]:
    """Make a function of `actions.py` one thing a person does: one durable transaction, one time, one refusal boundary.

    The function takes keywords only, `by=` among them, and gets `now=` from the database clock unless given. A `Refusal`
    rolls everything back and is then recorded, with the chain of the `about` argument when that was given. Called inside
    another action it joins it.
    """

    def wrap(function: F) -> F:
        @functools.wraps(function)
        def run(**kwargs: Any) -> Any:
            outer = _open.get()
            if outer is not None:
                kwargs.setdefault("now", outer.now)
                return function(**kwargs)
            with (
                _watched(name),
                refusals_recorded(name, by=kwargs.get("by"), about=_about(kwargs, about)),
                transaction.atomic(durable=True),
                _acting(name, kwargs) as act,
            ):
                kwargs["now"] = act.now
                answer = function(**kwargs)
                kept = keeping.get()
                if kept is not None and kept[0] == name:
                    kept[1](answer)
            for later in act.after:
                later()
            return answer

        run.action_name = name  # type: ignore[attr-defined]
        return cast(F, run)

    return wrap


@contextmanager
def in_background(job: str, key: str) -> Iterator[None]:
    """后台办理: lines and events of a worker's job or a pass of the clock carry one id, as those of a request do."""
    token = request_id.set(key[:40])
    try:
        with structlog.contextvars.bound_contextvars(request_id=key[:40], job=job):
            yield
    finally:
        request_id.reset(token)
        structlog.contextvars.unbind_contextvars("case", "number")


@contextmanager
def _watched(name: str) -> Iterator[None]:
    """Tell the watchers how an outermost act ended and how long it took, its commit included."""
    began, outcome = time.perf_counter(), "error"
    try:
        yield
        outcome = "ok"
    except Refusal:
        outcome = "denied"
        raise
    finally:
        watch.acted(name, outcome, time.perf_counter() - began)


def _about(kwargs: dict[str, Any], kind: str) -> tuple[str, str]:
    target = kwargs.get(kind) or getattr(kwargs.get("item"), f"{kind}_id", None)
    pk = getattr(target, "pk", target)
    return (kind, str(pk)) if pk else ("", "")


@contextmanager
def _acting(name: str, kwargs: dict[str, Any]) -> Iterator[Act]:
    from cases.calendar import clock
    from cases.calendar.queries import told

    with unit.opened() as writes:
        act = Act(name=name, by=kwargs.get("by"), now=kwargs.get("now"))  # type: ignore[arg-type]
        _tell_database(act)
        edition = None
        if act.now is None:
            act.now, edition = clock.now_and_calendar()
        token = _open.set(act)
        try:
            with told(edition):
                yield act
            writes.flush()
        finally:
            _open.reset(token)


@contextmanager
def refusals_recorded(name: str, *, by: Any, about: tuple[str, str] = ("", "")) -> Iterator[None]:
    """The one boundary where a refused try is stored, after the rollback of what was tried."""
    try:
        yield
    except Refusal as refusal:
        _refused(name, by, about, refusal)
        raise
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != "55P03":  # lock_not_available
            raise
        busy = Stale(_("别人正在办理这一件，请稍等几秒再试。您填写的内容还在。"))
        _refused(name, by, about, busy)
        raise busy from error
    except IntegrityError as error:  # what the rules had allowed changed under the hand: somebody's act, or midnight
        guard = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        log.error("the database refused what the rules allowed", act=name, guard=guard)
        crossed = Stale(_("和刚发生的变化碰到了一起，没有保存。请刷新页面看一遍，再试一次。"), code="crossed")
        _refused(name, by, about, crossed)
        raise crossed from error


def _refused(name: str, by: Any, about: tuple[str, str], refusal: Refusal) -> None:
    if getattr(refusal, "recorded", False):
        return
    where = about if about[0] else ("account", _id(by) or "anonymous")
    with transaction.atomic():
        record(name, about=where, outcome="denied", payload={"code": refusal.code, "status": refusal.status}, by=by)
    refusal.recorded = True  # type: ignore[attr-defined]
    watch.refused(name, refusal.code)
