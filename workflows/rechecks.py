"""复查: duplicates, limits and fund by one check, at submission, before an approval, at the panel, and when money is batched.

What was found is kept each time; a difference to the last time somebody saw it is said before he decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.award.earlier import Earlier
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers_of
from cases.duplicates.actions import keep_hits
from cases.duplicates.hits import counts_of
from cases.duplicates.queries import Asked, earlier_aids, same_elsewhere_of
from cases.errors import Refusal, Stale
from cases.evidence.invoices import bills_of, with_invoices
from cases.history.record import record
from cases.money.funds import funds_left
from cases.money.models import AID, Payout
from cases.money.remarks import Remark
from cases.policy.queries import policy_of
from cases.policy.rules import Policy, PolicyGap
from cases.programme import programme
from cases.text import money as money_words
from cases.text import named, strung
from workflows.effects import award_of
from workflows.models import Recheck, WorkItem

Found = dict[str, Any]
APPROVING = ("award", "grant", "urgent")
"""Forms of the steps at which an amount is agreed to."""

WORDS: dict[str, Any] = {
    "account": _("同一收款账户的其他案卷"),
    "phone": _("同一手机号的其他人"),
    "file": _("同一份文件的其他案卷"),
    "hits": _("查重命中"),
    "severe": _("其中须先处理、还没有处理的"),
    "unmet": _("提交以后还没有比对过的名单"),
    "aid_year": _("当年既往救助（元）"),
    "aid_ever": _("累计既往救助（元）"),
    "claims": _("当年既往申请次数"),
    "amount": _("按政策核算的金额（元）"),
    "fund": _("资金够不够"),
}
NOTABLE = ("account", "phone", "file", "hits", "severe", "unmet", "aid_year", "aid_ever")
"""What speaks by itself when it is not zero."""
FUND = {"enough": _("够"), "short": _("不够"), "": "—"}


def check(case: Case, *, now: datetime) -> Found:
    """查重、限额、资金 as they stand now; stores nothing. Counts and amounts alone, never who."""
    return check_all([case], now=now)[case.pk]


def check_all(cases: Sequence[Case], *, now: datetime) -> dict[int, Found]:
    """The same for many cases, by their ids: as many questions for thirty as for one.

    The fund is asked for by each case alone, and only of a case for which nothing is set aside yet.
    """
    days = [case.accepted_on or local_day(now) for case in cases]
    asked = [
        Asked(case.patient.id_key if case.patient else case.patient_key, case.programme, day.year, case.pk)
        for case, day in zip(cases, days, strict=True)
    ]
    earlier = dict(zip((case.pk for case in cases), earlier_aids(asked), strict=True))
    amounts, same, hits = _amounts(cases, earlier), same_elsewhere_of(cases), counts_of(cases)
    held = set(Payout.objects.filter(case__in=cases, kind=AID).exclude(state="void").values_list("case", flat=True))
    return {
        case.pk: {
            **same[case.pk],
            **hits[case.pk],
            **_aid(earlier[case.pk]),
            "amount": "" if amounts[case.pk] is None else str(amounts[case.pk]),
            "fund": "" if case.pk in held else _fund(case, amounts[case.pk], local_day(now)),
        }
        for case in cases
    }


def _aid(earlier: Earlier) -> Found:
    return {"aid_year": str(earlier.this_year), "aid_ever": str(earlier.total), "claims": len(earlier.claims)}


def _fund(case: Case, amount: Decimal | None, today: date) -> str:
    if not amount or programme(case.programme).in_kind:
        return ""
    return "enough" if funds_left(case, amount, today=today) else "short"


def _amounts(cases: Sequence[Case], earlier: Mapping[int, Earlier]) -> dict[int, Decimal | None]:
    """What the policy gives each of them now; None where it cannot be said."""
    facts, bills = answers_of(cases), bills_of(cases)
    policies: dict[Any, Policy | None] = {}
    found: dict[int, Decimal | None] = {}
    for case in cases:
        key = (case.policy_id, case.programme)
        if case.accepted_on is not None and key not in policies:
            policies[key] = _policy(case)
        found[case.pk] = _amount(
            case, with_invoices(facts[case.pk], bills.get(case.pk, [])), policies.get(key), earlier[case.pk]
        )
    return found


def _policy(case: Case) -> Policy | None:
    try:
        return policy_of(case)
    except Refusal:
        return None


def _amount(case: Case, facts: Mapping[str, Any], policy: Policy | None, earlier: Earlier) -> Decimal | None:
    if case.accepted_on is None or policy is None:
        return None
    try:
        return award_of(case, facts, policy, earlier).amount
    except (Refusal, PolicyGap):
        return None


def keep(case: Case, moment: str, *, by: Any, now: datetime) -> Recheck:
    """留存复查, inside the act at whose moment it is made, with what differs from the last one of this case."""
    keep_hits(case, moment, now=now)
    found, last = check(case, now=now), latest(case)
    changed = differences(last.found, found) if last is not None else []
    made = Recheck.objects.create(case=case, moment=moment, by=by, at=now, found=found, changed=changed)
    record("case.rechecked", about=("case", case.pk), object=made, payload={"moment": moment, "changed": changed})
    return made


def latest(case: Case) -> Recheck | None:
    """The last one kept of this case."""
    return Recheck.objects.filter(case=case).order_by("-pk").first()


def differences(before: Found, after: Found) -> list[str]:
    """What differs, by key; what one side could not say yet, or does not ask any more, is no difference."""
    return [
        key
        for key in WORDS
        if before.get(key) != after.get(key) and "" not in (before.get(key, ""), after.get(key, ""))
    ]


def words(before: Found, after: Found) -> list[str]:
    """每一处变化 as people read it: what, before, after."""
    lines = []
    for key in differences(before, after):
        sides = {"what": WORDS[key], "before": _shown(key, before.get(key)), "after": _shown(key, after.get(key))}
        lines.append(str(format_lazy(_("{what}：{before} → {after}"), **sides)))
    return lines


def before_payment(cases: Collection[int]) -> dict[int, Remark]:
    """编入批次时的复查: the last one of each case, and what differs in it from the approval; one question for all."""
    return {case: _remark(rows) for case, rows in _kept(cases).items()}


def afresh(cases: Collection[int], *, now: datetime) -> dict[int, Remark]:
    """现在再查一次: as it stands at this moment, and what differs from the approval; stores nothing, one set of questions for all."""
    found = check_all(list(Case.objects.filter(pk__in=cases).select_related("patient")), now=now)
    kept = _kept(cases)
    return {
        case: Remark(now, standing(here), words(_approved(kept[case]).found, here) if case in kept else [])
        for case, here in found.items()
    }


def _kept(cases: Collection[int]) -> dict[int, list[Recheck]]:
    kept: dict[int, list[Recheck]] = {}
    for row in Recheck.objects.filter(case__in=cases).order_by("pk"):
        kept.setdefault(row.case_id, []).append(row)
    return kept


def _approved(rows: list[Recheck]) -> Recheck:
    """The one that the approval rested on, else the last."""
    return next((row for row in reversed(rows) if row.moment in ("decide", "panel")), rows[-1])


def _remark(rows: list[Recheck]) -> Remark:
    last = rows[-1]
    return Remark(last.at, standing(last.found), words(_approved(rows).found, last.found))


def standing(found: Found) -> list[str]:
    """查到的: what somebody who pays should know, in words; same account, phone or file, earlier aid, a fund too small."""
    speaks = {key: found.get(key) for key in NOTABLE if str(found.get(key) or "0") not in ("0", "0.00")}
    if found.get("fund") == "short":
        speaks["fund"] = "short"
    return [named(WORDS[key], _shown(key, value)) for key, value in speaks.items()]


def _shown(key: str, value: Any) -> str:
    if key == "fund":
        return str(FUND[str(value or "")])
    if key in ("aid_year", "aid_ever", "amount") and value:
        return money_words(Decimal(str(value)))
    return "—" if value in (None, "") else str(value)


def must_be_as_shown(item: WorkItem, *, by: Any, now: datetime) -> None:
    """批准前复查: what changed since this person was shown it stops the approval, and he looks again. Raises Stale.

    Who was shown nothing (a call of the API) is not stopped; what was found is kept all the same.
    """
    rows = Recheck.objects.filter(case=item.case, by=by, moment="shown", at__gte=item.offered_at)
    shown = rows.order_by("-pk").first()
    changed = words(shown.found, check(item.case, now=now)) if shown is not None else []
    if changed:
        said = format_lazy(_("查重和资金在您看过以后有变化，请看过再决定：{what}。"), what=strung(changed))
        raise Stale(said, code="changed")
    keep(item.case, "decide", by=by, now=now)
