"""The addresses of samples."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from project.databases import read_only
from workflows.inspection import nav
from workflows.inspection.samples import views

app_name = "samples"
urlpatterns = [
    path("", read_only(views.home), name="home"),
    path("new", views.new, name="new"),
    path("<int:pk>/", read_only(views.sample), name="sample"),
    path("<int:pk>/redraw", read_only(views.redraw), name="redraw"),
    path("<int:pk>/frame.txt", read_only(views.frame), name="frame"),
    path("<int:pk>/check", views.check, name="check"),
    path("<int:pk>/close", views.close, name="close"),
]

nav.register(_("抽样"), "samples:home", order=40)
