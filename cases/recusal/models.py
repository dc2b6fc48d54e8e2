"""Who keeps out of a case (回避): relatives that staff declared, the people of a case as keys, and recusals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["CaseParty", "Recusal", "Relative"]


class Relative(models.Model):
    """亲属回避申报: a relative of somebody on the staff, sealed; only the duties look, and only by the blind indexes.

    One that was ended still counts for cases that were submitted before its end.
    """

    sealed_for = "account:by.subject"
    RELATIONS = [
        ("spouse", _("配偶")),
        ("parent", _("父母、公婆、岳父母")),
        ("child", _("子女及其配偶")),
        ("sibling", _("兄弟姐妹及其配偶")),
        ("other", _("其他近亲属")),
    ]

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="relatives")
    relation = models.CharField(_("与我的关系"), max_length=10, choices=RELATIONS)
    name = SealedField(_("亲属姓名"))
    name_key = models.CharField(max_length=64, db_index=True)
    id_no = SealedField(_("亲属身份证号"), blank=True, default="")
    id_key = models.CharField(max_length=64, blank=True, default="", db_index=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(
                fields=["by", "name_key", "id_key"], condition=Q(ended_at=None), name="relative_once"
            )
        ]


class CaseParty(models.Model):
    """案中人: patient, guardian, helper and payee of a case as blind indexes of name and ID number; only ever added to."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="party_keys")
    who = models.CharField(max_length=40)
    name_key = models.CharField(max_length=64, db_index=True)
    id_key = models.CharField(max_length=64, blank=True, default="", db_index=True)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["case", "who", "name_key", "id_key"], name="case_party_once")]


class Recusal(models.Model):
    """申请回避: somebody keeps out of one case for good, with his reason."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="recusals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recusals")
    reason = SealedField(_("回避原因"))
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="recusal_once")]
