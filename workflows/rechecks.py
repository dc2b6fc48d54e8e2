"""复查: duplicates, limits and fund by one check, at submission, before an approval, at the panel, and when money is batched.

What was found is kept each time; a difference to the last time somebody saw it is said before he decides.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.duplicates.queries import earlier_aid, same_elsewhere
from cases.errors import Refusal, Stale
from cases.history.record import record
from cases.money.funds import has_free
from cases.money.remarks import Remark
from cases.policy.rules import PolicyGap
from cases.text import money as money_words
from cases.text import named, strung
from workflows.effects import preview_award
from workflows.models import Recheck, WorkItem

Found = dict[str, Any]
APPROVING = ("award", "grant")
"""Forms of the steps at which an amount is agreed to."""

WORDS: dict[str, Any] = {
    "account": _("同一收款账户的其他案卷"),
    "phone": _("同一手机号的其他人"),
    "file": _("同一份文件的其他案卷"),
    "aid_year": _("当年既往救助（元）"),
    "aid_ever": _("累计既往救助（元）"),
    "claims": _("当年既往申请次数"),
    "amount": _("按政策核算的金额（元）"),
    "fund": _("资金够不够"),
}
NOTABLE = ("account", "phone", "file", "aid_year", "aid_ever")
"""What speaks by itself when it is not zero."""
FUND = {"enough": _("够"), "short": _("不够"), "": "—"}


def check(case: Case, *, now: datetime) -> Found:
    """查重、限额、资金 as they stand now; stores nothing. Counts and amounts alone, never who."""
    day = case.accepted_on or local_day(now)
    earlier = earlier_aid(
        id_key=case.patient.id_key if case.patient else case.patient_key, programme=case.programme, year=day.year,
        besides_case=case,
    )  # fmt: skip
    amount = _amount(case)
    held = case.payouts.exclude(state="void").exists()
    fund = "" if amount is None or held else "enough" if has_free(case, amount, today=local_day(now)) else "short"
    return {
        **same_elsewhere(case),
        "aid_year": str(earlier.this_year), "aid_ever": str(earlier.total), "claims": len(earlier.claims),
        "amount": "" if amount is None else str(amount), "fund": fund,
    }  # fmt: skip


def _amount(case: Case) -> Decimal | None:
    if case.accepted_on is None:
        return None
    try:
        return preview_award(case).amount
    except (Refusal, PolicyGap):
        return None


def keep(case: Case, moment: str, *, by: Any, now: datetime) -> Recheck:
    """留存复查, inside the act at whose moment it is made, with what differs from the last one of this case."""
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
    kept: dict[int, list[Recheck]] = {}
    for row in Recheck.objects.filter(case__in=cases).order_by("pk"):
        kept.setdefault(row.case_id, []).append(row)
    return {case: _remark(rows) for case, rows in kept.items()}


def _remark(rows: list[Recheck]) -> Remark:
    last = rows[-1]
    approved = next((row for row in reversed(rows) if row.moment in ("decide", "panel")), last)
    return Remark(last.at, standing(last.found), words(approved.found, last.found))


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
