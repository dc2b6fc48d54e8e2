"""Keys of subjects, what people ask about their own data, and what the law keeps for a time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["PrivacyHold", "PrivacyRequest", "SubjectKey"]

USER = settings.AUTH_USER_MODEL


class SubjectKey(models.Model):
    """数据密钥: the wrapped key of one subject; destroyed, nothing that it sealed is ever read again, in no copy.

    Its data stand in no ordinary backup. `basis` is the request on which it was destroyed or set aside.
    """

    subject = models.CharField(max_length=60, primary_key=True, db_collation="C")
    kid = models.CharField("包裹密钥", max_length=40)
    wrapped = models.TextField(null=True)
    made_at = models.DateTimeField()
    restricted_at = models.DateTimeField("限制处理", null=True)
    destroyed_at = models.DateTimeField("销毁", null=True)
    basis = models.BigIntegerField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at=None, wrapped__isnull=False) | Q(destroyed_at__isnull=False, wrapped=None),
                name="key_destroyed_or_there",
            )
        ]


class PrivacyRequest(models.Model):
    """个人信息请求: what a person asks about the data of one case: a copy, a correction, or that it be erased."""

    sealed_for = "case:case_id"
    KINDS = [("copy", _("复制")), ("correction", _("更正")), ("erasure", _("删除"))]
    STATES = [
        ("asked", _("已提出")),
        ("proposed", _("已提请删除，等第二人确认")),
        ("restricted", _("依法保存，限制处理")),
        ("done", _("已办")),
        ("refused", _("未同意")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="privacy_requests")
    kind = models.CharField(max_length=10, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    words = SealedField("要求", blank=True, default="")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    proposed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = SealedField("答复", blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "proposed", "restricted", "done", "refused"]),
                name="privacy_state_known",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=F("proposed_by")) & ~Q(confirmed_by=F("asked_by")) & ~Q(proposed_by=F("asked_by"))),
                name="erasure_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(kind="erasure", state="done") | Q(proposed_by__isnull=False, confirmed_by__isnull=False),
                name="erasure_has_two_people",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(state__in=["asked", "proposed"]), name="one_open_request"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state__in=["asked", "proposed"]), name="privacy_due")
        ]


class PrivacyHold(models.Model):
    """保全: while it stands nothing of this case is erased: an inspection, or a lawsuit; with its reason and its last day."""

    KINDS = [("inspection", _("监督检查")), ("litigation", _("诉讼或仲裁"))]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=10, choices=KINDS)
    reason = models.CharField("依据", max_length=200)
    until = models.DateField("到哪天止")
    placed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["inspection", "litigation"]), name="hold_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
        ]
        indexes = [models.Index(fields=["case"], condition=Q(ended_at=None), name="hold_in_force")]
