"""The addresses of declared relatives."""

from django.urls import path

from cases.recusal import views

app_name = "recusal"
urlpatterns = [
    path("", views.relatives, name="relatives"),
    path("<int:pk>/end", views.end_relative, name="end_relative"),
]
