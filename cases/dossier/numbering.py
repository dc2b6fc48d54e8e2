"""Case numbers without gaps: one counter row for each county and year, locked until the case is stored."""

from __future__ import annotations

from cases.dossier.models import CaseCounter
from cases.dossier.rules import case_number


def take(*, county: str, year: int) -> str:
    """取号: the next number of that county and year; a transaction that is rolled back gives it back."""
    CaseCounter.objects.get_or_create(county=county, year=year)
    row = CaseCounter.objects.select_for_update().get(county=county, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return case_number(county, year, row.last)
