"""The third version of the small road: the county's head looks as well, and the province grants."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from tests.two_step.roads.v1 import checked
from workflows import effects, steps
from workflows.flow import ReliefFlow


class TwoStepV3(ReliefFlow):
    """小额救助第三版: county check, county head, province, payment."""

    received = steps.receive().Next(this.check)
    check = (
        steps.review(_("初审"), by="CTY1", level=1, state="INTAKE", days="intake", form="award")
        .Agree(this.review, effect=checked)
        .Exit(
            "reject", this.rejected, label=_("不予救助"), kind="end", reasons="reject_reasons", effect=effects.rejected
        )
    )
    review = steps.review(_("复核"), by="CTY2", level=2, state="COUNTY", days="intake").Agree(this.confirm)
    confirm = steps.review(
        _("准予救助"), by="PRV2", level=4, state="GRANTED", days="grant", form="grant", not_by=("check",)
    ).Exit("grant", this.payment, label=_("准予救助"), effect=effects.granted)
    payment = (
        steps.pay(_("拨付"))
        .On("payment_paid", this.closed, label=_("已到账"), effect=effects.paid)
        .On("payment_failed", this.account_repair, label=_("拨付失败"), effect=effects.payment_failed)
    )
    account_repair = steps.wait(_("等申请人更正账户"), state="FAILED", days="repair").On(
        "account_repaired", this.confirm, label=_("已更正")
    )
