"""Earlier aid from this and other sources: counted for caps and once-only rules from the first case on."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["PastGrant", "PastGrantImport"]


class PastGrantImport(models.Model):
    """既往救助导入: one accepted spreadsheet."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    file_sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()

    class Meta:
        app_label = "cases"


class PastGrant(models.Model):
    """既往救助: one grant paid before or elsewhere; the person is known only by the blind index of the ID number."""

    source_import = models.ForeignKey(PastGrantImport, on_delete=models.PROTECT, related_name="grants")
    id_key = models.CharField(max_length=64, db_index=True)
    programme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    source = models.CharField(max_length=80)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="past_grant_positive"),
            models.UniqueConstraint(fields=["id_key", "programme", "year", "amount", "source"], name="past_grant_once"),
        ]
