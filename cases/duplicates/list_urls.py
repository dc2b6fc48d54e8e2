"""The addresses of lists of other agencies."""

from django.urls import path

from cases.duplicates import list_views

app_name = "lists"
urlpatterns = [
    path("", list_views.home, name="home"),
    path("template.xlsx", list_views.template, name="template"),
]
