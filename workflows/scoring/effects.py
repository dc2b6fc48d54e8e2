"""What leaves the expert's step (专家意见): his word that he is independent, and his score sheet where the policy has one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.dossier.models import Case
from workflows import effects
from workflows.models import Decision
from workflows.scoring.actions import give


def answered(*, case: Case, decision: Decision, data: dict[str, Any], by: Any, now: datetime) -> None:
    """专家意见和评分: the points go to the sealed sheet and stand nowhere else, so that no other reader is led by them."""
    effects.expert_answered(case=case, decision=decision, data=data, by=by, now=now)
    points = data.get("scores")
    give(case=case, item=decision.item, points=points if isinstance(points, dict) else {}, by=by, now=now)
    decision.data = {name: value for name, value in data.items() if name != "scores"} or None
