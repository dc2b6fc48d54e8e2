"""Earlier aid of one person: what other agencies gave, and what this system paid or has promised."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.access.queries import require
from cases.award.earlier import Earlier
from cases.award.facts import ZERO, Claim
from cases.award.models import Award
from cases.calendar import clock
from cases.duplicates.models import CaseTrace, PastGrant, PastGrantImport
from cases.duplicates.rules import Grant, Sheet, read_sheet
from cases.evidence.models import MaterialFile
from cases.people.models import PayeeAccount, Person
from cases.people.queries import id_key as _id_key
from cases.people.rules import INSTITUTION
from cases.programme import programmes
from cases.sheets import Fault, grid

RIGHT, PROVINCE = "past_grants.import", "64"


@dataclass(frozen=True, slots=True)
class Aid:
    """One earlier grant as people read it: year, programme, who gave it, yuan."""

    year: int
    programme: Any
    source: Any
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose earlier aid is asked for: a person by the key of the ID number, under one programme, in one year."""

    id_key: str
    programme: str
    year: int
    besides: int | None = None


def earlier_aid(*, id_key: str, programme: str, year: int, besides_case: Any = None) -> Earlier:
    """既往救助: what counts for yearly cap, lifetime cap and repeated claims of one person under one programme (yuan).

    Imported past grants, and aid of this system that is paid or promised, in the year of its acceptance; a fee is none.
    `claims` are the year's earlier claims: each past grant, then this system's, oldest first. The household is who lives at
    the address of the case besides: without a case it is the person alone. The fund is not looked at: the panel's
    reservation does that.
    """
    return earlier_aids([Asked(id_key, programme, year, getattr(besides_case, "pk", None))])[0]


def earlier_aids(asked: Sequence[Asked]) -> list[Earlier]:
    """The same for many, in their order; four questions for all of them."""
    keys, slugs = {one.id_key for one in asked}, {one.programme for one in asked}
    past = PastGrant.objects.filter(id_key__in=keys, programme__in=slugs).order_by("pk")
    elsewhere = list(past.values_list("id_key", "programme", "year", "amount"))
    traces = CaseTrace.objects.filter(case__in=[one.besides for one in asked if one.besides])
    homes = dict(traces.exclude(household_key="").values_list("case_id", "household_key"))
    here = [Given(*row) for row in _payouts(keys, slugs, set(homes.values()))]
    latest = {row.case_id: row for row in Award.objects.filter(case__in={row.case for row in here}).order_by("pk")}
    costs = {case: Decimal(row.working["self_pay"]) for case, row in latest.items()}
    return [_earlier(one, elsewhere, here, costs, homes.get(one.besides or 0, "")) for one in asked]


class Given(NamedTuple):
    """One payout of this system, with whose case it is and where he lives."""

    case: int
    amount: Decimal
    programme: str
    key: str
    person: str | None
    home: str | None
    accepted: date | None


def _earlier(
    one: Asked, elsewhere: list[Any], here: list[Given], costs: Mapping[int, Decimal], home: str
) -> Earlier:  # fmt: skip
    past = [(year, amount) for key, slug, year, amount in elsewhere if (key, slug) == (one.id_key, one.programme)]
    granted: dict[int, Decimal] = {}
    total, others = sum((amount for _year, amount in past), ZERO), ZERO
    for row in here:
        if row.programme != one.programme or row.case == one.besides:
            continue
        is_this_year = row.accepted is not None and row.accepted.year == one.year
        if one.id_key in (row.key, row.person):
            total += row.amount
            if is_this_year:
                granted[row.case] = granted.get(row.case, ZERO) + row.amount
        elif home and row.home == home and is_this_year:
            others += row.amount
    claims = [Claim(None, amount) for year, amount in past if year == one.year]
    this_year = sum((claim.granted for claim in claims), ZERO) + sum(granted.values(), ZERO)
    return Earlier(
        claims=(*claims, *(Claim(costs.get(case, ZERO), amount) for case, amount in granted.items())),
        this_year=this_year,
        total=total,
        household_this_year=this_year + others,
    )


