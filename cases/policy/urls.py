"""The addresses of policy pages."""

from django.urls import path

from cases.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/<slug:programme>/", views.new, name="new"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/date/", views.date, name="date"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/retire/", views.retire, name="retire"),
    path("<int:pk>/changes/", views.changes, name="changes"),
    path("<int:pk>/add/<slug:section>/", views.add, name="add"),
    path("<int:pk>/row/<slug:section>/<slug:key>/", views.row, name="row"),
    path("<int:pk>/row/<slug:section>/<slug:key>/remove/", views.remove, name="remove"),
]
