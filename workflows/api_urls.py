"""Addresses of the API, its OpenAPI document and our own page of it."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from workflows import api, api_docs, api_errands, api_looks, api_notes, api_work
from workflows.desk.staffing import api as staffing
from workflows.desk.staffing import people_api as people
from workflows.operations import api as operations
from workflows.operations import plan_api as plans
from workflows.reports.api import QualityFigures, Speed
from workflows.running import api as running

app_name = "api"
urlpatterns = [
    path("v1/tasks/", api.Tasks.as_view(), name="tasks"),
    path("v1/tasks/<int:pk>/claim/", api.Claim.as_view(), name="claim"),
    path("v1/tasks/<int:pk>/decide/", api.Decide.as_view(), name="decide"),
    path("v1/tasks/<int:pk>/assign/", staffing.Assign.as_view(), name="assign"),
    path("v1/tasks/<int:pk>/put-off/", staffing.PutOff.as_view(), name="put_off"),
    path("v1/tasks/<int:pk>/recuse/", people.Recuse.as_view(), name="recuse"),
    path("v1/tasks/<int:pk>/exclude/", people.Exclude.as_view(), name="exclude"),
    path("v1/stand-ins/", people.StandIns.as_view(), name="stand_ins"),
    path("v1/stand-ins/<int:pk>/end/", people.StandInEnd.as_view(), name="stand_in_end"),
    path("v1/people/", people.Workload.as_view(), name="workload"),
    path("v1/people/<str:username>/leave/", people.Leave.as_view(), name="leave"),
    path("v1/tasks/allot/", staffing.Allot.as_view(), name="allot"),
    path("v1/sheets/<int:pk>/", staffing.Sheet.as_view(), name="sheet"),
    path("v1/tasks/decide/", api.DecideBatch.as_view(), name="decide_batch"),
    path("v1/cases/<str:number>/", api.CaseDetail.as_view(), name="case"),
    path("v1/cases/<str:number>/messages/", api.Messages.as_view(), name="messages"),
    path("v1/cases/<str:number>/notes/", api_notes.Notes.as_view(), name="notes"),
    path("v1/cases/<str:number>/errands/", api_errands.CaseErrands.as_view(), name="errands"),
    path("v1/errands/", api_errands.Errands.as_view(), name="errands_mine"),
    path("v1/errands/<int:pk>/end/", api_errands.EndErrand.as_view(), name="errand_end"),
    path("v1/cases/<str:number>/history/", api.CaseHistory.as_view(), name="history"),
    path("v1/work/fetch/", api_work.Fetch.as_view(), name="fetch_work"),
    path("v1/work/<str:lease>/extend/", api_work.Extend.as_view(), name="extend_work"),
    path("v1/work/<str:lease>/complete/", api_work.Complete.as_view(), name="complete_work"),
    path("v1/work/<str:lease>/fail/", api_work.Fail.as_view(), name="fail_work"),
    path("v1/suspensions/", operations.Suspensions.as_view(), name="suspensions"),
    path("v1/suspensions/<int:pk>/end/", operations.Resume.as_view(), name="resume"),
    path("v1/plans/", plans.Plans.as_view(), name="plans"),
    path("v1/plans/<int:pk>/", plans.PlanDetail.as_view(), name="plan"),
    path("v1/plans/<int:pk>/cases/", plans.PlanCases.as_view(), name="plan_cases"),
    path("v1/plans/<int:pk>/sign/", plans.PlanSign.as_view(), name="plan_sign"),
    path("v1/plans/<int:pk>/drop/", plans.PlanDrop.as_view(), name="plan_drop"),
    path("v1/plans/<int:pk>/undo/", plans.PlanUndo.as_view(), name="plan_undo"),
    path("v1/stuck/", operations.StuckCases.as_view(), name="stuck"),
    path("v1/incidents/", running.Incidents.as_view(), name="incidents"),
    path("v1/incidents/<int:pk>/", running.IncidentGroup.as_view(), name="incident_group"),
    path("v1/incidents/take/", running.TakeIncidents.as_view(), name="incidents_take"),
    path("v1/incidents/retry/", running.RetryIncidents.as_view(), name="incidents_retry"),
    path("v1/incidents/skip/", running.SkipIncidents.as_view(), name="incidents_skip"),
    path("v1/cases/<str:number>/hits/", api_looks.CaseHits.as_view(), name="hits"),
    path("v1/lists/", api_looks.Lists.as_view(), name="lists"),
    path("v1/lines/", api_looks.Lines.as_view(), name="lines"),
    path("v1/quality/", QualityFigures.as_view(), name="quality"),
    path("v1/speed/", Speed.as_view(), name="speed"),
    path("v1/", api_docs.page, name="docs"),
    path("schema/", SpectacularJSONAPIView.as_view(api_version="v1"), name="schema"),
]
