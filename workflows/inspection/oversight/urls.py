"""The addresses of the supervisory board."""

from django.urls import path

from project.databases import read_only
from workflows.inspection.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", read_only(views.home), name="home"),
    path("list", read_only(views.entries), name="list"),
]
