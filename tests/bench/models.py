"""Tables of the peers: plain viewflow's case and record, and the side rows that a peer in our dress keeps as we do."""

from __future__ import annotations

from django.db import models
from viewflow.workflow.models import Process


class PlainCase(Process):  # type: ignore[misc]
    """The case as a viewflow project keeps it: the process row with fields of its own."""

    applicant = models.CharField(max_length=40, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    state = models.CharField(max_length=20, default="INTAKE")
    division_code = models.CharField(max_length=12, default="640422")
    submitted_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True, db_index=True)


class PlainAudit(models.Model):
    """The record of decisions: actor, outcome, comment, time."""

    process = models.ForeignKey(PlainCase, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey("viewflow.Task", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=30)
    actor_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, default="")
    comment = models.TextField(default="")
    at = models.DateTimeField()


class Item(models.Model):
    """What WorkItem holds of a task."""

    case = models.ForeignKey(PlainCase, on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField("viewflow.Task", on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True)
    role = models.CharField(max_length=20)
    division_code = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default="open")
    holder_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    offered_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["role", "due_on", "id"], condition=models.Q(state="open"), name="item_open"),
            models.Index(fields=["holder_id", "due_on", "id"], condition=models.Q(state="claimed"), name="item_mine"),
            models.Index(fields=["holder_id", "-done_at", "-id"], condition=models.Q(state="done"), name="item_done"),
            models.Index(fields=["case", "id"], name="item_by_case"),
        ]


class Handover(models.Model):
    """Who got a step."""

    case_id = models.BigIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    to_person_id = models.BigIntegerField()
    reason = models.TextField(default="")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)


class Decided(models.Model):
    """What Decision holds."""

    case = models.ForeignKey(PlainCase, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=20)
    opinion = models.TextField(default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    actor_id = models.BigIntegerField()
    role = models.CharField(max_length=20)
    happened_on = models.DateField()
    at = models.DateTimeField()


class Duty(models.Model):
    """Who acted at which level; neighbouring levels are two people."""

    case = models.ForeignKey(PlainCase, on_delete=models.PROTECT, related_name="+")
    actor_id = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    low = models.PositiveSmallIntegerField()
    high = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "actor_id", "level"], name="plain_duty_once"),
            models.UniqueConstraint(fields=["case", "actor_id", "low"], name="plain_duty_even"),
            models.UniqueConstraint(fields=["case", "actor_id", "high"], name="plain_duty_odd"),
        ]


class ClaimTimer(models.Model):
    """When a claim ends by itself."""

    case = models.ForeignKey(PlainCase, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(done_at=None, cancelled_at=None), name="plain_timer_due"
            ),
            models.Index(
                fields=["case", "key"], condition=models.Q(done_at=None, cancelled_at=None), name="plain_timer_key"
            ),
        ]


WATCHED = (("item", "case_id"), ("handover", "case_id"), ("decided", "case_id"), ("duty", "case_id"))
"""Side tables whose every change leaves a row in the chain, as ours do."""
