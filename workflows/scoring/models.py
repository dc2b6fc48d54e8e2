"""Score sheets (评分表): what one medical expert gave each item of the policy's sheet, once, sealed, never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.sealed import SealedJSONField


class ScoreSheet(models.Model):
    """评分表: one reader's points on one question to the experts. The database takes one of each reader and of each step."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="score_sheets")
    asked = models.ForeignKey("workflows.Decision", on_delete=models.PROTECT, related_name="score_sheets")
    item = models.OneToOneField("workflows.WorkItem", on_delete=models.PROTECT, related_name="score_sheet")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    points = SealedJSONField("各项分数")
    given_at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["asked", "reader"], name="score_once")]
