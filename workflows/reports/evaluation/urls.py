"""The addresses of the evaluation of branches."""

from django.urls import path

from workflows.reports.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("", views.home, name="home"),
    path("officers", views.officers, name="officers"),
    path("answer/<int:pk>", views.answer, name="answer"),
    path("<slug:quarter>/<slug:area>/", views.branch, name="branch"),
    path("<slug:quarter>/<slug:area>/<slug:code>", views.behind, name="behind"),
]