def _payouts(keys: Collection[str], slugs: Collection[str], homes: Collection[str]) -> QuerySet[Any, Any]:
    # money stands above this room: found by name, so that the dependency keeps going one way
    rows: QuerySet[Any] = apps.get_model("cases", "Payout")._default_manager.filter(kind="aid").exclude(state="void")
    same = Q(case__patient_key__in=keys) | Q(case__patient__id_key__in=keys)
    if homes:
        same |= Q(case__trace__household_key__in=homes)
    rows = rows.filter(same, case__programme__in=slugs).order_by("case__accepted_on", "case_id")
    told = ("case__programme", "case__patient_key", "case__patient__id_key", "case__trace__household_key")
    return rows.values_list("case_id", "amount", *told, "case__accepted_on")


def aid_had(case: Any) -> list[Aid]:
    """既往救助: what the person of a case had before or has been promised, under any programme, latest year first."""
    keys = {case.patient_key, case.patient.id_key if case.patient else ""} - {""}
    cards = {card.slug: card.name for card in programmes()}
    past = [
        Aid(row.year, cards.get(row.programme, row.programme), row.source, row.amount)
        for row in PastGrant.objects.filter(id_key__in=keys)
    ]
    here = [
        Aid(row.accepted.year, cards[row.programme], _("本系统"), row.amount)
        for row in map(Given._make, _payouts(keys, list(cards), ()))
        if row.case != case.pk and row.accepted is not None
    ]
    return sorted((*past, *here), key=lambda aid: -aid.year)[:MOST_HITS]


MOST_HITS = 20


def same_elsewhere(case: Any) -> dict[str, int]:
    """与其他案卷相同: how many other cases have this account or one of these files, how many other people this phone.

    Counts stop at twenty: more says nothing more.
    """
    return same_elsewhere_of([case])[case.pk]


def same_elsewhere_of(cases: Collection[Any]) -> dict[int, dict[str, int]]:
    """The same for many cases, by their ids; three questions for all of them."""
    accounts, files = PayeeAccount.objects.filter(case__in=cases), MaterialFile.objects.filter(case__in=cases)
    live = accounts.filter(replaced_at=None).exclude(relation=INSTITUTION).values("account_key")
    given = PayeeAccount.objects.filter(account_key__in=live)
    account = _shared(cases, given.values_list("account_key", "case_id", "replaced_at"))
    papers = MaterialFile.objects.filter(sha256__in=files.filter(removed_at=None).values("sha256"))
    file = _shared(cases, papers.values_list("sha256", "case_id", "removed_at"))
    phones = {case.patient.phone_key for case in cases if case.patient and case.patient.phone_key}
    people: dict[str, set[int]] = {}
    for key, pk in Person.objects.filter(phone_key__in=phones).values_list("phone_key", "pk") if phones else ():
        people.setdefault(str(key), set()).add(pk)
    return {
        case.pk: {
            "account": account[case.pk],
            "phone": min(MOST_HITS, len(people.get(case.patient.phone_key or "", set()) - {case.patient_id}))
            if case.patient
            else 0,
            "file": file[case.pk],
        }
        for case in cases
    }


def _shared(cases: Collection[Any], rows: Iterable[tuple[str, int, Any]]) -> dict[int, int]:
    """Of each case, how many others have something that it has now; `rows` are the thing, the case, and since when it is gone."""
    having: dict[str, set[int]] = {}
    own: dict[int, set[str]] = {case.pk: set() for case in cases}
    for key, case, gone in rows:
        having.setdefault(key, set()).add(case)
        if gone is None and case in own:
            own[case].add(key)
    return {
        case: min(MOST_HITS, len(set[int]().union(*(having[key] for key in keys)) - {case}))
        for case, keys in own.items()
    }


def imports(viewer: Any) -> list[PastGrantImport]:
    """Accepted spreadsheets of past grants, newest first."""
    require(viewer, RIGHT, PROVINCE)
    return list(PastGrantImport.objects.select_related("by").order_by("-pk")[:100])


def examine(viewer: Any, data: bytes) -> Sheet:
    """试导入: what a spreadsheet says and every fault in it by cell; rows that are stored already are faults. Stores nothing.

    Raises Invalid for a file that is no table.
    """
    require(viewer, RIGHT, PROVINCE)
    sheet = read_sheet(grid(data), programmes=_programme_names(), today=clock.today())
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
