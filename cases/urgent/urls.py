"""The addresses of the list of urgent aid."""

from django.urls import path

from cases.urgent import views

app_name = "urgent"
urlpatterns = [
    path("", views.home, name="home"),
    path("list.csv", views.sheet, name="sheet"),
]
