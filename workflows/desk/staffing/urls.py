"""The addresses of a head's pages."""

from django.urls import path

from workflows.desk.staffing import views

app_name = "staffing"
urlpatterns = [
    path("people", views.people, name="people"),
    path("steps", views.steps, name="steps"),
    path("named", views.named, name="named"),
    path("named/<int:pk>/end", views.unname, name="unname"),
    path("exclude/<int:pk>", views.exclude, name="exclude"),
    path("leave", views.leavers, name="leavers"),
    path("leave/<int:pk>", views.leave, name="leave"),
    path("sheet/<int:pk>", views.sheet, name="sheet"),
]
