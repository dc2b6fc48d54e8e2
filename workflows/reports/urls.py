"""The addresses of the speed of the office."""

from django.urls import path

from workflows.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.speed, name="speed"),
    path("road", views.road, name="road"),
    path("speed.csv", views.sheet, {"kind": "csv"}, name="csv"),
    path("speed.xlsx", views.sheet, {"kind": "xlsx"}, name="xlsx"),
]
