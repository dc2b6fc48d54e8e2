"""The addresses of screening."""

from django.urls import path

from cases.screening.views import campaigns, examining, registering, sheets

app_name = "screening"
urlpatterns = [
    path("", campaigns.home, name="home"),
    path("new", campaigns.new, name="new"),
    path("where", campaigns.where, name="where"),
    path("<int:pk>", campaigns.campaign, name="campaign"),
    path("<int:pk>/arrange", campaigns.arrange, name="arrange"),
    path("<int:pk>/funnel", campaigns.funnel, name="funnel"),
    path("<int:pk>/register", registering.register, name="register"),
    path("<int:pk>/sheet", sheets.sheet, name="sheet"),
    path("<int:pk>/register.xlsx", sheets.template, name="sheet_template"),
    path("<int:pk>/results", sheets.results, name="results"),
    path("<int:pk>/results.xlsx", sheets.results_template, name="results_template"),
    path("<int:pk>/fit", examining.fit, name="fit"),
    path("session/<int:pk>", examining.session, name="session"),
    path("session/<int:pk>/next", examining.following, name="next"),
    path("person/<uuid:token>", examining.person, name="person"),
    path("person/<uuid:token>/slip.pdf", examining.slip, name="slip"),
    path("person/<uuid:token>/referral.pdf", examining.referral, name="referral"),
]
