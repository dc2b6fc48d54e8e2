"""受助条件的事实 of hearing relief: residence with a permit counts too, and what the fitting centre measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.dossier.entitled import places

EARS = ("right_loss", "left_loss")


def facts(answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """听阈 is that of the better ear, once both are measured."""
    losses = [answers.get(ear) for ear in EARS]
    return {
        "place": places(answers, elsewhere=True),
        "aided": answers.get("had_device"),
        "loss": min(int(str(loss)) for loss in losses) if all(loss not in (None, "") for loss in losses) else None,
    }
