"""What the calls of the API take and give, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from workflows.flow import step_of
from workflows.models import WorkItem


class TaskOut(serializers.ModelSerializer[WorkItem]):
    """办件: one open task."""

    case = serializers.CharField(source="case.number")
    name = serializers.SerializerMethodField()

    def get_name(self, item: WorkItem) -> str:
        """The masked name, or nothing where the step is done without knowing who it is about."""
        return "" if step_of(item).veiled else item.case.masked_name

    class Meta:
        model = WorkItem
        fields = ["id", "case", "name", "step", "state", "role", "division_code", "entrusted_from", "due_on", "due_provisional", "turn_on", "follow_up_on", "priority", "priority_for", "row_version"]  # fmt: skip


class TaskPage(serializers.Serializer[Any]):
    """A page of tasks; `next` is the cursor of the following page or null."""

    results = TaskOut(many=True)
    next = serializers.CharField(allow_null=True)


class ClaimIn(serializers.Serializer[Any]):
    """What claiming takes: the row version that the caller saw."""

    row_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class DecideIn(serializers.Serializer[Any]):
    """What deciding takes; `data` holds what the step's own form asks for."""

    row_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    outcome = serializers.CharField(max_length=20)
    reasons = serializers.ListField(child=serializers.CharField(max_length=8), required=False, default=list)
    opinion = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)
    to_step = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    happened_on = serializers.DateField(required=False, allow_null=True, default=None)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]


class BatchItemIn(serializers.Serializer[Any]):
    """One file of a batch; its own opinion stands in place of the common one."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    row_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    opinion = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)


class BatchIn(serializers.Serializer[Any]):
    """成批办理: what is said of all files of one step; each has been opened before."""

    items = BatchItemIn(many=True)
    outcome = serializers.CharField(max_length=20)
    reasons = serializers.ListField(child=serializers.CharField(max_length=8), required=False, default=list)
    opinion = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)
    to_step = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)


class BatchResultOut(serializers.Serializer[Any]):
    """What became of one file: decided, or why not and who may."""

    id = serializers.IntegerField(source="pk")
    case = serializers.CharField(source="number")
    decided = serializers.BooleanField(source="is_done")
    code = serializers.CharField()
    detail = serializers.CharField(source="why")
    who_may = serializers.CharField()


class BatchOut(serializers.Serializer[Any]):
    """A result for each file, in the order of the call."""

    results = BatchResultOut(many=True)


class DecisionOut(serializers.Serializer[Any]):
    """What was stored."""

    id = serializers.IntegerField()
    step = serializers.CharField()
    outcome = serializers.CharField()
    case_state = serializers.CharField()


class RefusalOut(serializers.Serializer[Any]):
    """拒绝: why, and who may instead."""

    code = serializers.CharField()
    detail = serializers.CharField()
    who_may = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class PaperOut(serializers.Serializer[Any]):
    """一份材料: its files in force as addresses of this site; opening one is reading it."""

    code = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    state = serializers.CharField()
    files = serializers.ListField(child=serializers.CharField())


class CaseOut(serializers.Serializer[Any]):
    """案卷: masked; sensitive fields are delivered by pages that ask for a purpose."""

    number = serializers.CharField()
    programme = serializers.CharField()
    state = serializers.CharField()
    state_name = serializers.CharField()
    name = serializers.CharField()
    handling_code = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    accepted_on = serializers.DateField(allow_null=True)
    award = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    papers = PaperOut(many=True)
    tasks = TaskOut(many=True)


class EventOut(serializers.Serializer[Any]):
    """留痕: one event of the case's chain."""

    seq = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    happened_on = serializers.DateField()
    action = serializers.CharField()
    outcome = serializers.CharField()
    acting_role = serializers.CharField(allow_null=True)
    acting_office = serializers.CharField(allow_null=True)
    payload = serializers.JSONField()
    hash = serializers.CharField()


class EventPage(serializers.Serializer[Any]):
    """A page of events; `next` is the number to go on after, or null."""

    results = EventOut(many=True)
    next = serializers.IntegerField(allow_null=True)


FAULTS = {400: RefusalOut, 401: RefusalOut, 403: RefusalOut}
"""What any call may answer: unreadable, not signed in, not from our own page or without a second factor."""


REFUSALS = {**FAULTS, 404: RefusalOut, 409: RefusalOut, 422: RefusalOut, 415: RefusalOut}


class MessageIn(serializers.Serializer[Any]):
    """外来消息: its name on the road, its own id, and ids or codes that belong to it; never data of people."""

    name = serializers.CharField(max_length=40)
    id = serializers.CharField(max_length=80)
    details = serializers.DictField(child=serializers.CharField(max_length=80), required=False, default=dict)


class MessageOut(serializers.Serializer[Any]):
    """What was taken, and whether the case has moved by it or the message waits for the case."""

    name = serializers.CharField()
    id = serializers.CharField(source="key")
    received_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
