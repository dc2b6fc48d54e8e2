"""Keep what is found twice, decide it (处理命中), and hold back what is not decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import get_case, require
from cases.dossier.models import Case
from cases.dossier.queries import answers, lock_case
from cases.duplicates.hits import MUTUAL, RIGHT, undecided_of, who_decides
from cases.duplicates.marks import letters, side
from cases.duplicates.models import CaseTrace, Hit, HitDecision
from cases.duplicates.search import Finding, findings_of
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, current, record
from cases.people.models import PayeeAccount
from cases.people.rules import INSTITUTION
from cases.sealed import blind_index, commitment_of

SHORTEST_REASON = 4


def note_trace(case: Case, *, now: datetime) -> CaseTrace:
    """检索键: make the keyed marks of the case's person anew from the facts in force. Inside the act that changes them."""
    facts, patient = answers(case), case.patient
    assert patient is not None
    own = PayeeAccount.objects.exclude(relation=INSTITUTION)  # many patients are paid for at one hospital
    numbers = own.filter(case=case, replaced_at=None)
    address = str(facts.get("address") or "")
    place = str(facts.get("residence_division") or facts.get("hukou_division") or "")
    told = side(
        name=str(facts.get("patient_name") or patient.name),
        id_no=str(patient.id_no),
        born=date.fromisoformat(str(patient.birth_date)),
        phones=[str(facts.get("patient_phone") or patient.phone or "")],
        accounts=[str(row.account) for row in numbers],
        address=address,
    )
    stored = {
        name: sorted(getattr(told, name)) for name in ("glyphs", "sounds", "births", "phones", "accounts", "home")
    }
    household = blind_index(place + "".join(letters(address)), "match.household") if address and place else ""
    given = {"id_key": told.id_key, "name_key": told.name_key, "household_key": household, "at": now, **stored}
    return CaseTrace.objects.update_or_create(case=case, defaults=given)[0]


def keep_hits(case: Case, moment: str, *, now: datetime) -> list[Finding]:
    """留存命中, inside the act at whose moment it is looked: new ones, changed ones, and those that are gone."""
    if case.patient is not None:
        note_trace(case, now=now)
    found = findings_of([case])[case.pk]
    kept = {(row.kind, row.subject): row for row in Hit.objects.filter(case=case)}
    for one in found:
        _keep(case, one, kept.pop((one.kind, one.subject), None), moment, now)
    for row in kept.values():
        if row.gone_at is None:
            row.gone_at = now
            row.save(update_fields=["gone_at"])
    return found


def _keep(case: Case, one: Finding, row: Hit | None, moment: str, now: datetime) -> Hit:
    told = {"score": one.score, "reasons": list(one.reasons), "severity": one.severity, "fingerprint": one.fingerprint}
    told |= {"other_id": one.other, "listed_id": one.listed, "gone_at": None}
    if row is None:
        made = Hit.objects.create(case=case, kind=one.kind, subject=one.subject, moment=moment, first_seen=now, **told)
        payload = {"kind": one.kind, "severity": one.severity, "score": one.score, "moment": moment}
        record("hit.found", about=("case", case.pk), object=made, payload=payload)
        return made
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.save(update_fields=[name.removesuffix("_id") for name in changed])
    return row


@action("hit.decide")
def decide_hit(
    *, case: Case, kind: str, subject: str, fingerprint: str, verdict: str, reason: str, by: Any, now: datetime | None = None
) -> HitDecision:  # fmt: skip
    """处理命中: what the reviewer found of it and why; it counts until the compared data change.

    Raises Invalid without a verdict or reason, Refusal without the right or for a party of the case, Stale when the data
    changed since the page was opened, NotFound for what is not found any more.
    """
    assert now is not None
    case = lock_case(get_case(by, str(case.number)).pk)
    post = require(by, RIGHT, case.handling_code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    if _is_party(case, by):
        raise Refusal(_("这件和您有关，不能由您处理命中。"), code="duties", who_may=who_decides(case))
    _must_be_whole(verdict, reason)
    found = next(
        (one for one in keep_hits(case, "decide", now=now) if (one.kind, one.subject) == (kind, subject)), None
    )
    if found is None:
        raise NotFound()
    if found.fingerprint != fingerprint:
        raise Stale(_("比对的资料刚刚有变化，请看过再处理。"), code="changed")
    hit = Hit.objects.get(case=case, kind=kind, subject=subject)
    if kind in MUTUAL and hit.other is not None and _is_party(hit.other, by):
        raise Refusal(_("对方那件和您有关，不能由您处理命中。"), code="duties", who_may=who_decides(case))
    made = HitDecision.objects.create(
        hit=hit, verdict=verdict, reason=reason.strip(), fingerprint=fingerprint, by=by, role=post.role_id, office=post.office, at=now
    )  # fmt: skip
    payload = {"kind": kind, "verdict": verdict, "reason": commitment_of(made.reason)}
    record("hit.decided", about=("case", case.pk), object=made, payload=payload)
    return made


def _must_be_whole(verdict: str, reason: str) -> None:
    faults: dict[str, Any] = {}
    if verdict not in dict(HitDecision.VERDICTS):
        faults["verdict"] = _("请选择怎样处理")
    if len(reason.strip()) < SHORTEST_REASON:
        faults["reason"] = _("请写明理由，至少 4 个字")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)


def _is_party(case: Case, by: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM relief_parties(%s) AS p WHERE p = %s)", [case.pk, by.pk])
        return bool(cursor.fetchone()[0])


def must_be_clear(cases: Sequence[Case]) -> None:
    """命中须先处理: raises Refusal, naming the case and who may decide, when one of them has a severe hit that is open."""
    undecided = undecided_of(cases)
    for case in cases:
        if undecided[case.pk]:
            words = format_lazy(
                _("{case} 有 {n} 处查重命中没有处理，请先处理。"), case=case.number, n=len(undecided[case.pk])
            )
            raise Refusal(words, code="hits_open", status=409, who_may=who_decides(case))
