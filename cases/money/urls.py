"""The addresses of finance."""

from django.urls import path

from cases.money import answer_views, views

app_name = "money"
urlpatterns = [
    path("", views.home, name="home"),
    path("fund/new/", views.new_fund, name="new_fund"),
    path("fund/<slug:code>/", views.fund, name="fund"),
    path("fund/<slug:code>/gift/", views.gift, name="gift"),
    path("fund/<slug:code>/batch/", views.build, name="build"),
    path("batch/<slug:number>/", views.batch, name="batch"),
    path("batch/<slug:number>/check/", views.check, name="check"),
    path("batch/<slug:number>/release/", views.release, name="release"),
    path("batch/<slug:number>/void/", views.void, name="void"),
    path("batch/<slug:number>/file/", views.file, name="file"),
    path("batch/<slug:number>/ask/", views.ask, name="ask"),
    path("batch/<slug:number>/answer/", answer_views.upload, name="upload"),
    path("answer/<int:pk>/", answer_views.answer, name="answer"),
    path("differences/", answer_views.differences, name="differences"),
    path("differences/<slug:key>/", answer_views.settle, name="settle"),
]
