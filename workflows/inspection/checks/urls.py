"""The addresses of the standing checks; a hit keeps its own for good."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from project.databases import read_only
from workflows.inspection import nav
from workflows.inspection.checks import views

app_name = "checks"
urlpatterns = [
    path("", read_only(views.checks), name="home"),
    path("run", views.run, name="run"),
    path("hit/<int:pk>/", views.hit, name="hit"),
    path("<slug:code>/", read_only(views.check), name="check"),
    path("<slug:code>/numbers", views.rule, name="rule"),
]
nav.register(_("常设核查"), "checks:home", order=20)
