"""What the engine keeps beside the road: timers, periodic runs, incidents, messages of other systems, answers to requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField, SealedJSONField

__all__ = ["Answered", "Incident", "Message", "PeriodicRun", "Timer"]

USER = settings.AUTH_USER_MODEL


class PeriodicRun(models.Model):
    """定时任务: one run of periodic work. One row for each name and slot, so that two clocks run it once.

    `left` are the cases, by id, that it could not do and that the next run does.
    """

    name = models.CharField(max_length=40)
    slot = models.DateTimeField("应当运行的时间")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    found = models.IntegerField("结果", null=True)
    left = models.JSONField("留到下一轮", default=list)

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="periodic_run_once")]


class Incident(models.Model):
    """故障: one piece of work that the machine gave up (outgoing work, a job of a step, a timer), until a person settles it.

    It is gone when the work was done after all, or nobody needs it any more. A group is what has one kind, name and error. `name` is the topic, the timer's kind, or the road and step of a job.
    """

    sealed_for = "case:case_id"
    KINDS = [("outgoing", "待发"), ("job", "自动环节"), ("timer", "到时"), ("duty", "职责")]
    STATES = [("open", "待处理"), ("retried", "已重试"), ("skipped", "已跳过"), ("gone", "不再需要")]

    kind = models.CharField(max_length=10, choices=KINDS)
    name = models.CharField(max_length=100)
    error = models.CharField(max_length=80)
    place = models.CharField(max_length=160, blank=True, default="")
    outgoing = models.ForeignKey("cases.Outgoing", null=True, on_delete=models.PROTECT, related_name="incidents")
    timer = models.ForeignKey("workflows.Timer", null=True, on_delete=models.PROTECT, related_name="incidents")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="incidents")
    count = models.PositiveIntegerField("失败次数")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    owner = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = SealedField(blank=True, default="")
    settled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(outgoing__isnull=True, timer__isnull=False, kind="timer")
                | Q(outgoing__isnull=False, timer__isnull=True, kind__in=["outgoing", "job"])
                | Q(outgoing__isnull=True, timer__isnull=True, kind="duty", case__isnull=False),
                name="incident_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, settled_by=None)
                | Q(state="gone", settled_at__isnull=False, settled_by=None)
                | Q(state__in=["retried", "skipped"], settled_at__isnull=False, settled_by__isnull=False),
                name="incident_settled_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="skipped", reason=""), name="incident_skipped_with_reason"),
            models.UniqueConstraint(
                fields=["outgoing"], condition=Q(state__in=["open", "skipped"]), name="incident_once_for_outgoing"
            ),
            models.UniqueConstraint(
                fields=["timer"], condition=Q(state__in=["open", "skipped"]), name="incident_once_for_timer"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind="duty", state__in=["open", "skipped"]), name="incident_once_for_duty"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "name", "error", "id"], condition=Q(state="open"), name="incident_open")
        ]


class Message(models.Model):
    """消息: a fact from another system about one case (its business key), under an id of its own (its idempotency key).

    It is stored when it comes before the case waits for it, and delivered when a step opens that does; each id once.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="messages")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True)
    details = models.JSONField(default=dict)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        indexes = [models.Index(fields=["case", "name"], condition=Q(delivered_at=None), name="message_early")]


class Answered(models.Model):
    """已答复的请求: what a request with an idempotency key was answered, so that the same request is answered the same."""

    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    answer = SealedJSONField()
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["by", "key"], name="answered_once")]


class Timer(models.Model):
    """到时: something to do about a case at a time; the row is the truth, the clock process only looks."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="timers")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64, default="")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, default="")
    place = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "key"], condition=Q(done_at=None, cancelled_at=None), name="timer_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(done_at=None, cancelled_at=None, parked_at=None), name="timer_due"
            ),
            models.Index(fields=["id"], condition=Q(parked_at__isnull=False), name="timer_parked"),
        ]
