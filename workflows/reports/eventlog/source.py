"""Where the logs come from: the cases of a filter, a few at a time, each with its chain as it stood when the export began."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from cases.access.models import Post
from cases.access.queries import visible_cases
from cases.calendar.rules import end_of, start_of
from cases.dossier.models import Case
from cases.history.models import Access, Event, StreamHead
from cases.money.models import BatchLine, Payout
from cases.programme import programmes
from workflows.flow import graph
from workflows.inspection.queries import require_inspection
from workflows.models import Run
from workflows.reports.eventlog.told import Look, Told, Trail

TOGETHER = 50
"""So many cases are read in one go: what a log holds in memory."""


def chosen(viewer: Any, filters: Mapping[str, Any]) -> QuerySet[Case]:
    """选中的案卷: what an inspector may see, by programme, place, state and days of sending; `viewer` None is the machine."""
    if viewer is not None:
        require_inspection(viewer)
    rows = visible_cases(viewer) if viewer is not None else Case.objects.all()
    given = {name: value for name, value in filters.items() if value}
    named = {"programme": "programme", "place": "handling_code__startswith", "state": "state"}
    rows = rows.exclude(number=None).filter(**{named[name]: given[name] for name in named if name in given})
    if "from_day" in given:
        rows = rows.filter(submitted_at__gte=start_of(given["from_day"]))
    if "to_day" in given:
        rows = rows.filter(submitted_at__lte=end_of(given["to_day"]))
    return rows


def trails(cases: QuerySet[Case], *, looks: bool = False) -> Iterator[Trail]:
    """Each case with its chain, oldest case first; with `looks` the reads instead."""
    last = 0
    while True:
        rows = list(cases.filter(pk__gt=last).order_by("pk")[:TOGETHER])
        if not rows:
            return
        yield from _together(rows, looks)
        last = rows[-1].pk


def _together(rows: list[Case], looks: bool) -> Iterator[Trail]:
    keys = {str(case.pk): case for case in rows}
    heads = {
        head.stream.key: head
        for head in StreamHead.objects.select_related("stream").filter(stream__kind="case", stream__key__in=keys)
    }
    flows = dict(Run.objects.filter(case__in=rows).values_list("case_id", "flow"))
    payouts = _payouts(rows) if not looks else {}
    for key, case in keys.items():
        head = heads[key]
        trail = Trail(
            case=case.pk, programme=case.programme, flow=flows.get(case.pk, ""), place=case.handling_code[:6],
            applicant=case.patient_id, seq=head.seq, head=bytes(head.hash).hex(), payouts=payouts.get(case.pk, []),
        )  # fmt: skip
        if looks:
            trail.looks = [_look(row) for row in Access.objects.filter(case_id=case.pk).order_by("recorded_at", "pk")]
        else:
            entries = Event.objects.filter(stream_id=head.stream_id, seq__lte=head.seq).order_by("seq")
            trail.entries = [_told(row) for row in entries]
        yield trail


def _told(row: Event) -> Told:
    return Told(
        row.seq, row.recorded_at, row.action, row.outcome, row.actor, row.acting_role or "", row.acting_office or "",
        row.on_behalf_of, row.object_type or "", row.object_id or "", json.loads(row.payload), bytes(row.hash).hex(),
    )  # fmt: skip


def _look(row: Access) -> Look:
    fields = json.loads(row.fields)["fields"]
    return Look(
        row.pk, row.recorded_at, row.actor, row.acting_role or "", row.acting_office or "", row.action, row.object_type,
        fields, row.purpose or "", bytes(row.hash).hex(),
    )  # fmt: skip


def _payouts(rows: list[Case]) -> dict[int, list[tuple[int, str, str, str]]]:
    batches = defaultdict(list)
    lines = BatchLine.objects.filter(payout__case__in=rows).order_by("pk")
    for payout, number in lines.values_list("payout_id", "batch__number"):
        batches[payout].append(number)
    found = defaultdict(list)
    for one in Payout.objects.filter(case__in=rows).select_related("fund").order_by("pk"):
        found[one.case_id].append((one.pk, one.fund.code, str(one.amount), " ".join(batches[one.pk])))
    return found


def officers() -> frozenset[int]:
    """Every account that has ever held a post."""
    return frozenset(Post.objects.values_list("user_id", flat=True).distinct())


def titles() -> dict[tuple[str, str], str]:
    """(road, step) -> what the exported BPMN calls the step."""
    return {
        (f"{card.slug}/{version}", node.name): str(node.title)
        for card in programmes()
        for version, road in card.roads.items()
        for node in graph(road).nodes
    }
