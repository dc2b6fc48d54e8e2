"""What was asked of another post at a step, what became of it, and what was attached to the answer (交办、答复、附件)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField
from workflows.desk.notes.models import MOST_FILES, Attachment

__all__ = ["Errand", "ErrandFile"]

USER = settings.AUTH_USER_MODEL


class Errand(models.Model):
    """交办: what whoever had a step asked of a post at an office in his area, or of one person there; ended once, for good.

    It belongs to its step: with `must_answer` the step is not decided before it has ended, and it is dropped when the case
    leaves the step (database: errands.sql). `answer` is the answer, or why it was sent back or cancelled.
    """

    sealed_for = "case:case_id"
    STATES = [
        ("open", _("待答复")),
        ("answered", _("已答复")),
        ("sent_back", _("退回交办")),
        ("cancelled", _("取消交办")),
        ("dropped", _("案卷离开这一步，不用再办")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="errands")
    item = models.ForeignKey("workflows.WorkItem", on_delete=models.PROTECT, related_name="errands")
    words = SealedField("交办事项")
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    person = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    must_answer = models.BooleanField("答复以前不能办理这一步")
    due_on = models.DateField()
    due_provisional = models.BooleanField("暂定", default=False)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    by_role = models.CharField(max_length=20)
    by_office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    answer = SealedField("答复", blank=True, default="")
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_office = models.ForeignKey("cases.Office", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField("超期上报", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answer="", ended_by=None, ended_office=None, ended_at=None)
                | Q(state="dropped", answer="", ended_by=None, ended_office=None, ended_at__isnull=False)
                | Q(
                    ~Q(answer=""), state__in=["answered", "sent_back", "cancelled"], ended_by__isnull=False,
                    ended_office__isnull=False, ended_at__isnull=False,
                ),
                name="errand_ends_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["case", "id"], name="errand_by_case"),
            models.Index(fields=["office", "role", "id"], condition=Q(state="open"), name="errand_open"),
            models.Index(fields=["by", "id"], condition=Q(state="open"), name="errand_asked"),
            models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="errand_due"),
        ]


class ErrandFile(Attachment):
    """答复附件: given with the answer, kept for good."""

    errand = models.ForeignKey(Errand, on_delete=models.PROTECT, related_name="files")

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["errand", "number"], name="errand_file_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_FILES), name="three_files_an_errand"),
        ]
