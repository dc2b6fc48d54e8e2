"""W1 in plain viewflow: stock nodes, the stock row lock, a process model of its own; one flow for both dresses."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import select_for_update_lock

from tests.bench import side
from tests.bench.models import PlainCase


class PlainFlow(Flow):
    """Preliminary review, review, gateway on the amount, approval, two tasks at once, payout, end."""

    process_class = PlainCase
    lock_impl = select_for_update_lock

    start = flow.StartHandle(this.filed).Next(this.preliminary)
    preliminary = flow.View(None).onCreate(this.offered).Next(this.review)
    review = flow.View(None).onCreate(this.offered).Next(this.amount)
    amount = flow.If(lambda activation: activation.process.amount > 50_000).Then(this.approval).Else(this.both)
    approval = flow.View(None).onCreate(this.offered).Next(this.both)
    both = flow.Split().Next(this.notify).Next(this.prepare)
    notify = flow.View(None).onCreate(this.offered).Next(this.together)
    prepare = flow.View(None).onCreate(this.offered).Next(this.together)
    together = flow.Join().Next(this.payout)
    payout = flow.Function(this.pay).Next(this.end)
    end = flow.End()

    def filed(self, activation: Any) -> None:
        """Nothing to do: the fields of the case are set by who starts it."""

    def offered(self, activation: Any) -> None:
        """A task was made: in the dress of the product its side rows are written too."""
        if side.ON:
            side.offered(activation)

    def pay(self, activation: Any) -> None:
        """Pay: one row in the record, and the state of the case."""
        activation.process.state = "PAYABLE"
        activation.process.save()
        side.paid(activation.process)
