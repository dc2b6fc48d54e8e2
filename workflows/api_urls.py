"""Addresses of the API, its OpenAPI document and our own page of it."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from workflows import api, api_docs, api_work
from workflows.desk.staffing import api as staffing
from workflows.reports.api import Speed

app_name = "api"
urlpatterns = [
    path("v1/tasks/", api.Tasks.as_view(), name="tasks"),
    path("v1/tasks/<int:pk>/claim/", api.Claim.as_view(), name="claim"),
    path("v1/tasks/<int:pk>/decide/", api.Decide.as_view(), name="decide"),
    path("v1/tasks/<int:pk>/assign/", staffing.Assign.as_view(), name="assign"),
    path("v1/tasks/<int:pk>/put-off/", staffing.PutOff.as_view(), name="put_off"),
    path("v1/tasks/allot/", staffing.Allot.as_view(), name="allot"),
    path("v1/sheets/<int:pk>/", staffing.Sheet.as_view(), name="sheet"),
    path("v1/tasks/decide/", api.DecideBatch.as_view(), name="decide_batch"),
    path("v1/cases/<str:number>/", api.CaseDetail.as_view(), name="case"),
    path("v1/cases/<str:number>/messages/", api.Messages.as_view(), name="messages"),
    path("v1/cases/<str:number>/history/", api.CaseHistory.as_view(), name="history"),
    path("v1/work/fetch/", api_work.Fetch.as_view(), name="fetch_work"),
    path("v1/work/<str:lease>/extend/", api_work.Extend.as_view(), name="extend_work"),
    path("v1/work/<str:lease>/complete/", api_work.Complete.as_view(), name="complete_work"),
    path("v1/work/<str:lease>/fail/", api_work.Fail.as_view(), name="fail_work"),
    path("v1/speed/", Speed.as_view(), name="speed"),
    path("v1/", api_docs.page, name="docs"),
    path("schema/", SpectacularJSONAPIView.as_view(api_version="v1"), name="schema"),
]
