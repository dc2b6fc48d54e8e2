"""The addresses of hospitals and fitting centres, and of the office that checks them."""

from django.urls import path

from cases.providers import office_views, views

app_name = "providers"
urlpatterns = [
    path("", views.home, name="home"),
    path("permit/<slug:number>/", views.permit, name="permit"),
    path("permit/<slug:number>/<slug:what>/", views.do, name="do"),
    path("scan/<uuid:token>/", views.scan, name="scan"),
    path("claims/", views.claims, name="claims"),
    path("claims/<int:pk>/<slug:what>/", views.reply, name="reply"),
    path("check/", office_views.lines, name="lines"),
    path("check/<int:pk>/", office_views.line, name="line"),
    path("check/<int:pk>/<slug:what>/", office_views.judge, name="judge"),
    path("list/", office_views.providers, name="providers"),
    path("list/new/", office_views.register, name="register"),
    path("list/<int:pk>/", office_views.provider, name="provider"),
    path("list/<int:pk>/<slug:what>/", office_views.change, name="change"),
    path("office/<slug:number>/<slug:what>/", office_views.permit, name="office_permit"),
]
