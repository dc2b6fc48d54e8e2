"""The addresses of operations."""

from django.urls import path

from workflows.running import nav, views  # noqa: F401  (nav registers the navigation)

app_name = "running"
urlpatterns = [
    path("", views.home, name="home"),
    path("limits/", views.limits, name="limits"),
    path("machines/", views.machines, name="machines"),
    path("incidents/<int:pk>/", views.group, name="group"),
]
