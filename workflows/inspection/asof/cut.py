"""The moment before a deed (当时): what the rows of a case were, folded out of its chain up to the transaction of one event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min

from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from cases.money.models import LedgerTransfer
from workflows.models import Decision

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row]]
TABLES = (
    "cases_case", "cases_answer", "cases_material", "cases_materialfile", "cases_hit", "cases_hitdecision",
    "workflows_workitem", "workflows_pause",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Stood:
    """The rows of a case as they stood at some entry of its chain."""

    case: Case
    rows: Rows

    def row(self, table: str, key: Any) -> Row:
        """One row as it stood; empty when it was not there."""
        return self.rows.get(table, {}).get(str(key), {})

    def of(self, table: str) -> Iterable[Row]:
        """The rows of a table in the order of their numbers."""
        found = self.rows.get(table, {})
        return [found[key] for key in sorted(found, key=lambda key: (len(key), key))]


@dataclass(frozen=True, kw_only=True)
class Cut(Stood):
    """一件事之前: the event, the deed's decision if it is one, its time, and the rows of the case as they stood before it."""

    event: Event
    decision: Decision | None
    moment: datetime


def cut_before(case: Case, event: Event) -> Cut:
    """The case before the transaction of an event of its chain.

    All that happens to a case stands under its lock, so the order of the chain is the order of things.
    """
    same = Event.objects.filter(stream=event.stream_id, txid=event.txid)
    deed = list(same.only("seq", "recorded_at", "action", "object_type", "object_id").order_by("seq"))
    made = [one.object_id for one in deed if (one.object_type, one.action) == ("workflows_decision", "row.insert")]
    decision = _decision(case, made)
    moved = [str(one.object_id) for one in deed if one.object_type == LedgerTransfer._meta.db_table]
    first_money = LedgerTransfer.objects.filter(pk__in=moved).aggregate(at=Min("at"))["at"] if moved else None
    times = [deed[0].recorded_at, decision.at if decision else None, first_money]
    moment = min(at for at in times if at is not None)
    return Cut(case=case, rows=fold(case, deed[0].seq), event=event, decision=decision, moment=moment)


def _decision(case: Case, keys: list[str | None]) -> Decision | None:
    rows = Decision.objects.filter(case=case, pk__in=[int(key) for key in keys if key])
    return rows.select_related("actor", "on_behalf_of", "office", "policy", "item", "case__run").order_by("pk").first()


def fold(case: Case, before: int, tables: Iterable[str] = TABLES) -> Rows:
    """The rows of these tables as the row changes of the case's chain add up to, before the entry of that number."""
    changes = Event.objects.filter(
        stream__kind="case", stream__key=str(case.pk), seq__lt=before, object_type__in=list(tables),
        action__in=["row.insert", "row.update", "row.delete"],
    )  # fmt: skip
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for table, key, action, text in changes.order_by("seq").values_list(
        "object_type", "object_id", "action", "payload"
    ):
        rows, payload = found.setdefault(table or "", {}), json.loads(text, parse_float=str)
        if action == "row.delete":
            rows.pop(key or "", None)
        elif action == "row.insert":
            rows[key or ""] = payload
        else:
            rows.setdefault(key or "", {}).update({name: pair[1] for name, pair in payload.items()})
    return found


def event_of(case: Case, decision: Decision) -> Event:
    """The event with which a decision came into being; NotFound when history does not hold it."""
    rows = Event.objects.filter(
        object_type=Decision._meta.db_table, object_id=str(decision.pk), action="row.insert", stream__kind="case",
        stream__key=str(case.pk),
    )  # fmt: skip
    found = rows.first()
    if found is None:
        raise NotFound()
    return found
