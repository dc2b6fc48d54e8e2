"""What a hospital did under a permit: the exam before, the surgery with its lens, what went wrong, and the sight afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.providers.permits import Permit
from cases.sealed import SealedField

USER = settings.AUTH_USER_MODEL

UNSUITABLE = [
    ("infection", _("眼部感染")),
    ("pressure", _("血压没有控制好")),
    ("sugar", _("血糖没有控制好")),
    ("no_light", _("没有光感")),
    ("other_eye", _("其他眼病")),
    ("general", _("全身情况不能手术")),
]
METHODS = [("phaco", _("超声乳化")), ("sics", _("小切口")), ("ecce", _("囊外摘除"))]
MOMENTS = [("day1", _("术后第 1 天")), ("week1", _("术后 1 周")), ("month1", _("术后 1 个月"))]


class PreopExam(models.Model):
    """术前检查: suitable, or not with the reason; the last one of a permit counts."""

    sealed_for = "case:permit.case_id"
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="exams")
    examined_on = models.DateField(_("检查日期"))
    suitable = models.BooleanField(_("适合手术"))
    reason = models.CharField(_("不适合的原因"), max_length=12, choices=UNSUITABLE, blank=True, default="")
    note = SealedField(_("检查情况"), blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(suitable=True, reason="") | (Q(suitable=False) & ~Q(reason="")), name="exam_reason"
            )
        ]


class Surgery(models.Model):
    """手术记录: one surgery for one permit; its lens has a serial that no other surgery has."""

    sealed_for = "case:permit.case_id"
    permit = models.OneToOneField(Permit, on_delete=models.PROTECT, related_name="surgery")
    done_on = models.DateField(_("手术日期"))
    method = models.CharField(_("术式"), max_length=8, choices=METHODS)
    surgeon = SealedField(_("主刀医生"))
    lens_brand = models.CharField(_("晶体品牌"), max_length=40)
    lens_model = models.CharField(_("晶体型号"), max_length=40)
    lens_power = models.DecimalField(_("晶体度数"), max_digits=4, decimal_places=1)
    lens_serial = models.CharField(_("晶体序列号"), max_length=40, db_collation="C")
    is_premium = models.BooleanField(_("自选高价晶体"), default=False)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["lens_serial"], name="lens_once"),
            models.CheckConstraint(condition=Q(lens_serial__regex=r"^[0-9A-Z-]{4,40}$"), name="lens_serial_clean"),
        ]


class Complication(models.Model):
    """并发症报告: what happened when; `is_late` says that it came later than the policy allows."""

    sealed_for = "case:permit.case_id"
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="complications")
    happened_at = models.DateTimeField(_("发现时间"))
    what = SealedField(_("情况和处理"))
    is_late = models.BooleanField(_("逾期报告"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class SightCheck(models.Model):
    """术后视力: raw as it was written, and its place on the scale, so that the gain can be counted."""

    sealed_for = "case:permit.case_id"
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="sights")
    moment = models.CharField(_("哪一次复查"), max_length=8, choices=MOMENTS)
    seen_on = models.DateField(_("复查日期"))
    raw = SealedField(_("视力"))
    rank = models.DecimalField(max_digits=6, decimal_places=3)
    gain = models.DecimalField(_("提高几行"), max_digits=6, decimal_places=3)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["permit", "moment"], name="sight_once")]
