"""A quarter's evaluation, its frozen figures, what branches answer, and who looks after which county (考核、答复、分片包抓)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.sealed import SealedField

__all__ = ["EvaluationAnswer", "EvaluationFigure", "EvaluationRound", "Liaison"]

USER = settings.AUTH_USER_MODEL


class EvaluationRound(models.Model):
    """一季考核: the set of indicators as it was then, frozen once with all its figures; never counted again."""

    quarter = models.DateField("季度第一天", unique=True)
    version = models.CharField("指标版本", max_length=64)
    indicators = models.JSONField("指标")
    digest = models.CharField("数据指纹", max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]), name="evaluation_quarter"
            )
        ]


class EvaluationFigure(models.Model):
    """考核数字: one indicator of one county in one quarter, with the two numbers behind its percentage."""

    round = models.ForeignKey(EvaluationRound, on_delete=models.PROTECT, related_name="figures")
    area = models.CharField("县区", max_length=6, db_collation="C")
    code = models.CharField("指标", max_length=8)
    counted = models.PositiveIntegerField("计数")
    base = models.PositiveIntegerField("基数")
    value = models.DecimalField("比例", max_digits=5, decimal_places=2)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["round", "area", "code"], name="evaluation_figure_once"),
            models.CheckConstraint(condition=Q(base__gt=0, counted__lte=F("base")), name="evaluation_figure_counts"),
        ]


class EvaluationAnswer(models.Model):
    """答复考核: what a branch says to one figure and what it will do; shown beside the next quarter's figure."""

    figure = models.OneToOneField(EvaluationFigure, on_delete=models.PROTECT, related_name="answer")
    words = SealedField("原因")
    promise = SealedField("怎样改")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"


class Liaison(models.Model):
    """分片包抓: an officer who looks after a county, from a day to a day; one at a time."""

    area = models.CharField("县区", max_length=6, db_collation="C")
    officer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="liaisons")
    starts_on = models.DateField("从哪天起")
    ends_on = models.DateField("到哪天止", null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["area"], condition=Q(ends_on=None), name="liaison_once"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="liaison_dates"),
        ]
        indexes = [models.Index(fields=["officer"], condition=Q(ends_on=None), name="liaison_of_officer")]
