"""Claims (月度申报) from the hospital's side: a line for a used permit, one answer to a rejection, a refund made."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence.bills import clean_code
from cases.evidence.invoices import keep_invoice
from cases.history.record import action, current, record
from cases.policy.queries import policy_of
from cases.providers import rules
from cases.providers.actions.treating import held, not_later
from cases.providers.costs import faults
from cases.providers.models import Claim, ClaimLine, Permit, RefundOrder, Surgery
from cases.providers.queries import get_own_line
from cases.text import clean, clean_paragraphs

CLAIMS = "provider.claims"


@action("claim.file", about="permit")
def file_line(
    *,
    permit: Permit,
    invoice_code: str,
    invoice_no: str,
    invoiced_on: date,
    total: Decimal,
    asked: Decimal,
    lens_price: Decimal,
    by: Any,
    now: datetime | None = None,
    settled_on: date | None = None,
    basic_insurance: Decimal = Decimal(0),
    critical_illness: Decimal = Decimal(0),
    medical_assistance: Decimal = Decimal(0),
    discount: Decimal = Decimal(0),
    premium: Decimal = Decimal(0),
) -> ClaimLine:
    """申报费用: one line for a used permit, in the claim of the month of its surgery; late when the policy's day is over.

    Its invoice counts for this case alone, in all programmes (票据). Raises Invalid by field: no surgery, insurance not
    settled first, sums that cannot be, an invoice that was claimed or that an applicant handed in.
    """
    assert now is not None
    row = held(permit, by)
    require(by, CLAIMS, row.provider.office.division_code)
    surgery = Surgery.objects.filter(permit=row).first()
    if surgery is None:
        raise Refusal(rules.FAULTS["not_used"], code="not_used", status=409)
    if ClaimLine.objects.filter(permit=row).exists():
        raise Refusal(_("这张通知单已经申报过。"), code="claimed_before", status=409)
    if settled_on is not None:
        not_later(settled_on, now, "settled_on")
    line = ClaimLine(
        permit=row, case=row.case, invoice_code=clean_code(invoice_code), invoice_no=clean_code(invoice_no),
        invoiced_on=invoiced_on, settled_on=settled_on, total=total,
        basic_insurance=basic_insurance, critical_illness=critical_illness, medical_assistance=medical_assistance,
        discount=discount, premium=premium, lens_price=lens_price, asked=asked, at=now,
    )  # fmt: skip
    _must_be_possible(line)
    due = rules.claim_due(surgery.done_on, day=policy_of(row.case).count("claim_day"))
    line.is_late = local_day(now) > due
    line.claim = _claim_of(row, surgery, by, now)
    _store(line)
    _use_invoice(line, by, now)
    record(
        "claim.filed", about=("case", row.case_id), object=line,
        payload={"claim": line.claim.number, "permit": row.number, "asked": asked, "late": line.is_late},
    )  # fmt: skip
    return line


WHERE = {"unsettled": "settled_on", "before": "settled_on", "price": "lens_price", "no_price": "lens_price",
         "premium": "premium"}  # fmt: skip


def _must_be_possible(line: ClaimLine) -> None:
    wrong: dict[str, Any] = {WHERE.get(code, "total"): rules.FAULTS[code] for code in faults(line)}
    own = line.total - line.basic_insurance - line.critical_illness - line.medical_assistance - line.discount
    if line.asked <= 0 or line.asked > own - line.premium:
        wrong["asked"] = _("申报金额要大于 0，不超过扣除报销、减免和差价以后的个人负担。")
    if wrong:
        raise Invalid(_("还有内容要改。"), fields=wrong, code="claim")


def _claim_of(row: Permit, surgery: Surgery, by: Any, now: datetime) -> Claim:
    month = surgery.done_on.replace(day=1)
    number = f"S{row.provider_id:04d}-{month:%Y%m}"
    made, _new = Claim.objects.get_or_create(
        provider=row.provider, month=month, defaults={"number": number, "by": by, "at": now}
    )
    return made


def _store(line: ClaimLine) -> None:
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        if "claim_invoice_once" not in str(error):
            raise
        first = ClaimLine.objects.exclude(state="refused").filter(
            invoice_code=line.invoice_code, invoice_no=line.invoice_no
        )
        number = first.values_list("claim__number", flat=True).first()
        sentence = format_lazy(_("这个发票号已经申报过，在申报 {number} 里。请核对。"), number=number or "-")
        raise Invalid(sentence, fields={"invoice_no": sentence}, code="invoice_taken") from error


INVOICE = {"code": "invoice_code", "number": "invoice_no", "issued_on": "invoiced_on"}
"""Fields of an invoice by their names on the claim."""


def _use_invoice(line: ClaimLine, by: Any, now: datetime) -> None:
    paid = line.basic_insurance + line.critical_illness + line.medical_assistance
    given = {
        "code": line.invoice_code, "number": line.invoice_no, "issued_on": line.invoiced_on, "total": line.total,
        "in_scope": line.total - line.premium, "reimbursed": paid, "self_pay": line.total - paid - line.discount,
    }  # fmt: skip
    try:
        keep_invoice(case=line.case, given=given, by=by, now=now)
    except Invalid as refused:
        fields = {INVOICE.get(name, "total"): words for name, words in refused.fields.items()}
        raise Invalid(_("还有内容要改。"), fields=fields, code="claim") from refused
    except Refusal as refused:
        raise Invalid(refused.reason, fields={"invoice_no": refused.reason}, code="invoice_taken") from refused


def held_line(line: ClaimLine, by: Any) -> ClaimLine:
    """本机构的申报明细, locked with its case, inside an act."""
    found = get_own_line(by, line.pk)
    post = require(by, CLAIMS, found.claim.provider.office.division_code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    lock_case(found.case_id)
    found.refresh_from_db()
    return found


@action("claim.answer", about="line")
def answer_line(*, line: ClaimLine, answer: str, by: Any, now: datetime | None = None) -> ClaimLine:
    """答复退回: the hospital answers a rejected line, once; then the province looks at it again."""
    assert now is not None
    row, words = held_line(line, by), clean_paragraphs(answer)
    if row.state != "rejected":
        raise Refusal(_("这一行没有被退回，或已经答复过。"), code="not_rejected", status=409)
    if len(words) < 5:
        raise Invalid(_("请写明理由。"), fields={"answer": _("请写明理由，至少 5 个字。")})
    row.state, row.answer = "answered", words
    row.save(update_fields=["state", "answer"])
    record("claim.answered", about=("case", row.case_id), object=row, payload={"permit": row.permit.number})
    return row


@action("refund.make", about="order")
def make_refund(
    *, order: RefundOrder, refunded_on: date, how: str, by: Any, now: datetime | None = None
) -> RefundOrder:
    """已退费: the hospital gave the money back and says how; the county phones the patient again before the line goes on."""
    assert now is not None
    found = RefundOrder.objects.select_related("line__permit").filter(pk=order.pk).first()
    if found is None:
        raise NotFound()
    row = held_line(found.line, by)
    not_later(refunded_on, now, "refunded_on")
    words = clean(how)
    if len(words) < 2:
        raise Invalid(_("请写明怎样退的。"), fields={"how": _("请写明怎样退的。")})
    if found.done_at is not None:
        raise Refusal(_("这笔退费已经登记过。"), code="refunded_before", status=409)
    found.refunded_on, found.refund_how, found.done_by, found.done_at = refunded_on, words, by, now
    found.save(update_fields=["refunded_on", "refund_how", "done_by", "done_at"])
    record("refund.made", about=("case", row.case_id), object=found, payload={"amount": found.amount})
    return found
