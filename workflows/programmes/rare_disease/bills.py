"""What a reviewer should look at in the invoices of a rare-disease case (R3 to R6, domain.md 5): pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.evidence.bills import Bill, sums
from cases.text import money
from workflows.programmes.rare_disease.award import amount

SETTLED = ("insurance_paid", "critical_illness_paid", "medical_assistance_paid")
"""Answers that the settlement printed on an invoice takes in."""
TRANSFER = "D23"


def bills(answers: Mapping[str, Any], invoices: Collection[Bill], papers: Collection[str]) -> tuple[Any, ...]:
    """票据要看的几处, a sentence each: dates outside the stated period, sums unlike the declared ones, given drugs, treatment
    outside Ningxia without a record of the transfer. `papers` are the codes of those that came in."""
    if not invoices:
        return ()
    found = (
        _dates(answers, invoices),
        _totals(answers, invoices),
        _donated(answers, invoices),
        _outside(invoices, papers),
    )
    return tuple(sentence for sentences in found for sentence in sentences)


def _dates(answers: Mapping[str, Any], invoices: Collection[Bill]) -> list[Any]:
    first, last = (str(answers.get(key) or "") for key in ("cost_from", "cost_to"))
    if not first or not last:
        return []
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    late = sorted(bill.issued_on for bill in invoices if not start <= bill.issued_on <= end)
    sentence = _("开票日期 {day} 不在申请的费用期间 {start} 至 {end} 内。")
    return [format_lazy(sentence, day=day.isoformat(), start=first, end=last) for day in late]


def _totals(answers: Mapping[str, Any], invoices: Collection[Bill]) -> list[Any]:
    found, said = sums(invoices), []
    declared, on_bills = amount(answers.get("total_cost")), amount(found["total"])
    if declared != on_bills:
        sentence = _("票据总费用 {found} 元，填报 {declared} 元，对不上。按票据算。")
        said.append(format_lazy(sentence, found=money(on_bills), declared=money(declared)))
    settled, on_bills = sum((amount(answers.get(key)) for key in SETTLED), Decimal(0)), amount(found["reimbursed"])
    if settled != on_bills:
        sentence = _("票据上已报销 {found} 元，填报的医保、大病保险和医疗救助共 {declared} 元，对不上。按多的扣。")
        said.append(format_lazy(sentence, found=money(on_bills), declared=money(settled)))
    return said


def _donated(answers: Mapping[str, Any], invoices: Collection[Bill]) -> list[Any]:
    given = [bill for bill in invoices if bill.donated]
    if given and answers.get("gets_donated_drugs") is not True:
        return [_("有票据标为赠药，填报说没有领过赠药。请核实。")]
    if not given and answers.get("gets_donated_drugs") is True:
        return [_("填报说领过赠药，没有一张票据标为赠药。赠药不算个人支付，请核实。")]
    return []


def _outside(invoices: Collection[Bill], papers: Collection[str]) -> list[Any]:
    if any(bill.out_of_region for bill in invoices) and TRANSFER not in papers:
        return [_("有在宁夏以外的票据，没有转诊备案表。请补，或说明报销比例为什么低。")]
    return []
