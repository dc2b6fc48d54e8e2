"""Panel meetings (集体研究): agenda, attendance, recusal, votes and minutes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField

__all__ = ["Attendance", "Meeting", "MeetingItem", "MinutesSignature", "Vote"]

USER = settings.AUTH_USER_MODEL


class Meeting(models.Model):
    """会议: called by the department head; minutes close it."""

    number = models.CharField(max_length=24, unique=True)
    held_on = models.DateField()
    quorum = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=10, default="called", choices=[("called", "已召集"), ("open", "开会中"), ("closed", "已结束")]
    )
    called_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    minutes = SealedField(blank=True, default="")
    minutes_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"


class Attendance(models.Model):
    """到会: one member at one meeting, signed in by himself."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendance")
    member = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["meeting", "member"], name="attendance_once")]


class MinutesSignature(models.Model):
    """签字确认: a member who was present confirms the closed minutes himself, once."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="signatures")
    member = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["meeting", "member"], name="minutes_signed_once")]


class MeetingItem(models.Model):
    """议题: one case on the agenda, with the award as proposed."""

    OUTCOMES = [
        ("agree", "同意"), ("reject", "不同意"), ("defer", "延期再议"), ("waitlist", "轮候"), ("removed", "撤出议程"),
    ]  # fmt: skip

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="meeting_items")
    work_item = models.ForeignKey("workflows.WorkItem", on_delete=models.PROTECT, related_name="meeting_items")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    outcome = models.CharField(max_length=10, blank=True, default="", choices=OUTCOMES)
    reasons = models.JSONField("原因", default=list)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(condition=~Q(outcome="reject") | ~Q(reasons=[]), name="agenda_reject_has_reason"),
            models.UniqueConstraint(fields=["meeting", "case"], name="agenda_once"),
            models.UniqueConstraint(fields=["work_item"], condition=Q(outcome=""), name="on_one_open_agenda"),
        ]


class Vote(models.Model):
    """表决: one member on one case, once; a recused member (回避) leaves a row and no vote."""

    sealed_for = "case:item.case_id"
    CHOICES = [("agree", "同意"), ("reject", "不同意"), ("defer", "延期"), ("abstain", "弃权"), ("recused", "回避")]

    item = models.ForeignKey(MeetingItem, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=CHOICES)
    reason = SealedField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="vote_once")]
