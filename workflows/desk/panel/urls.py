"""The addresses of the panel."""

from django.urls import path

from workflows.desk.panel import views

app_name = "panel"
urlpatterns = [
    path("", views.meetings, name="meetings"),
    path("call", views.call, name="call"),
    path("<slug:number>/", views.meeting, name="meeting"),
    path("<slug:number>/sign-in", views.sign_in, name="sign_in"),
    path("<slug:number>/minutes", views.minutes, name="minutes"),
    path("<slug:number>/minutes/sign", views.sign_minutes, name="sign_minutes"),
    path("<slug:number>/minutes/print", views.print_minutes, name="print_minutes"),
    path("<slug:number>/<int:pk>/", views.item, name="item"),
    path("<slug:number>/<int:pk>/vote", views.vote, name="vote"),
    path("<slug:number>/<int:pk>/recuse", views.recuse, name="recuse"),
    path("<slug:number>/<int:pk>/close", views.close, name="close"),
]
