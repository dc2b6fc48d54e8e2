"""手术通知单、验配通知单: one eye or ear of one person, for one case, at one provider, until a day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.parts import PARTS
from cases.providers.register import Provider
from cases.sealed import SealedField

USER = settings.AUTH_USER_MODEL

PERMIT_STATES = [
    ("proposed", _("已占名额，待通知")),
    ("issued", _("已通知，待实施")),
    ("used", _("已实施")),
    ("unsuitable", _("检查后不适合")),
    ("refused", _("本人不做")),
    ("lapsed", _("过期，名额已收回")),
    ("cancelled", _("已取消")),
]
LIVE = ["proposed", "issued", "used"]
"""States in which a permit keeps its eye or ear: no second one beside it, in no case and at no provider."""
OPEN = ["proposed", "issued"]


class Permit(models.Model):
    """通知单: the right of one provider to treat one part of one person. The same part has one live permit at most.

    `id_key` is the blind index of the person's ID number, so that the promise holds across cases and programmes.
    `amount` is the most that may be paid for this part (yuan). `not_before` keeps a second eye back.
    """

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="permits")
    part = models.CharField(_("部位"), max_length=12, choices=list(PARTS.items()))
    id_key = models.CharField(max_length=64)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="permits")
    state = models.CharField(_("状态"), max_length=12, choices=PERMIT_STATES, default="proposed")
    number = models.CharField(_("通知单号"), max_length=32, unique=True, db_collation="C")
    token = models.UUIDField(unique=True)
    amount = models.DecimalField(_("最多救助（元）"), max_digits=12, decimal_places=2)
    not_before = models.DateField(_("最早实施日"), null=True)
    valid_until = models.DateField(_("有效期至"), null=True)
    proposed_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = SealedField(_("未实施原因"), blank=True, default="")
    missed = models.PositiveSmallIntegerField(_("失约次数"), default=0)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["id_key", "part"], condition=Q(state__in=LIVE), name="part_once"),
            models.CheckConstraint(condition=Q(part__in=list(PARTS)), name="permit_part_known"),
            models.CheckConstraint(condition=Q(state__in=[s for s, _name in PERMIT_STATES]), name="permit_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="permit_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "used"]) | Q(issued_at__isnull=False, valid_until__isnull=False),
                name="permit_issued_until",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "state", "-id"], name="permit_by_provider"),
            models.Index(fields=["case", "id"], name="permit_by_case"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be used."""
        return self.state in OPEN

    def __str__(self) -> str:
        return self.number


class PermitMove(models.Model):
    """改派: a permit went to another provider because its own was suspended; the patient agreed, and how stands here."""

    sealed_for = "case:permit.case_id"
    HOW = [("phone", _("电话录音或记录")), ("paper", _("书面签字")), ("counter", _("本人到场"))]

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="moves")
    from_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    to_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    consent_how = models.CharField(_("怎样同意"), max_length=10, choices=HOW)
    consent_by = SealedField(_("谁同意的"))
    reason = SealedField(_("原因"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=~Q(from_provider=F("to_provider")), name="permit_moves_elsewhere")
        ]
