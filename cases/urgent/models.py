"""Urgent aid (急难救助): a small sum that one person agreed to ahead of the panel, and what the panel said of it afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL

OUTCOMES = [
    ("confirmed", _("已追认")),
    ("refused", _("不予追认，待追回")),
    ("recovered", _("不予追认，已追回")),
    ("written_off", _("不予追认，没有追回")),
]


class UrgentAid(models.Model):
    """急难救助: the one payment of a case that needs no panel and no public notice first; the database holds its limit.

    Made by the approval (`sql/urgent.sql`); afterwards only its outcome moves: the panel confirms or refuses, and what was
    refused is recovered or not. `confirm_by` is counted from the day of the approval.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="urgent_aid")
    payout = models.OneToOneField("cases.Payout", on_delete=models.PROTECT, related_name="urgent_aid")
    policy = models.ForeignKey("cases.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reasons = models.JSONField("急难原因")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    confirm_by = models.DateField("最晚追认")
    outcome = models.CharField(max_length=12, blank=True, default="", choices=OUTCOMES)
    settled_at = models.DateTimeField("追认时间", null=True)
    ended_at = models.DateTimeField("追回办完", null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="urgent_positive"),
            models.CheckConstraint(condition=~Q(asked_by=F("approved_by")), name="urgent_two_people"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None, ended_at=None)
                | Q(outcome__in=["confirmed", "refused"], settled_at__isnull=False, ended_at=None)
                | Q(outcome__in=["recovered", "written_off"], settled_at__isnull=False, ended_at__isnull=False),
                name="urgent_outcome_known",
            ),
        ]
