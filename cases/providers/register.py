"""定点机构: the hospitals and fitting centres under contract, their prices, and the account that their money goes to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.sealed import SealedField

USER = settings.AUTH_USER_MODEL


class Provider(models.Model):
    """定点机构: one hospital or fitting centre under contract, at its office; registered by one person, confirmed by another.

    Until then (待核对) no permit is issued for it; its account has two people of its own. Suspended (停用): no permit is issued for it and none of its permits is used until it is active again.
    """

    KINDS = [("hospital", _("定点医院")), ("fitting", _("验配机构"))]
    STATES = [("registered", _("待核对")), ("active", _("在用")), ("suspended", _("暂停"))]

    kind = models.CharField(_("类别"), max_length=12, choices=KINDS)
    office = models.OneToOneField(Office, on_delete=models.PROTECT, related_name="provider", verbose_name=_("机构"))
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, db_collation="C")
    licence = models.CharField(_("执业许可证号"), max_length=40)
    contract_no = models.CharField(_("协议编号"), max_length=40)
    contract_from = models.DateField(_("协议开始日"))
    contract_to = models.DateField(_("协议结束日"))
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="registered")
    suspended_why = SealedField(_("暂停原因"), blank=True, default="")
    suspended_at = models.DateTimeField(null=True)
    holder = SealedField(_("户名"), blank=True, default="")
    account = SealedField(_("账号"), blank=True, default="")
    account_key = models.CharField(max_length=64, blank=True, default="")
    tail = models.CharField(_("尾号"), max_length=4, blank=True, default="")
    bank_name = models.CharField(_("开户行"), max_length=80, blank=True, default="")
    cnaps = models.CharField(_("联行号"), max_length=12, blank=True, default="")
    account_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    account_confirmed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    account_confirmed_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-HJ-NP-RTUWXY]{18}$"), name="provider_uscc_looks_right"
            ),
            models.CheckConstraint(condition=Q(contract_to__gte=F("contract_from")), name="provider_contract_dates"),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "active", "suspended"]), name="provider_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="registered", confirmed_by=None)
                | (~Q(state="registered") & Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("made_by"))),
                name="provider_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(account_confirmed_by=None) | ~Q(account_confirmed_by=F("account_by")),
                name="provider_account_by_two_people",
            ),
        ]

    @property
    def name(self) -> str:
        """The name of its office, in the reader's language."""
        return str(self.office)

    @property
    def may_be_paid(self) -> bool:
        """Whether its account was given by one person and confirmed by another."""
        return bool(self.account_key) and self.account_confirmed_at is not None

    def is_open_on(self, day: Any) -> bool:
        """Whether it is active and under contract that day."""
        return self.state == "active" and self.contract_from <= day <= self.contract_to

    def __str__(self) -> str:
        return self.name


class PriceItem(models.Model):
    """价目: what a provider may ask for one item (yuan), from a day to a day; a premium item is never covered."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="prices")
    code = models.CharField(_("项目编码"), max_length=30)
    name = models.CharField(_("项目名称"), max_length=80)
    price = models.DecimalField(_("最高价（元）"), max_digits=10, decimal_places=2)
    is_premium = models.BooleanField(_("自选高价项目，不予救助"), default=False)
    starts_on = models.DateField(_("从哪天起"))
    ends_on = models.DateField(_("到哪天止"), null=True, blank=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], condition=Q(ends_on=None), name="price_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="price_positive"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="price_dates"),
        ]
