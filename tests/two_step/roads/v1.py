"""Two people and the bank: a small road for small sums."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from cases.money import actions as money
from workflows import effects, steps
from workflows.flow import ReliefFlow


def checked(**decision):
    """Accept, compute and set the money aside in one step."""
    effects.accept(**decision)
    effects.computed(**decision)
    case = decision["case"]
    money.reserve(case=case, amount=case.award, by=decision["by"], now=decision["now"])


class TwoStepV1(ReliefFlow):
    """小额救助: county check, county head, payment."""

    received = steps.receive().Next(this.check)
    check = (
        steps.review(_("初审"), by="CTY1", level=1, state="INTAKE", days="intake", form="award")
        .Agree(this.grant, effect=checked)
        .Exit(
            "reject", this.rejected, label=_("不予救助"), kind="end", reasons="reject_reasons", effect=effects.rejected
        )
    )
    grant = steps.review(_("准予救助与账户确认"), by="CTY2", level=2, state="GRANTED", days="grant", form="grant").Exit(
        "grant", this.payment, label=_("准予救助"), effect=effects.granted
    )
    payment = (
        steps.pay(_("拨付"))
        .On("payment_paid", this.closed, label=_("已到账"), effect=effects.paid)
        .On("payment_failed", this.account_repair, label=_("拨付失败"), effect=effects.payment_failed)
    )
    account_repair = steps.wait(_("等申请人更正账户"), state="FAILED", days="repair").On(
        "account_repaired", this.grant, label=_("已更正")
    )
