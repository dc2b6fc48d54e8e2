"""The addresses of letters; the links in messages lead here."""

from django.urls import path

from cases.notices import views

app_name = "notices"
urlpatterns = [
    path("<uuid:token>/", views.letter, name="letter"),
    path("<uuid:token>.pdf", views.letter_pdf, name="letter_pdf"),
    path("<uuid:token>/printed", views.printed, name="printed"),
]
