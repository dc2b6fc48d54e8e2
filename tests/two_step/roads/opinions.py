"""The small road with every duty that a step can declare: several opinions, a veto, the same person, groups kept apart."""

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from cases.money import actions as money
from workflows import effects, steps
from workflows.flow import ReliefFlow


def counted(**decision):
    """Accept the case once, and compute its award at each check."""
    if decision["case"].accepted_on is None:
        effects.accept(**decision)
    effects.computed(**decision)


def reserved(**decision):
    """Set the money aside."""
    case = decision["case"]
    money.reserve(case=case, amount=case.award, by=decision["by"], now=decision["now"])


class TwoStepOpinions(ReliefFlow):
    """小额救助（多人意见）: county check, two of three opinions, two signatures with a veto, the first clerk again, grant."""

    received = steps.receive().Next(this.check)
    check = (
        steps.review(_("初审"), by="CTY1", level=1, state="INTAKE", days="intake", form="award", conflict=("money",))
        .Agree(this.opinions, effect=counted)
        .Exit(
            "reject", this.rejected, label=_("不予救助"), kind="end", reasons="reject_reasons", effect=effects.rejected
        )
    )
    opinions = (
        steps.review(_("多人意见"), by="PAN", level=4, state="PANEL", days="intake", of=3, needs=2)
        .Agree(this.signatures)
        .Return(this.check)
    )
    signatures = (
        steps.review(_("双人会签"), by="PRV1", state="PROVINCE", days="intake", of=2, veto=True, not_by=("check",))
        .Agree(this.confirm)
        .Return(this.check)
    )
    confirm = steps.review(_("经办人确认"), by="CTY1", state="COUNTY", days="intake", same_as=("check",)).Agree(
        this.grant, effect=reserved
    )
    grant = steps.review(
        _("准予救助与账户确认"), by="CTY2", state="GRANTED", days="grant", form="grant", conflict=("money",)
    ).Exit("grant", this.payment, label=_("准予救助"), effect=effects.granted)
    payment = steps.wait(_("拨付"), state="PAYABLE", days="payment", by="FM").On(
        "payment_paid", this.closed, label=_("已到账"), effect=effects.paid
    )
