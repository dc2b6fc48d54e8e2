"""Consents, each given for itself, with the text that was read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["Consent"]


class Consent(models.Model):
    """同意: one of processing, economic check, publicity; refusing publicity is no reason to refuse aid."""

    sealed_for = "case:case_id"
    KINDS = [("processing", _("处理敏感个人信息")), ("economic", _("核对家庭经济状况")), ("publicity", _("公示"))]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=12, choices=KINDS)
    agreed = models.BooleanField()
    text_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    guardian = SealedField("监护人", blank=True, default="")
    language = models.CharField(max_length=8, default="zh-hans")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    channel = models.CharField(max_length=10, default="phone")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], condition=Q(replaced_at=None), name="one_current_consent")
        ]
