"""The addresses of consents."""

from django.urls import path

from cases.consent import views

app_name = "consent"
urlpatterns = [
    path("<uuid:token>/", views.mine, name="mine"),
    path("<uuid:token>/<slug:kind>/withdraw", views.withdraw, name="withdraw"),
]
