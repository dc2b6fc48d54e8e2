"""What people found out about differences with the bank; stands beside the models it speaks about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField

USER = settings.AUTH_USER_MODEL


class DifferenceFinding(models.Model):
    """查清结论: what a person found out about one difference, of a payment of ours or of a line that is none of ours."""

    sealed_for = "money:attempt.case_id"
    attempt = models.ForeignKey("cases.PayoutAttempt", null=True, on_delete=models.PROTECT, related_name="findings")
    line = models.OneToOneField("cases.BankAnswerLine", null=True, on_delete=models.PROTECT, related_name="finding")
    difference = models.CharField(max_length=20)
    words = SealedField("查清的情况")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(attempt=None, line__isnull=False) | Q(attempt__isnull=False, line=None),
                name="finding_about_one_thing",
            ),
        ]
