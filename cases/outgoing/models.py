"""Outgoing work (待发): what must happen outside the transaction that asked for it. The row is the truth."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

__all__ = ["Outgoing", "Partner"]


class Outgoing(models.Model):
    """待发: work for outside this transaction (a message, a letter). The row is the truth, the broker a doorbell.

    `queue` says whose hands do it, `partner` whose limit it counts against, `alone` the key of which one row is under way
    at a time. `lease` is the secret of whoever fetched it over HTTP. A row that was withdrawn is done with.
    """

    QUEUES = [("urgent", "急件"), ("normal", "普通"), ("bulk", "大批"), ("pulled", "外部领取")]

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True)
    payload = models.JSONField(default=dict)
    queue = models.CharField(max_length=10, choices=QUEUES, default="normal")
    partner = models.CharField(max_length=40, blank=True, default="")
    alone = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=64, blank=True, default="")
    leased_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, default="")
    place = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(queue__in=["urgent", "normal", "bulk", "pulled"]), name="outgoing_queue_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(done_at__isnull=False), name="outgoing_withdrawn_is_done"
            ),
        ]
        indexes = [
            models.Index(fields=["available_at"], condition=Q(done_at=None, parked_at=None), name="outgoing_due"),
            models.Index(fields=["id"], condition=Q(parked_at__isnull=False), name="outgoing_parked"),
            models.Index(fields=["alone"], condition=Q(done_at=None, lease_until__isnull=False), name="outgoing_alone"),
        ]


class Partner(models.Model):
    """合作方: another system that we ask, and how many times a minute it lets us; `begun` are the tries of the last minute.

    A partner without a row, or without a number, has no limit.
    """

    name = models.CharField(max_length=40, primary_key=True)
    per_minute = models.PositiveSmallIntegerField(null=True)
    begun = ArrayField(models.DateTimeField(), default=list)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute=None) | Q(per_minute__gte=1, per_minute__lte=600), name="partner_per_minute"
            )
        ]
