"""What an invoice may say and what several come to: pure (domain.md 4.1: four numbers an invoice)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bill:
    """票据四个数: total, in scope of the catalogue, reimbursed, self-paid (yuan); given drugs, and treated elsewhere."""

    issued_on: date
    total: Decimal
    in_scope: Decimal
    reimbursed: Decimal
    self_pay: Decimal
    donated: bool = False
    out_of_region: bool = False


def clean_code(value: Any) -> str:
    """A code or number as it is compared: narrow digits, no blanks or dashes, capitals."""
    plain = unicodedata.normalize("NFKC", str(value or ""))
    return "".join(one for one in plain if one.isalnum()).upper()


WITHOUT_CODE = 20
"""数电发票: a number of so many digits says all by itself, such an invoice has no code."""


def faults(bill: Bill, *, code: str, number: str, today: date) -> dict[str, Any]:
    """What keeps an invoice from being entered, a sentence a field."""
    wrong: dict[str, Any] = {}
    if not code.isascii() or not 6 <= len(code) <= 20 and not (code == "" and len(number) == WITHOUT_CODE):
        wrong["code"] = _("票据代码是 6 到 20 位数字或字母；20 位号码的电子发票没有代码，空着。")
    if not number.isascii() or not 6 <= len(number) <= 24:
        wrong["number"] = _("票据号码是 6 到 24 位数字或字母。")
    if bill.issued_on > today:
        wrong["issued_on"] = _("开票日期还没有到。")
    if bill.total <= 0:
        wrong["total"] = _("总费用要大于 0 元。")
    for name in ("in_scope", "reimbursed", "self_pay"):
        if getattr(bill, name) < 0:
            wrong[name] = _("不能是负数。")
        elif getattr(bill, name) > bill.total:
            wrong[name] = _("不能比总费用多。")
    if not wrong and bill.reimbursed + bill.self_pay > bill.total:
        wrong["self_pay"] = _("报销和个人支付加起来比总费用多。")
    return wrong


def sums(bills: Collection[Bill]) -> dict[str, Any]:
    """What the invoices come to, amounts as text; `donated` is the value of given drugs, which nobody paid."""
    return {
        "count": len(bills),
        **{
            name: _sum(getattr(bill, name) for bill in bills)
            for name in ("total", "in_scope", "reimbursed", "self_pay")
        },
        "donated": _sum(bill.self_pay for bill in bills if bill.donated),
    }


def _sum(amounts: Iterable[Decimal]) -> str:
    return f"{sum(amounts, ZERO):.2f}"
