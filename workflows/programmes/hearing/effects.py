"""What the exits of the hearing road do beside moving the case: refer, reserve a device, put in line, tell the person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.dossier.actions import verify_answer
from cases.dossier.models import Case
from cases.errors import Invalid
from cases.notices.actions import notify
from cases.stock import actions as stock
from cases.stock.actions.reserving import NoStock
from workflows import effects
from workflows.models import Decision


def accepted(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """受理: the policy is pinned, and the nearest fitting centre is asked to test."""
    effects.accept(case=case, decision=decision, data=data, by=by, now=now)
    stock.refer(case=case, by=by, now=now)


def referred(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """转耳鼻喉科: the letter goes out at once; the case ends when the check at home, which has begun, is over."""
    notify(case=case, code="N18", data={"referred": True}, by=by, now=now)


def confirmed(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """省级核定: a device for each ear is reserved with this word, so that nobody is published for one that is gone.

    Raises Invalid when the test is too old or no device is free: then the case waits in turn.
    """
    effects.verified(case=case, decision=decision, data=data, by=by, now=now)
    audiogram = stock.must_be_fresh(case=case, now=now)
    try:
        kept = stock.reserve_for(case=case, audiogram=audiogram, by=by, now=now)
    except NoStock as none:
        raise Invalid(none.reason, fields={"outcome": none.reason}, code=none.code) from none
    verify_answer(case=case, key="devices", value=str(len(kept)), reason="按库存预留", by=by, now=now)
    decision.amount = effects.worked_out(case, by=by, now=now).amount
    effects.proposed(case=case, decision=decision, data=data, by=by, now=now)


def put_in_line(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """转轮候: in the order of need, which the list shows with its reason. Raises Invalid while a device is free for him."""
    audiogram = stock.must_be_fresh(case=case, now=now)
    if case.fittings.filter(state="waiting").exists():
        words = _("已经给这位留了设备，不用轮候。")
        raise Invalid(words, fields={"outcome": words}, code="has_device")
    stock.put_in_line(case=case, audiogram=audiogram, by=by, now=now)
    effects.waitlisted(case=case, decision=decision, data=data, by=by, now=now)


def granted(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """准予救助: a device, no money; the letter says what comes next."""
    decision.amount = case.award
    notify(case=case, code="N17", data={"granted": True}, by=by, now=now)


def invited(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """预约验配: the person is told the day."""
    notify(case=case, code="N17", data={"due_on": data["due_on"]}, by=by, now=now)


def not_fitted(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """没有验配: the device is free for the next; a letter says so."""
    notify(case=case, code="N22", data={"what": "not_fitted"}, by=by, now=now)


def fee_approved(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """验配费核定: what the centre earned is payable to it; it is no aid, so that the award of the case stays as it is."""
    decision.amount = stock.pay_fee(case=case, by=by, now=now).amount


def returned(*, case: Case, decision: Decision | None, data: dict[str, Any], by: Any, now: datetime) -> None:
    """设备退回: a letter confirms it."""
    notify(case=case, code="N22", data={"what": "given_back"}, by=by, now=now)
