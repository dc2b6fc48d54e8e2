"""What standing checks leave (常设核查): runs that go on after a stop, hits with the rows that prove them, marks of inspectors."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["CheckHit", "CheckMark", "CheckRule", "CheckRun"]

USER = settings.AUTH_USER_MODEL
OPEN, FALSE, FINDING = "open", "false", "finding"


class CheckRule(models.Model):
    """核查口径: the numbers of one check from a moment on, with the reason for them; the last one counts, none is ever edited."""

    code = models.CharField("核查", max_length=3)
    values = models.JSONField("口径")
    reason = SealedField("理由")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        indexes = [models.Index(fields=["code", "-id"], name="check_rule_last")]


class CheckRun(models.Model):
    """一轮核查: which checks over which cases and exports, by which numbers, and how far it has come.

    A nightly one has its `night`, once for each. `case_done` and `look_done` are the last ids that were looked at: a run that
    was stopped goes on behind them. `found` counts by check what stood at its slice, `new` what was never seen before.
    """

    night = models.DateField("哪一夜", null=True, unique=True)
    codes = models.JSONField("哪些核查")
    rules = models.JSONField("口径")
    asked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("开始")
    case_last = models.BigIntegerField("最后一件")
    case_done = models.BigIntegerField("已查到哪一件", default=0)
    look_last = models.BigIntegerField("最后一次查阅")
    look_done = models.BigIntegerField("已查到哪一次", default=0)
    found = models.JSONField("命中数", default=dict)
    new = models.JSONField("新命中数", default=dict)
    ended_at = models.DateTimeField("结束", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(night=None, asked_by__isnull=False) | Q(night__isnull=False, asked_by=None),
                name="check_run_why",
            ),
            models.CheckConstraint(
                condition=Q(case_done__lte=F("case_last"), look_done__lte=F("look_last")), name="check_run_within"
            ),
        ]

    @property
    def percent(self) -> int:
        """办了百分之几 of it, by ids."""
        whole = self.case_last + self.look_last
        return 100 if self.ended_at else min(99, (self.case_done + self.look_done) * 100 // whole if whole else 0)


class CheckHit(models.Model):
    """核查命中: one thing that one check found, once however often it is found again, with the rows that prove it.

    `subject` names the thing for the check, `place` is the id by which runs come to it (the case, or the export), `rows` are
    [table, id] of what proves it, `facts` what its sentence says: numbers, days and ids, no personal value. The fingerprint is
    over both: a false alarm is open again once it differs.
    """

    STATES = [(OPEN, _("待看")), (FALSE, _("误报")), (FINDING, _("已立为问题"))]

    code = models.CharField("核查", max_length=3)
    subject = models.CharField(max_length=120)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="check_hits")
    place = models.BigIntegerField()
    rows = models.JSONField("证据")
    facts = models.JSONField("事实")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN, db_default=OPEN)
    first_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField("发现")
    changed_at = models.DateTimeField("证据变化", null=True)
    gone_at = models.DateTimeField("不再命中", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["code", "subject"], name="check_hit_once"),
            models.CheckConstraint(condition=Q(state__in=[OPEN, FALSE, FINDING]), name="check_hit_state"),
        ]
        indexes = [
            models.Index(fields=["code", "place"], condition=Q(gone_at=None), name="check_hit_by_place"),
            models.Index(fields=["code", "state", "-id"], name="check_hit_listed"),
        ]

    @property
    def is_gone(self) -> bool:
        """Whether the last look no longer found it."""
        return self.gone_at is not None


class CheckMark(models.Model):
    """误报标注: what an inspector says of a hit and why; never edited. It counts while the evidence stays the same."""

    sealed_for = "case:hit.case_id"
    VERDICTS = [(FALSE, _("误报，不是问题")), (OPEN, _("收回误报，再看"))]

    hit = models.ForeignKey(CheckHit, on_delete=models.PROTECT, related_name="marks")
    verdict = models.CharField("结论", max_length=8, choices=VERDICTS)
    reason = SealedField("理由")
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.CheckConstraint(condition=Q(verdict__in=[FALSE, OPEN]), name="check_mark_verdict")]
