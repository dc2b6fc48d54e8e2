"""What is done to running cases from outside their steps: suspensions (停办), and further tables of this room."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.sealed import SealedField

__all__ = ["FlowVersion", "Plan", "PlanItem", "Suspension"]

USER = settings.AUTH_USER_MODEL


class Suspension(models.Model):
    """停办: one case, one step of a road, or a whole road version stands still until somebody lets it go on.

    `place` is the area of the post that ordered it: the same office or one above it ends it. `settled_at`: the clocks of
    its steps were moved on, which for a road happens case by case after its end.
    """

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="suspensions")
    flow = models.CharField("项目/版本", max_length=60, blank=True, default="")
    step = models.CharField(max_length=40, blank=True, default="")
    place = models.CharField(max_length=12, db_collation="C")
    reason = SealedField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateField("停办到", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, flow="", step="") | Q(case=None) & ~Q(flow=""), name="suspension_scope"
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("at")), name="suspension_times"),
            models.CheckConstraint(condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="suspension_ended_by"),
            models.CheckConstraint(condition=Q(settled_at=None) | Q(ended_at__isnull=False), name="suspension_settled"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="one_suspension_of_a_case"),
            models.UniqueConstraint(
                fields=["flow", "step"], condition=Q(ended_at=None, case=None), name="one_suspension_of_a_step"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(settled_at=None), name="suspension_unsettled"),
            # a condition of every list asks for the few that hold: by case, and by road
            models.Index(fields=["case"], condition=Q(settled_at=None, case__isnull=False), name="suspension_of_case"),
        ]


class FlowVersion(models.Model):
    """流程版本: the fingerprint of each version of a road as it was set up; written by set-up alone."""

    flow = models.CharField("项目/版本", max_length=60, unique=True)
    fingerprint = models.CharField(max_length=64)
    drawn = models.JSONField("流程图")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"


class Plan(models.Model):
    """干预计划: what is to be done to which cases, tried out beforehand, signed by a second person, then carried out.

    `digest` is over the whole plan with what the trial said of each case; the second person signs exactly that.
    """

    KINDS = [
        ("restart", "从某一步重来"), ("move", "移到另一步"), ("cancel", "取消一条并行线"), ("reopen", "重新办理"),
        ("migrate", "换流程版本"), ("correct", "更正事实"),
    ]  # fmt: skip
    STATES = [
        ("checking", "试算中"), ("ready", "待签"), ("running", "执行中"), ("done", "已执行"), ("dropped", "已作废"),
        ("undoing", "撤回中"), ("undone", "已撤回"),
    ]  # fmt: skip

    kind = models.CharField(max_length=10, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES, default="checking")
    flow = models.CharField("项目/版本", max_length=60)
    step = models.CharField("从哪一步", max_length=40, blank=True, default="")
    to_step = models.CharField("到哪一步", max_length=40, blank=True, default="")
    to_flow = models.CharField("到哪个版本", max_length=60, blank=True, default="")
    mapping = models.JSONField("环节对应", default=dict)
    fact = models.CharField("更正哪一项", max_length=40, blank=True, default="")
    value = SealedField("更正为", blank=True, default="")
    reason = SealedField()
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, default="")
    signed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="correct", step="", to_step="", to_flow="") & ~Q(fact="")
                | Q(kind="migrate", to_step="") & ~Q(to_flow="")
                | Q(kind="cancel", to_flow="", to_step="") & ~Q(step="")
                | Q(kind="restart", to_flow="") & ~Q(to_step="")
                | Q(kind="move", to_flow="") & ~Q(step="") & ~Q(to_step="")
                | Q(kind="reopen", to_flow="", step="") & ~Q(to_step=""),
                name="plan_says_where",
            ),
            models.CheckConstraint(condition=Q(kind="correct") | Q(fact=""), name="plan_fact"),
            models.CheckConstraint(condition=~Q(signed_by=F("made_by")), name="plan_second_person"),
            models.CheckConstraint(
                condition=Q(state__in=["checking", "ready", "dropped"], signed_by=None)
                | Q(
                    state__in=["running", "done", "undoing", "undone"], signed_by__isnull=False, signed_at__isnull=False
                ),
                name="plan_signed",
            ),
            models.CheckConstraint(condition=Q(state__in=["checking", "dropped"]) | ~Q(digest=""), name="plan_digest"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["checking", "running", "undoing"]), name="plan_at_work")
        ]

    @property
    def answer(self) -> Any:
        """更正为: the value that a correction sets, as an answer holds it; None of other plans."""
        return json.loads(str(self.value)) if self.value else None


class PlanItem(models.Model):
    """计划中的一件: one case of a plan: how it stands before and after in the trial, and what really came of it."""

    STATES = [
        ("new", "待试算"), ("possible", "可以执行"), ("refused", "不能执行"), ("done", "已执行"), ("failed", "没有执行"),
        ("undone", "已撤回"), ("kept", "撤不回"),
    ]  # fmt: skip

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="plan_items")
    state = models.CharField(max_length=10, choices=STATES, default="new")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    old_item = models.ForeignKey("workflows.WorkItem", null=True, on_delete=models.PROTECT, related_name="replaced_in")
    new_item = models.ForeignKey("workflows.WorkItem", null=True, on_delete=models.PROTECT, related_name="begun_in")
    at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["plan", "case"], name="plan_item_once")]
        indexes = [models.Index(fields=["plan", "state", "id"], name="plan_item_state")]
