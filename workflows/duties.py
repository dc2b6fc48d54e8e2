"""Duties as the database keeps them (职责分离): what a road declares, who acted on which level, and what a replay found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = ["Duty", "DutyReplay", "StepDuty"]

USER = settings.AUTH_USER_MODEL


class StepDuty(models.Model):
    """环节职责: what a road declares of a step, where the database can see it: its level, the steps it excludes,
    and the steps whose doer goes on with this one.

    Written by set-up alone (`workflows.reference`); the guard of decisions reads it and refuses a step it does not know.
    """

    flow = models.CharField(max_length=60)
    step = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True)
    others = models.JSONField(default=list)
    same_as = models.JSONField(default=list)

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["flow", "step"], name="step_duty_once")]


class DutyReplay(models.Model):
    """职责复查: when a finished case was judged again by its duties and what it broke; no time means that it is to be again."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="duty_replay")
    at = models.DateTimeField(null=True)
    breaches = models.JSONField(default=list)

    class Meta:
        app_label = "workflows"
        indexes = [models.Index(fields=["case"], condition=~Q(breaches=[]), name="duty_replay_broken")]


class Duty(models.Model):
    """职责: a person acted on a review level of a case. Two neighbouring levels can never be one person.

    Written by database triggers on decisions and panel votes, so that no path goes round it. A person may do the same
    level again (after a return); levels n and n+1 share one of the two halves below and collide.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="duties")
    actor = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="duties")
    level = models.PositiveSmallIntegerField()
    low = models.PositiveSmallIntegerField()
    high = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["case", "actor", "level"], name="duty_once"),
            models.UniqueConstraint(fields=["case", "actor", "low"], name="duty_not_next_even"),
            models.UniqueConstraint(fields=["case", "actor", "high"], name="duty_not_next_odd"),
            models.CheckConstraint(condition=Q(low=F("level") / 2) & Q(high=(F("level") + 1) / 2), name="duty_halves"),
        ]
