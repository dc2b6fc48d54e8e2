"""The addresses of the speed of the office and the quality of its help."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from workflows.inspection import nav
from workflows.reports import views
from workflows.reports.eventlog import views as logs

app_name = "reports"
urlpatterns = [
    path("", views.speed, name="speed"),
    path("road", views.road, name="road"),
    path("quality", views.quality_page, name="quality"),
    path("quality.csv", views.quality_sheet, {"kind": "csv"}, name="quality_csv"),
    path("quality.xlsx", views.quality_sheet, {"kind": "xlsx"}, name="quality_xlsx"),
    path("speed.csv", views.sheet, {"kind": "csv"}, name="csv"),
    path("speed.xlsx", views.sheet, {"kind": "xlsx"}, name="xlsx"),
    path("log", logs.home, name="log"),
    path("log/<uuid:token>", logs.one, name="log_one"),
    path("log/<uuid:token>/<int:pk>", logs.confirm, name="log_confirm"),
]
nav.register(_("导出日志"), "reports:log", order=60)
