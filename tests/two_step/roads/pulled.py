"""The small road whose registration a partner's machine fetches and answers."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from viewflow.this_object import this

from cases.outgoing.rules import Retry
from tests.two_step.roads.v2 import checked
from workflows import steps
from workflows.flow import ReliefFlow


class TwoStepPulled(ReliefFlow):
    """小额救助: county check, registration by the bureau, county head."""

    received = steps.receive().Next(this.check)
    check = steps.review(_("初审"), by="CTY1", level=1, state="INTAKE", days="intake", form="award").Agree(
        this.enter, effect=checked
    )
    enter = (
        steps.job(
            _("登记"),
            does="test.bureau",
            state="COUNTY",
            partner="bureau",
            retry=Retry(attempts=2, first=timedelta(seconds=30)),
        )
        .Done(this.grant)
        .Failed(this.second_look)
        .Skipped(this.grant)
    )
    second_look = steps.review(_("再看一次"), by="CTY1", state="COUNTY", days="intake", form="award").Exit(
        "again", this.enter, label=_("再登记")
    )
    grant = steps.review(_("准予救助与账户确认"), by="CTY2", level=2, state="GRANTED", days="grant", form="grant").Exit(
        "grant", this.closed, label=_("准予救助")
    )
