"""Find what is there twice (查找): keyed marks of cases against each other, many cases with a fixed number of questions; writes nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.duplicates.match import Side, compare
from cases.duplicates.models import AgencyList, AgencyMatch, CaseTrace
from cases.duplicates.shipped import LOOK, OFF, SECTION, SEVERE, THRESHOLD
from cases.errors import Refusal
from cases.policy.queries import policy_of
from cases.policy.rules import Policy

ENDED_WITHOUT = ("DRAFT", "NOT_ACCEPTED", "NOT_TREATED", "REJECTED", "WITHDRAWN", "LAPSED", "TERMINATED")
"""States in which nothing is asked for or given: such a case takes nothing from another."""
UNSAID = {"account": 2, "phone": 5}
MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """一处命中 as it stands now: its kind, what it is about, the other case or the entry of a list, and how sure it is."""

    kind: str
    subject: str
    severity: str
    score: int
    reasons: tuple[str, ...]
    fingerprint: str
    other: int | None = None
    listed: int | None = None


def marks_of(trace: CaseTrace) -> Side:
    """比对的一方 of a stored trace."""
    names = ("glyphs", "sounds", "births", "phones", "accounts", "home")
    return Side(trace.id_key, trace.name_key, **{name: frozenset(getattr(trace, name)) for name in names})


def severity_of(policy: Policy | None, kind: str) -> str:
    """What the policy says a finding of this kind does; unsaid is shown and holds up nothing."""
    said = policy.setting(SECTION, kind, "severity", LOOK) if policy is not None else LOOK
    return said if said in (SEVERE, LOOK, OFF) else LOOK


def findings_of(cases: Sequence[Case]) -> dict[int, list[Finding]]:
    """查重: what is found of each of these cases now, by their ids, the severe first; the same questions for one as for thirty."""
    own = CaseTrace.objects.in_bulk([case.pk for case in cases])
    near = _near(list(own))
    others = CaseTrace.objects.filter(pk__in={pk for found in near.values() for pk in found}).select_related("case")
    traces = {trace.pk: trace for trace in others}
    listed = _listed(cases)
    policies: dict[Any, Policy | None] = {}
    found: dict[int, list[Finding]] = {}
    for case in cases:
        key = (case.policy_id, case.programme)
        if key not in policies:
            policies[key] = _policy(case)
        policy, trace = policies[key], own.get(case.pk)
        rows = list(_on_lists(listed.get(case.pk, ()), policy))
        if trace is not None:
            rows += _of_case(case, trace, [traces[pk] for pk in sorted(near.get(case.pk, ())) if pk in traces], policy)
        rows = [row for row in rows if row.severity != OFF]
        found[case.pk] = sorted(rows, key=lambda row: (row.severity != SEVERE, -row.score, row.kind, row.subject))
    return found


def _policy(case: Case) -> Policy | None:
    try:
        return policy_of(case)
    except Refusal:
        return None


def _near(pks: Collection[int]) -> dict[int, set[int]]:
    """Cases that share anything worth comparing: each way of sharing goes by its own index."""
    ways = (
        "b.id_key = a.id_key", "b.phones && a.phones", "b.accounts && a.accounts",
        "b.births && a.births AND (b.sounds && a.sounds OR b.glyphs && a.glyphs)",
        "b.household_key = a.household_key AND a.household_key <> ''",
    )  # fmt: skip
    one = "SELECT a.case_id, b.case_id FROM cases_casetrace a JOIN cases_casetrace b ON b.case_id <> a.case_id AND {} WHERE a.case_id = ANY(%s)"
    near: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(one.format(way) for way in ways), [list(pks)] * len(ways))
        for case, other in cursor.fetchall():
            near[case].add(other)
    return near


def _of_case(case: Case, trace: CaseTrace, near: list[CaseTrace], policy: Policy | None) -> Iterable[Finding]:
    side = marks_of(trace)
    live = [one for one in near if one.case.state not in ENDED_WITHOUT]
    least = _least(policy)
    for other in live:
        match = compare(side, marks_of(other))
        same_year = _year(case) == _year(other.case)
        if other.id_key == trace.id_key:
            if other.case.programme == case.programme and same_year:
                yield _pair("person", trace, other, policy, 100, ("id",))
        elif match.score >= least:
            yield _pair("similar", trace, other, policy, match.score, match.reasons)
        elif trace.household_key and other.household_key == trace.household_key and same_year:
            yield _pair("household", trace, other, policy, match.score, ("home",))
    yield from _shared(trace, live, policy)


def _least(policy: Policy | None) -> int:
    return int(policy.setting(SECTION, "similar", "score", THRESHOLD)) if policy is not None else THRESHOLD


def least_score(case: Case) -> int:
    """From which score somebody is probably the person of this case, by its policy."""
    return _least(_policy(case))


def _year(case: Case) -> int:
    return local_day(case.submitted_at or case.created_at).year


def _pair(kind: str, one: CaseTrace, other: CaseTrace, policy: Any, score: int, reasons: tuple[str, ...]) -> Finding:
    sides = sorted(str(marks_sorted(trace)) for trace in (one, other))  # one print, from whichever side it is seen
    print_ = fingerprint(kind, *sides)
    return Finding(kind, f"case:{other.pk}", severity_of(policy, kind), score, reasons, print_, other=other.pk)


def _shared(trace: CaseTrace, near: list[CaseTrace], policy: Any) -> Iterable[Finding]:
    """One account for too many people, one phone in too many cases: one finding over all of them."""
    limit = {kind: _count(policy, kind) for kind in UNSAID}
    with_account = [one for one in near if set(one.accounts) & set(trace.accounts)]
    people = {one.id_key for one in with_account} | {trace.id_key}
    if len(people) > limit["account"]:
        yield _group("account", trace, with_account, policy)
    with_phone = [one for one in near if set(one.phones) & set(trace.phones)]
    if len(with_phone) + 1 > limit["phone"]:
        yield _group("phone", trace, with_phone, policy)


def _count(policy: Policy | None, kind: str) -> int:
    return int(policy.setting(SECTION, kind, "count", UNSAID[kind])) if policy is not None else UNSAID[kind]


def _group(kind: str, trace: CaseTrace, others: list[CaseTrace], policy: Any) -> Finding:
    told = [str(sorted(getattr(trace, f"{kind}s"))), *(str(one.pk) for one in others[:MOST_OTHERS])]
    return Finding(kind, kind, severity_of(policy, kind), min(100, len(others) + 1), (kind,), fingerprint(kind, *told))


def marks_sorted(trace: CaseTrace) -> list[Any]:
    """What of one side a fingerprint stands for, in an order of its own."""
    names = ("glyphs", "births", "phones", "accounts", "home")
    return [trace.id_key, trace.household_key, *(sorted(getattr(trace, name)) for name in names)]


def fingerprint(*parts: str) -> str:
    """指纹 of what was compared: another one, and a decision no longer counts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _listed(cases: Collection[Case]) -> Mapping[int, list[AgencyMatch]]:
    """Matches of each case on the newest list of each agency; of older lists nothing counts any more."""
    rows = AgencyMatch.objects.filter(case__in=cases).select_related("run").order_by("pk")
    if not rows:
        return {}
    runs = AgencyList.objects.filter(kind__in=rows.values("run__kind")).order_by("list_date", "pk")
    last = {(kind, agency): pk for pk, kind, agency in runs.values_list("pk", "kind", "agency")}
    found: dict[int, list[AgencyMatch]] = defaultdict(list)
    for row in rows:
        if last.get((row.run.kind, row.run.agency)) == row.run_id:
            found[row.case_id].append(row)
    return found


def _on_lists(rows: Iterable[AgencyMatch], policy: Policy | None) -> Iterable[Finding]:
    for row in rows:
        kind = "dead" if row.run.kind == "dead" else "listed"
        told = fingerprint(kind, str(row.run_id), row.id_key, str(row.score))
        subject = f"list:{row.run.kind}:{row.run_id}"
        yield Finding(kind, subject, severity_of(policy, kind), row.score, tuple(row.reasons), told, listed=row.pk)
