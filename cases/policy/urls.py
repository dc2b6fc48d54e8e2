"""The addresses of policy pages."""

from django.urls import path

from cases.policy import measure_views, sheet_views, vector_views, views

app_name = "policy"
urlpatterns = [
    path("", views.home, name="home"),
    path("basis/", views.basis, name="basis"),
    path("new/<slug:programme>/", views.new, name="new"),
    path("local/<slug:programme>/", views.local, name="local"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/date/", views.date, name="date"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/retire/", views.retire, name="retire"),
    path("<int:pk>/changes/", views.changes, name="changes"),
    path("<int:pk>/table/", views.table, name="table"),
    path("<int:pk>/add/<slug:section>/", views.add, name="add"),
    path("<int:pk>/row/<slug:section>/<slug:key>/", views.row, name="row"),
    path("<int:pk>/row/<slug:section>/<slug:key>/remove/", views.remove, name="remove"),
    path("<int:pk>/vectors/", vector_views.vectors, name="vectors"),
    path("<int:pk>/vectors/<int:vector>/remove/", vector_views.remove, name="vector_remove"),
    path("<int:pk>/sheet/", sheet_views.sheet, name="sheet"),
    path("<int:pk>/sheet.xlsx", sheet_views.download, name="download"),
    path("<int:pk>/sheet/save/", sheet_views.save, name="sheet_save"),
    path("measures/<slug:programme>/", measure_views.measures, name="measures"),
    path("clause/<int:pk>/", measure_views.clause, name="clause"),
    path("measure/<int:pk>/", measure_views.measure, name="measure"),
    path("measure/<int:pk>/edition/", measure_views.edition, name="edition"),
    path("measure/<int:pk>/clause/<int:clause>/remove/", measure_views.remove, name="clause_remove"),
]
