"""Outgoing work (待发): what must happen outside the transaction that asked for it. The row is the truth."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

__all__ = ["Outgoing"]


class Outgoing(models.Model):
    """待发: work for outside this transaction (a message, a letter). The row is the truth, the broker a doorbell."""

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, default="")
    place = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        app_label = "cases"
        indexes = [
            models.Index(fields=["available_at"], condition=Q(done_at=None, parked_at=None), name="outgoing_due"),
            models.Index(fields=["id"], condition=Q(parked_at__isnull=False), name="outgoing_parked"),
        ]
