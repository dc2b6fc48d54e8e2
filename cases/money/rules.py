"""What may be paid, to whom and when, and how the bank's word compares with ours: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Refusal

MOST_FEN = 10**13
PROVINCE = "64"
"""Funds and batches belong to the province's office (domain.md 2)."""


class FundShort(Refusal):
    """资金不足: the fund has less than the grant; the case waits in turn (轮候) or is deferred, never below zero."""

    def __init__(self, programme: str = "") -> None:
        super().__init__(
            _("这个项目的资金现在不够支付这一笔。可以轮候，等资金到账后按顺序办理。"),
            code="fund_short",
            who_may="",
            status=409,
        )
        self.programme = programme


def to_fen(amount: Any) -> int:
    """Yuan as fen (分). Raises Invalid for anything but a positive amount of at most two decimals; no floats."""
    if isinstance(amount, bool) or not isinstance(amount, (int, Decimal)):
        raise _bad(_("金额不能用近似数。请填写准确的元、角、分。"))
    value = Decimal(amount)
    if not value.is_finite():
        raise _bad(_("这不是金额。请填写数字，例如 1200.50。"))
    if value <= 0:
        raise _bad(_("金额应大于 0。请核对。"))
    if value * 100 >= MOST_FEN:
        raise _bad(_("金额太大。请核对小数点。"))
    if value * 100 != (value * 100).to_integral_value():
        raise _bad(_("金额最多两位小数（到分）。请核对。"))
    return int(value * 100)


def _bad(sentence: Any) -> Invalid:
    return Invalid(sentence, fields={"amount": sentence})


def allows(restriction: Mapping[str, Any], *, code: str, fen: int) -> bool:
    """Whether a fund's restriction (捐赠人意愿) lets it pay a case of that place and amount."""
    areas = restriction.get("divisions") or []
    most = restriction.get("unit_max")
    return (not areas or any(code.startswith(area) for area in areas)) and (
        most is None or fen <= to_fen(Decimal(str(most)))
    )


OUT = {
    "reserved": _("公示未结束或还没有准予"),
    "publicity": _("还没到最早拨付日：公示未结束"),
    "objection": _("有异议正在核查"),
    "duplicate": _("有查重命中没有处理"),
    "suspended": _("案卷已停办，恢复办理后再拨付"),
    "no_account": _("没有收款账户"),
    "unconfirmed": _("收款账户还没有第二人核对"),
    "failed": _("上次拨付失败，等待更正账户"),
    "returned": _("银行退汇，等待更正账户"),
    "in_batch": _("已在另一个批次里"),
    "sent": _("已送银行，等待结果"),
    "unknown": _("银行结果待查，不能重发"),
    "duties": _("制单人办理过这个案卷，应由别人制单"),
    "letters": _("户名或开户行里有银行文件写不出的字"),
    "symbols": _("户名、账号或开户行里有不能写入银行文件的符号"),
    "too_many": _("超过一个批次的最多笔数，请编入下一批"),
    "moved": _("案卷刚刚有变动，请重新制单"),
}
"""Why a candidate is not in a batch (F59)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """待入批次的一笔: what decides whether a payout goes into a batch today."""

    state: str
    not_before: date | None
    hold: str
    has_account: bool
    is_confirmed: bool
    is_handled: bool
    file_fault: str


def why_out(one: Candidate, *, today: date) -> str:
    """The code of OUT that keeps a payout out of a batch, or "" when it goes in."""
    if one.state != "payable":
        return one.state
    if one.not_before is None or today < one.not_before:
        return "publicity"
    if one.hold:
        return one.hold
    if not one.has_account:
        return "no_account"
    if not one.is_confirmed:
        return "unconfirmed"
    return "duties" if one.is_handled else one.file_fault


OUTCOMES = {
    "paid": _("成功"),
    "failed": _("失败：账户有误"),
    "missing": _("回盘里没有这一笔"),
    "doubled": _("回盘里这一笔出现了两次"),
    "unknown_line": _("不是这个批次的业务编号"),
    "amount_differs": _("金额不符"),
    "name_differs": _("户名或账号尾号不符"),
    "file_refused": _("银行拒收整个文件"),
    "returned": _("退汇"),
    "processing": _("银行正在处理"),
    "already": _("以前已登记，没有变化"),
    "contradicts": _("与已登记的结果矛盾，须人工核查"),
}
"""What one line of an answer comes to. All but paid, failed, returned and file_refused leave the money as it is."""

APPLIED = ("paid", "failed", "returned", "file_refused")
DIFFERENCES = ("missing", "doubled", "unknown_line", "amount_differs", "name_differs", "contradicts")

_BY_STATE = {
    ("paid", "sent"): "paid",
    ("paid", "unknown"): "paid",
    ("paid", "paid"): "already",
    ("failed", "sent"): "failed",
    ("failed", "unknown"): "failed",
    ("failed", "failed"): "already",
    ("failed", "returned"): "already",
    ("returned", "sent"): "failed",
    ("returned", "unknown"): "failed",
    ("returned", "paid"): "returned",
    ("returned", "returned"): "already",
    ("returned", "failed"): "already",
    ("processing", "sent"): "processing",
    ("processing", "unknown"): "processing",
}


@dataclass(frozen=True, slots=True)
class Ours:
    """我方一笔: a line as it was sent, and the state of its attempt now."""

    holder: str
    tail: str
    fen: int
    state: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """银行一笔: a line of the answer. `result`: paid, failed, returned, processing."""

    row: int
    business_no: str
    holder: str
    tail: str
    fen: int
    result: str
    reason: str = ""


def compare(ours: Ours | None, theirs: Collection[Theirs]) -> str:
    """What the bank's lines for one business number come to (F66): number, amount to the fen, name and account tail."""
    if ours is None:
        return "unknown_line"
    if not theirs:
        return "missing" if ours.state in ("sent", "unknown") else "already"
    if len(theirs) > 1:
        return "doubled"
    one = next(iter(theirs))
    if one.fen != ours.fen:
        return "amount_differs"
    if one.holder != ours.holder or one.tail != ours.tail:
        return "name_differs"
    return _BY_STATE.get((one.result, ours.state), "contradicts")
