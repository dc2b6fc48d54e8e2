"""The addresses of findings: the same for inspectors and for whom they inspect."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from workflows.inspection import nav
from workflows.inspection.findings import views

app_name = "findings"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.new, name="new"),
    path("case/<slug:number>/", views.folder, name="folder"),
    path("<int:pk>/", views.finding, name="finding"),
    path("<int:pk>/revise", views.revise, name="revise"),
    path("<int:pk>/step", views.step, name="step"),
    path("<int:pk>/letter", views.letter, name="letter"),
    path("<int:pk>/file/<uuid:token>", views.file, name="file"),
]

nav.register(_("检查发现的问题"), "findings:home", order=30)
