"""This product on the road of the bench: the same actions that its pages and its API call."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from cases.dossier.models import Case
from cases.history.record import action
from cases.policy.models import PolicyVersion
from tests.bench.measure import Clock
from tests.bench.world import COMMENT, people
from workflows import actions
from workflows.models import WorkItem

_numbers = count(1)


class Ours:
    """One client on this product."""

    name = "ours"

    def __init__(self, seed: int) -> None:
        self.people = people()
        self.seed = seed
        self.policy = PolicyVersion.objects.filter(programme="bench").latest("pk").pk

    def case(self, clock: Clock) -> None:
        """One case from its start to its end."""
        number = f"B{self.seed}-{next(_numbers)}"
        with clock("start"):
            case = begin(number=number, policy=self.policy, by=self.people["applicant"])
        todo = True
        while todo:
            rows = WorkItem.objects.filter(case=case, state="open", kind="human").order_by("pk")
            todo = list(rows.values_list("pk", "step"))
            for pk, step in todo:
                by = self.people[step]
                with clock("claim"):
                    actions.claim(item=pk, by=by)
                with clock(f"complete {step}"):
                    actions.decide(item=pk, outcome="agree", opinion=COMMENT, by=by)

    def close(self) -> None:
        """Nothing is held."""


@action("bench.begin", about="none")
def begin(*, number: str, policy: int, by: Any, now: Any = None) -> Case:
    """File a case and put it on its road."""
    case = Case.objects.create(
        token=uuid4(), number=number, programme="bench", state="COUNTY", handling_code="640422", owner=by,
        masked_name="演**", created_at=now, saved_at=now, submitted_at=now, accepted_on=now.date(), policy_id=policy,
        award=Decimal("60000"),
    )  # fmt: skip
    actions.start(case=case, by=by, now=now)
    return case
