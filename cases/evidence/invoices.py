"""票据: entering and releasing invoices of a case, and what those of a case come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.access.queries import visible_cases
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid, Refusal
from cases.evidence.bills import Bill, clean_code, faults, sums
from cases.evidence.models import Invoice
from cases.history.record import record
from cases.sealed import blind_index

MOST = 400
DRAFT = "draft"
AMOUNTS = ("total", "in_scope", "reimbursed", "self_pay")


def invoices_of(case: Case) -> QuerySet[Invoice]:
    """The invoices that count for a case, as they were entered."""
    return Invoice.objects.filter(case=case, released_at=None).order_by("pk")


def bills_of(cases: Collection[Case]) -> dict[int, list[Bill]]:
    """The same of many cases by one question, as the rules read them."""
    found: dict[int, list[Bill]] = {}
    for row in Invoice.objects.filter(case__in=cases, released_at=None).order_by("pk"):
        found.setdefault(row.case_id, []).append(as_bill(row))
    return found


def as_bill(row: Invoice) -> Bill:
    """A stored invoice as the rules read it."""
    return Bill(row.issued_on, row.total, row.in_scope, row.reimbursed, row.self_pay, row.donated, row.out_of_region)


def with_invoices(facts: Mapping[str, Any], bills: Collection[Bill]) -> dict[str, Any]:
    """Facts with what the invoices come to under `invoices`, amounts as text; without invoices as they are."""
    return {**facts, "invoices": sums(bills)} if bills else dict(facts)


def facts_of(case: Case, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answers in force with what the invoices come to; `changes` are facts about to be set right."""
    return with_invoices({**answers(case), **(changes or {})}, bills_of([case]).get(case.pk, []))


def keep_invoice(*, case: Case, given: Mapping[str, Any], by: Any, now: datetime) -> Invoice:
    """录入票据, inside an act on the locked case.

    Raises Invalid with a sentence a field, Refusal when the invoice is used already: the case is named to whoever may see
    it, the office to everybody else.
    """
    row = _read(case, given, by, now)
    first = _user_of(row.key)
    if first is not None:
        raise used(first, viewer=by, case=case)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # another case took it at the same moment
        if (first := _user_of(row.key)) is None:
            raise
        raise used(first, viewer=by, case=case) from error
    told = {"total": row.total, "self_pay": row.self_pay}
    record("invoice.entered", about=("case", case.pk), object=row, payload=told)
    return row


def state_invoice(*, case: Case, given: Mapping[str, Any], by: Any, now: datetime) -> Invoice:
    """填一张票据 in a draft, inside an act on it: it counts once the draft is sent, and until then for nobody.

    Raises Invalid with a sentence a field, Refusal when it stands in this draft already.
    """
    row = _read(case, given, by, now)
    if stated_of(case).filter(key=row.key).exists():
        raise Refusal(_("这张票据已经录过了。"), code="invoice_used", status=409)
    row.released_at, row.released_why = now, DRAFT
    row.save(force_insert=True)
    record("invoice.stated", about=("case", case.pk), object=row)
    return row


def stated_of(case: Case) -> QuerySet[Invoice]:
    """票据 that stand in a draft."""
    return Invoice.objects.filter(case=case, released_why=DRAFT).order_by("pk")


def count_stated(case: Case, *, now: datetime) -> None:
    """提交: what was stated in the draft counts from now on.

    Raises Refusal for one that is used already, in words that do not tell whose it is: who sends may be anybody.
    """
    for row in stated_of(case):
        row.released_at, row.released_why = None, ""
        try:
            with transaction.atomic():
                row.save(update_fields=["released_at", "released_why"])
        except IntegrityError as error:
            said = _("尾号 {tail} 的票据已经用过，一张只能用一次。请去掉它，再提交。")
            raise Refusal(format_lazy(said, tail=str(row.number)[-4:]), code="invoice_used", status=409) from error
        record(
            "invoice.entered",
            about=("case", case.pk),
            object=row,
            payload={"total": row.total, "self_pay": row.self_pay},
        )


