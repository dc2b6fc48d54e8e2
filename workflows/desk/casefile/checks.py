"""The tab of checks (核查): home visits, earlier aid and what the limits leave, hits, and what looks wrong."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cases.award.limits import had, rooms
from cases.dossier.models import Case
from cases.duplicates.hits import hits_of, may_decide, unmet_of
from cases.duplicates.queries import aid_had, earlier_aid, same_elsewhere
from cases.evidence.models import HomeVisit
from cases.people.queries import current_account
from cases.people.rules import PAYEE_RELATIONS, mask_name
from cases.policy.queries import policy_of
from workflows import rechecks
from workflows.desk.casefile.identity import flags
from workflows.desk.casefile.queries import File
from workflows.desk.words import FINDINGS
from workflows.models import Recheck

MOST_RECHECKS = 20
SAME: dict[str, Any] = {
    "account": gettext_lazy("同一收款账户"), "phone": gettext_lazy("同一手机号"), "file": gettext_lazy("同一份文件"),
}  # fmt: skip


def checks(found: File) -> dict[str, Any]:
    """核查: home visits, earlier aid to the same person, and the same account, phone or file in other cases."""
    visits = HomeVisit.objects.filter(case=found.case).select_related("photo").prefetch_related("facts").order_by("id")
    labels = {question.key: question.label for question in found.programme.questions()}
    shown = [
        (
            visit,
            [
                (labels.get(fact.key, fact.key), FINDINGS[fact.finding], fact.finding, fact.note)
                for fact in visit.facts.all()
            ],
        )
        for visit in visits
    ]
    return {
        "visits": shown, "grants": aid_had(found.case), "limits": limits_of(found.case), "same": [(SAME[key], number) for key, number in same_elsewhere(found.case).items()], "clear": "checks" in found.shown,
        "rows": hits_of(found.viewer, found.case), "may_decide_hits": may_decide(found.viewer, found.case), "unmet": unmet_of([found.case])[found.case.pk],
        "flags": flags(found), "rechecks": _rechecks(found), **_account(found),
    }  # fmt: skip


def _rechecks(found: File) -> list[dict[str, Any]]:
    """复查记录, newest first, each with what differed from the one before it; amounts are for those who see an account."""
    if not found.may_see_account:
        return []
    rows = list(Recheck.objects.filter(case=found.case).select_related("by").order_by("-pk")[:MOST_RECHECKS])
    return [
        {"row": row, "words": rechecks.words(before.found, row.found) if before else []}
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]


def _account(found: File) -> dict[str, Any]:
    """现用收款账户: masked, with whose it is and how it was given, for the posts that may see an account."""
    account = current_account(found.case) if found.may_see_account else None
    if account is None:
        return {}
    facts = [
        (_("户名"), mask_name(str(account.holder))),
        (_("账号尾号"), account.tail),
        (_("与患者关系"), dict(PAYEE_RELATIONS).get(account.relation, account.relation)),
        (_("怎样提供"), account.get_channel_display()),
    ]
    return {"account": account, "account_facts": facts}


def limits_of(case: Case) -> list[dict[str, Any]]:
    """限额余额: each yearly, lifetime and household limit of the case's policy, what earlier aid used of it and what is left."""
    if case.policy_id is None or case.accepted_on is None:
        return []
    key = case.patient.id_key if case.patient else case.patient_key
    earlier = earlier_aid(id_key=key, programme=case.programme, year=case.accepted_on.year, besides_case=case)
    zh = str(get_language()).startswith("zh")
    return [
        {"name": room.zh if zh else room.en, "cap": room.cap, "used": room.used, "left": room.left}
        for room in rooms(policy_of(case), had(earlier))
        if room.row.key != "per_claim"
    ]
