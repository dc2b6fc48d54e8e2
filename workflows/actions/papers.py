"""Papers beside the checklist (材料核对): whoever holds a review step marks each paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Refusal
from cases.evidence import actions as evidence
from cases.evidence.models import Material
from cases.history.record import action
from workflows.actions.claiming import act_as
from workflows.actions.common import holder_of, locked, may_act, must_be_unchanged
from workflows.flow import step_of
from workflows.models import WorkItem


@action("task.check_paper")
def check_paper(
    *, item: WorkItem | int, row_version: int | None = None, code: str, verdict: str, reason: str = "", by: Any,
    now: datetime | None = None,
) -> Material:  # fmt: skip
    """核对一份材料: 合格, or 不合格 with its reason, by the holder of a review step; the decision stays open.

    Refused: not my step, not in my hands, a step that reviews no papers, an old page.
    """
    found = locked(item)
    act_as(may_act(found, by))
    if found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(_("这件不在您手里。"), code="not_holder", who_may=holder_of(found))
    must_be_unchanged(found, row_version)
    if step_of(found).level is None or step_of(found).veiled:
        raise Refusal(_("这一步不核对材料。"), code="no_review")
    return evidence.check_paper(case=found.case, code=code, verdict=verdict, reason=reason, by=by, now=now)
