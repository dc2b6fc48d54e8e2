"""The addresses of devices in kind."""

from django.urls import path

from cases.stock import views

app_name = "stock"
urlpatterns = [
    path("", views.home, name="home"),
    path("models", views.models, name="models"),
    path("arrive", views.arrive, name="arrive"),
    path("arrive/template.xlsx", views.template, name="template"),
    path("send", views.send, name="send"),
    path("handover/<str:number>", views.handover, name="handover"),
    path("handover/<str:number>/cancel", views.cancel, name="cancel"),
    path("count", views.count, name="count"),
    path("counts", views.counts, name="counts"),
    path("device/<str:serial>", views.device, name="device"),
]
