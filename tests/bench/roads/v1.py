"""W1 as a road: two reviews, a gateway on the amount, approval, two tasks at once, an automatic payout."""

from typing import Any

from viewflow.this_object import this
from viewflow.workflow.activation import Activation

from cases.history.record import record
from workflows import offers, steps
from workflows.engine.activations import RouteActivation
from workflows.flow import ReliefFlow
from workflows.gateways import Route
from workflows.rules.conditions import AmountOver

OVER = "bench_over"


class PayoutActivation(RouteActivation):
    """Pays at once and goes on."""

    @Activation.status.super()
    def activate(self) -> None:
        super().activate.original()
        case = offers.case_of(self.process.pk)
        record("case.paid", about=("case", case.pk), object=case, payload={"amount": case.award})


class Payout(Route):
    """The automatic step of W1: a row of its own in viewflow's tables, as its Function has."""

    activation_class = PayoutActivation


def payout(title: str) -> Any:
    """The automatic payout."""
    return Payout(title)


class BenchV1(ReliefFlow):
    """量速: preliminary review, review, approval over an amount, notify and prepare side by side, payout."""

    received = steps.receive().Next(this.preliminary)
    preliminary = steps.review("初审", by="CTY1", level=1, state="COUNTY", days="preliminary").Agree(this.review)
    review = steps.review("复核", by="CTY2", level=2, state="CITY", days="review").Agree(this.amount)
    amount = steps.route("金额").When(AmountOver(OVER), this.approval).Else(this.both)
    approval = steps.review("审批", by="MUN", level=3, state="PROVINCE", days="approval").Agree(this.both)
    both = steps.fork("同时办理").To(this.notify, this.prepare)
    notify = steps.review("告知", by="PRV1", state="PROVINCE", days="notify").Agree(this.together)
    prepare = steps.review("备款", by="PRV2", state="PROVINCE", days="prepare").Agree(this.together)
    together = steps.join("都办完").Next(this.paid)
    paid = payout("拨付").Else(this.closed)
