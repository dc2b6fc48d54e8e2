"""The addresses of requests about one's own data."""

from django.urls import path

from cases.privacy import views

app_name = "privacy"
urlpatterns = [
    path("mine/<uuid:token>/", views.mine, name="mine"),
    path("mine/<uuid:token>/copy", views.copy, name="copy"),
    path("requests/", views.requests, name="requests"),
    path("requests/<int:pk>/", views.one, name="one"),
    path("requests/<int:pk>/propose", views.propose, name="propose"),
    path("requests/<int:pk>/erase", views.erase, name="erase"),
    path("requests/<int:pk>/hold", views.hold, name="hold"),
    path("holds/<int:pk>/release", views.release, name="release"),
]
