"""Addresses of signing in that are ours beside those of allauth."""

from django.urls import path

from cases.access import views

urlpatterns = [path("demo-phone/", views.demo_phone, name="demo_phone")]
