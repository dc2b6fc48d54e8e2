"""What events of payouts, urgent aid and scoring are called for people (拨付、公示结束、急难救助和专家评分的事项)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "payout.approve": _("批准拨付"),
    "payout.approved": _("转为待拨付"),
    "payout.batched": _("编入批次"),
    "payout.failed": _("拨付失败"),
    "payout.free": _("释放预留"),
    "payout.freed": _("释放预留"),
    "payout.paid": _("已拨付"),
    "payout.paid_in_part": _("部分到账"),
    "payout.refund": _("退回款入账"),
    "payout.refunded": _("退回款入账"),
    "payout.reserve": _("预留资金"),
    "payout.reserved": _("预留资金"),
    "payout.returned": _("退汇"),
    "payout.sent": _("已送银行"),
    "publicity.closed": _("公示条目结束"),
    "score.give": _("专家评分"),
    "score.given": _("一位专家已评分"),
    "score.opened": _("专家评分公开"),
    "urgent.approve": _("急难审批"),
    "urgent.approved": _("同意急难先行救助"),
    "urgent.recover": _("追回急难款"),
    "urgent.recovered": _("急难款已追回"),
    "urgent.settle": _("追认急难救助"),
    "urgent.settled": _("急难救助的追认结果"),
    "urgent.write_off": _("急难款没有追回"),
    "urgent.written_off": _("急难款没有追回"),
}
