"""The addresses of the desk."""

from django.urls import path, register_converter

from workflows.desk import views
from workflows.desk.batch.views import batch
from workflows.desk.errands.views import mine
from workflows.desk.notes.views import noticed
from workflows.desk.queries import QUEUES
from workflows.desk.waiting.views import waiting


class QueueConverter:
    """The name of a queue."""

    regex = "|".join(QUEUES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(QueueConverter, "queue")

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="home"),
    path("next", views.take_next, name="next"),
    path("batch/<slug:programme>/<slug:step>", batch, name="batch"),
    path("mentions", noticed, name="mentions"),
    path("errands", mine, name="errands"),
    path("seen", views.seen, name="seen"),
    path("line", waiting, name="line"),
    path("<queue:name>", views.queue, name="queue"),
]
