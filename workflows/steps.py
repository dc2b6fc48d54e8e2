"""The words a road is written in: receive, step, wait, job, fork, join, route, end (few kinds; each call makes a fresh node)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow.workflow.nodes.end import End as ViewflowEnd
from viewflow.workflow.nodes.start import StartHandle

from cases.outgoing.actions import ORDINARY
from cases.outgoing.rules import Retry
from workflows.engine.activations import FinishActivation, ReceiveActivation
from workflows.exits import Effect, Exit, WithExits
from workflows.gateways import Arrow, fork, join, route
from workflows.rules import opinions

__all__ = [
    "ENDS",
    "End",
    "Exit",
    "Job",
    "Receive",
    "Step",
    "Wait",
    "end",
    "fork",
    "job",
    "join",
    "receive",
    "review",
    "route",
    "wait",
]

RECEIVED, AGREE, RETURN = _("收到申请"), _("同意上报"), _("退回")
DONE, FAILED, SKIPPED = _("已完成"), _("办不成"), _("已跳过")


class Step(WithExits):
    """环节: one human task. `by` is the role, `level` the review level (neighbouring levels are two people).

    `days` is the key of its time limit in the policy, `form` the kind of its decision form, `optional` lets the policy
    switch the level off. `not_by` names steps whose decider may not do this one; steps of one `conflict` group are done by
    different people; both count both ways (`excludes`). `same_as` names steps whose last decider goes on with this one
    while he can. `of` people are asked, each once (`distinct`); with `needs` first ways out the step is left by it, or, as
    soon as that cannot be reached any more, by the way of the opinion that settled it; with `veto` one against is enough.
    `follow_up` (回访): when it is offered the lot says whom to call and visit, by the policy.
    `veiled` (遮盖): whoever does it sees a few facts and redacted copies instead of the file.
    """

    def __init__(
        self,
        title: Any,
        *,
        by: str,
        state: str,
        level: int | None = None,
        days: str = "",
        form: str = "review",
        optional: bool = False,
        not_by: tuple[str, ...] = (),
        same_as: tuple[str, ...] = (),
        conflict: tuple[str, ...] = (),
        of: int = 1,
        needs: int | None = None,
        veto: bool = False,
        veiled: bool = False,
        follow_up: bool = False,
    ) -> None:
        super().__init__(title, state=state, days=days)
        self.role = by
        self.follow_up = follow_up
        self.veiled = veiled
        self.level = level
        self.form = form
        self.optional = optional
        self.not_by = not_by
        self.same_as = same_as
        self.conflict = conflict
        self.of = of
        self.needs = of if needs is None else needs
        self.veto = veto
        self.excludes: frozenset[str] = frozenset(not_by)

    @property
    def is_by_people(self) -> bool:
        """Whether the duties of people count here."""
        return True

    def settles(self, outcome: str, earlier: Sequence[str]) -> bool:
        """多人意见: whether this opinion, after the earlier ones at the same task, decides the step through its way out."""
        return opinions.settles(
            outcome, earlier, of=self.of, needs=self.needs, veto=self.veto, agree=next(iter(self.exits))
        )

    def Agree(self, target: Any, *, label: Any = AGREE, effect: Effect | None = None) -> Step:
        """The ordinary way on."""
        self.Exit("agree", target, label=label, effect=effect)
        return self

    def Return(self, *targets: Any, label: Any = RETURN) -> Step:
        """退回: back to one of these earlier steps, with a reason; opinions stay, a new round begins."""
        self.Exit("return", *targets, label=label, kind="return", reasons="return_reasons")
        return self


class Wait(WithExits):
    """等待: ends with a fact from outside the road, each fact an exit.

    Where the fact is what the panel decided (集体研究), `not_by` and `conflict` keep members from voting as they keep
    people from a step.

    `since` names the step from whose last decision the time limit is counted, else it begins with the wait. What
    `escalates` is reported to the head when it is overdue, as a step of people is.
    """

    task_type = "WAIT"
    bpmn_element = "receiveTask"
    human = False
    kind = "wait"
    role = ""
    level: int | None = None
    form = ""
    veiled = False
    follow_up = False
    optional = False
    of = 1
    same_as: tuple[str, ...] = ()

    def __init__(
        self,
        title: Any,
        *,
        state: str,
        days: str = "",
        by: str = "",
        level: int | None = None,
        not_by: tuple[str, ...] = (),
        conflict: tuple[str, ...] = (),
        since: str = "",
        escalates: bool = False,
    ) -> None:
        super().__init__(title, state=state, days=days)
        self.since = since
        self.escalates = escalates
        self.role = by
        self.level = level
        self.not_by = not_by
        self.conflict = conflict
        self.excludes: frozenset[str] = frozenset(not_by)

    @property
    def is_by_people(self) -> bool:
        """Whether members of the panel vote here."""
        return "panel_agree" in self.exits

    def On(self, fact: str, *targets: Any, label: Any, **more: Any) -> Wait:
        """The fact that ends the wait (or, without a target, only changes the state)."""
        self.Exit(fact, *targets, label=label, kind="wait", **more)
        return self

    def Lapses(self, fact: str) -> Wait:
        """The fact that comes by itself when the time limit is over."""
        self.lapses = fact
        return self


class Job(Wait):
    """自动环节: the machine does the work of a topic (`workflows.engine.jobs.does`), tried again as `retry` says.

    The case leaves by Done when it was done, by Failed when the answer was a lasting no, and by Skipped when an
    administrator decides that it goes on without; a job that only meets faults stays here as an incident. `queue` is
    urgent, normal or bulk; `partner` the other system whose limit a minute it counts against. Of one case one job is
    under way at a time.
    """

    task_type = "JOB"
    bpmn_element = "serviceTask"
    kind = "job"

    def __init__(
        self,
        title: Any,
        *,
        does: str,
        state: str,
        days: str = "",
        retry: Retry = ORDINARY,
        queue: str = "normal",
        partner: str = "",
    ) -> None:
        super().__init__(title, state=state, days=days)
        self.does = does
        self.retry = retry
        self.queue = queue
        self.partner = partner

    def Done(self, target: Any, *, label: Any = DONE, effect: Effect | None = None) -> Job:
        """The work was done; its effect gets the result as `data`."""
        self.Exit("done", target, label=label, effect=effect)
        return self

    def Failed(self, target: Any, *, label: Any = FAILED, effect: Effect | None = None) -> Job:
        """The answer was no; its effect gets `code`."""
        self.Exit("failed", target, label=label, kind="fact", effect=effect)
        return self

    def Skipped(self, target: Any, *, label: Any = SKIPPED, effect: Effect | None = None) -> Job:
        """An administrator let the case go on without the work."""
        self.Exit("skipped", target, label=label, kind="fact", effect=effect)
        return self


class End(ViewflowEnd):  # type: ignore[misc]
    """办结: an end of the road with the state that the case takes."""

    activation_class = FinishActivation

    def __init__(self, title: Any, *, state: str) -> None:
        super().__init__()
        self.task_title = title
        self.state = state

    @property
    def title(self) -> Any:
        """The end's name as staff read it."""
        return self.task_title

    def arrows(self) -> list[Arrow]:
        """No way leads on."""
        return []


