"""Follow-up (回访): what was drawn for a case, once and for good, and each call and visit that was made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.follow_up.rules import HOME, KINDS, PHONE

__all__ = ["FollowUp", "FollowUpTry"]

USER = settings.AUTH_USER_MODEL


class FollowUp(models.Model):
    """回访任务: drawn once, when a case comes to its follow-up; never changed.

    Seed, shares and what was drawn are set by the database (follow_up.sql): nobody chooses whom to visit.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="follow_up")
    policy = models.ForeignKey("cases.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    seed = models.CharField("签种", max_length=32)
    phone_percent = models.PositiveSmallIntegerField("电话比例", default=0)
    home_percent = models.PositiveSmallIntegerField("入户比例", default=0)
    phone = models.BooleanField("要电话回访", default=False)
    home = models.BooleanField("要入户回访", default=False)
    tries = models.PositiveSmallIntegerField("没联系上试几次", default=1)
    amount = models.DecimalField("救助金额", max_digits=12, decimal_places=2, null=True)
    due_on = models.DateField("最晚")
    drawn_at = models.DateTimeField("抽签时间")

    class Meta:
        app_label = "cases"
        indexes = [models.Index(fields=["drawn_at"], name="follow_up_by_day")]

    @property
    def drawn(self) -> list[str]:
        """The kinds that this case is due, the phone first."""
        return [kind for kind, is_due in ((PHONE, self.phone), (HOME, self.home)) if is_due]


class FollowUpTry(models.Model):
    """回访记录: one call or visit. `number` and `settles` (reached, or tried often enough) are set by the database."""

    duty = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="made")
    step = models.CharField("环节", max_length=40)
    kind = models.CharField("方式", max_length=8, choices=list(KINDS.items()))
    number = models.PositiveSmallIntegerField("第几次", default=1)
    reached = models.BooleanField("联系上")
    settles = models.BooleanField("办完", default=False)
    received = models.BooleanField("收到", null=True)
    amount = models.DecimalField("收到多少", max_digits=12, decimal_places=2, null=True)
    satisfied = models.PositiveSmallIntegerField("满意程度", null=True)
    fee = models.BooleanField("有人要过钱物", null=True)
    photo = models.ForeignKey("cases.MaterialFile", on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField("哪天")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["duty", "kind", "number"], name="follow_up_try_once"),
            models.CheckConstraint(condition=Q(kind__in=[PHONE, HOME]), name="follow_up_kind"),
            models.CheckConstraint(
                condition=Q(kind=HOME, photo__isnull=False) | Q(kind=PHONE, photo__isnull=True), name="follow_up_photo"
            ),
            models.CheckConstraint(
                condition=Q(satisfied__isnull=True) | Q(satisfied__range=(1, 5)), name="follow_up_satisfied"
            ),
            models.CheckConstraint(
                condition=Q(reached=True)
                | Q(received__isnull=True, amount__isnull=True, satisfied__isnull=True, fee__isnull=True),
                name="follow_up_not_reached",
            ),
        ]
