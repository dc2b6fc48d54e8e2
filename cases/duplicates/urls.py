"""The addresses of past grants."""

from django.urls import path

from cases.duplicates import views

app_name = "past_grants"
urlpatterns = [
    path("", views.home, name="home"),
    path("template.xlsx", views.template, name="template"),
]
