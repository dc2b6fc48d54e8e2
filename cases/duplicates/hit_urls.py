"""The addresses of hits."""

from django.urls import path

from cases.duplicates import hit_views

app_name = "hits"
urlpatterns = [path("<str:number>/", hit_views.case_hits, name="case")]
