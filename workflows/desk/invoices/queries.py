"""What the page of the invoices shows."""

from __future__ import annotations

from typing import Any

from cases.dossier.queries import answers
from cases.errors import NotFound
from cases.evidence.bills import sums
from cases.evidence.invoices import as_bill, invoices_of
from cases.evidence.models import Material
from workflows.desk.casefile.queries import File

GIVEN = ("given", "accepted")


def page_of(found: File) -> dict[str, Any]:
    """The invoices that count, what they come to, and what the programme says of them. Raises NotFound without invoices."""
    says = found.programme.bills
    if says is None:
        raise NotFound()
    rows = list(invoices_of(found.case))
    bills = [as_bill(row) for row in rows]
    papers = Material.objects.filter(case=found.case, state__in=GIVEN).values_list("code", flat=True)
    remarks = says(answers(found.case), bills, frozenset(papers))
    return {"rows": rows, "sums": sums(bills), "remarks": remarks, "may_enter": found.checks_papers}