class Receive(StartHandle):  # type: ignore[misc]
    """收件: the start of the road."""

    activation_class = ReceiveActivation

    def __init__(self, title: Any) -> None:
        super().__init__()
        self.task_title = title

    @property
    def title(self) -> Any:
        """The start's name as staff read it."""
        return self.task_title

    def arrows(self) -> list[Arrow]:
        """The one way on."""
        return [Arrow("", "", "forward", self._next)]


def receive(title: Any = RECEIVED) -> Receive:
    """收件."""
    return Receive(title)


def review(title: Any, **spec: Any) -> Step:
    """审核环节: one person of a role reads the file and decides."""
    return Step(title, **spec)


def wait(title: Any, **spec: Any) -> Wait:
    """等待环节."""
    return Wait(title, **spec)


def pay(title: Any, *, days: str = "payment", state: str = "PAYABLE") -> Wait:
    """拨付: waits for the bank. The road says where it goes by `payment_paid` and `payment_failed`; what batches tell before
    that moves the state of the case along, unless other work keeps the case in a `state` of its own."""
    told = (
        ("payment_batched", _("已入批次"), "IN_BATCH"), ("payment_unbatched", _("移出批次"), "PAYABLE"),
        ("payment_sent", _("已送银行"), "SENT"), ("payment_unknown", _("结果待查"), "UNKNOWN"),
    )  # fmt: skip
    node = wait(title, state=state, days=days, by="FM")
    for fact, label, on_its_way in told:
        node.On(fact, label=label, **({"state": on_its_way} if state == "PAYABLE" else {}))
    return node


def job(title: Any, **spec: Any) -> Job:
    """自动环节."""
    return Job(title, **spec)


def end(title: Any, *, state: str) -> End:
    """办结."""
    return End(title, state=state)


ENDS: dict[str, Callable[[], End]] = {
    "closed": lambda: end(_("办结"), state="CLOSED"),
    "not_accepted": lambda: end(_("不予受理"), state="NOT_ACCEPTED"),
    "rejected": lambda: end(_("不予救助"), state="REJECTED"),
    "lapsed": lambda: end(_("逾期未补，视为撤回"), state="LAPSED"),
}
"""The ends that a road may lead to by `this.<name>` without declaring them; each flow gets fresh ones."""
