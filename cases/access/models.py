"""People who sign in, the offices they serve, and the posts that give them rights in an area."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q

from cases.sealed import SealedField, blind_index

__all__ = ["DemoSms", "Office", "Post", "Role", "User"]


class User(AbstractUser):
    """登录账号: an applicant or helper (phone and code) or office staff (password). Never deleted, only closed."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = SealedField("姓名", default="", blank=True)
    phone = SealedField("手机号", null=True, blank=True)
    phone_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    phone_verified = models.BooleanField(default=False)
    is_office = models.BooleanField("工作人员（密码登录）", default=False)

    objects = UserManager()  # type: ignore[misc]

    class Meta:
        app_label = "cases"

    def save(self, *args: Any, **kwargs: Any) -> None:
        by_phone = self.phone and not self.is_office
        self.phone_key = blind_index(str(self.phone), "user.phone") if by_phone else None
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self.name)

    def get_short_name(self) -> str:
        return str(self.name)


class Office(models.Model):
    """机构: a Red Cross branch, town office, village committee or grassroots organisation, placed by division code."""

    KINDS = [
        ("redcross", "红十字会"),
        ("town", "乡镇（街道）"),
        ("village", "村（居）委会"),
        ("grassroots", "基层组织"),
        ("board", "监事会"),
    ]

    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=12, choices=KINDS)
    division_code = models.CharField(max_length=12, db_collation="C", db_index=True)
    phone = models.CharField("咨询电话", max_length=40, blank=True)
    address = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["division_code", "kind", "name"], name="office_once")]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """岗位: what a post may do, as data (domain.md 2). `lifts_to` acts instead under 委托代审."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    level = models.CharField(max_length=10)
    lifts_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rights = models.JSONField(default=list)

    class Meta:
        app_label = "cases"

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """任职: one person in one role at one office, from a day to a day; the office's code is the area of his rights."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "office"], condition=Q(ends_on=None), name="post_once"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.role}"


class DemoSms(models.Model):
    """演示手机: the last text message to a number, in a demonstration alone; a real message is never kept."""

    phone_key = models.CharField(max_length=64, primary_key=True)
    phone = SealedField()
    text = SealedField()
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
