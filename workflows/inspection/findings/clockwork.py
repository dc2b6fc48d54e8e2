"""What the clock does for findings (问题): each day those that are not put right in time are reported to the heads, once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.access import looks
from cases.calendar import clock
from workflows.engine import clockwork
from workflows.inspection.findings.actions import escalate
from workflows.inspection.findings.models import Finding
from workflows.inspection.findings.queries import inspected


def listen() -> None:
    """Every day; and say which cases are under inspection. Called once when the app starts."""
    clockwork.every("findings", title=_("整改超期上报"), at=1)(report)
    looks.on_inspections(inspected)


def report() -> int:
    """Every finding past its day that was not reported yet; answers how many were."""
    late = Finding.objects.filter(state__in=["sent", "answered"], due_on__lt=clock.today(), escalated_at=None)
    return sum(bool(escalate(finding=one, by=None)) for one in late.order_by("due_on", "pk").iterator(chunk_size=200))
