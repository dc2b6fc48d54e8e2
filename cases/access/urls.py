"""Addresses of the office beside signing in."""

from django.urls import path

from cases.access import views

urlpatterns = [path("", views.account_log, name="account_log")]
