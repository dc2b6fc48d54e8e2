"""The addresses of the public notice: random tokens for everybody, the desk for the office."""

from django.urls import path

from cases.publicity import desk, views

app_name = "publicity"
urlpatterns = [
    path("desk/", desk.board, name="board"),
    path("desk/announce", desk.announce, name="announce"),
    path("desk/publish", desk.publish, name="publish"),
    path("desk/list/<uuid:token>/", desk.one_list, name="list"),
    path("desk/objections/", desk.objections, name="objections"),
    path("desk/objections/<uuid:token>/", desk.one_objection, name="one_objection"),
    path("desk/objections/<uuid:token>/extend", desk.extend_objection, name="extend_objection"),
    path("objection/<uuid:token>/", views.objection, name="objection"),
    path("<uuid:token>/", views.page, name="page"),
    path("<uuid:token>/object", views.object_to, name="object"),
]
