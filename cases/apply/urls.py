"""The addresses of applicants and agents."""

from django.urls import path

from cases.apply.views import bills, draft, papers, start, track

app_name = "dossier"
urlpatterns = [
    path("", start.home, name="home"),
    path("apply", start.first_check, name="first_check"),
    path("apply/<slug:slug>", start.guide, name="guide"),
    path("apply/<slug:slug>/paper", start.blank, name="blank"),
    path("apply/<slug:slug>/begin", start.begin, name="begin"),
    path("apply/<slug:slug>/start", start.begin_here, name="start"),
    path("my", track.my, name="my"),
    path("draft/<uuid:token>", draft.task_list, name="draft"),
    path("draft/<uuid:token>/materials", papers.materials, name="materials"),
    path("draft/<uuid:token>/materials/<slug:code>", papers.material, name="material"),
    path("draft/<uuid:token>/invoices", bills.invoices, name="invoices"),
    path("draft/<uuid:token>/consents", draft.consent_page, name="consents"),
    path("draft/<uuid:token>/check", draft.check, name="check"),
    path("draft/<uuid:token>/paper", draft.paper_form, name="paper"),
    path("draft/<uuid:token>/discard", draft.discard, name="discard"),
    path("draft/<uuid:token>/<slug:key>", draft.question, name="question"),
    path("done/<slug:number>", track.done, name="done"),
    path("track", track.track, name="track"),
    path("track/<slug:number>", track.case_page, name="case"),
    path("track/<slug:number>/fix", track.fix, name="fix"),
    path("track/<slug:number>/extend", track.extend, name="extend"),
    path("track/<slug:number>/account", track.account, name="account"),
    path("track/<slug:number>/withdraw", track.withdraw, name="withdraw"),
]
