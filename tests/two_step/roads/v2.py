"""The small road with a machine in it: after the check, a register outside the house is told."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from cases.money import actions as money
from cases.outgoing.rules import Retry
from workflows import effects, steps
from workflows.flow import ReliefFlow


def checked(**decision):
    """Accept, compute and set the money aside in one step."""
    effects.accept(**decision)
    effects.computed(**decision)
    case = decision["case"]
    money.reserve(case=case, amount=case.award, by=decision["by"], now=decision["now"])


class TwoStepV2(ReliefFlow):
    """小额救助: county check, registration by the machine, county head."""

    received = steps.receive().Next(this.check)
    check = (
        steps.review(_("初审"), by="CTY1", level=1, state="INTAKE", days="intake", form="award")
        .Agree(this.enter, effect=checked)
        .Exit(
            "reject", this.rejected, label=_("不予救助"), kind="end", reasons="reject_reasons", effect=effects.rejected
        )
    )
    enter = (
        steps.job(
            _("登记"),
            does="test.register",
            state="COUNTY",
            retry=Retry(attempts=3, first=timedelta(seconds=30), timeout=timedelta(seconds=3)),
        )
        .Done(this.grant)
        .Failed(this.second_look)
        .Skipped(this.grant)
    )
    second_look = steps.review(_("再看一次"), by="CTY1", state="COUNTY", days="intake", form="award").Exit(
        "again", this.enter, label=_("再登记")
    )
    grant = steps.review(_("准予救助与账户确认"), by="CTY2", level=2, state="GRANTED", days="grant", form="grant").Exit(
        "grant", this.reply, label=_("准予救助")
    )
    reply = steps.wait(_("等登记回执"), by="CTY2", state="GRANTED", days="grant").On(
        "receipt", this.closed, label=_("收到回执"), message=True
    )
