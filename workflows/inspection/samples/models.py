"""A sample, the list it was drawn from, the cases that were drawn, and what looking at each of them brought (抽样)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["Sample", "SampleCase", "SampleCheck", "SampleFrame"]

USER = settings.AUTH_USER_MODEL


class Sample(models.Model):
    """抽样: from which cases, in which strata, by which seed and weights; drawn once, closed once, never drawn again.

    `frame_hash` is SHA-256 of the frame as it is kept in `SampleFrame`; the database looks that it is (samples.sql).
    """

    WAYS = [
        ("none", _("不分层")),
        ("county", _("按县区")),
        ("amount", _("按金额")),
        ("risk", _("按风险")),
        ("county_amount", _("按县区和金额")),
    ]

    title = models.CharField("名称", max_length=80)
    filters = models.JSONField("范围", default=dict)
    way = models.CharField("分层", max_length=14, choices=WAYS)
    by_risk = models.BooleanField("风险高的多抽", default=False)
    rule = models.JSONField("风险权重")
    seed = models.CharField("签种", max_length=64)
    frame_hash = models.CharField("抽样框指纹", max_length=64)
    frame_size = models.PositiveIntegerField("抽样框件数")
    strata = models.JSONField("各层")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="sample_closed_by_somebody",
            )
        ]

    @property
    def number(self) -> str:
        """编号, as lists and papers name it."""
        return f"CY-{self.pk:05d}"

    @property
    def sizes(self) -> dict[str, int]:
        """How many are drawn of each stratum."""
        return {row["name"]: row["drawn"] for row in self.strata}


class SampleFrame(models.Model):
    """抽样框: the whole list that a sample was drawn from, byte for byte."""

    sample = models.OneToOneField(Sample, on_delete=models.PROTECT, related_name="frame")
    text = models.TextField()

    class Meta:
        app_label = "workflows"


class SampleCase(models.Model):
    """抽中的案卷, with the risks that it showed then."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="samples")
    stratum = models.CharField(max_length=30)
    position = models.PositiveIntegerField()
    risks = models.JSONField(default=list)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["sample", "case"], name="sample_case_once"),
            models.UniqueConstraint(fields=["sample", "position"], name="sample_position_once"),
        ]


class SampleCheck(models.Model):
    """查过: an inspector looked at a case that was drawn, and whether it is in order."""

    sealed_for = "case:line.case_id"
    line = models.OneToOneField(SampleCase, on_delete=models.PROTECT, related_name="check_made")
    is_fine = models.BooleanField("没有问题")
    words = SealedField("说明", blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
