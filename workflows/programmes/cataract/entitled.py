"""受助条件的事实 of cataract relief: the sight of each eye that is to be done (domain.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cases.screening.sight import read
from workflows.programmes.cataract.eyes import ASKED, wanted


def facts(answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """要做的眼: its sight, whether it sees light, whether it was aided; below the chart (指数、手动) counts as nought."""
    seen = {eye: read(str(answers[ASKED[eye]])) for eye in wanted(answers) if answers.get(ASKED[eye])}
    if not seen:
        return {}
    aided = answers.get("aided_eyes")
    return {
        "sight": {eye: Decimal(0) if one.code or one.decimal is None else one.decimal for eye, one in seen.items()},
        "sightless": {eye: one.is_blind for eye, one in seen.items()},
        "aided": {eye: aided in (eye, "both") for eye in seen} if aided else None,
    }
