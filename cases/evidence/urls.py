"""The addresses of stored papers."""

from django.urls import path

from cases.evidence import views

app_name = "evidence"
urlpatterns = [path("<uuid:token>", views.file, name="file")]
