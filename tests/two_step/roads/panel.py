"""The small road with a panel that keeps people apart: by name, by group, and from what comes after it."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from tests.two_step.roads.opinions import counted
from workflows import effects, steps
from workflows.flow import ReliefFlow


class TwoStepPanel(ReliefFlow):
    """小额救助（集体研究）: county check, a look at the fund, the panel, grant."""

    received = steps.receive().Next(this.check)
    check = steps.review(_("初审"), by="CTY1", state="INTAKE", days="intake", form="award").Agree(
        this.fund_look, effect=counted
    )
    fund_look = steps.review(_("资金核对"), by="CTY2", state="COUNTY", days="intake", conflict=("fund",)).Agree(
        this.panel
    )
    panel = (
        steps.wait(_("集体研究"), state="PANEL", days="intake", by="PRV2", not_by=("check",), conflict=("fund",))
        .On("panel_agree", this.grant, label=_("同意救助"))
        .On("panel_reject", this.rejected, label=_("不予救助"), effect=effects.rejected)
    )
    grant = steps.review(
        _("准予救助与账户确认"), by="CTY2", state="GRANTED", days="grant", form="grant", not_by=("panel",)
    ).Exit("grant", this.payment, label=_("准予救助"), effect=effects.granted)
    payment = steps.wait(_("拨付"), state="PAYABLE", days="payment", by="FM").On(
        "payment_paid", this.closed, label=_("已到账"), effect=effects.paid
    )
