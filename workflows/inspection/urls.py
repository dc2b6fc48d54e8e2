"""The addresses of inspection; each event has its own."""

from django.urls import path

from workflows.inspection import views
from workflows.inspection.asof import views as asof

app_name = "inspection"
urlpatterns = [
    path("", views.search, name="search"),
    path("refusals/", views.refusals, name="refusals"),
    path("refusals/list", views.refused, name="refused"),
    path("hasty/", views.hasty, name="hasty"),
    path("case/<slug:number>/", views.case, name="case"),
    path("case/<slug:number>/print", views.sheet, name="print"),
    path("case/<slug:number>/verify", views.verify, name="verify"),
    path("case/<slug:number>/event/<int:pk>", views.entry, {"kind": "event"}, name="event"),
    path("case/<slug:number>/event/<int:pk>/values", views.reveal, name="reveal"),
    path("case/<slug:number>/then/<int:pk>", asof.then, name="then"),
    path("case/<slug:number>/then/<int:pk>/values", asof.shown, name="then_shown"),
    path("case/<slug:number>/read/<int:pk>", views.entry, {"kind": "read"}, name="read"),
]
