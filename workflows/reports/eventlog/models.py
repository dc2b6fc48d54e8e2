"""Exports of logs and the requests to learn whom a name in one stands for (日志导出、还原化名)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.sealed import SealedField

__all__ = ["LogExport", "NameRequest"]

USER = settings.AUTH_USER_MODEL


class LogExport(models.Model):
    """日志导出: one log that left the house: whose, what for, which cases, how many, and the sealed key of its names."""

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8)
    filters = models.JSONField(default=dict)
    purpose = models.CharField(max_length=80)
    names_key = SealedField()
    cases = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        indexes = [models.Index(fields=["by", "-id"], name="log_export_of")]


class NameRequest(models.Model):
    """还原化名: who of those behind an exported log somebody asks for, why, and the second person who said yes."""

    export = models.ForeignKey(LogExport, on_delete=models.PROTECT, related_name="requests")
    name = models.CharField(max_length=40)
    reason = SealedField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["export", "name"], name="name_asked_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("by"))),
                name="name_confirmed_by_second",
            ),
        ]
