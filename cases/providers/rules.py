"""Is a permit good today, and may a part be treated on that day: pure (domain.md 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from cases.text import clean


def check_uscc(text: str) -> str:
    """统一社会信用代码: the cleaned 18 characters (GB 32100), or "" when its check character is wrong."""
    code = re.sub(r"[\s-]", "", str(text)).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError:
        return ""


@dataclass(frozen=True, slots=True)
class Standing:
    """通知单现状: what decides whether a permit may be used on a day."""

    state: str
    not_before: date | None
    valid_until: date | None
    provider_open: bool


INVALID: dict[str, Any] = {
    "proposed": _("还没有发出通知，不能实施。"),
    "used": _("已经用过，不能再用。"),
    "unsuitable": _("检查后不适合，已停用。"),
    "refused": _("本人不做，已停用。"),
    "lapsed": _("已过期，名额已收回。"),
    "cancelled": _("已取消。"),
    "early": _("还没到最早实施日。"),
    "late": _("有效期已过。"),
    "provider": _("机构已暂停或协议不在有效期内。"),
}
"""Why a permit is not good, each in one sentence."""


def why_not(one: Standing, *, on: date) -> str:
    """The code of INVALID that stands against using the permit that day, or "" when it is good."""
    if one.state != "issued":
        return one.state
    if one.not_before is not None and on < one.not_before:
        return "early"
    if one.valid_until is None or on > one.valid_until:
        return "late"
    return "" if one.provider_open else "provider"


def clean_serial(text: str) -> str:
    """序列号: capital letters, digits and hyphens as one label writes them, or "" when it is none."""
    serial = re.sub(r"\s", "", clean(str(text))).upper()
    return serial if re.fullmatch(r"[0-9A-Z-]{4,40}", serial) else ""


def is_late_report(happened_at: datetime, reported_at: datetime, *, hours: int) -> bool:
    """逾期报告: whether a complication was reported later than so many hours after it was found."""
    return reported_at - happened_at > timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Costs:
    """申报明细 as the checks see it, amounts in yuan; `list_price` is the most that the contract allows for the lens."""

    done_on: date | None
    settled_on: date | None
    insured: bool
    total: Decimal
    taken_off: Decimal
    lens_price: Decimal
    list_price: Decimal | None
    premium: Decimal
    is_premium: bool


FAULTS: dict[str, Any] = {
    "not_used": _("通知单没有手术记录。"),
    "unsettled": _("参保的患者要先医保结算，写明结算日期。"),
    "before": _("医保结算日期早于手术日期。"),
    "sum": _("报销、减免和差价加起来超过总费用。"),
    "price": _("晶体价格高于协议价目。"),
    "no_price": _("协议价目里没有人工晶体。"),
    "premium": _("用了自选高价晶体，要写差价。"),
}
"""What stands against a claim line, each in one sentence."""


def faults_of(one: Costs) -> list[str]:
    """申报不符: the codes of FAULTS that stand against a line; none when it may be accepted."""
    found = []
    if one.done_on is None:
        found.append("not_used")
    if one.insured and one.settled_on is None:
        found.append("unsettled")
    if one.done_on is not None and one.settled_on is not None and one.settled_on < one.done_on:
        found.append("before")
    if one.taken_off > one.total:
        found.append("sum")
    if one.list_price is None:
        found.append("no_price")
    elif one.lens_price - one.premium > one.list_price:
        found.append("price")
    if one.is_premium and not one.premium:
        found.append("premium")
    return found


def claim_due(done_on: date, *, day: int) -> date:
    """申报截止日: that day of the month after the surgery."""
    first = (done_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(day=day)
