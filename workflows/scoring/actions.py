"""An expert gives his score sheet (评分): a part of his decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.history.record import action, record
from cases.policy.queries import policy_of
from workflows.models import ScoreSheet, WorkItem
from workflows.scoring.queries import asked_last, given_on, totals_of
from workflows.scoring.rules import faults_of, items_of, summary, wanted


@action("score.give")
def give(*, case: Any, item: WorkItem, points: Mapping[str, Any], by: Any, now: datetime | None = None) -> ScoreSheet:
    """评分: one reader's points for each item, sealed; history says that a sheet was given, and all totals with the last one.

    Raises Invalid with a sentence for each item that has no whole number of points within its most.
    """
    assert now is not None
    policy = policy_of(case)
    items = items_of(policy)
    if faults := faults_of(points, items):
        raise Invalid(_("评分表还没有填好。"), fields=faults, code="scores")
    asked = asked_last(case)
    assert asked is not None  # nobody comes to this step but by a question
    kept = {one.key: points[one.key] for one in items}
    made = ScoreSheet.objects.create(case=case, asked=asked, item=item, reader=by, points=kept, given_at=now)
    given = given_on(asked)
    record("score.given", about=("case", case.pk), object=made, payload={"number": len(given)})
    totals = totals_of(given)
    if items and len(totals) >= wanted(totals, policy):
        found = summary(totals, policy)
        payload = {"totals": totals, "average": found.average, "median": found.median, "spread": found.spread}
        record("score.opened", about=("case", case.pk), object=made, payload=payload)
    return made
