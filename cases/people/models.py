"""The people of a case: the patient, and the account that the money goes to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["PayeeAccount", "Person"]


class Person(models.Model):
    """患者: one natural person, known by the blind index of the ID number; everything personal is sealed."""

    sealed_for = "person:subject"
    subject = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    name = SealedField("姓名")
    name_key = models.CharField(max_length=64, db_index=True)
    id_type = models.CharField(max_length=12, default="ID_CARD")
    id_no = SealedField("证件号码")
    id_key = models.CharField(max_length=64, unique=True)
    birth_date = SealedField("出生日期")
    sex = models.CharField(max_length=1)
    phone = SealedField("手机号", null=True, blank=True)
    phone_key = models.CharField(max_length=64, null=True, db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class PayeeAccount(models.Model):
    """收款账户: one row for each account ever given in a case; at most one is current, and two people stand behind it.

    A row may come while the application is a draft, answers a supplement, or after the bank failed or returned the
    payment; then with a photo of the card. The database keeps to that too.
    """

    sealed_for = "money:case_id"
    CHANNELS = [
        ("online", _("本人网上填写")),
        ("counter", _("窗口代录：本人到场")),
        ("paper", _("窗口代录：书面材料")),
        ("phone", _("窗口代录：电话告知")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="accounts")
    holder = SealedField("户名")
    account = SealedField("账号")
    account_key = models.CharField(max_length=64, db_index=True)
    tail = models.CharField("尾号", max_length=4)
    bank_name = models.CharField(max_length=80)
    cnaps = models.CharField("联行号", max_length=12, blank=True)
    kind = models.CharField(max_length=12, default="card")
    relation = models.CharField("与患者关系", max_length=20, default="SELF")
    institution = models.ForeignKey("cases.Provider", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField("怎样提供", max_length=10, choices=CHANNELS, default="online")
    card = models.ForeignKey(
        "cases.MaterialFile",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="卡或存折照片",
    )
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(replaced_at=None), name="one_current_account"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("given_by")), name="account_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(relation="INSTITUTION", institution__isnull=False)
                | (~Q(relation="INSTITUTION") & Q(institution=None)),
                name="account_of_an_institution_names_it",
            ),
        ]
