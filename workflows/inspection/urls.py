"""The addresses of inspection; each event has its own. All of them read as the role that may write nothing."""

from django.urls import path

from project.databases import read_only
from workflows.inspection import views
from workflows.inspection.asof import views as asof
from workflows.inspection.dossier.views import dossier
from workflows.inspection.road import views as road
from workflows.inspection.rounds import views as rounds
from workflows.inspection.search import views as search
from workflows.inspection.touched import views as touched

app_name = "inspection"
urlpatterns = [
    path("", read_only(search.search), name="search"),
    path("private", read_only(search.private), name="private"),
    path("touched/", read_only(touched.touched), name="touched"),
    path("touched/account", read_only(touched.account), name="touched_account"),
    path("refusals/", read_only(views.refusals), name="refusals"),
    path("refusals/list", read_only(views.refused), name="refused"),
    path("hasty/", read_only(views.hasty), name="hasty"),
    path("case/<slug:number>/", read_only(views.case), name="case"),
    path("case/<slug:number>/print", read_only(views.sheet), name="print"),
    path("case/<slug:number>/dossier", read_only(dossier), name="dossier"),
    path("case/<slug:number>/verify", read_only(views.verify), name="verify"),
    path("case/<slug:number>/event/<int:pk>", read_only(views.entry), {"kind": "event"}, name="event"),
    path("case/<slug:number>/event/<int:pk>/values", read_only(views.reveal), name="reveal"),
    path("case/<slug:number>/then/<int:pk>", read_only(asof.then), name="then"),
    path("case/<slug:number>/then/<int:pk>/values", read_only(asof.shown), name="then_shown"),
    path("case/<slug:number>/rounds", read_only(rounds.rounds), name="rounds"),
    path("case/<slug:number>/rounds/values", read_only(rounds.shown), name="rounds_shown"),
    path("case/<slug:number>/road/", read_only(road.moves), name="moves"),
    path("case/<slug:number>/road/<int:n>", read_only(road.move), name="move"),
    path("case/<slug:number>/read/<int:pk>", read_only(views.entry), {"kind": "read"}, name="read"),
]
