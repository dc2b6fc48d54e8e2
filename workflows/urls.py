"""The addresses of how a case moves: desk, case pages, panel, inspection."""

from django.urls import include, path

from workflows.desk import nav  # noqa: F401  (registers the navigation)
from workflows.operations import nav as operations_nav  # noqa: F401

urlpatterns = [
    path("desk/", include("workflows.desk.urls")),
    path("staffing/", include("workflows.desk.staffing.urls")),
    path("case/<slug:number>/", include("workflows.desk.casefile.urls")),
    path("stand-ins/", include("workflows.desk.standing.urls")),
    path("panel/", include("workflows.desk.panel.urls")),
    path("inspect/checks/", include("workflows.inspection.checks.urls")),
    path("inspect/", include("workflows.inspection.urls")),
    path("findings/", include("workflows.inspection.findings.urls")),
    path("samples/", include("workflows.inspection.samples.urls")),
    path("oversight/", include("workflows.inspection.oversight.urls")),
    path("operations/", include("workflows.running.urls")),
    path("operations/", include("workflows.operations.urls")),
    path("reports/evaluation/", include("workflows.reports.evaluation.urls")),
    path("reports/", include("workflows.reports.urls")),
]
