"""The amount worked out again (金额重算): every stored working from its stored facts and policy, against all that was paid by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case as Either
from django.db.models import OuterRef, Subquery, Sum, TextField, When
from django.db.models.functions import Cast

from cases.award.earlier import NONE, Earlier
from cases.award.models import Award
from cases.dossier.models import Case
from cases.duplicates.queries import earlier_aid
from cases.money.models import AID, Payout
from cases.policy.queries import policy_for
from cases.programme import programme
from cases.urgent.models import UrgentAid
from cases.urgent.rules import CONFIRMATION
from workflows.inspection.checks.check import Found
from workflows.models import MeetingItem

SEALED = {"facts_kept": "facts", "earlier_kept": "earlier"}
"""What is opened award by award: one that does not open is a hit and stops nothing."""
FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What stored facts that nobody can read bring about."""


def differs(lo: int, hi: int, today: date) -> Iterator[Found]:
    """金额不符, a case at a time, the first thing that is wrong with it; each award is calculated anew."""
    last: dict[int, Award] = {}
    sealed = {name: Cast(column, TextField()) for name, column in SEALED.items()}
    rows = Award.objects.filter(case__gt=lo, case__lte=hi).defer(*SEALED.values(), "working").annotate(**sealed)
    for row in rows.select_related("case").order_by("case", "pk"):
        last[row.case_id] = row
        yield from _worked_out(row)
    yield from _of_the_case(last)
    yield from _of_the_panel(lo, hi)
    yield from _of_payouts(last, lo, hi)


def _worked_out(row: Award) -> Iterator[Found]:
    told = {"award": row.pk, "stored": str(row.amount)}
    try:
        kept = _opened(row, "earlier_kept")
        counted = _count(row, Earlier.from_json(kept) if kept else NONE)
        if counted != row.amount and not kept:
            counted = _count(row, _earlier(row.case))
    except FAULTS:
        yield _found(row.case_id, f"{row.pk}:working", row, "unreadable", told)
        return
    if counted != row.amount:
        yield _found(row.case_id, f"{row.pk}:working", row, "working", told | {"counted": str(counted)})


def _count(row: Award, earlier: Earlier) -> Decimal:
    return programme(row.case.programme).award(_opened(row, "facts_kept"), policy_for(row.policy_id), earlier).amount


def _opened(row: Award, name: str) -> Any:
    column: Any = Award._meta.get_field(SEALED[name])
    return column.from_db_value(getattr(row, name), None, connection)


def _earlier(case: Case) -> Earlier:
    """What the person had before, as far as it is known now: asked for an old award alone, which kept none, and only where the amount without it is another."""
    key = case.patient.id_key if case.patient else case.patient_key
    year = case.accepted_on.year if case.accepted_on else 0
    return earlier_aid(id_key=key, programme=case.programme, year=year, besides_case=case)


def _of_the_case(last: dict[int, Award]) -> Iterator[Found]:
    for pk, row in last.items():
        if row.case.award is not None and row.case.award != row.amount:
            yield _found(pk, f"{pk}:case", row, "case", {"amount": str(row.case.award), "stored": str(row.amount)})


def _of_the_panel(lo: int, hi: int) -> Iterator[Found]:
    before = (
        Award.objects.filter(case=OuterRef("case"), at__lte=OuterRef("decided_at")).order_by("-pk").values("amount")[:1]
    )
    ahead = UrgentAid.objects.filter(case=OuterRef("case")).values("amount")[:1]
    stored = Either(When(work_item__step=CONFIRMATION, then=Subquery(ahead)), default=Subquery(before))
    items = MeetingItem.objects.filter(case__gt=lo, case__lte=hi, outcome="agree").annotate(stored=stored)
    for pk, case, amount, stored in items.values_list("pk", "case", "amount", "stored"):
        if stored is not None and amount != stored:
            rows: list[list[Any]] = [["workflows_meetingitem", pk]]
            facts = {"kind": "panel", "amount": str(amount), "stored": str(stored)}
            yield Found(place=case, case_id=case, subject=f"{pk}:panel", rows=rows, facts=facts)


def _of_payouts(last: dict[int, Award], lo: int, hi: int) -> Iterator[Found]:
    live = Payout.objects.filter(case__gt=lo, case__lte=hi, kind=AID).exclude(state="void")
    sums = dict(live.values_list("case").annotate(sum=Sum("amount")).values_list("case", "sum"))
    over = {pk: amount for pk, amount in sums.items() if pk in last and amount > last[pk].amount}
    keys: dict[int, list[int]] = defaultdict(list)
    for pk, case in live.filter(case__in=over).order_by("pk").values_list("pk", "case"):
        keys[case].append(pk)
    for pk, amount in over.items():
        found = _found(pk, f"{pk}:paid", last[pk], "paid", {"amount": str(amount), "stored": str(last[pk].amount)})
        found["rows"] += [["cases_payout", key] for key in keys[pk]]
        yield found


def _found(case: int, subject: str, row: Award, kind: str, facts: dict[str, Any]) -> Found:
    rows: list[list[Any]] = [["cases_award", row.pk]]
    return Found(place=case, case_id=case, subject=subject, rows=rows, facts={"kind": kind, **facts})
