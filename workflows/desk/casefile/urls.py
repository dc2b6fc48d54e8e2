"""The addresses of one case at the desk."""

from django.urls import path, register_converter

from workflows.desk.casefile import views
from workflows.desk.casefile.queries import TABS, VEILED_TABS
from workflows.desk.counter.views import code, code_receipt
from workflows.desk.errands import views as errands
from workflows.desk.invoices import views as invoices
from workflows.desk.messages.views import message
from workflows.desk.notes import views as notes


class TabConverter:
    """The name of a tab of the case page."""

    regex = "|".join((*TABS, *VEILED_TABS))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TabConverter, "casetab")

app_name = "case"
urlpatterns = [
    path("", views.tab, name="home"),
    path("show", views.show, name="show"),
    path("claim", views.claim, name="claim"),
    path("release", views.release, name="release"),
    path("recuse", views.recuse, name="recuse"),
    path("take-over", views.take_over, name="take_over"),
    path("put-off", views.put_off, name="put_off"),
    path("priority", views.priority, name="priority"),
    path("paper", views.check_paper, name="check_paper"),
    path("decide", views.decide, name="decide"),
    path("account", views.account, name="account"),
    path("code", code, name="code"),
    path("code/receipt", code_receipt, name="code_receipt"),
    path("terminate", views.terminate, name="terminate"),
    path("redacted", views.redact, name="redact"),
    path("redacted/<uuid:token>/remove", views.unredact, name="unredact"),
    path("notes", notes.notes, name="notes"),
    path("notes/<int:pk>/files/<uuid:token>", notes.file, name="note_file"),
    path("notes/<int:pk>/reply", notes.reply, name="note_reply"),
    path("notes/<int:pk>/redact", notes.redact, name="note_redact"),
    path("errands", errands.errands, name="errands"),
    path("errands/<int:pk>/end", errands.errand_end, name="errand_end"),
    path("errands/<int:pk>/files/<uuid:token>", errands.file, name="errand_file"),
    path("invoices", invoices.invoices, name="invoices"),
    path("invoices/<int:pk>/take-out", invoices.take_out, name="invoice_out"),
    path("message", message, name="message"),
    path("<casetab:name>", views.tab, name="tab"),
]
