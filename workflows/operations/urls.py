"""The addresses of operations."""

from django.urls import path

from workflows.operations import views

app_name = "operations"
urlpatterns = [
    path("suspensions/", views.suspensions, name="suspensions"),
    path("suspensions/road", views.suspend_road, name="suspend_road"),
    path("suspensions/case/<slug:number>", views.suspend, name="suspend"),
    path("suspensions/<int:pk>/end", views.resume, name="resume"),
]
