"""W1 as a road: two reviews, a gateway on the amount, approval, two tasks at once, payout."""

from viewflow.this_object import this

from workflows import steps
from workflows.flow import ReliefFlow

OVER = "bench_over"


class BenchV1(ReliefFlow):
    """量速: preliminary review, review, approval over an amount, notify and prepare side by side, payout."""

    received = steps.receive().Next(this.preliminary)
    preliminary = steps.review("初审", by="CTY1", level=1, state="COUNTY", days="preliminary").Agree(this.review)
    review = steps.review("复核", by="CTY2", level=2, state="CITY", days="review").Agree(this.approval)
    approval = steps.review("审批", by="MUN", level=3, state="PROVINCE", days="approval").Agree(this.notify)
    notify = steps.review("告知", by="PRV1", state="PROVINCE", days="notify").Agree(this.prepare)
    prepare = steps.review("备款", by="PRV2", state="PROVINCE", days="prepare").Agree(this.closed)
