"""The award of a case with its printed working."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.sealed import SealedJSONField

__all__ = ["Award"]


class Award(models.Model):
    """救助金额核算: one evaluation, kept with its inputs, policy version and working; never edited.

    `earlier` is the aid that person and home had before, as it counted then; empty for what was worked out before it was kept.
    """

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="awards")
    round = models.PositiveSmallIntegerField()
    policy = models.ForeignKey("cases.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    facts = SealedJSONField()
    earlier = SealedJSONField("既往救助", null=True)
    working = SealedJSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="award_not_negative")]
