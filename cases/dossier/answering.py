"""How an answer is written: the present round's row, the same value once, every change in the history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.dossier.models import Answer, Case
from cases.history.record import record


def store_answer(*, case: Case, key: str, value: Any, by: Any, now: datetime) -> Answer | None:
    """Write a cleaned answer of the case's present round; earlier rounds stay as they were."""
    rows = Answer.objects.filter(case=case, round=case.round, key=key, source="claimed")
    if value is None:
        if case.state == "DRAFT" and rows.delete()[0]:
            record("case.answer_removed", about=("case", case.pk), payload={"key": key})
        return None
    row = rows.first()
    if row is not None and row.value == value:
        return row
    if row is None:
        row = Answer(case=case, round=case.round, key=key, source="claimed")
    row.value, row.by, row.at = value, by, now
    row.save()
    record("case.answered", about=("case", case.pk), object=row, payload={"key": key, "round": case.round})
    return row
