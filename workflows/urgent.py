"""What leaves the steps of urgent aid (急难救助): one person agrees ahead of the panel, the panel confirms, what it refuses is recovered.

A road has the path by an exit of kind `urgent`, the steps `urgent_approval` and `confirmation`, and these effects.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.duplicates.actions import must_be_clear
from cases.errors import Invalid
from cases.notices.actions import notify
from cases.people.actions import confirm_account
from cases.urgent import actions as urgent
from cases.urgent.queries import aid_of, paid_ahead
from workflows import effects
from workflows.models import Decision
from workflows.rules import given


def approved(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """同意先行救助: the award is worked out, the lesser of it and the policy's limit becomes payable at once, and a letter goes out.

    The account was confirmed by phone. Refused while a severe duplicate is undecided.
    """
    must_be_clear([case])
    award = effects.worked_out(case, by=by, now=now)
    confirm_account(case=case, by=by, now=now)
    asked = Decision.objects.filter(case=case, outcome="urgent").select_related("actor").latest("pk")
    made = urgent.approve(case=case, award=award.amount, reasons=asked.reasons, asked_by=asked.actor, by=by, now=now)
    decision.amount = made.amount
    notify(case=case, code="N31", data={"amount": made.amount, "due_on": made.confirm_by}, by=by, now=now)


def confirmed(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """追认: the panel agrees to what was paid; what is left of the award goes on by the ordinary road."""
    urgent.settle(case=case, outcome="confirmed", by=by, now=now)


def refused(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """不予追认: the payment is to be recovered; the letter says why, how much and until when."""
    _revoke(case, effects.reasons_of(case, decision, data), by, now)


def objected(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """异议成立: as for every case; what was paid ahead of the notice is to be recovered."""
    effects.rejected(case=case, decision=decision, data=data, by=by, now=now)
    if paid_ahead(case):
        _revoke(case, effects.reasons_of(case, decision, data), by, now)


def _revoke(case: Case, reasons: list[str], by: Any, now: datetime) -> None:
    made = urgent.settle(case=case, outcome="refused", by=by, now=now)
    notify(case=case, code="N21", data={"amount": made.amount, "reasons": reasons}, by=by, now=now)


def recovered(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """已全额退回: the money is in its fund again, by the paper that proves it."""
    paper = given.single(data, "refund", needs=("receipt",), may=())
    if not str(paper.get("receipt", "")).strip():
        sentence = _("请写退款凭证号。")
        raise Invalid(sentence, fields={"receipt": sentence})
    urgent.recover(case=case, receipt=str(paper["receipt"]).strip()[:40], by=by, now=now)
    decision.amount = _amount(case)
    effects.release_money(case=case, by=by, now=now)


def written_off(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """没有追回: why stands in the decision, and the case on the inspector's list."""
    urgent.write_off(case=case, by=by, now=now)
    decision.amount = _amount(case)
    effects.release_money(case=case, by=by, now=now)


def _amount(case: Case) -> Decimal | None:
    aid = aid_of(case)
    return aid.amount if aid else None
