"""The addresses of seals, open to everybody."""

from datetime import date

from django.urls import path, register_converter

from cases.history.sealing import views


class DayConverter:
    """A day as 2026-07-01."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "seal_day")

app_name = "seals"
urlpatterns = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("consistency", views.consistency, name="consistency"),
    path("keys", views.keys, name="keys"),
    path("receipt", views.receipt, name="receipt"),
    path("day/<seal_day:day>/", views.day, name="day"),
]
