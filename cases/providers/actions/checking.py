"""Claims from the office's side: the county phones each patient, the province accepts or rejects line by line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.evidence.invoices import release_number
from cases.history.record import action, current, record
from cases.programme import tell
from cases.providers import rules
from cases.providers.actions.treating import not_later
from cases.providers.claims import CALLS, FINAL
from cases.providers.costs import awarded, faults
from cases.providers.models import ClaimCall, ClaimLine, Permit, RefundOrder
from cases.providers.queries import get_line
from cases.sealed import commitment_of
from cases.text import clean, clean_paragraphs

VERIFY, CHECK = "claim.verify", "claim.check"


def at_office(line: ClaimLine, by: Any, right: str) -> ClaimLine:
    """申报明细 of a case of one's area, locked with its case, inside an act that needs this right there."""
    found = get_line(by, line.pk)
    post = require(by, right, found.case.handling_code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    lock_case(found.case_id)
    found.refresh_from_db()
    return found


def must_stand_at(line: ClaimLine, *states: str) -> None:
    """状态不符: raises Refusal when the line has moved on."""
    if line.state not in states:
        raise Refusal(_("这一行的状态已经变了，请刷新页面查看。"), code="line_moved", status=409)


@action("claim.call", about="line")
def call_patient(
    *,
    line: ClaimLine,
    result: str,
    answered_by: str,
    called_on: date,
    by: Any,
    now: datetime | None = None,
    charged: Decimal | None = None,
    words: str = "",
) -> ClaimCall:
    """电话核实: confirmed lets the line go on; denied blocks it; charged blocks it and orders the hospital to give it back."""
    assert now is not None
    row = at_office(line, by, VERIFY)
    must_stand_at(row, "filed", "blocked")
    not_later(called_on, now, "called_on")
    wrong: dict[str, Any] = {}
    if result not in dict(CALLS):
        wrong["result"] = _("请选择核实结果。")
    if not clean(answered_by):
        wrong["answered_by"] = _("请写接电话的人。")
    if result == "charged" and (charged is None or charged <= 0):
        wrong["charged"] = _("请写被收了多少元。")
    if wrong:
        raise Invalid(_("还有内容要改。"), fields=wrong)
    if result == "confirmed" and row.refunds.filter(done_at=None).exists():
        raise Refusal(_("医院还没有登记退费，不能放行。"), code="not_refunded", status=409)
    made = ClaimCall.objects.create(
        line=row, result=result, answered_by=clean(answered_by), called_on=called_on, words=clean_paragraphs(words),
        charged=charged if result == "charged" else None, by=by, at=now,
    )  # fmt: skip
    row.state = "verified" if result == "confirmed" else "blocked"
    row.save(update_fields=["state"])
    record("claim.called", about=("case", row.case_id), object=made, payload={"result": result})
    if made.charged is not None and not row.refunds.filter(done_at=None).exists():
        order = RefundOrder.objects.create(line=row, amount=made.charged, ordered_by=by, ordered_at=now)
        record("refund.ordered", about=("case", row.case_id), object=order, payload={"amount": order.amount})
    return made


@action("claim.accept", about="line")
def accept_line(*, line: ClaimLine, by: Any, now: datetime | None = None) -> ClaimLine:
    """认可一行: what the calculator leaves of what was asked is paid to the hospital, never more than the permit's amount.

    Refused while a check stands against it, or while the hospital's account has no second person behind it.
    """
    assert now is not None
    row = at_office(line, by, CHECK)
    must_stand_at(row, "verified", "answered")
    if against := faults(row):
        raise Refusal(rules.FAULTS[against[0]], code=f"claim_{against[0]}", status=409)
    if row.calls.order_by("-pk").values_list("result", flat=True).first() != "confirmed":
        raise Refusal(_("患者还没有在电话里确认，不能认可。"), code="not_confirmed", status=409)
    if not row.claim.provider.may_be_paid:
        raise Refusal(_("医院的收款账户还没有第二人核对，不能认可。"), code="no_account", status=409)
    amount = awarded(row)
    if amount <= 0:
        raise Refusal(_("按政策核算是 0 元，不能认可。请退回。"), code="nothing", status=409)
    row.state, row.awarded, row.checked_by, row.checked_at = "accepted", amount, by, now
    row.save(update_fields=["state", "awarded", "checked_by", "checked_at"])
    record("claim.accepted", about=("case", row.case_id), object=row, payload={"asked": row.asked, "amount": amount})
    tell_when_settled(row, by, now)
    return row


@action("claim.reject", about="line")
def reject_line(*, line: ClaimLine, why: str, by: Any, now: datetime | None = None) -> ClaimLine:
    """退回一行, others go on: the hospital may answer once; after that, or without an answer, the next rejection is final."""
    assert now is not None
    row, words = at_office(line, by, CHECK), clean_paragraphs(why)
    must_stand_at(row, "verified", "blocked", "rejected", "answered")
    if len(words) < 5:
        raise Invalid(_("请写明理由。"), fields={"why": _("请写明理由，至少 5 个字。")})
    row.state = "refused" if row.state in ("rejected", "answered") else "rejected"
    row.reject_why, row.checked_by, row.checked_at = words, by, now
    row.save(update_fields=["state", "reject_why", "checked_by", "checked_at"])
    payload = {"final": row.state == "refused", "why": commitment_of(row.reject_why)}
    record("claim.rejected", about=("case", row.case_id), object=row, payload=payload)
    if row.state == "refused":
        release_number(case=row.case, code=row.invoice_code, number=row.invoice_no, why="refused", now=now)
        tell_when_settled(row, by, now)
    return row


def tell_when_settled(row: ClaimLine, by: Any, now: datetime) -> None:
    """结算完毕: once every used permit of the case has a line that is final, its road hears whether anything is to be paid."""
    used = Permit.objects.filter(case=row.case_id, state="used").count()
    states = list(ClaimLine.objects.filter(case=row.case_id).values_list("state", flat=True))
    if len(states) == used and all(state in FINAL for state in states):
        tell(row.case, "claim_settled" if "accepted" in states else "claim_refused", by=by, now=now)
