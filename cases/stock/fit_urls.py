"""The addresses of a fitting centre."""

from django.urls import path

from cases.stock import fit_views

app_name = "fitting"
urlpatterns = [
    path("", fit_views.home, name="home"),
    path("test/<str:number>", fit_views.hearing_test, name="test"),
    path("ear/<int:pk>", fit_views.fitting, name="fitting"),
    path("ear/<int:pk>/invite", fit_views.invite, name="invite"),
    path("ear/<int:pk>/fit", fit_views.fit, name="fit"),
    path("ear/<int:pk>/end", fit_views.end, name="end"),
    path("ear/<int:pk>/died", fit_views.died, name="died"),
    path("ear/<int:pk>/return", fit_views.take_back, name="take_back"),
    path("check/<int:pk>", fit_views.check, name="check"),
    path("waiting", fit_views.waiting, name="waiting"),
]
