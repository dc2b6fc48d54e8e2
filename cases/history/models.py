"""Append-only history: one hash chain for each case, account, fund or setting; reads beside it. Written by SQL alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

__all__ = ["Access", "Event", "Stream", "StreamHead"]


class Stream(models.Model):
    """链: what one chain is about (kind case, account, fund, policy, config)."""

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=64)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="stream_once")]


class StreamHead(models.Model):
    """链头: last number and hash of a chain; only history_append() writes it."""

    stream = models.OneToOneField(Stream, primary_key=True, on_delete=models.PROTECT, related_name="head")
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "cases"


class Event(models.Model):
    """留痕: one thing done, refused, or changed in a row. Columns in the order in which they are hashed."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")
    seq = models.BigIntegerField()
    enc = models.SmallIntegerField()
    recorded_at = models.DateTimeField()
    happened_on = models.DateField()
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=8)
    actor = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=8)
    acting_role = models.CharField(max_length=20, null=True)
    acting_office = models.CharField(max_length=80, null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=40, null=True)
    object_id = models.CharField(max_length=64, null=True)
    purpose = models.CharField(max_length=80, null=True)
    request_id = models.CharField(max_length=40, null=True)
    db_user = models.CharField(max_length=64)
    txid = models.CharField(max_length=24)
    payload = models.TextField()
    nonce = models.BinaryField()
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_once")]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="event_by_object"),
            models.Index(fields=["actor", "recorded_at"], name="event_by_actor"),
            models.Index(fields=["recorded_at", "id"], condition=Q(outcome="denied"), name="event_denied"),
        ]


class Access(models.Model):
    """查阅: who looked at which sensitive fields, recorded before the bytes leave."""

    recorded_at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    acting_role = models.CharField(max_length=20, null=True)
    acting_office = models.CharField(max_length=80, null=True)
    action = models.CharField(max_length=20)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    case_id = models.BigIntegerField(null=True)
    fields = models.TextField()
    purpose = models.CharField(max_length=80, null=True)
    request_id = models.CharField(max_length=40, null=True)
    nonce = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        app_label = "cases"
        indexes = [
            models.Index(fields=["case_id", "recorded_at"], name="access_by_case"),
            models.Index(fields=["actor", "recorded_at"], name="access_by_actor"),
        ]
