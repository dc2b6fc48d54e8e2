"""What every page that takes a spreadsheet shows and hands out (试读、模板): the faults of a tried file by cell, a workbook to download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shown_faults(faults: Sequence[Any]) -> dict[str, Any]:
    """要改的格: the first of them for ``parts/sheet_faults.html``, and how many more there are."""
    return {"faults": faults[:SHOWN], "more": max(0, len(faults) - SHOWN)}


def workbook(data: bytes, name: str) -> HttpResponse:
    """下载: a workbook under a file name."""
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
