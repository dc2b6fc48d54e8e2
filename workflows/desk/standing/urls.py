"""The addresses of stand-ins."""

from django.urls import path

from workflows.desk.standing import views

app_name = "standing"
urlpatterns = [path("", views.home, name="home"), path("<int:pk>/end", views.end, name="end")]
