"""Policy as data (政策版本): one version holds every amount, day, level, quorum and checklist of a programme."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

__all__ = ["PolicyRow", "PolicyVersion"]


class PolicyVersion(models.Model):
    """政策版本: drafted by one person, published by another, then never changed; a case keeps its own."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
    STATUSES = [(DRAFT, _("草稿")), (PUBLISHED, _("已发布")), (RETIRED, _("已停用"))]

    programme = models.SlugField(_("项目"), max_length=40)
    number = models.PositiveIntegerField(_("版本号"))
    status = models.CharField(_("状态"), max_length=9, choices=STATUSES, default=DRAFT)
    effective_from = models.DateField(_("施行日期"))
    title = models.CharField(_("名称"), max_length=100)
    note = models.TextField(_("说明"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="policies_made", verbose_name=_("起草人")
    )
    made_at = models.DateTimeField(_("起草时间"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies_published",
        verbose_name=_("发布人"),
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("政策版本")
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="policy_number_once"),
            models.UniqueConstraint(
                fields=["programme", "effective_from"],
                condition=Q(status="published"),
                name="policy_one_published_a_day",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="policy_number_positive"),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("made_by")),
                name="policy_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_by__isnull=True, published_at__isnull=True)
                | (~Q(status="draft") & Q(published_by__isnull=False, published_at__isnull=False)),
                name="policy_published_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.number}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("policy:version", args=[self.pk])


class PolicyRow(models.Model):
    """政策条目: one amount, limit, reason or document with the clause it comes from."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="rows", verbose_name=_("版本"))
    section = models.CharField(_("部分"), max_length=20)
    key = models.CharField(_("条目"), max_length=60)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    value = models.JSONField(_("取值"), default=dict)
    clause = models.CharField(_("条款"), max_length=300, blank=True)
    note_zh = models.TextField(_("中文说明"), blank=True)
    note_en = models.TextField(_("英文说明"), blank=True)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("政策条目")
        ordering = ["version", "section", "position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "section", "key"], name="policy_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.section}.{self.key}"
