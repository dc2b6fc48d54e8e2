"""A finding, the steps it took, what it rests on, what was attached, and what inspectors note for themselves (问题、经过、证据、底稿)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.sealed import SealedField
from workflows.desk.notes.models import Attachment
from workflows.inspection.findings.rules import MOVES

__all__ = ["Evidence", "Finding", "FindingFile", "FindingStep", "InspectionNote"]

USER = settings.AUTH_USER_MODEL


class Finding(models.Model):
    """问题: what is wrong at an office, by which clause, who is to put it right, by when; on a case or not.

    Nobody but inspectors knows of it before it is sent. From then on its words stand; only its state moves, each time with
    a `FindingStep`, and the database looks who takes it (findings.sql).
    """

    sealed_for = "case:case_id"
    SEVERITIES = [("minor", pgettext_lazy("severity", "一般")), ("serious", _("较重")), ("grave", _("严重"))]
    STATES = [
        ("draft", _("未发出")),
        ("sent", _("待整改")),
        ("answered", _("已答复")),
        ("rectified", _("待复查")),
        ("rechecked", _("待销号")),
        ("closed", _("已销号")),
        ("withdrawn", _("已撤回")),
    ]

    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="findings")
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="findings")
    owner = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    title = SealedField("题目")
    facts = SealedField("事实")
    clause = models.CharField("依据", max_length=200)
    days = models.PositiveSmallIntegerField("整改期限（工作日）")
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    round = models.PositiveSmallIntegerField("第几次要求整改", default=0)
    due_on = models.DateField(null=True)
    due_provisional = models.BooleanField("暂定", default=False)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sent_at = models.DateTimeField("发出", null=True)
    ended_at = models.DateTimeField("销号或撤回", null=True)
    escalated_at = models.DateTimeField("超期上报", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=250), name="finding_days"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(sent_at__isnull=False, due_on__isnull=False),
                name="finding_sent_has_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "withdrawn"], ended_at__isnull=False)
                | (~Q(state__in=["closed", "withdrawn"]) & Q(ended_at=None)),
                name="finding_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="finding_by_case"),
            models.Index(fields=["office", "id"], name="finding_by_office"),
            models.Index(fields=["owner", "id"], name="finding_by_owner"),
            models.Index(fields=["state", "id"], name="finding_by_state"),
            models.Index(fields=["due_on", "id"], condition=Q(state__in=["sent", "answered"]), name="finding_due"),
        ]

    @property
    def number(self) -> str:
        """编号, as letters and lists name it."""
        return f"WT-{self.pk:05d}"


class FindingStep(models.Model):
    """经过: one step of a finding, who took it in which post, and his words; never edited."""

    sealed_for = "case:finding.case_id"
    KINDS = [(name, move.label) for name, move in MOVES.items()]

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=KINDS)
    from_state = models.CharField(max_length=10)
    to_state = models.CharField(max_length=10)
    words = SealedField("说明", blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"


class Evidence(models.Model):
    """证据: one thing that a finding rests on, named so that anybody finds the same: an event, a file by its digest, a hit, a sample."""

    KINDS = [
        ("event", _("留痕")),
        ("file", _("文件")),
        ("hit", _("检查命中")),
        ("sample", pgettext_lazy("thing", "抽样")),
    ]

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=8, choices=KINDS)
    ref = models.CharField(max_length=64)
    digest = models.CharField("指纹", max_length=64, blank=True, default="")

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["finding", "kind", "ref"], name="finding_evidence_once")]


class FindingFile(Attachment):
    """附件 of a step: what the office answers with, or what the inspector shows."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="files")
    step = models.ForeignKey(FindingStep, on_delete=models.PROTECT, related_name="files")

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["step", "number"], name="finding_file_once")]


class InspectionNote(models.Model):
    """检查底稿: what an inspector notes about a case; inspectors alone ever read it."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="inspection_notes")
    text = SealedField("底稿")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        indexes = [models.Index(fields=["case", "id"], name="inspection_note_by_case")]
