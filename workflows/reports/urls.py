"""The addresses of the speed of the office and the quality of its help."""

from django.urls import path

from workflows.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.speed, name="speed"),
    path("road", views.road, name="road"),
    path("quality", views.quality_page, name="quality"),
    path("quality.csv", views.quality_sheet, {"kind": "csv"}, name="quality_csv"),
    path("quality.xlsx", views.quality_sheet, {"kind": "xlsx"}, name="quality_xlsx"),
    path("speed.csv", views.sheet, {"kind": "csv"}, name="csv"),
    path("speed.xlsx", views.sheet, {"kind": "xlsx"}, name="xlsx"),
]
