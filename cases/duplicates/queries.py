"""Earlier aid of one person: what other agencies gave, and what this system paid or has promised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.access.queries import require
from cases.award.earlier import Earlier
from cases.award.facts import ZERO, Claim
from cases.award.models import Award
from cases.calendar import clock
from cases.duplicates import sheets
from cases.duplicates.models import PastGrant, PastGrantImport
from cases.duplicates.rules import Fault, Grant, Sheet, read_sheet
from cases.evidence.models import MaterialFile
from cases.people.models import PayeeAccount
from cases.people.queries import current_account
from cases.people.queries import id_key as _id_key
from cases.programme import programmes

RIGHT, PROVINCE = "past_grants.import", "64"


def earlier_aid(*, id_key: str, programme: str, year: int, besides_case: Any = None) -> Earlier:
    """既往救助: what counts for yearly cap, lifetime cap and repeated claims of one person under one programme (yuan).

    Imported past grants, and payouts of this system that are paid or promised, in the year of their acceptance.
    `claims` are the year's earlier claims: each past grant, then this system's, oldest first. The household's sum is the person's own: no
    register of households is kept. The fund is not looked at: the panel's reservation does that.
    """
    mine = _payouts(id_key, programme, besides_case)
    past = PastGrant.objects.filter(id_key=id_key, programme=programme)
    elsewhere = [Claim(None, grant.amount) for grant in past.filter(year=year).order_by("pk")]
    this_year = _sum(past.filter(year=year)) + _sum(mine.filter(case__accepted_on__year=year))
    return Earlier(
        claims=(*elsewhere, *_claims(mine.filter(case__accepted_on__year=year))),
        this_year=this_year,
        total=_sum(past) + _sum(mine),
        household_this_year=this_year,
    )


MOST_HITS = 20


def same_elsewhere(case: Any) -> dict[str, int]:
    """与其他案卷相同: how many other cases have this account or one of these files, how many other people this phone.

    Counts stop at twenty: more says nothing more.
    """
    account, person = current_account(case), case.patient
    counts = {"account": 0, "phone": 0}
    if account is not None:
        others = PayeeAccount.objects.exclude(case=case).filter(account_key=account.account_key)
        counts["account"] = len(others.values("case").distinct()[:MOST_HITS])
    if person is not None and person.phone_key:
        people = type(person).objects.filter(phone_key=person.phone_key).exclude(pk=person.pk)
        counts["phone"] = len(people.values("pk")[:MOST_HITS])
    mine = MaterialFile.objects.filter(case=case, removed_at=None).values("sha256")
    files = MaterialFile.objects.exclude(case=case).filter(sha256__in=mine)
    return counts | {"file": len(files.values("case").distinct()[:MOST_HITS])}


def _payouts(id_key: str, programme: str, besides_case: Any) -> QuerySet[Any]:
    # money stands above this room: found by name, so that the dependency keeps going one way
    rows = apps.get_model("cases", "Payout")._default_manager.exclude(state="void")
    same = Q(case__patient_key=id_key) | Q(case__patient__id_key=id_key)
    rows = rows.filter(same, case__programme=programme)
    return rows.exclude(case=besides_case) if besides_case is not None else rows


def _sum(rows: QuerySet[Any]) -> Decimal:
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _claims(payouts: QuerySet[Any]) -> Iterable[Claim]:
    granted: dict[int, Decimal] = {}
    for case_id, amount in payouts.order_by("case__accepted_on", "case_id").values_list("case_id", "amount"):
        granted[case_id] = granted.get(case_id, ZERO) + amount
    latest = {row.case_id: row for row in Award.objects.filter(case__in=granted).order_by("pk")}
    for case_id, amount in granted.items():
        worked = latest.get(case_id)
        yield Claim(Decimal(worked.working["self_pay"]) if worked else ZERO, amount)


def imports(viewer: Any) -> list[PastGrantImport]:
    """Accepted spreadsheets of past grants, newest first."""
    require(viewer, RIGHT, PROVINCE)
    return list(PastGrantImport.objects.select_related("by").order_by("-pk")[:100])


def examine(viewer: Any, data: bytes) -> Sheet:
    """试导入: what a spreadsheet says and every fault in it by cell; rows that are stored already are faults. Stores nothing.

    Raises Invalid for a file that is no table.
    """
    require(viewer, RIGHT, PROVINCE)
    sheet = read_sheet(sheets.cells(data), programmes=_programme_names(), today=clock.today())
    stored = _stored(sheet.grants)
    again = [
        Fault(f"A{grant.row}", _("这一笔以前已经导入过。请删去这一行。"))
        for grant in sheet.grants
        if grant_key(grant) in stored
    ]
    return Sheet(sheet.grants, (*sheet.faults, *again))


def grant_key(grant: Grant) -> tuple[str, str, int, Decimal, str]:
    """What makes two past grants the same one."""
    return (_id_key(grant.id_no), grant.programme, grant.year, grant.amount, grant.source)


def _stored(grants: Collection[Grant]) -> set[tuple[str, str, int, Decimal, str]]:
    keys = {_id_key(grant.id_no) for grant in grants}
    rows = PastGrant.objects.filter(id_key__in=keys)
    return set(rows.values_list("id_key", "programme", "year", "amount", "source"))


def _programme_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for one in programmes():
        for language in ("zh-hans", "en"):
            with override(language):
                names[str(one.name)] = one.slug
        names[one.slug] = one.slug
    return names
