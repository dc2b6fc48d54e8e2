"""Funds and the money that comes into them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import require
from cases.errors import Invalid
from cases.history.record import action, current, record
from cases.money.models import Fund, LedgerAccount, LedgerTransfer
from cases.money.rules import PROVINCE, to_fen
from cases.text import clean


def act_as(by: Any, right: str) -> None:
    """Act in the post that gives this right for the province's money; a refusal names who may."""
    post = require(by, right, PROVINCE)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)


@action("fund.open", about="fund")
def open_fund(
    *,
    code: str,
    name: str,
    programme: str,
    kind: str,
    starts_on: date,
    by: Any,
    now: datetime | None = None,
    ends_on: date | None = None,
    restriction: Mapping[str, Any] | None = None,
) -> Fund:
    """设立资金: a fund for one programme with its accounts; it holds nothing until money comes. Raises Invalid."""
    assert now is not None
    act_as(by, "money.make")
    code, name = clean(code).upper(), clean(name)
    faults: dict[str, Any] = {}
    if not re.fullmatch(r"[A-Z0-9-]{1,20}", code):
        faults["code"] = _("资金编号用 1 到 20 位字母、数字和短横。")
    elif Fund.objects.filter(code=code).exists():
        faults["code"] = _("这个资金编号已经用过。请换一个。")
    if not 2 <= len(name) <= 80:
        faults["name"] = _("请填写资金名称，2 到 80 个字。")
    if kind not in dict(Fund.KINDS):
        faults["kind"] = _("请选择资金来源。")
    if ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = _("结束日期早于开始日期。请核对。")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    fund = Fund.objects.create(
        code=code,
        name=name,
        programme=programme,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        restriction=dict(restriction or {}),
    )
    for account in ("fund", "bank", "external"):
        LedgerAccount.objects.create(code=f"{account}:{code}", kind=account, fund=fund)
    record("fund.opened", about=("fund", fund.pk), object=fund, payload={"programme": programme, "kind": kind})
    return fund


@action("fund.gift", about="fund")
def receive_gift(*, fund: Fund, amount: Decimal, source: str, by: Any, now: datetime | None = None) -> LedgerTransfer:
    """资金到账: money comes into a fund from outside, with its source in words (yuan). Raises Invalid."""
    assert now is not None
    act_as(by, "money.make")
    fen, source = to_fen(amount), clean(source)
    if not 2 <= len(source) <= 120:
        raise Invalid(_("还有内容要改。"), fields={"source": _("请写明资金来源，2 到 120 个字。")})
    of = {row.kind: row for row in fund.accounts.all()}
    transfer = LedgerTransfer.objects.create(
        id=uuid.uuid4(),
        debit=of["external"],
        credit=of["fund"],
        amount_fen=fen,
        kind="single",
        cause="gift",
        reason=source,
        created_by=by,
        at=now,
    )
    record("fund.received", about=("fund", fund.pk), object=transfer, payload={"amount": amount, "source": source})
    return transfer
