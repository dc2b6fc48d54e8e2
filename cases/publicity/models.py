"""Public notice (公示): frozen masked lists, their entries, and objections that hold one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["Objection", "PublicEntry", "PublicList"]

USER = settings.AUTH_USER_MODEL


class PublicList(models.Model):
    """公示名单: one frozen list on the public page from its first day to its last. The snapshot never changes."""

    STATES = [("open", _("公示中")), ("closed", _("公示已结束")), ("taken_down", _("已撤下"))]

    token = models.UUIDField(unique=True)
    number = models.CharField(max_length=24, unique=True)
    division_code = models.CharField(max_length=12, db_collation="C")
    starts_on = models.DateField()
    ends_on = models.DateField()
    ends_provisional = models.BooleanField("暂定", default=False)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    snapshot = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    taken_down_at = models.DateTimeField(null=True)
    taken_down_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_down_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="public_list_days"),
            models.CheckConstraint(condition=Q(state__in=["open", "closed", "taken_down"]), name="public_list_state"),
            models.CheckConstraint(
                condition=~Q(state="taken_down") | (Q(taken_down_at__isnull=False) & ~Q(taken_down_reason="")),
                name="public_list_taken_down_why",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(state="open"), name="public_list_due")]

    def __str__(self) -> str:
        return self.number


class PublicEntry(models.Model):
    """公示条目: one case as the public sees it: masked name or code, area, amount, case tail; nothing else."""

    list = models.ForeignKey(PublicList, on_delete=models.PROTECT, related_name="entries")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="public_entries")
    position = models.PositiveSmallIntegerField(default=1)
    shown_name = models.CharField(max_length=40)
    shown_area = models.CharField(max_length=60)
    shown_group = models.CharField(max_length=60, blank=True, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    case_tail = models.CharField(max_length=12)
    is_coded = models.BooleanField("以代码公示", default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        ordering = ["list", "position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "case"], name="public_entry_once_a_list"),
            models.UniqueConstraint(fields=["case"], condition=Q(closed_at=None), name="public_entry_open_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="public_entry_amount"),
        ]


class Objection(models.Model):
    """异议: what somebody says against one entry; holds that person until an outsider closes it."""

    sealed_for = "case:case_id"
    STATES = [("open", _("核查中")), ("upheld", _("成立")), ("dismissed", _("不成立"))]

    token = models.UUIDField(unique=True)
    entry = models.ForeignKey(PublicEntry, on_delete=models.PROTECT, related_name="objections")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="objections")
    named = models.BooleanField("实名")
    objector_name = SealedField("异议人", blank=True, default="")
    objector_phone = SealedField("异议人电话", blank=True, default="")
    text = SealedField("异议内容")
    filed_at = models.DateTimeField()
    due_on = models.DateField("核查时限", null=True)
    extended_at = models.DateTimeField("延长核查", null=True)
    extended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    extension_reason = SealedField("延长原因", blank=True, default="")
    state = models.CharField(max_length=10, choices=STATES, default="open")
    investigator = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    finding = SealedField("核查结论", blank=True, default="")
    reasons = models.JSONField("不予救助的原因", default=list)
    answer = SealedField("答复", blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "upheld", "dismissed"]), name="objection_state"),
            models.CheckConstraint(condition=~Q(state="upheld") | ~Q(reasons=[]), name="objection_upheld_has_reason"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False, investigator__isnull=False) & ~Q(finding="")),
                name="objection_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extended_by=None, extension_reason="")
                | (Q(extended_at__isnull=False, extended_by__isnull=False) & ~Q(extension_reason="")),
                name="objection_extended_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["case"], condition=Q(state="open"), name="objection_open")]
