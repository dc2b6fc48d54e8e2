"""Steps that change hands together (分派单): one sheet, one line a step, each line with its own result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField

__all__ = ["Allotment", "AllotmentLine", "Named"]

USER = settings.AUTH_USER_MODEL


class Allotment(models.Model):
    """分派单: who gives out which steps, and why; `person` gets them (改派) or has left them (离岗)."""

    KINDS = [("assign", "改派"), ("allocate", "分派"), ("leave", "离岗")]

    kind = models.CharField(max_length=8, choices=KINDS)
    person = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = SealedField(blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(condition=Q(kind="allocate") | Q(person__isnull=False), name="allotment_of_whom")
        ]


class AllotmentLine(models.Model):
    """分派单的一行: one step and what became of it; a refused one changed nothing."""

    sealed_for = "case:item.case_id"
    STATES = [("waiting", "等待"), ("done", "已办"), ("refused", "没有办"), ("nobody", "没有人能办")]

    allotment = models.ForeignKey(Allotment, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey("workflows.WorkItem", on_delete=models.PROTECT, related_name="+")
    row_version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    to_person = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    why = SealedField(blank=True, default="")
    at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["allotment", "item"], name="allotment_item_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", at=None) | ~Q(state="waiting"), name="allotment_line_at"
            ),
        ]


class Named(models.Model):
    """指定经办人: at this office a step of a programme is for these persons alone, as long as one of them can do it."""

    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    programme = models.CharField("项目", max_length=40)
    step = models.CharField("环节", max_length=40)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "programme", "step", "person"], condition=Q(ended_at=None), name="named_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="named_ended_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["step", "programme"], condition=Q(ended_at=None), name="named_now")]
