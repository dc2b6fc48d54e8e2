"""Divisions (行政区划): province, cities, counties, towns, villages, and handling places that have no official code."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["Division"]


class Division(models.Model):
    """行政区划: a place by its code of 2, 4, 6, 9 or 12 digits.

    A pseudo place (``is_pseudo``) is a zone that handles cases but has no official code, such as 宁东; the office gives
    it an unused code under the city or county it belongs to.
    """

    LEVELS = [
        ("province", _("省级")),
        ("city", _("市级")),
        ("county", _("县级")),
        ("town", _("乡级")),
        ("village", _("村级")),
    ]

    code = models.CharField("代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=100, blank=True)
    level = models.CharField("级别", max_length=8, choices=LEVELS)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    alias = models.CharField("别名", max_length=100, blank=True)
    is_pseudo = models.BooleanField("无正式代码", default=False)

    class Meta:
        app_label = "cases"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^([0-9]{2}){1,3}([0-9]{3}){0,2}$"), name="division_code"),
            models.CheckConstraint(
                condition=Q(level="province", parent__isnull=True) | (~Q(level="province") & Q(parent__isnull=False)),
                name="division_has_its_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name
