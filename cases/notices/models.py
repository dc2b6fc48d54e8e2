"""Notices (通知): every message and letter of a case, with its template version and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField, SealedJSONField

__all__ = ["Notice"]


class Notice(models.Model):
    """通知: one text to one person by one channel; a copy stays in the file, read or not."""

    sealed_for = "case:case_id"
    CHANNELS = [("sms", _("短信")), ("page", _("网页")), ("pdf", _("PDF")), ("print", _("纸质"))]
    STATES = [
        ("queued", _("等待发送")),
        ("sent", _("已发出")),
        ("delivered", _("已送达")),
        ("failed", _("没有发成")),
        ("read", _("已阅读")),
    ]
    TO = [("applicant", _("申请人")), ("agent", _("代办人"))]

    token = models.UUIDField(unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notices")
    code = models.CharField(max_length=4)
    template_version = models.PositiveSmallIntegerField(default=1)
    number = models.CharField("文号", max_length=40)
    channel = models.CharField(max_length=6, choices=CHANNELS)
    language = models.CharField(max_length=8, default="zh-hans")
    to_whom = models.CharField(max_length=10, choices=TO, default="applicant")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    body = SealedField("正文")
    data = SealedJSONField(null=True)
    next_due_on = models.DateField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["number", "channel", "to_whom", "language"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "delivered", "failed", "read"]), name="notice_state"
            ),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="notice_by_case")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"
