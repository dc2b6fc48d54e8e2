"""What is done to running cases from outside their steps: suspensions (停办), and further tables of this room."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.sealed import SealedField

__all__ = ["Suspension"]

USER = settings.AUTH_USER_MODEL


class Suspension(models.Model):
    """停办: one case, one step of a road, or a whole road version stands still until somebody lets it go on.

    `place` is the area of the post that ordered it: the same office or one above it ends it. `settled_at`: the clocks of
    its steps were moved on, which for a road happens case by case after its end.
    """

    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="suspensions")
    flow = models.CharField("项目/版本", max_length=60, blank=True, default="")
    step = models.CharField(max_length=40, blank=True, default="")
    place = models.CharField(max_length=12, db_collation="C")
    reason = SealedField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateField("停办到", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, flow="", step="") | Q(case=None) & ~Q(flow=""), name="suspension_scope"
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("at")), name="suspension_times"),
            models.CheckConstraint(condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="suspension_ended_by"),
            models.CheckConstraint(condition=Q(settled_at=None) | Q(ended_at__isnull=False), name="suspension_settled"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="one_suspension_of_a_case"),
            models.UniqueConstraint(
                fields=["flow", "step"], condition=Q(ended_at=None, case=None), name="one_suspension_of_a_step"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(settled_at=None), name="suspension_unsettled"),
            # a condition of every list asks for the few that hold: by case, and by road
            models.Index(fields=["case"], condition=Q(settled_at=None, case__isnull=False), name="suspension_of_case"),
        ]
