"""Policy as data (政策版本): one version holds every amount, day, level, quorum and checklist of a programme.

Each row cites a clause of a measure (办法), whose words stand here too; each evaluation of a policy is kept with the rows
that matched.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedJSONField

__all__ = ["Clause", "Evaluation", "EvaluationMatch", "Measure", "PolicyRow", "PolicyVector", "PolicyVersion"]


class Measure(models.Model):
    """办法: the document that policy rows cite, in editions; once a published version cites it, it never changes."""

    programme = models.SlugField(_("项目"), max_length=40)
    title = models.CharField(_("名称"), max_length=100)
    issuer = models.CharField(_("发文机关"), max_length=100)
    document_number = models.CharField(_("文号"), max_length=60)
    issued_on = models.DateField(_("发文日期"))
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    is_example = models.BooleanField(_("示例"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人")
    )
    made_at = models.DateTimeField(_("录入时间"))

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("办法")
        ordering = ["programme", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "edition"], name="measure_edition_once"),
            models.CheckConstraint(condition=Q(edition__gte=1), name="measure_edition_positive"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("policy:measure", args=[self.pk])


class Clause(models.Model):
    """条款: one clause of a measure with its words; English where there is one."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="clauses", verbose_name=_("办法"))
    number = models.CharField(_("条款"), max_length=100)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    text_zh = models.TextField(_("中文条文"))
    text_en = models.TextField(_("英文条文"), blank=True)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("条款")
        ordering = ["measure", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="clause_number_once"),
            models.CheckConstraint(condition=~Q(text_zh=""), name="clause_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.measure.title} {self.number}"

    def get_absolute_url(self) -> str:
        """Its place on the page of the measure."""
        return f"{self.measure.get_absolute_url()}#c{self.pk}"


class PolicyVersion(models.Model):
    """政策版本: drafted by one person, published by another, then never changed; a case keeps its own."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
    STATUSES = [(DRAFT, _("草稿")), (PUBLISHED, _("已发布")), (RETIRED, _("已停用"))]

    programme = models.SlugField(_("项目"), max_length=40)
    division = models.CharField(_("地区"), max_length=12, blank=True, db_collation="C")
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="locals", verbose_name=_("上级的版本")
    )
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
                fields=["programme", "division", "effective_from"],
                condition=Q(status="published"),
                name="policy_one_published_a_day",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="policy_number_positive"),
            models.CheckConstraint(
                condition=Q(division="", base__isnull=True) | (~Q(division="") & Q(base__isnull=False)),
                name="policy_local_has_base",
            ),
            models.UniqueConstraint(
                fields=["programme", "division"], condition=Q(status="draft"), name="policy_one_draft_a_place"
            ),
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
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, null=True, blank=True, related_name="rows", verbose_name=_("条款")
    )
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


class PolicyVector(models.Model):
    """测试向量: stated facts and what a version must give for them; a version with a failing one is not published."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="vectors", verbose_name=_("版本"))
    title = models.CharField(_("说明"), max_length=100)
    facts = models.JSONField(_("事实"), default=dict)
    expected = models.JSONField(_("应得结果"), default=dict)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("测试向量")
        ordering = ["version", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "title"], name="policy_vector_once")]

    def __str__(self) -> str:
        return self.title


class Evaluation(models.Model):
    """判定留痕: one evaluation of a policy for a case: what was asked, with which facts, and what came out."""

    sealed_for = "case:case_id"
    AWARD, ELIGIBILITY, CHECKLIST, QUORUM = "award", "eligibility", "checklist", "quorum"
    KINDS = [
        (AWARD, _("金额核算")),
        (ELIGIBILITY, _("条件")),
        (CHECKLIST, _("材料清单")),
        (QUORUM, _("集体研究人数")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=11, choices=KINDS)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    facts = SealedJSONField()
    result = SealedJSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("判定留痕")
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "kind"], name="evaluation_of_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EvaluationMatch(models.Model):
    """命中的条目: a policy row that counted in an evaluation, so that the cases of a row can be found."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="matches")
    row = models.ForeignKey(PolicyRow, on_delete=models.PROTECT, related_name="matches")

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("命中的条目")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "row"], name="evaluation_row_once")]
