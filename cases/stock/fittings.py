"""Who is tested and fitted where (验配): referral to a centre, audiogram, waiting list, fitting of one ear, its checks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.parts import EARS, PARTS
from cases.sealed import SealedField, SealedJSONField

USER = settings.AUTH_USER_MODEL


class Referral(models.Model):
    """转介: the fitting centre that tests and fits the person of a case; its staff see no other persons."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="referral")
    provider = models.ForeignKey("cases.Provider", on_delete=models.PROTECT, related_name="referrals")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class Audiogram(models.Model):
    """听力检查: one diagnostic test as it was measured; averages and red flags are worked out of it, never typed."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="audiograms")
    provider = models.ForeignKey("cases.Provider", on_delete=models.PROTECT, related_name="+")
    tested_on = models.DateField(_("检查日期"))
    audiometer = models.CharField(_("听力计编号"), max_length=40)
    calibrated_on = models.DateField(_("听力计校准日期"))
    measured = SealedJSONField()
    flags = SealedJSONField()
    note = SealedField(_("说明"), blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(calibrated_on__lte=models.F("tested_on")), name="audiogram_calibrated")
        ]


class Waiting(models.Model):
    """轮候: a case that is due a device while none that suits is free; the order follows from its need."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="waits")
    need = SealedJSONField()
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(left_at=None), name="waits_once")]


FITTING_STATES = [
    ("waiting", _("等验配")),
    ("fitted", _("已验配")),
    ("returned", _("30 天内退回")),
    ("ended", _("没有验配")),
]


class Fitting(models.Model):
    """验配: one ear of one person and the device for it. The same ear has one living fitting, across all cases.

    `id_key` is the blind index of the person's ID number. Unlike an eye, an ear may be fitted again once the replacement
    cycle is over: then the older fitting is `replaced_at`.
    """

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="fittings")
    part = models.CharField(max_length=10, choices=[(ear, PARTS[ear]) for ear in EARS])
    id_key = models.CharField(max_length=64)
    provider = models.ForeignKey("cases.Provider", on_delete=models.PROTECT, related_name="fittings")
    device = models.ForeignKey("cases.Device", on_delete=models.PROTECT, related_name="fittings")
    state = models.CharField(max_length=10, choices=FITTING_STATES, default="waiting")
    made_at = models.DateTimeField()
    invited_on = models.DateField(_("预约日期"), null=True)
    first_invited_on = models.DateField(null=True)
    invitations = models.PositiveSmallIntegerField(_("预约次数"), default=0)
    fitted_on = models.DateField(_("验配日期"), null=True)
    fitted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    record = SealedJSONField(null=True)
    receiver = SealedField(_("签收人"), blank=True, default="")
    is_proxy = models.BooleanField(_("代领"), default=False)
    ended_at = models.DateTimeField(null=True)
    ended_why = SealedField(_("原因"), blank=True, default="")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(
                fields=["id_key", "part"],
                condition=Q(state__in=["waiting", "fitted"], replaced_at=None),
                name="ear_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "fitted", "returned", "ended"]), name="fitting_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["fitted", "returned"]) | Q(fitted_on__isnull=False, fitted_by__isnull=False),
                name="fitting_done_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["provider", "state", "invited_on", "id"], name="fitting_by_centre")]


class FittingCheck(models.Model):
    """复查: a check of a fitted ear after so many days, with the hours a day that the device is worn."""

    sealed_for = "case:fitting.case_id"
    CONDITIONS = [("good", _("正常")), ("retuned", _("重新调试过")), ("repair", _("需要维修")), ("unused", _("不戴"))]

    fitting = models.ForeignKey(Fitting, on_delete=models.PROTECT, related_name="checks")
    day = models.PositiveSmallIntegerField(_("第几天"))
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    hours_worn = models.DecimalField(_("每天戴几小时"), max_digits=3, decimal_places=1, null=True)
    condition = models.CharField(max_length=8, choices=CONDITIONS, blank=True, default="")
    note = SealedField(_("说明"), blank=True, default="")
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["fitting", "day"], name="fitting_check_once"),
            models.CheckConstraint(
                condition=Q(hours_worn=None) | Q(hours_worn__gte=0, hours_worn__lte=24), name="fitting_check_hours"
            ),
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(by__isnull=False, hours_worn__isnull=False), name="fitting_check_done"
            ),
        ]