def forget_stated(rows: QuerySet[Invoice]) -> None:
    """What stood in a draft goes: the row stays for the chain, without code and number."""
    for row in rows:
        row.code = row.number = row.check_code = ""
        row.released_why = "mistake"
        row.save(update_fields=["code", "number", "check_code", "released_why"])
        record("invoice.released", about=("case", row.case_id), object=row, payload={"why": "mistake"})


def _read(case: Case, given: Mapping[str, Any], by: Any, now: datetime) -> Invoice:
    """What was typed as a row that is not stored yet."""
    code, number = clean_code(given.get("code")), clean_code(given.get("number"))
    bill = Bill(
        given["issued_on"], given["total"], given["in_scope"], given["reimbursed"], given["self_pay"],
        bool(given.get("donated")), bool(given.get("out_of_region")),
    )  # fmt: skip
    wrong = faults(bill, code=code, number=number, today=local_day(now))
    if wrong:
        raise Invalid(_("这张票据还不能录入。"), fields=wrong, code="invoice")
    if (invoices_of(case) | stated_of(case)).count() >= MOST:
        raise Refusal(_("一件申请最多录 400 张票据。"), code="too_many_invoices", status=409)
    return Invoice(
        case=case, key=invoice_key(code, number), code=code, number=number, check_code=clean_code(given.get("check_code")),
        issued_on=bill.issued_on, donated=bill.donated, out_of_region=bill.out_of_region,
        **{name: getattr(bill, name) for name in AMOUNTS}, entered_by=by, entered_at=now,
    )  # fmt: skip


def release_invoice(row: Invoice, why: str, *, now: datetime) -> None:
    """票据释放: it no longer counts for its case and may be used elsewhere; the row stays."""
    row.released_at, row.released_why = now, why
    row.save(update_fields=["released_at", "released_why"])
    record("invoice.released", about=("case", row.case_id), object=row, payload={"why": why})


def release_all(*, case: Case, now: datetime) -> None:
    """The case ended without a grant: its invoices are free."""
    for row in invoices_of(case):
        release_invoice(row, "ended", now=now)


def release_number(*, case: Case, code: str, number: str, why: str, now: datetime) -> None:
    """票据释放 by its numbers, where the case holds it."""
    row = invoices_of(case).filter(key=invoice_key(code, number)).first()
    if row is not None:
        release_invoice(row, why, now=now)


def take_again(*, case: Case, by: Any) -> None:
    """重新办理: a case that ended and goes on takes its invoices again. Raises Refusal when one was used elsewhere since."""
    for row in Invoice.objects.filter(case=case, released_why="ended").order_by("pk"):
        row.released_at, row.released_why = None, ""
        try:
            with transaction.atomic():
                row.save(update_fields=["released_at", "released_why"])
        except IntegrityError as error:
            if (first := _user_of(row.key)) is None:
                raise
            raise used(first, viewer=by, case=case) from error
        record("invoice.taken_again", about=("case", case.pk), object=row)


def invoice_key(code: str, number: str) -> str:
    return blind_index(f"{clean_code(code)}|{clean_code(number)}", "invoice.number")


def _user_of(key: str) -> Invoice | None:
    return Invoice.objects.select_related("case").filter(key=key, released_at=None).first()


def used(first: Invoice, *, viewer: Any, case: Case) -> Refusal:
    """同一张票据只用一次: the case is named to whoever may see it; to others only the office to ask."""
    if first.case_id == case.pk:
        words: Any = _("这张票据已经录过了。")
    elif visible_cases(viewer).filter(pk=first.case_id).exists():
        words = format_lazy(_("这张票据已用于案卷 {number}，一张票据只能用一次。"), number=first.case.number)
    else:
        words = format_lazy(
            _("这张票据已用于别处的案卷，一张票据只能用一次。请联系{office}。"), office=_office_of(first.case)
        )
    return Refusal(words, code="invoice_used", status=409)


def _office_of(case: Case) -> str:
    place = case.handling_code[:6]
    found = Office.objects.filter(division_code=place).order_by("pk").first()
    return found.name if found is not None else place
