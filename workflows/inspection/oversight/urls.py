"""The addresses of the supervisory board."""

from django.urls import path

from workflows.inspection.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", views.home, name="home"),
    path("list", views.entries, name="list"),
]
